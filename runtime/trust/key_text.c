/* SPDX-License-Identifier: MIT */
/* Reads and writes the lines of key files; what is read may be hostile. */
#include "key_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/error.h>

#define ALGORITHM "ed25519"

/* "ed25519 KEY-ID SIGNATURE" and a NUL is the longest line. */
#define LINE_SIZE                                              \
	(sizeof(ALGORITHM) + 2 * CAMIPC_KEY_ID_SIZE + 1 +      \
	 2 * CAMIPC_SIGNATURE_SIZE + 1)

/** A text being read. */
struct key_reader {
	const char *text;
	size_t size; /* what is left of it */
	unsigned int line; /* the last one that was read */
	char *why;
};

/* ---- hex ----------------------------------------------------------------- */

void camipc_hex_write(const uint8_t *bytes, size_t size, char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		*text++ = digits[bytes[i] >> 4];
		*text++ = digits[bytes[i] & 15];
	}
	*text = '\0';
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool camipc_hex_read(const char *text, uint8_t *bytes, size_t size)
{
	if (strlen(text) != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		const int high = digit_of(text[2 * i]);
		const int low = digit_of(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* ---- lines --------------------------------------------------------------- */

static int refuse_key_line(const struct key_reader *reader,
			   const char *expected)
{
	snprintf(reader->why, CAMIPC_KEY_WHY_SIZE, "line %u: expected '%s'",
		 reader->line, expected);
	return -EINVAL;
}

/** Copies the next line to @line. Returns false for one that is too long, has a
 *  NUL, or does not end. */
static bool next_line(struct key_reader *reader, char line[LINE_SIZE])
{
	const char *end = reader->size ?
				  memchr(reader->text, '\n', reader->size) :
				  NULL;
	size_t size;

	reader->line++;
	if (!end)
		return false;
	size = (size_t)(end - reader->text);
	if (size >= LINE_SIZE || memchr(reader->text, '\0', size))
		return false;
	memcpy(line, reader->text, size);
	line[size] = '\0';
	reader->text += size + 1;
	reader->size -= size + 1;
	return true;
}

static int read_first_line(struct key_reader *reader, const char *expected)
{
	char line[LINE_SIZE];

	if (!next_line(reader, line) || strcmp(line, expected) != 0)
		return refuse_key_line(reader, expected);
	return 0;
}

/** Returns what follows "ed25519 ", or NULL. */
static char *skip_algorithm(char *line)
{
	const size_t size = sizeof(ALGORITHM);

	return strncmp(line, ALGORITHM " ", size) == 0 ? line + size : NULL;
}

static int read_key(struct key_reader *reader, const char *first, uint8_t *key)
{
	char line[LINE_SIZE];
	uint8_t read[CAMIPC_KEY_SIZE];
	const char *hex;
	int ret = read_first_line(reader, first);

	if (ret < 0)
		return ret;
	hex = next_line(reader, line) ? skip_algorithm(line) : NULL;
	if (!hex || !camipc_hex_read(hex, read, sizeof(read)))
		return refuse_key_line(reader,
				       ALGORITHM " KEY, with 64 hex digits");
	reader->line++;
	if (reader->size > 0) {
		snprintf(reader->why, CAMIPC_KEY_WHY_SIZE,
			 "line %u: expected the end of the file", reader->line);
		return -EINVAL;
	}
	memcpy(key, read, sizeof(read));
	return 0;
}

int camipc_public_key_parse(const char *text, size_t size, uint8_t *key,
			    char *why)
{
	struct key_reader reader = { .text = text, .size = size, .why = why };

	return read_key(&reader, "camipc-public-key 1", key);
}

int camipc_private_key_parse(const char *text, size_t size, uint8_t *key,
			     char *why)
{
	struct key_reader reader = { .text = text, .size = size, .why = why };

	return read_key(&reader, "camipc-private-key 1", key);
}

int camipc_public_key_parse_line(const char *line, uint8_t *key, char *why)
{
	if (strncmp(line, ALGORITHM " ", sizeof(ALGORITHM)) == 0 &&
	    camipc_hex_read(line + sizeof(ALGORITHM), key, CAMIPC_KEY_SIZE))
		return 0;
	snprintf(why, CAMIPC_KEY_WHY_SIZE,
		 "expected '" ALGORITHM " KEY', the second line of a file with "
		 "a public key");
	return -EINVAL;
}

static bool has_key(const struct camipc_signatures *signatures,
		    const struct camipc_signature *signature)
{
	for (size_t i = 0; i < signatures->n; i++) {
		if (memcmp(signatures->items[i].key_id, signature->key_id,
			   sizeof(signature->key_id)) == 0)
			return true;
	}
	return false;
}

static int read_signature(struct key_reader *reader,
			  struct camipc_signature *signature)
{
	static const char expected[] = ALGORITHM " KEY-ID SIGNATURE";
	char line[LINE_SIZE];
	char *id = next_line(reader, line) ? skip_algorithm(line) : NULL;
	char *bytes = id ? strchr(id, ' ') : NULL;

	if (!bytes)
		return refuse_key_line(reader, expected);
	*bytes++ = '\0';
	if (!camipc_hex_read(id, signature->key_id,
			     sizeof(signature->key_id)) ||
	    !camipc_hex_read(bytes, signature->bytes, sizeof(signature->bytes)))
		return refuse_key_line(reader, expected);
	return 0;
}

int camipc_signatures_parse(const char *text, size_t size,
			    struct camipc_signatures *ret_signatures, char *why)
{
	struct key_reader reader = { .text = text, .size = size, .why = why };
	struct camipc_signatures read = { .n = 0 };
	int ret = read_first_line(&reader, "camipc-signature 1");

	if (ret < 0)
		return ret;
	do {
		struct camipc_signature signature;

		ret = read_signature(&reader, &signature);
		if (ret < 0)
			return ret;
		if (read.n == CAMIPC_MAX_SIGNATURES) {
			snprintf(why, CAMIPC_KEY_WHY_SIZE,
				 "line %u: more than %d signatures",
				 reader.line, CAMIPC_MAX_SIGNATURES);
			return -EINVAL;
		}
		if (has_key(&read, &signature)) {
			snprintf(why, CAMIPC_KEY_WHY_SIZE,
				 "line %u: a second signature of one key",
				 reader.line);
			return -EINVAL;
		}
		read.items[read.n++] = signature;
	} while (reader.size > 0);
	*ret_signatures = read;
	return 0;
}

/* ---- writing ------------------------------------------------------------- */

static size_t format_key(const char *first, const uint8_t *key, char *text)
{
	char hex[2 * CAMIPC_KEY_SIZE + 1];

	camipc_hex_write(key, CAMIPC_KEY_SIZE, hex);
	return (size_t)snprintf(text, CAMIPC_MAX_KEY_FILE_SIZE,
				"%s\n" ALGORITHM " %s\n", first, hex);
}

size_t camipc_public_key_format(const uint8_t *key, char *text)
{
	return format_key("camipc-public-key 1", key, text);
}

size_t camipc_private_key_format(const uint8_t *key, char *text)
{
	return format_key("camipc-private-key 1", key, text);
}

size_t camipc_signatures_format(const struct camipc_signatures *signatures,
				char *text)
{
	size_t size = (size_t)snprintf(text, CAMIPC_MAX_KEY_FILE_SIZE,
				       "camipc-signature 1\n");

	for (size_t i = 0; i < signatures->n; i++) {
		const struct camipc_signature *signature =
			&signatures->items[i];
		char id[2 * sizeof(signature->key_id) + 1];
		char bytes[2 * sizeof(signature->bytes) + 1];

		camipc_hex_write(signature->key_id, sizeof(signature->key_id),
				 id);
		camipc_hex_write(signature->bytes, sizeof(signature->bytes),
				 bytes);
		size += (size_t)snprintf(text + size,
					 CAMIPC_MAX_KEY_FILE_SIZE - size,
					 ALGORITHM " %s %s\n", id, bytes);
	}
	return size;
}

CAMIPC_STATIC_ASSERT(sizeof("camipc-signature 1\n") +
			     CAMIPC_MAX_SIGNATURES * LINE_SIZE <=
		     CAMIPC_MAX_KEY_FILE_SIZE,
		     "a file of signatures has room");

/* ---- files --------------------------------------------------------------- */

int camipc_key_id(const uint8_t *public_key, uint8_t *id)
{
	uint8_t digest[CAMIPC_HASH_SIZE];
	struct camipc_hash *hash;
	int ret = camipc_hash_begin(&hash);

	if (ret < 0)
		return ret;
	camipc_hash_add(hash, public_key, CAMIPC_KEY_SIZE);
	ret = camipc_hash_end(hash, digest);
	if (ret == 0)
		memcpy(id, digest, CAMIPC_KEY_ID_SIZE);
	return ret;
}

static int read_failed(char *why)
{
	const int error = errno;

	snprintf(why, CAMIPC_KEY_WHY_SIZE, "cannot be read: %s",
		 camipc_errno_to_string(error));
	return -error;
}

int camipc_key_file_read(int fd, char *text, size_t *ret_size, char *why)
{
	struct stat status;
	size_t size = 0;
	ssize_t n;

	if (fstat(fd, &status) < 0)
		return read_failed(why);
	if (!S_ISREG(status.st_mode)) {
		snprintf(why, CAMIPC_KEY_WHY_SIZE, "not a regular file");
		return -EINVAL;
	}
	do {
		n = read(fd, text + size, CAMIPC_MAX_KEY_FILE_SIZE - size);
		if (n > 0)
			size += (size_t)n;
	} while ((n > 0 && size < CAMIPC_MAX_KEY_FILE_SIZE) ||
		 (n < 0 && errno == EINTR));
	if (n < 0)
		return read_failed(why);
	if (size == CAMIPC_MAX_KEY_FILE_SIZE) {
		snprintf(why, CAMIPC_KEY_WHY_SIZE, "has more than %d bytes",
			 CAMIPC_MAX_KEY_FILE_SIZE - 1);
		return -EINVAL;
	}
	*ret_size = size;
	return 0;
}
