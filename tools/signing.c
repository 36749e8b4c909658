/* SPDX-License-Identifier: MIT */
/* The commands keygen, sign and verify: keys, and signatures of modules. */
#include "commands.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/error.h>

#include "module_hash.h"
#include "module_info.h"
#include "module_signature.h"
#include "output_file.h"
#include "report.h"

static int refuse_build(void)
{
	report_error("this build of camipc has no libcrypto and cannot make or "
		     "check signatures");
	return EXIT_FAILED;
}

/* ---- files --------------------------------------------------------------- */

/* Creates a file that must not exist. Prints why it could not. */
static int write_new(const char *path, mode_t mode, const char *text,
		     size_t size)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	ssize_t n;
	int error = 0;

	if (fd < 0 && errno == EEXIST) {
		report_error("%s already exists: choose another name, or "
			     "remove the file",
			     path);
		return -EEXIST;
	}
	if (fd < 0) {
		report_error("cannot create %s: %s", path,
			     camipc_errno_to_string(errno));
		return -EIO;
	}
	n = write(fd, text, size);
	if (n < 0)
		error = errno;
	else if ((size_t)n < size)
		error = ENOSPC;
	if (close(fd) < 0 && !error)
		error = errno;
	if (!error)
		return 0;
	unlink(path);
	report_error("cannot write %s: %s", path,
		     camipc_errno_to_string(error));
	return -EIO;
}

/* Reads the text of a key's file. Prints why it could not. */
static int read_text(const char *path, char *text, size_t *ret_size)
{
	char why[CAMIPC_KEY_WHY_SIZE];
	const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int ret;

	if (fd < 0) {
		report_option("key", path, "%s", camipc_errno_to_string(errno));
		return -EINVAL;
	}
	ret = camipc_key_file_read(fd, text, ret_size, why);
	close(fd);
	if (ret < 0)
		report_option("key", path, "%s", why);
	return ret;
}

static int read_private_key(const char *path, uint8_t *key)
{
	char text[CAMIPC_MAX_KEY_FILE_SIZE];
	char why[CAMIPC_KEY_WHY_SIZE];
	size_t size;
	int ret = read_text(path, text, &size);

	if (ret < 0)
		return ret;
	ret = camipc_private_key_parse(text, size, key, why);
	explicit_bzero(text, sizeof(text));
	if (ret < 0)
		report_option("key", path, "not a private key: %s", why);
	return ret;
}

static int read_public_key(const char *path, uint8_t *key)
{
	char text[CAMIPC_MAX_KEY_FILE_SIZE];
	char why[CAMIPC_KEY_WHY_SIZE];
	size_t size;
	int ret = read_text(path, text, &size);

	if (ret < 0)
		return ret;
	ret = camipc_public_key_parse(text, size, key, why);
	if (ret < 0)
		report_option("key", path, "not a public key: %s", why);
	return ret;
}

/* Hashes the loadable content of a module. Prints why it could not. */
static int hash_module(const char *path, uint8_t *hash)
{
	char why[CAMIPC_MODULE_WHY_SIZE];
	int fd;
	int ret = camipc_module_open(path, &fd, why);

	if (ret == 0) {
		ret = camipc_module_hash(fd, hash, why);
		close(fd);
	}
	if (ret < 0)
		report_error("%s: %s", path, why);
	return ret;
}

/* ---- keygen -------------------------------------------------------------- */

/* Writes both files, or none. */
static int write_pair(const char *name, const char *public_name,
		      const uint8_t *private_key, const uint8_t *public_key)
{
	char text[CAMIPC_MAX_KEY_FILE_SIZE];
	size_t size = camipc_private_key_format(private_key, text);
	int ret = write_new(name, 0600, text, size);

	explicit_bzero(text, sizeof(text));
	if (ret < 0)
		return ret;
	size = camipc_public_key_format(public_key, text);
	ret = write_new(public_name, 0644, text, size);
	if (ret < 0)
		unlink(name);
	return ret;
}

int command_keygen(const struct options *options)
{
	const char *name = options->argument;
	uint8_t private_key[CAMIPC_KEY_SIZE];
	uint8_t public_key[CAMIPC_KEY_SIZE];
	uint8_t id[CAMIPC_KEY_ID_SIZE];
	char hex[CAMIPC_KEY_ID_TEXT_SIZE];
	char public_name[PATH_MAX];
	int ret;

	if (!camipc_crypto_is_built_in())
		return refuse_build();
	if (strcmp(name, "-") == 0) {
		report_error("-: keys are not written to standard output: "
			     "expected the name of a file");
		return EXIT_USAGE;
	}
	if (snprintf(public_name, sizeof(public_name), "%s.pub", name) >=
	    (int)sizeof(public_name)) {
		report_error("%.200s...: the path is too long", name);
		return EXIT_USAGE;
	}
	ret = camipc_ed25519_generate(private_key, public_key);
	if (ret == 0)
		ret = camipc_key_id(public_key, id);
	if (ret < 0) {
		report_error("cannot make a key: %s",
			     camipc_errno_to_string(ret));
		return EXIT_FAILED;
	}
	ret = write_pair(name, public_name, private_key, public_key);
	explicit_bzero(private_key, sizeof(private_key));
	if (ret < 0)
		return ret == -EEXIST ? EXIT_USAGE : EXIT_FAILED;
	camipc_hex_write(id, sizeof(id), hex);
	report_line("%s: the private key; %s: the public key, with the id %s",
		    name, public_name, hex);
	return report_finish_stdout(EXIT_OK);
}

/* ---- sign ---------------------------------------------------------------- */

/* Takes the place of this key's earlier signature, if it has one. If that is
 * wrong by now, the module was changed, and so are the other ones wrong. */
static int replace_signature(struct camipc_signatures *signatures,
			     const struct camipc_signature *added,
			     const uint8_t *public_key, const uint8_t *hash)
{
	size_t i = 0;

	while (i < signatures->n &&
	       memcmp(signatures->items[i].key_id, added->key_id,
		      sizeof(added->key_id)) != 0)
		i++;
	if (i < signatures->n &&
	    camipc_signature_verify(public_key, hash,
				    signatures->items[i].bytes) != 1)
		signatures->n = i = 0;
	if (i == CAMIPC_MAX_SIGNATURES)
		return -E2BIG;
	signatures->items[i] = *added;
	if (i == signatures->n)
		signatures->n++;
	return 0;
}

static int make_signature(const uint8_t *private_key, const uint8_t *public_key,
			  const uint8_t *hash,
			  struct camipc_signature *signature)
{
	uint8_t statement[CAMIPC_STATEMENT_SIZE];
	int ret = camipc_key_id(public_key, signature->key_id);

	if (ret < 0)
		return ret;
	camipc_content_statement(hash, statement);
	return camipc_ed25519_sign(private_key, statement, sizeof(statement),
				   signature->bytes);
}

static int write_signatures(const char *path,
			    const struct camipc_signatures *signatures)
{
	char text[CAMIPC_MAX_KEY_FILE_SIZE];
	const size_t size = camipc_signatures_format(signatures, text);
	struct output_file file = { .stream = NULL };
	int ret = output_file_open(&file, path);

	if (ret == 0 && fwrite(text, 1, size, file.stream) != size) {
		ret = -errno;
		output_file_abandon(&file);
	} else if (ret == 0) {
		ret = output_file_commit(&file);
	}
	if (ret < 0)
		report_error("cannot write %s: %s", path,
			     output_error_text(ret));
	return ret;
}

static int sign_with(const struct options *options, const uint8_t *private_key)
{
	const char *module = options->argument;
	struct camipc_signatures signatures = { .n = 0 };
	struct camipc_signature added;
	uint8_t public_key[CAMIPC_KEY_SIZE];
	uint8_t hash[CAMIPC_HASH_SIZE];
	char id[CAMIPC_KEY_ID_TEXT_SIZE];
	char why[CAMIPC_KEY_WHY_SIZE];
	char path[PATH_MAX];
	int ret;

	if (hash_module(module, hash) < 0)
		return EXIT_USAGE;
	ret = camipc_signatures_read(module, &signatures, why);
	if (ret < 0 && ret != -ENOENT) {
		report_error("%s" CAMIPC_SIGNATURE_ENDING ": %s: remove it, or "
			     "sign into another folder",
			     module, why);
		return EXIT_FAILED;
	}
	ret = camipc_ed25519_get_public(private_key, public_key);
	if (ret == 0)
		ret = make_signature(private_key, public_key, hash, &added);
	if (ret == 0)
		ret = replace_signature(&signatures, &added, public_key, hash);
	if (ret < 0) {
		report_error("cannot sign %s: %s", module,
			     ret == -E2BIG ? "it has too many signatures" :
					     camipc_errno_to_string(ret));
		return EXIT_FAILED;
	}
	snprintf(path, sizeof(path), "%s%s", module, CAMIPC_SIGNATURE_ENDING);
	if (write_signatures(path, &signatures) < 0)
		return EXIT_FAILED;
	camipc_hex_write(added.key_id, sizeof(added.key_id), id);
	report_line("%s: signed by key %s", path, id);
	return report_finish_stdout(EXIT_OK);
}

int command_sign(const struct options *options)
{
	uint8_t private_key[CAMIPC_KEY_SIZE];
	int ret;

	if (!camipc_crypto_is_built_in())
		return refuse_build();
	if (read_private_key(options->key, private_key) < 0)
		return EXIT_USAGE;
	ret = sign_with(options, private_key);
	explicit_bzero(private_key, sizeof(private_key));
	return ret;
}

/* ---- verify -------------------------------------------------------------- */

static int refuse_module(const char *module, const char *why)
{
	report_error("%s: %s", module, why);
	return EXIT_FAILED;
}

int command_verify(const struct options *options)
{
	const char *module = options->argument;
	struct camipc_key_ring ring = { .n = 0 };
	struct camipc_vouchers vouchers;
	uint8_t key[CAMIPC_KEY_SIZE];
	uint8_t hash[CAMIPC_HASH_SIZE];
	char id[CAMIPC_KEY_ID_TEXT_SIZE];
	char why[CAMIPC_KEY_WHY_SIZE];
	int ret;

	if (!camipc_crypto_is_built_in())
		return refuse_build();
	if (read_public_key(options->key, key) < 0)
		return EXIT_USAGE;
	if (hash_module(module, hash) < 0)
		return EXIT_USAGE;
	ret = camipc_key_ring_add(&ring, key, false);
	if (ret == 0)
		ret = camipc_module_signature_check(&ring, module, hash,
						    &vouchers, why);
	camipc_key_ring_fini(&ring);
	if (ret < 0)
		return refuse_module(module, camipc_errno_to_string(ret));
	if (vouchers.n == 0)
		return refuse_module(module, why);
	camipc_hex_write(vouchers.ids[0], CAMIPC_KEY_ID_SIZE, id);
	report_line("%s: the signature of key %s is valid", module, id);
	camipc_hex_write(hash, sizeof(hash), why);
	report_line("    content sha256 %s", why);
	return report_finish_stdout(EXIT_OK);
}
