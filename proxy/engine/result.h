/* SPDX-License-Identifier: MIT */
/* Reads the result of an IPA out of the outputs of a call. */
#ifndef CAMIPC_ENGINE_RESULT_H
#define CAMIPC_ENGINE_RESULT_H

#include <string.h>

#include <camipc/interface.h>

/** Returns the IPA's result; 0 if the method returns nothing. */
static inline int32_t camipc_result_of(const struct camipc_method *method,
				       const void *outs)
{
	int32_t result = 0;

	if (outs && (method->flags & CAMIPC_METHOD_RETURNS_INT32))
		memcpy(&result, outs, sizeof(result));
	return result;
}

#endif /* CAMIPC_ENGINE_RESULT_H */
