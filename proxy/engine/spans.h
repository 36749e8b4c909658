/* SPDX-License-Identifier: MIT */
/* The times that an IPA says it spent on calls. */
#ifndef CAMIPC_ENGINE_SPANS_H
#define CAMIPC_ENGINE_SPANS_H

#include "proxy.h"

/**
 * Shows the spans of a TRACE message to the observers. They come from the IPA:
 * nothing else uses them. Returns 0, or -EPROTO if no IPA would send such a
 * message: of another size, with a method that it was never asked for, or with an
 * end before its begin.
 */
int camipc_spans_show(const struct camipc_proxy *proxy,
		      struct camipc_message *message) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_ENGINE_SPANS_H */
