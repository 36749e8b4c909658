/* SPDX-License-Identifier: MIT */
/* Reads the text of one policy file. */
#ifndef CAMIPC_PROXY_POLICY_PARSE_H
#define CAMIPC_PROXY_POLICY_PARSE_H

#include "policy.h"

/** A policy file has a few lines for each module of a system. */
#define CAMIPC_MAX_POLICY_SIZE 65536

/**
 * Returns whether this build has libyaml. Otherwise camipc_policy_parse()
 * returns -ENOSYS, and logs why. Thread word: reentrant.
 */
bool camipc_policy_can_parse(void);

/**
 * camipc_policy_parse() - add the rules of a policy file
 * @path: of the file, for messages
 * @text: @size bytes
 *
 * Logs one line with file, line and key of what is wrong. Returns 0; -EINVAL
 * (broken YAML, an unknown key, a key twice, a value of a wrong type); -ENOSYS;
 * or -ENOMEM.
 */
int camipc_policy_parse(struct camipc_policy *policy,
			enum camipc_policy_layer layer, const char *path,
			const char *text, size_t size) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_POLICY_PARSE_H */
