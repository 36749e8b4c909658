/* SPDX-License-Identifier: MIT */
/* Takes the fields with given names out of the body of a message. */
#ifndef CAMIPC_RECORD_REDACT_H
#define CAMIPC_RECORD_REDACT_H

#include "schema.h"

/**
 * Writes @body without the fields named in @names, which ends with NULL, to @to,
 * which may be the same place. A name is "field" or "type.field"; it counts at
 * every depth. What cannot be read is left out. Returns the new size in bytes.
 * Thread word: reentrant.
 */
size_t camipc_redact(const struct camipc_schema_type *type,
		     const char *const *names, const uint8_t *body, size_t size,
		     uint8_t *to);

/** Returns true if a field of @schema has the @name. Thread word: reentrant. */
bool camipc_redact_knows(const struct camipc_schema *schema, const char *name);

#endif /* CAMIPC_RECORD_REDACT_H */
