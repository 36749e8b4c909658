/* SPDX-License-Identifier: MIT */
/* Reads the corpus files of corpus_text.h. */
#include "corpus_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/wire.h>

#include "fuzz.h"

/* Brackets in brackets. */
#define MAX_OPEN 128

/* A text on its way to bytes. */
struct reading {
	const char *p;
	uint8_t *bytes;
	size_t size;
	size_t room;
	unsigned int line;
	struct {
		char kind; /* '{', '[' or '(' */
		size_t at; /* where what is inside begins */
		unsigned long times; /* of '(' */
	} open[MAX_OPEN];
	unsigned int n_open;
};

static bool put(struct reading *r, const void *bytes, size_t n)
{
	if (n > r->room - r->size)
		return false;
	memcpy(r->bytes + r->size, bytes, n);
	r->size += n;
	return true;
}

/* @n bytes in front of what is inside of a bracket. */
static bool put_before(struct reading *r, size_t at, const uint8_t *bytes,
		       size_t n)
{
	if (n > r->room - r->size)
		return false;
	memmove(r->bytes + at + n, r->bytes + at, r->size - at);
	memcpy(r->bytes + at, bytes, n);
	r->size += n;
	return true;
}

static bool open_bracket(struct reading *r, char kind, unsigned long times)
{
	if (r->n_open == MAX_OPEN)
		return false;
	r->open[r->n_open].kind = kind;
	r->open[r->n_open].at = r->size;
	r->open[r->n_open].times = times;
	r->n_open++;
	return true;
}

static bool close_bracket(struct reading *r, char kind)
{
	uint8_t length[10];
	size_t at;
	size_t n;

	if (r->n_open == 0 || r->open[--r->n_open].kind != kind)
		return false;
	at = r->open[r->n_open].at;
	n = r->size - at;
	if (kind == '{')
		return put_before(
			r, at, length,
			(size_t)(camipc_write_varint(length, n) - length));
	if (kind == '[') {
		fuzz_put_u16(length, (uint16_t)n);
		return n <= UINT16_MAX && put_before(r, at, length, 2);
	}
	for (unsigned long i = 1; i < r->open[r->n_open].times; i++) {
		if (!put(r, r->bytes + at, n))
			return false;
	}
	return true;
}

static bool read_string(struct reading *r)
{
	const char *end = strchr(r->p, '\'');
	const char *start = r->p;

	if (!end)
		return false;
	r->p = end + 1;
	return put(r, start, (size_t)(end - start));
}

static bool read_name(struct reading *r)
{
	uint8_t hash[4];
	size_t n = 0;

	while (isalnum((unsigned char)r->p[n]) || r->p[n] == '.' ||
	       r->p[n] == '_')
		n++;
	fuzz_put_u32(hash, fuzz_hash(r->p, n));
	r->p += n;
	return n > 0 && put(r, hash, sizeof(hash));
}

/* "call:" or "event:" was met; then the name of one. */
static bool read_id(struct reading *r, size_t skip,
		    const struct camipc_method *rows, size_t n)
{
	const char *name = r->p + skip;
	uint8_t id[2];

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(rows[i].name);

		if (strncmp(name, rows[i].name, len) != 0 ||
		    isalnum((unsigned char)name[len]))
			continue;
		fuzz_put_u16(id, rows[i].id);
		r->p = name + len;
		return put(r, id, sizeof(id));
	}
	return false;
}

/* "u16:", "u32:" or "varint:" was met; then a number. */
static bool read_number(struct reading *r, size_t skip, size_t bytes)
{
	uint8_t number[10];
	unsigned long long value;
	char *end;

	value = strtoull(r->p + skip, &end, 0);
	if (end == r->p + skip)
		return false;
	r->p = end;
	if (bytes == 0)
		bytes = (size_t)(camipc_write_varint(number, value) - number);
	else
		for (size_t i = 0; i < bytes; i++)
			number[i] = (uint8_t)(value >> 8 * i);
	return put(r, number, bytes);
}

/* A byte, or how often what comes next is there. */
static bool read_byte(struct reading *r)
{
	char digits[3] = { r->p[0], r->p[0] ? r->p[1] : '\0', '\0' };
	unsigned long times = 1;
	uint8_t byte;
	char *end;

	times = strtoul(r->p, &end, 10);
	if (end != r->p && *end == '*') {
		r->p = end + 1;
		if (*r->p == '(') {
			r->p++;
			return times > 0 && open_bracket(r, '(', times);
		}
		memcpy(digits, r->p, 2);
	} else {
		times = 1;
	}
	if (!isxdigit((unsigned char)digits[0]) ||
	    !isxdigit((unsigned char)digits[1]))
		return false;
	byte = (uint8_t)strtoul(digits, NULL, 16);
	r->p += 2;
	while (times-- > 0) {
		if (!put(r, &byte, 1))
			return false;
	}
	return true;
}

static bool read_word(struct reading *r)
{
	const struct camipc_interface *face = fuzz_interface();
	char c = *r->p;

	if (face && strncmp(r->p, "call:", 5) == 0)
		return read_id(r, 5, face->methods, face->n_methods);
	if (face && strncmp(r->p, "event:", 6) == 0)
		return read_id(r, 6, face->events, face->n_events);
	if (strncmp(r->p, "u16:", 4) == 0)
		return read_number(r, 4, 2);
	if (strncmp(r->p, "u32:", 4) == 0)
		return read_number(r, 4, 4);
	if (strncmp(r->p, "varint:", 7) == 0)
		return read_number(r, 7, 0);
	if (isxdigit((unsigned char)c))
		return read_byte(r);
	r->p++;
	switch (c) {
	case '\'':
		return read_string(r);
	case '@':
		return read_name(r);
	case '{':
	case '[':
		return open_bracket(r, c, 1);
	case '}':
		return close_bracket(r, '{');
	case ']':
		return close_bracket(r, '[');
	case ')':
		return close_bracket(r, '(');
	default:
		return false;
	}
}

bool corpus_text_read(const char *text, uint8_t *bytes, size_t room,
		      size_t *ret_size)
{
	struct reading r = {
		.p = text, .bytes = bytes, .room = room, .line = 1
	};

	while (*r.p) {
		bool fine = true;

		if (*r.p == '#') {
			r.p += strcspn(r.p, "\n");
		} else if (isspace((unsigned char)*r.p)) {
			r.line += *r.p == '\n';
			r.p++;
		} else {
			fine = read_word(&r);
		}
		if (!fine) {
			*ret_size = r.line;
			return false;
		}
	}
	*ret_size = r.n_open ? r.line : r.size;
	return r.n_open == 0;
}
