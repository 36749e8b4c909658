/* SPDX-License-Identifier: MIT */
/* Checks the signatures beside a module against the keys that are known. */
#include "module_signature.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <camipc/error.h>

#include "module_hash.h"

int camipc_signature_verify(const uint8_t *key, const uint8_t *hash,
			    const uint8_t *signature)
{
	uint8_t statement[CAMIPC_STATEMENT_SIZE];

	camipc_content_statement(hash, statement);
	return camipc_ed25519_verify(key, statement, sizeof(statement),
				     signature);
}

int camipc_signatures_read(const char *module_path,
			   struct camipc_signatures *ret_signatures, char *why)
{
	char text[CAMIPC_MAX_KEY_FILE_SIZE];
	char path[PATH_MAX];
	size_t size;
	int fd;
	int ret;

	if (snprintf(path, sizeof(path), "%s%s", module_path,
		     CAMIPC_SIGNATURE_ENDING) >= (int)sizeof(path)) {
		snprintf(why, CAMIPC_KEY_WHY_SIZE, "the path is too long");
		return -ENAMETOOLONG;
	}
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		ret = errno == ENFILE ? -EMFILE : -errno;
		snprintf(why, CAMIPC_KEY_WHY_SIZE, "cannot be opened: %s",
			 camipc_errno_to_string(ret));
		return ret;
	}
	ret = camipc_key_file_read(fd, text, &size, why);
	close(fd);
	return ret < 0 ? ret
		       : camipc_signatures_parse(text, size, ret_signatures,
						 why);
}

/** What is said of a signature that is ignored, in ascending order of
 *  what a reader wants to know of several ones. */
enum verdict { UNKNOWN_KEY, REVOKED_KEY, OTHER_CONTENT };

static void describe_verdict(enum verdict verdict,
			     const struct camipc_signature *signature,
			     char *why)
{
	static const char *const texts[] = {
		[UNKNOWN_KEY] = "signed by the unknown key %s",
		[REVOKED_KEY] = "signed by the revoked key %s",
		[OTHER_CONTENT] = "changed after key %s signed it",
	};
	char id[CAMIPC_KEY_ID_TEXT_SIZE];

	camipc_hex_write(signature->key_id, CAMIPC_KEY_ID_SIZE, id);
	snprintf(why, CAMIPC_KEY_WHY_SIZE, texts[verdict], id);
}

/** Returns 1 if the signature counts; 0 with a verdict; or an error. */
static int judge_signature(const struct camipc_key_ring *ring,
			   const struct camipc_signature *signature,
			   const uint8_t *hash, enum verdict *ret_verdict)
{
	const struct camipc_key *key =
		camipc_key_ring_find(ring, signature->key_id);

	*ret_verdict = key ? REVOKED_KEY : UNKNOWN_KEY;
	if (!key || key->is_revoked)
		return 0;
	*ret_verdict = OTHER_CONTENT;
	return camipc_signature_verify(key->bytes, hash, signature->bytes);
}

static int judge_all(const struct camipc_key_ring *ring,
		     const struct camipc_signatures *signatures,
		     const uint8_t *hash, struct camipc_vouchers *vouchers,
		     char *why)
{
	enum verdict best = UNKNOWN_KEY;

	for (size_t i = 0; i < signatures->n; i++) {
		const struct camipc_signature *signature =
			&signatures->items[i];
		enum verdict verdict;
		int ret = judge_signature(ring, signature, hash, &verdict);

		if (ret < 0)
			return ret;
		if (ret == 1) {
			memcpy(vouchers->ids[vouchers->n++], signature->key_id,
			       CAMIPC_KEY_ID_SIZE);
		} else if (i == 0 || verdict > best) {
			best = verdict;
			describe_verdict(verdict, signature, why);
		}
	}
	return 0;
}

int camipc_module_signature_check(const struct camipc_key_ring *ring,
				  const char *module_path, const uint8_t *hash,
				  struct camipc_vouchers *ret_vouchers,
				  char *why)
{
	struct camipc_vouchers vouchers = { .n = 0 };
	struct camipc_signatures signatures;
	char reason[CAMIPC_KEY_WHY_SIZE];
	int ret = camipc_signatures_read(module_path, &signatures, reason);

	if (ret == -EMFILE || ret == -ENOMEM)
		return ret;
	*ret_vouchers = vouchers;
	if (ret == -ENOENT) {
		snprintf(why, CAMIPC_KEY_WHY_SIZE, CAMIPC_NOT_SIGNED);
		return 0;
	}
	if (ret < 0) {
		snprintf(why, CAMIPC_KEY_WHY_SIZE, "its .sig: %.100s", reason);
		return 0;
	}
	ret = judge_all(ring, &signatures, hash, &vouchers, why);
	if (ret == 0)
		*ret_vouchers = vouchers;
	return ret;
}
