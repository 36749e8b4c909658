/* SPDX-License-Identifier: MIT */
/* Seals, then hashes, then checks signatures: in this order. */
#include "module_facts.h"

#include <errno.h>
#include <stdio.h>

#include <camipc/log.h>

#include "crypto.h"
#include "module_info.h"

#define TOPIC "manager"

/** Only what this process lacks, or a file that changes, is an error. */
static int judge_error(const struct camipc_module_file *file, int error,
		       const char *why, struct camipc_module_facts *facts)
{
	if (error == -EMFILE || error == -ENOMEM)
		return error;
	if (error == -ESTALE) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: %s",
			   camipc_module_file_name(file), why);
		return error;
	}
	snprintf(facts->unsigned_because, sizeof(facts->unsigned_because),
		 "%.100s", why);
	return 0;
}

int camipc_module_facts_find(const struct camipc_key_ring *keys,
			     struct camipc_sealed_copies *copies,
			     struct camipc_module_file *file,
			     struct camipc_module_facts *ret_facts)
{
	struct camipc_module_facts facts = { .is_known = false };
	char why[CAMIPC_MODULE_WHY_SIZE] = "it cannot be hashed";
	int ret = 0;

	if (camipc_crypto_is_built_in()) {
		ret = camipc_sealed_copies_take(copies, file, &facts.hashes,
						why);
		if (ret == 0)
			ret = camipc_module_signature_check(
				keys, camipc_module_file_name(file),
				facts.hashes.content, &facts.vouchers,
				facts.unsigned_because);
		facts.is_known = ret == 0;
	}
	if (ret < 0) {
		camipc_module_file_unseal(file);
		ret = judge_error(file, ret, why, &facts);
	}
	if (ret == 0)
		*ret_facts = facts;
	return ret;
}
