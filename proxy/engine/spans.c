/* SPDX-License-Identifier: MIT */
/* The times that an IPA says it spent on calls. */
#include "spans.h"

#include <errno.h>

int camipc_spans_show(const struct camipc_proxy *proxy,
		      struct camipc_message *message)
{
	const struct camipc_interface *interface = proxy->interface;
	const uint32_t n = message->header.body_size / CAMIPC_TRACE_SPAN_SIZE;

	if (n == 0 || n > CAMIPC_TRACE_MAX_SPANS ||
	    message->header.body_size % CAMIPC_TRACE_SPAN_SIZE != 0)
		return -EPROTO;
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *bytes = camipc_message_body(message) +
				       (size_t)i * CAMIPC_TRACE_SPAN_SIZE;
		const struct camipc_method *method;
		struct camipc_span span;

		if (camipc_span_decode(bytes, &span) < 0)
			return -EPROTO;
		method = camipc_find_method(interface->methods,
					    interface->n_methods, span.id);
		if (!method)
			return -EPROTO;
		if (camipc_tap_is_open(&proxy->tap))
			camipc_tap_span(&proxy->tap, method, &span);
	}
	return 0;
}
