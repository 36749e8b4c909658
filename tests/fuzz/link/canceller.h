/* SPDX-License-Identifier: MIT */
/*
 * A second thread of the pipeline handler, which uses what is safe in any
 * thread while the first one is inside the proxy. Builds with TSan have it;
 * elsewhere it would only make sessions differ from run to run.
 */
#ifndef CAMIPC_TEST_FUZZ_CANCELLER_H
#define CAMIPC_TEST_FUZZ_CANCELLER_H

#include <camipc/proxy.h>

/** True in builds where it is of use. */
bool canceller_is_useful(void);

/** Starts it; @proxy must exist until canceller_end(). */
void canceller_begin(struct camipc_proxy *proxy);

/** Lets it act once, at the same time as what follows. Off: does nothing. */
void canceller_go(void);

/** Ends it. Off: does nothing. */
void canceller_end(void);

#endif /* CAMIPC_TEST_FUZZ_CANCELLER_H */
