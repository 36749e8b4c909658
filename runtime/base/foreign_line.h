/* SPDX-License-Identifier: MIT */
/*
 * Reads lines of a foreign program's log: takes escape sequences of a terminal
 * out, and finds the level that a line states. A line may arrive in parts.
 */
#ifndef CAMIPC_BASE_FOREIGN_LINE_H
#define CAMIPC_BASE_FOREIGN_LINE_H

#include <camipc/base.h>
#include <camipc/log.h>

/** What camipc_foreign_line_add() remembers of a line. Zeroed at first. */
struct camipc_foreign_line {
	size_t used; /* bytes of the line so far, as far as there was room */
	size_t begin; /* where the sequence under way began */
	size_t lead; /* where the character under way began */
	uint8_t state;
	uint8_t left; /* bytes that the character under way still lacks */
	bool may_be_c1; /* the character under way began with 0xC2 */
};

/**
 * camipc_foreign_line_add() - append bytes to a line, without escape sequences
 * @text: the line: @size bytes, the same ones until the line ends
 * @bytes: @n bytes of any value, without the newline that ends the line
 *
 * Removes sequences whole that begin with ESC, or with the C1 characters in one
 * byte or in UTF-8: CSI (colours), OSC, DCS, SOS, PM, APC (up to BEL or ST), and
 * the short ones. A sequence that the line's end or a malformed byte cuts stays
 * as it is: what does not end must hide nothing. Bytes that find no room are
 * dropped. Takes time in proportion to @n. Thread word: bound.
 */
void camipc_foreign_line_add(struct camipc_foreign_line *line, char *text,
			     size_t size, const void *bytes, size_t n);

/**
 * Ends the line, and returns its length; not terminated. The next byte begins
 * another line. Thread word: bound.
 */
size_t camipc_foreign_line_end(struct camipc_foreign_line *line);

/**
 * Copies @len bytes without escape sequences, as camipc_foreign_line_add() does
 * it. Returns the length of @out, which is not terminated. Thread word:
 * reentrant.
 */
size_t camipc_strip_escapes(char *out, size_t size, const void *text,
			    size_t len);

/**
 * camipc_foreign_level() - find the level that a line states
 * @text: a line without escape sequences
 * @otherwise: the level of a line that states none
 *
 * Knows lines like libcamera's: "[0:12:34.567] [4711]  WARN IPARkISP1
 * rkisp1.cpp:123 text", with DEBUG, INFO, WARN, ERROR or FATAL. Thread word:
 * reentrant.
 */
enum camipc_log_level camipc_foreign_level(const char *text,
					   enum camipc_log_level otherwise);

#endif /* CAMIPC_BASE_FOREIGN_LINE_H */
