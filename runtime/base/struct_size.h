/* SPDX-License-Identifier: MIT */
/*
 * Checks structs that begin with their size, a uint32_t, and that a caller of
 * the library fills in: a size that was forgotten must not look like a struct
 * without members.
 */
#ifndef CAMIPC_BASE_STRUCT_SIZE_H
#define CAMIPC_BASE_STRUCT_SIZE_H

#include <camipc/base.h>

/** What is known about a struct. */
struct camipc_struct_rule {
	const char *function; /* which the caller has called */
	const char *name; /* "struct camipc_budget" */
	size_t oldest; /* its size in the first version that had it */
	size_t known; /* its size in this version */
};

/** Initialises a rule: @last is the last member of the first version. */
#define CAMIPC_STRUCT_RULE(function, type, last)                        \
	{                                                               \
		function, #type,                                        \
			offsetof(type, last) + sizeof(((type *)0)->last), \
			sizeof(type),                                   \
	}

/**
 * camipc_struct_check() - check a struct that a caller has filled in
 * @object: begins with its size; of that many bytes
 *
 * Returns 0; -EINVAL (the size is 0 or too small); or -E2BIG (the struct is
 * larger than this version knows, and the rest is not zero). One line of the log
 * names function, struct and size. Thread word: safe.
 */
int camipc_struct_check(const struct camipc_struct_rule *rule,
			const void *object);

/**
 * Checks a struct that the library is to fill in: as camipc_struct_check(), but
 * never fails with -E2BIG: members that this version does not know stay as they
 * are. Thread word: safe.
 */
int camipc_struct_check_result(const struct camipc_struct_rule *rule,
			       const void *object);

#endif /* CAMIPC_BASE_STRUCT_SIZE_H */
