/* SPDX-License-Identifier: MIT */
/* What a module was seen to need in the sandbox, and the manifest made of it. */
#ifndef TOOLS_NEEDS_H
#define TOOLS_NEEDS_H

#include <stdio.h>

#include <camipc/base.h>

#define NEEDS_MAX_LINES 1024

/** Zeroed: nothing is known yet. Thread word: bound. */
struct needs {
	size_t n;
	char *lines[NEEDS_MAX_LINES]; /* after "sandbox learn: ", each once */
	bool is_full; /* further ones were lost */
};

/**
 * Takes a line of the library's log. Returns false if it is about something
 * else.
 */
bool needs_take(struct needs *needs, const char *text);

/**
 * needs_print() - print a manifest in YAML
 *
 * What no manifest can ask for follows in comments. More files than a manifest may
 * list become their folders.
 */
void needs_print(const struct needs *needs, FILE *stream);

/** Frees the lines. */
void needs_clear(struct needs *needs);

#endif /* TOOLS_NEEDS_H */
