/* SPDX-License-Identifier: MIT */
/* A struct of another library, which the interfaces pass as it is. */
#ifndef CAMIPC_TEST_STAMP_H
#define CAMIPC_TEST_STAMP_H

#include <camipc/external.h>

CAMIPC_BEGIN_DECLS

struct stamp {
	uint32_t number;
	uint32_t version; /* in which it was written; 0: it never was */
};

extern const struct camipc_external stamp_ipc;

CAMIPC_END_DECLS

#endif /* CAMIPC_TEST_STAMP_H */
