/* SPDX-License-Identifier: MIT */
/*
 * The journal of a proxy: the calls that a new IPA needs to be in the state of
 * the old one, with what they returned. One entry for each method, or for each
 * key of a method; a later call replaces an earlier one and is the latest of
 * all then. It does not depend on the proxy.
 */
#ifndef CAMIPC_ENGINE_JOURNAL_H
#define CAMIPC_ENGINE_JOURNAL_H

#include <stdatomic.h>
#include <sys/types.h>

#include "record.h"

/** One call. Owned by a journal, or by a change of it. */
struct camipc_journal_entry {
	struct camipc_journal_entry *next;
	const struct camipc_method *method;
	char *key; /* NULL: the method has none */
	struct camipc_record *call; /* packed: is sent again */
	off_t *positions; /* of its descriptors; -1: none */
	uint8_t *result; /* the encoded outputs; NULL: not kept */
	size_t result_size;
	int32_t ret;
};

/** What a call changes once it has succeeded. */
struct camipc_journal_change {
	struct camipc_journal_change *next; /* for its owner */
	struct camipc_journal_entry *added;
	const struct camipc_method *undo; /* that reverts calls; NULL: none */
	char **keys; /* of the reverted calls */
	size_t n_keys;
	bool ends_run; /* stop: the start is not needed any more */
	uint32_t n_added; /* as counted in the journal's pending members */
	uint64_t bytes;
	uint32_t fds;
};

/** All zero is empty. Thread word: bound; the atomic members are read by any
 *  thread. */
struct camipc_journal {
	struct camipc_journal_entry *first; /* the oldest latest success */
	struct camipc_journal_entry **last; /* NULL while it is empty */
	const struct camipc_interface *interface;
	struct camipc_record_pool *pool; /* borrowed */
	void *context; /* of the proxy's external types */
	uint32_t pending; /* entries of calls that have not ended */
	uint64_t pending_bytes;
	uint32_t pending_fds;
	atomic_uint n;
	atomic_uint fds;
	atomic_ullong bytes;
};

/** Sets up an empty journal; @interface and @pool are borrowed until fini(). */
void camipc_journal_init(struct camipc_journal *journal,
			 const struct camipc_interface *interface,
			 struct camipc_record_pool *pool);

/** Forgets all calls. */
void camipc_journal_fini(struct camipc_journal *journal);

/** Returns true for a method whose successful calls are kept. */
bool camipc_journal_keeps(const struct camipc_method *method);

/** Returns true for a method whose arguments camipc_journal_prepare() reads. */
bool camipc_journal_reads(const struct camipc_journal *journal,
			  const struct camipc_method *method);

/** Returns true if all results of @method must be the same again. */
bool camipc_journal_compares(const struct camipc_method *method);

/**
 * camipc_journal_prepare() - find out what a call will change
 * @args: checked; borrowed for the call
 * @ret_change: for commit() or drop(); NULL if it changes nothing
 *
 * Copies the arguments, so that nothing can fail once the call has succeeded.
 * Returns 0; -EMSGSIZE if the journal would keep more than its limits; -EMFILE,
 * -EBADF, -EINVAL or -ENOMEM.
 */
int camipc_journal_prepare(struct camipc_journal *journal,
			   const struct camipc_method *method, const void *args,
			   struct camipc_journal_change **ret_change)
	CAMIPC_MUST_CHECK;

/**
 * Carries a change out and frees it; NULL is fine. @ret and @reply: what the
 * call returned; @reply is NULL if it has no outputs.
 */
void camipc_journal_commit(struct camipc_journal *journal,
			   struct camipc_journal_change *change, int32_t ret,
			   const struct camipc_record *reply);

/** Frees a change that is not carried out; NULL is fine. */
void camipc_journal_drop(struct camipc_journal *journal,
			 struct camipc_journal_change *change);

/** Forgets the start: the IPA is to be stopped. */
void camipc_journal_end_run(struct camipc_journal *journal);

/** Prepares an entry's call to be sent: its files are read from where they
 *  were when the call was made. */
void camipc_journal_rewind(const struct camipc_journal_entry *entry);

/**
 * Compares the encoded outputs @reply of a repeated call with those of the
 * first one. Returns NULL if they are the same, else the name of the first
 * field that differs.
 */
const char *camipc_journal_compare(const struct camipc_journal_entry *entry,
				   const struct camipc_record *reply);

#endif /* CAMIPC_ENGINE_JOURNAL_H */
