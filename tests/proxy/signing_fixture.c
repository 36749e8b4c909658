/* SPDX-License-Identifier: MIT */
/* Keys of a test, and signatures that it makes with them. */
#include "signing_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "module_hash.h"
#include "module_info.h"
#include "module_signature.h"
#include "test_files.h"

void signing_key_make(struct signing_key *key)
{
	uint8_t id[CAMIPC_KEY_ID_SIZE];
	char *second;

	assert_int_equal(camipc_ed25519_generate(key->private_key,
						 key->public_key),
			 0);
	assert_int_equal(camipc_key_id(key->public_key, id), 0);
	camipc_hex_write(id, sizeof(id), key->id);
	camipc_public_key_format(key->public_key, key->line);
	second = strchr(key->line, '\n') + 1;
	memmove(key->line, second, strlen(second) + 1);
	*strchr(key->line, '\n') = '\0';
}

void signing_key_write(const struct signing_key *key, const char *path)
{
	char text[CAMIPC_MAX_KEY_FILE_SIZE];
	const size_t size = camipc_public_key_format(key->public_key, text);

	test_file_write(path, text, size, 0644);
}

static void hash_file(const char *module, uint8_t *hash)
{
	char why[CAMIPC_MODULE_WHY_SIZE];
	const int fd = open(module, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(camipc_module_hash(fd, hash, why), 0);
	close(fd);
}

void signing_hash(const char *module, char text[CAMIPC_HASH_TEXT_SIZE])
{
	uint8_t hash[CAMIPC_HASH_SIZE];

	hash_file(module, hash);
	camipc_hex_write(hash, sizeof(hash), text);
}

void signing_sign(const char *module, const struct signing_key *const *keys,
		  size_t n)
{
	struct camipc_signatures signatures = { .n = n };
	uint8_t statement[CAMIPC_STATEMENT_SIZE];
	char text[CAMIPC_MAX_KEY_FILE_SIZE];
	uint8_t hash[CAMIPC_HASH_SIZE];
	char path[TEST_PATH_SIZE];
	size_t size;

	hash_file(module, hash);
	camipc_content_statement(hash, statement);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(camipc_key_id(keys[i]->public_key,
					       signatures.items[i].key_id),
				 0);
		assert_int_equal(
			camipc_ed25519_sign(keys[i]->private_key, statement,
					    sizeof(statement),
					    signatures.items[i].bytes),
			0);
	}
	size = camipc_signatures_format(&signatures, text);
	snprintf(path, sizeof(path), "%s%s", module, CAMIPC_SIGNATURE_ENDING);
	test_file_write(path, text, size, 0644);
}

void signing_sign_with(const char *module, const struct signing_key *key)
{
	signing_sign(module, &key, 1);
}
