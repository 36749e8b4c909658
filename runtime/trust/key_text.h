/* SPDX-License-Identifier: MIT */
/*
 * Files of keys and signatures: a few lines of text.
 *
 *	camipc-public-key 1
 *	ed25519 KEY
 *
 *	camipc-private-key 1
 *	ed25519 KEY
 *
 *	camipc-signature 1
 *	ed25519 KEY-ID SIGNATURE
 *
 * The number in the first line is the version of the format. Keys, ids and
 * signatures are in hex with small letters. The id of a key is the beginning of
 * the SHA-256 of the public key. A file of signatures has a line for each key
 * that signed. Each line ends with a newline; nothing else is allowed.
 */
#ifndef CAMIPC_TRUST_KEY_TEXT_H
#define CAMIPC_TRUST_KEY_TEXT_H

#include "crypto.h"

/** Bytes of a key's id. */
#define CAMIPC_KEY_ID_SIZE 16

/** Bytes of an id or a hash in hex, with the NUL. */
#define CAMIPC_KEY_ID_TEXT_SIZE (2 * CAMIPC_KEY_ID_SIZE + 1)
#define CAMIPC_HASH_TEXT_SIZE (2 * CAMIPC_HASH_SIZE + 1)

/** Signatures of one module: old and new keys while keys change, and several
 *  that vouch for it. */
#define CAMIPC_MAX_SIGNATURES 8

/** No file has more bytes: a signature's line has 170. */
#define CAMIPC_MAX_KEY_FILE_SIZE 2048

/** Bytes of a reason; longer ones are cut. */
#define CAMIPC_KEY_WHY_SIZE 128

/** One signature. */
struct camipc_signature {
	uint8_t key_id[CAMIPC_KEY_ID_SIZE];
	uint8_t bytes[CAMIPC_SIGNATURE_SIZE];
};

/** All of a file. */
struct camipc_signatures {
	size_t n;
	struct camipc_signature items[CAMIPC_MAX_SIGNATURES];
};

/** Writes @size bytes in hex, and a NUL, to @text. Thread word: reentrant. */
void camipc_hex_write(const uint8_t *bytes, size_t size, char *text);

/** Reads exactly 2 × @size hex digits, small letters or capitals, at @text, which
 *  must end after them. Returns false if they are not there. Thread word:
 *  reentrant. */
bool camipc_hex_read(const char *text, uint8_t *bytes, size_t size);

/** Computes the id of a public key. Returns 0, -ENOMEM or -ENOSYS. Thread word:
 *  reentrant. */
int camipc_key_id(const uint8_t *public_key, uint8_t *id) CAMIPC_MUST_CHECK;

/**
 * camipc_public_key_parse() - read the text of a file with a public key
 * @text: @size bytes, hostile
 * @key: CAMIPC_KEY_SIZE bytes
 * @why: CAMIPC_KEY_WHY_SIZE bytes; on failure what is wrong, and in which line
 *
 * Returns 0 or -EINVAL. Thread word: reentrant.
 */
int camipc_public_key_parse(const char *text, size_t size, uint8_t *key,
			    char *why) CAMIPC_MUST_CHECK;

/** The same for a private key. */
int camipc_private_key_parse(const char *text, size_t size, uint8_t *key,
			     char *why) CAMIPC_MUST_CHECK;

/** The same for the line of a public key, "ed25519 KEY", as the API has it. */
int camipc_public_key_parse_line(const char *line, uint8_t *key,
				 char *why) CAMIPC_MUST_CHECK;

/** The same for a file of signatures; one for each key. */
int camipc_signatures_parse(const char *text, size_t size,
			    struct camipc_signatures *ret_signatures,
			    char *why) CAMIPC_MUST_CHECK;

/** Write the text of a file to @text, of CAMIPC_MAX_KEY_FILE_SIZE bytes, and
 *  return its size without the NUL. Thread word: reentrant. */
size_t camipc_public_key_format(const uint8_t *key, char *text);
size_t camipc_private_key_format(const uint8_t *key, char *text);
size_t camipc_signatures_format(const struct camipc_signatures *signatures,
				char *text);

/**
 * camipc_key_file_read() - read a file of keys or signatures
 * @fd: opened for reading, without blocking
 * @text: CAMIPC_MAX_KEY_FILE_SIZE bytes
 * @ret_size: how many were read
 * @why: CAMIPC_KEY_WHY_SIZE bytes; set on failure
 *
 * Returns 0; -EINVAL (not a regular file, or a larger one); or an error of
 * fstat() or read(). Thread word: reentrant.
 */
int camipc_key_file_read(int fd, char *text, size_t *ret_size,
			 char *why) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_TRUST_KEY_TEXT_H */
