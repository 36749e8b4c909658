/* SPDX-License-Identifier: MIT */
/*
 * Takes escape sequences out of foreign lines, and finds their level. A state
 * machine over bytes, after ECMA-48: what has been read of a sequence lies in
 * the line already, and goes when the sequence ends.
 */
#include "foreign_line.h"

#include <string.h>

enum state {
	STATE_TEXT,
	STATE_ESCAPE, /* after ESC */
	STATE_SHORT, /* ESC and intermediate bytes */
	STATE_CSI,
	STATE_STRING, /* of OSC, DCS, SOS, PM, APC */
	STATE_STRING_ESCAPE, /* ESC in a string, the start of its end */
};

/* Control characters. Those from 0x80 on are C1: ESC and another byte in one. */
#define BEL 0x07
#define CAN 0x18
#define SUB 0x1a
#define ESC 0x1b
#define DEL 0x7f
#define DCS 0x90
#define SOS 0x98
#define CSI 0x9b
#define ST 0x9c
#define OSC 0x9d
#define PM 0x9e
#define APC 0x9f

/* A byte that is neither ASCII nor C1. */
#define OTHER 0x100u

/*
 * Returns the ASCII character, the C1 character that ends with @c, or OTHER. C1
 * is 0xC2 and its number in UTF-8, and its number where no UTF-8 is.
 */
static unsigned int classify(struct camipc_foreign_line *line, uint8_t c)
{
	bool is_c1 = line->may_be_c1 && c >= 0x80 && c <= 0x9f;

	line->may_be_c1 = false;
	if (line->left && (c & 0xc0) == 0x80) {
		line->left--;
		return is_c1 ? c : OTHER;
	}
	line->left = 0;
	line->lead = line->used;
	if (c >= 0xc2 && c <= 0xf4) {
		line->left = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		line->may_be_c1 = c == 0xc2;
	}
	return c <= 0x9f ? c : OTHER;
}

/* The state after a byte that is in no sequence. */
static enum state begin(struct camipc_foreign_line *line, unsigned int c)
{
	line->begin = line->lead;
	switch (c) {
	case ESC:
		return STATE_ESCAPE;
	case CSI:
		return STATE_CSI;
	case OSC:
	case DCS:
	case SOS:
	case PM:
	case APC:
		return STATE_STRING;
	default:
		return STATE_TEXT;
	}
}

/* ---- steps: true if @c ends the sequence --------------------------------- */

/* Leaves a malformed sequence in the line. */
static bool give_up(struct camipc_foreign_line *line, unsigned int c)
{
	line->state = (uint8_t)begin(line, c);
	return false;
}

static bool step_escape(struct camipc_foreign_line *line, unsigned int c)
{
	if (c == '[')
		line->state = STATE_CSI;
	else if (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_')
		line->state = STATE_STRING;
	else if (c >= 0x20 && c <= 0x2f)
		line->state = STATE_SHORT;
	else if (c == ESC)
		line->state = STATE_ESCAPE;
	else
		return (c >= 0x30 && c < DEL) || give_up(line, c);
	return false;
}

static bool step_short(struct camipc_foreign_line *line, unsigned int c)
{
	if (c == ESC)
		line->state = STATE_ESCAPE;
	else if (c < 0x20 || c > 0x2f)
		return (c >= 0x30 && c < DEL) || give_up(line, c);
	return false;
}

/* A terminal acts on control characters in between, and goes on. */
static bool step_csi(struct camipc_foreign_line *line, unsigned int c)
{
	if (c == ESC)
		line->state = STATE_ESCAPE;
	else if (c > DEL)
		return give_up(line, c);
	return c >= 0x40 && c < DEL;
}

static bool step_string(struct camipc_foreign_line *line, unsigned int c)
{
	if (c == ESC)
		line->state = STATE_STRING_ESCAPE;
	return c == BEL || c == ST;
}

/* Another sequence than ST ends the string, too, and goes with it. */
static bool step_string_escape(struct camipc_foreign_line *line,
			       unsigned int c)
{
	line->state = STATE_ESCAPE;
	return c == '\\' || step_escape(line, c);
}

static bool step(struct camipc_foreign_line *line, unsigned int c)
{
	/* No terminal's, but the end of a line of several in one message. */
	if (c == '\n')
		return give_up(line, c);
	if (c == CAN || c == SUB)
		return true;
	switch ((enum state)line->state) {
	case STATE_ESCAPE:
		return step_escape(line, c);
	case STATE_SHORT:
		return step_short(line, c);
	case STATE_CSI:
		return step_csi(line, c);
	case STATE_STRING:
		return step_string(line, c);
	case STATE_STRING_ESCAPE:
		return step_string_escape(line, c);
	case STATE_TEXT:
		break;
	}
	return false;
}

/* ---- lines --------------------------------------------------------------- */

void camipc_foreign_line_add(struct camipc_foreign_line *line, char *text,
			     size_t size, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (; n; n--, p++) {
		unsigned int c = classify(line, *p);
		bool ended = false;

		if (line->state == STATE_TEXT)
			line->state = (uint8_t)begin(line, c);
		else
			ended = step(line, c);
		if (ended) {
			line->state = STATE_TEXT;
			line->used = line->begin;
		} else if (line->used < size) {
			text[line->used++] = (char)*p;
		}
	}
}

size_t camipc_foreign_line_end(struct camipc_foreign_line *line)
{
	size_t used = line->used;

	memset(line, 0, sizeof(*line));
	return used;
}

size_t camipc_strip_escapes(char *out, size_t size, const void *text,
			    size_t len)
{
	struct camipc_foreign_line line = { .used = 0 };

	camipc_foreign_line_add(&line, out, size, text, len);
	return line.used;
}

/* ---- the level ----------------------------------------------------------- */

/* Skips "[…]" of the characters @allowed; NULL if there is no such thing. */
static const char *skip_brackets(const char *text, const char *allowed)
{
	size_t n;

	if (*text != '[')
		return NULL;
	n = strspn(text + 1, allowed);
	return n && text[1 + n] == ']' ? text + n + 2 : NULL;
}

enum camipc_log_level camipc_foreign_level(const char *text,
					   enum camipc_log_level otherwise)
{
	static const struct {
		const char *word;
		enum camipc_log_level level;
	} words[] = {
		{ "DEBUG ", CAMIPC_LOG_DEBUG }, { "INFO ", CAMIPC_LOG_INFO },
		{ "WARN ", CAMIPC_LOG_WARNING }, { "ERROR ", CAMIPC_LOG_ERROR },
		{ "FATAL ", CAMIPC_LOG_ERROR },
	};
	const char *p = skip_brackets(text + strspn(text, " "), "0123456789:.");

	if (p)
		p = skip_brackets(p + strspn(p, " "), "0123456789");
	if (!p || *p != ' ')
		return otherwise;
	p += strspn(p, " ");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strncmp(p, words[i].word, strlen(words[i].word)))
			return words[i].level;
	return otherwise;
}
