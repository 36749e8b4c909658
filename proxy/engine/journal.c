/* SPDX-License-Identifier: MIT */
/* Keeps the calls that a restarted IPA needs, and how they turned out. */
#include "journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/limits.h>
#include <camipc/log.h>

#include "journal_entry.h"
#include "journal_key.h"
#include "print_value.h"

/** The bytes of a message that is only read. */
static const uint8_t *body_of(const struct camipc_record *record)
{
	return record->message.bytes + CAMIPC_HEADER_SIZE;
}

void camipc_journal_init(struct camipc_journal *journal,
			 const struct camipc_interface *interface,
			 struct camipc_record_pool *pool)
{
	memset(journal, 0, sizeof(*journal));
	journal->interface = interface;
	journal->pool = pool;
	journal->last = &journal->first;
}

/* ---- counting ---------------------------------------------------------- */

/** Adds to what the journal holds; @sign is 1 or -1. */
static void count(struct camipc_journal *journal,
		  const struct camipc_journal_entry *entry, int sign)
{
	const uint64_t bytes = camipc_journal_entry_bytes(entry);
	const uint32_t fds = entry->call->message.fds.n;

	if (sign > 0) {
		atomic_fetch_add(&journal->n, 1);
		atomic_fetch_add(&journal->bytes, bytes);
		atomic_fetch_add(&journal->fds, fds);
	} else {
		atomic_fetch_sub(&journal->n, 1);
		atomic_fetch_sub(&journal->bytes, bytes);
		atomic_fetch_sub(&journal->fds, fds);
	}
}

static bool is_same(const struct camipc_journal_entry *entry,
		    const struct camipc_method *method, const char *key)
{
	return entry->method == method &&
	       (!key || !entry->key || strcmp(entry->key, key) == 0);
}

/** Subtracts from @change what it replaces. */
static void subtract_replaced(const struct camipc_journal *journal,
			      const struct camipc_journal_entry *added,
			      struct camipc_journal_change *change)
{
	const struct camipc_journal_entry *entry = journal->first;

	while (entry && !is_same(entry, added->method, added->key))
		entry = entry->next;
	if (!entry)
		return;
	change->n_added--;
	change->bytes -= camipc_journal_entry_bytes(entry);
	change->fds -= entry->call->message.fds.n;
}

/** Returns 0, or -EMSGSIZE if @change does not fit. What is replaced may be larger
 *  than what is added, but not even this makes room for others: several calls
 *  under way may replace the same one. */
static int reserve(struct camipc_journal *journal,
		   struct camipc_journal_change *change)
{
	const struct camipc_journal_entry *entry;
	uint32_t fds;

	for (entry = change->added; entry; entry = entry->next) {
		change->n_added++;
		change->bytes += camipc_journal_entry_bytes(entry);
		change->fds += entry->call->message.fds.n;
	}
	for (entry = change->added; entry; entry = entry->next)
		subtract_replaced(journal, entry, change);
	if ((int64_t)change->bytes < 0)
		change->bytes = 0;
	if ((int32_t)change->fds < 0)
		change->fds = 0;
	journal->pending += change->n_added;
	journal->pending_bytes += change->bytes;
	journal->pending_fds += change->fds;
	fds = atomic_load(&journal->fds) + journal->pending_fds;
	if (!change->added)
		return 0;
	if (atomic_load(&journal->n) + journal->pending >
		    CAMIPC_MAX_JOURNAL_ENTRIES ||
	    atomic_load(&journal->bytes) + journal->pending_bytes >
		    CAMIPC_MAX_JOURNAL_BYTES ||
	    fds > CAMIPC_MAX_JOURNAL_FDS)
		return -EMSGSIZE;
	return 0;
}

static void free_change(struct camipc_journal *journal,
			struct camipc_journal_change *change)
{
	struct camipc_journal_entry *entry;

	journal->pending -= change->n_added;
	journal->pending_bytes -= change->bytes;
	journal->pending_fds -= change->fds;
	while ((entry = change->added)) {
		change->added = entry->next;
		camipc_journal_entry_free(entry);
	}
	for (size_t i = 0; i < change->n_keys; i++)
		free(change->keys[i]);
	free(change->keys);
	free(change);
}

/* ---- entries ----------------------------------------------------------- */

/** Removes all entries of @method if @key is NULL, else the one with that key. */
static void forget(struct camipc_journal *journal,
		   const struct camipc_method *method, const char *key)
{
	struct camipc_journal_entry **at = &journal->first;
	struct camipc_journal_entry *entry;

	while ((entry = *at)) {
		if (!is_same(entry, method, key)) {
			at = &entry->next;
			continue;
		}
		*at = entry->next;
		count(journal, entry, -1);
		camipc_journal_entry_free(entry);
	}
	journal->last = at;
}

void camipc_journal_fini(struct camipc_journal *journal)
{
	struct camipc_journal_entry *entry;

	while ((entry = journal->first)) {
		journal->first = entry->next;
		count(journal, entry, -1);
		camipc_journal_entry_free(entry);
	}
	journal->last = &journal->first;
}

void camipc_journal_end_run(struct camipc_journal *journal)
{
	const struct camipc_interface *interface = journal->interface;

	for (uint16_t row = 0; row < interface->n_methods; row++) {
		if (interface->methods[row].role == CAMIPC_ROLE_START)
			forget(journal, &interface->methods[row], NULL);
	}
}

/* ---- changes ----------------------------------------------------------- */

bool camipc_journal_keeps(const struct camipc_method *method)
{
	return (method->flags & CAMIPC_METHOD_RESTORE) ||
	       method->role == CAMIPC_ROLE_INIT ||
	       method->role == CAMIPC_ROLE_START;
}

bool camipc_journal_compares(const struct camipc_method *method)
{
	return !(method->flags & CAMIPC_METHOD_IGNORE_RESULT) &&
	       (method->role == CAMIPC_ROLE_INIT ||
		method->when == CAMIPC_WHEN_STOPPED);
}

static bool undoes(const struct camipc_interface *interface,
		   const struct camipc_method *method)
{
	for (uint16_t row = 0; row < interface->n_methods; row++) {
		if (interface->methods[row].undo == method->id)
			return true;
	}
	return false;
}

bool camipc_journal_reads(const struct camipc_journal *journal,
			  const struct camipc_method *method)
{
	return camipc_journal_keeps(method) ||
	       undoes(journal->interface, method);
}

/** Reads the keys of the calls that @change->undo reverts. */
static int read_undone(const struct camipc_method *reverted, const void *args,
		       struct camipc_journal_change *change)
{
	static const uint32_t itself[CAMIPC_KEY_DEPTH];
	const struct camipc_field_info *field =
		camipc_key_of_undo(reverted, change->undo);
	const uint8_t *elements;
	size_t n;

	if (!field)
		return 0;
	n = camipc_key_count(field, args);
	elements = camipc_key_elements(field, args);
	change->keys = calloc(n + 1, sizeof(*change->keys));
	if (!change->keys)
		return -ENOMEM;
	for (; change->n_keys < n; change->n_keys++) {
		char *key = camipc_key_of_element(
			field, itself,
			elements +
				change->n_keys * camipc_item_size(field));

		if (!key)
			return -ENOMEM;
		change->keys[change->n_keys] = key;
	}
	return 0;
}

static int fill_undo(const struct camipc_journal *journal,
		     const struct camipc_method *method, const void *args,
		     struct camipc_journal_change *change)
{
	const struct camipc_interface *interface = journal->interface;

	if (!undoes(interface, method))
		return 0;
	change->undo = method;
	for (uint16_t row = 0; row < interface->n_methods; row++) {
		const struct camipc_method *reverted = &interface->methods[row];

		if (reverted->undo == method->id && reverted->key[0] &&
		    !change->keys) {
			int ret = read_undone(reverted, args, change);

			if (ret < 0)
				return ret;
		}
	}
	return 0;
}

int camipc_journal_prepare(struct camipc_journal *journal,
			   const struct camipc_method *method, const void *args,
			   struct camipc_journal_change **ret_change)
{
	const bool ends_run = method->role == CAMIPC_ROLE_STOP;
	struct camipc_journal_change *change;
	int ret;

	*ret_change = NULL;
	if (!ends_run && !camipc_journal_reads(journal, method))
		return 0;
	change = calloc(1, sizeof(*change));
	if (!change)
		return -ENOMEM;
	change->ends_run = ends_run;
	ret = fill_undo(journal, method, args, change);
	if (ret == 0 && camipc_journal_keeps(method))
		ret = camipc_journal_entries_make(journal, method, args,
						  &change->added);
	if (ret == 0)
		ret = reserve(journal, change);
	if (ret < 0) {
		free_change(journal, change);
		return ret;
	}
	*ret_change = change;
	return 0;
}

/** Reverts calls of one method. */
static void revert(struct camipc_journal *journal,
		   const struct camipc_method *reverted,
		   const struct camipc_journal_change *change)
{
	if (!reverted->key[0] || !change->keys) {
		forget(journal, reverted, NULL);
		return;
	}
	for (size_t i = 0; i < change->n_keys; i++)
		forget(journal, reverted, change->keys[i]);
}

/** Keeps what must be the same again. Without memory that is not checked. */
static void keep_result(struct camipc_journal_entry *entry, int32_t ret,
			const struct camipc_record *reply)
{
	const struct camipc_method *method = entry->method;
	const size_t size = reply ? reply->message.header.body_size : 0;

	entry->ret = ret;
	if (!camipc_journal_compares(method) &&
	    method->role != CAMIPC_ROLE_START)
		return;
	entry->result = calloc(1, size + CAMIPC_MESSAGE_SLACK);
	if (!entry->result) {
		camipc_log(CAMIPC_LOG_WARNING, "proxy",
			   "no memory for the results of %s: they are not "
			   "compared after a restart",
			   method->name);
		return;
	}
	if (size)
		memcpy(entry->result, body_of(reply),
		       size);
	entry->result_size = size;
}

void camipc_journal_commit(struct camipc_journal *journal,
			   struct camipc_journal_change *change, int32_t ret,
			   const struct camipc_record *reply)
{
	const struct camipc_interface *interface = journal->interface;
	struct camipc_journal_entry *entry;

	if (!change)
		return;
	for (uint16_t row = 0; change->undo && row < interface->n_methods;
	     row++) {
		if (interface->methods[row].undo == change->undo->id)
			revert(journal, &interface->methods[row], change);
	}
	if (change->ends_run)
		camipc_journal_end_run(journal);
	while ((entry = change->added)) {
		change->added = entry->next;
		keep_result(entry, ret, reply);
		forget(journal, entry->method, entry->key);
		entry->next = NULL;
		*journal->last = entry;
		journal->last = &entry->next;
		count(journal, entry, 1);
	}
	free_change(journal, change);
}

void camipc_journal_drop(struct camipc_journal *journal,
			 struct camipc_journal_change *change)
{
	if (change)
		free_change(journal, change);
}

/* ---- replay ------------------------------------------------------------ */

void camipc_journal_rewind(const struct camipc_journal_entry *entry)
{
	const struct camipc_fd_table *fds = &entry->call->message.fds;

	for (uint32_t i = 0; i < fds->n; i++) {
		/* It was a file then, and cannot be anything else now. */
		if (entry->positions[i] >= 0)
			(void)lseek(fds->fds[i], entry->positions[i], SEEK_SET);
	}
}

const char *camipc_journal_compare(const struct camipc_journal_entry *entry,
				   const struct camipc_record *reply)
{
	const size_t size = reply->message.header.body_size;
	const uint8_t *body = size ? body_of(reply) :
				     entry->result;

	if (!entry->result || (size == entry->result_size &&
			       memcmp(body, entry->result, size) == 0))
		return NULL;
	return camipc_journal_find_difference(entry, body, size);
}
