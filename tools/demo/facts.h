/* SPDX-License-Identifier: MIT */
/* Facts: what the demo has seen, as lines of JSON on stdout, at once. */
#ifndef TOOLS_DEMO_FACTS_H
#define TOOLS_DEMO_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include <camipc/base.h>

/** Begins the line of a fact of this kind. Thread word of all: bound. */
void facts_begin(const char *kind);

/** Adds a member; @text may be NULL, and may have any bytes. */
void facts_text(const char *name, const char *text);
void facts_int(const char *name, int64_t value);
void facts_bool(const char *name, bool value);

/** Adds a member with three decimals. */
void facts_number(const char *name, double value);

/** Adds an array of whole numbers. */
void facts_array(const char *name, const int64_t *values, size_t n);

/** Adds a member that is JSON already. */
void facts_json(const char *name, const char *json);

/** Ends the line, and hands it over. Returns 0, or a negative errno: nobody
 *  reads it. */
int facts_end(void) CAMIPC_MUST_CHECK;

#endif /* TOOLS_DEMO_FACTS_H */
