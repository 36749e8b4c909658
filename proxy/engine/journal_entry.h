/* SPDX-License-Identifier: MIT */
/* Makes entries of the journal out of the arguments of calls. */
#ifndef CAMIPC_ENGINE_JOURNAL_ENTRY_H
#define CAMIPC_ENGINE_JOURNAL_ENTRY_H

#include "journal.h"

/**
 * Makes the entries of one call: one; or with a key that leads through an array,
 * one for each element of it, and none if it is empty. Returns 0, -ENOMEM,
 * -EMFILE, -EBADF, -EINVAL or -EMSGSIZE, and then no entries.
 */
int camipc_journal_entries_make(const struct camipc_journal *journal,
				const struct camipc_method *method,
				const void *args,
				struct camipc_journal_entry **ret_entries)
	CAMIPC_MUST_CHECK;

/** Frees an entry. */
void camipc_journal_entry_free(struct camipc_journal_entry *entry);

/** Returns the bytes of memory that count for an entry. */
uint64_t camipc_journal_entry_bytes(const struct camipc_journal_entry *entry);

/**
 * Returns the name of the first field in which the body @bytes differs from the
 * kept result; "" if the field is not known.
 */
const char *
camipc_journal_find_difference(const struct camipc_journal_entry *entry,
			       const uint8_t *bytes, size_t size);

#endif /* CAMIPC_ENGINE_JOURNAL_ENTRY_H */
