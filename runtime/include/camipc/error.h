/* SPDX-License-Identifier: MIT */
/*
 * Error codes in words. The texts are the library's own: they depend on no
 * locale, and any thread may ask for them.
 */
#ifndef CAMIPC_ERROR_H
#define CAMIPC_ERROR_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/**
 * camipc_strerror() - get what an error of this library means
 * @error: what a function of camipc returned
 *
 * Returns "success" for 0 and positive values; "the IPA is gone" for -EPIPE and
 * so on; and what camipc_errno_to_string() returns for errors that have no
 * meaning of their own here. An error that an IPA returned from an op has none
 * of these meanings: for the result of a call use camipc_proxy_strerror(). Never
 * NULL; a constant, or valid until the next call in this thread. Thread word:
 * safe.
 */
CAMIPC_API const char *camipc_strerror(int error);

/**
 * camipc_errno_to_string() - get what an error of a system call means
 * @error: an errno value, or a negative one
 *
 * Use it as strerror(). Returns "no such file or directory" for ENOENT and
 * -ENOENT, "success" for 0, and "error 4000" for a number without a name. Never
 * NULL; a constant, or valid until the next call in this thread. Thread word:
 * safe.
 */
CAMIPC_API const char *camipc_errno_to_string(int error);

/**
 * camipc_result_to_string() - name a result that an IPA returned
 * @result: what an op returned, or a module's create()
 *
 * Only the module's author knows what the number means. Returns
 * "-ENOENT (no such file or directory)" for -ENOENT, and "-4000" or "7" for a
 * number without a name. Never NULL; valid until the next call in this thread.
 * Thread word: safe.
 */
CAMIPC_API const char *camipc_result_to_string(int32_t result);

CAMIPC_END_DECLS

#endif /* CAMIPC_ERROR_H */
