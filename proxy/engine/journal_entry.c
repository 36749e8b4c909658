/* SPDX-License-Identifier: MIT */
/* Copies calls into entries of the journal, split by their keys. */
#include "journal_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/limits.h>
#include <camipc/wire.h>

#include "journal_key.h"
#include "print_value.h"

/* ---- descriptors ------------------------------------------------------- */

/*
 * Replaces a file's descriptor by one with an open file description of its own:
 * a worker that seeks in the old one cannot disturb the next. Other kinds
 * (buffers, devices, pipes) cannot be opened twice without effects of their own.
 */
static off_t reopen(int fd)
{
	const int flags = fcntl(fd, F_GETFL);
	const off_t position = lseek(fd, 0, SEEK_CUR);
	char name[32];
	struct stat info;
	int own;

	if (flags < 0 || position < 0 || fstat(fd, &info) < 0 ||
	    !S_ISREG(info.st_mode))
		return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	own = open(name, (flags & (O_ACCMODE | O_APPEND)) | O_CLOEXEC |
				 O_NOCTTY);
	/* Without /proc or the permission, the worker shares the caller's. */
	if (own < 0)
		return position;
	/* An own one that cannot take the old one's number is of no use. */
	(void)!dup3(own, fd, O_CLOEXEC);
	close(own);
	return position;
}

static int reopen_all(struct camipc_journal_entry *entry)
{
	const struct camipc_fd_table *fds = &entry->call->message.fds;

	entry->positions = malloc((fds->n + 1) * sizeof(*entry->positions));
	if (!entry->positions)
		return -ENOMEM;
	for (uint32_t i = 0; i < fds->n; i++)
		entry->positions[i] = reopen(fds->fds[i]);
	return 0;
}

/* ---- entries ----------------------------------------------------------- */

void camipc_journal_entry_free(struct camipc_journal_entry *entry)
{
	if (!entry)
		return;
	camipc_record_release(entry->call);
	free(entry->positions);
	free(entry->result);
	free(entry->key);
	free(entry);
}

uint64_t camipc_journal_entry_bytes(const struct camipc_journal_entry *entry)
{
	return sizeof(*entry) + camipc_record_memory(entry->call) +
	       entry->result_size;
}

static int pack(const struct camipc_journal *journal,
		const struct camipc_method *method, const void *args,
		struct camipc_record *record)
{
	struct camipc_check_result checked;
	struct camipc_header *header = &record->message.header;
	int ret = camipc_check_message(method->args, args, CAMIPC_MAX_FDS,
				       journal->context, &checked);

	if (ret == 0)
		ret = camipc_record_pack(record, method->args, args, &checked,
					 CAMIPC_PACK_BYTES);
	if (ret < 0)
		return ret;
	camipc_record_trim(record);
	header->kind = CAMIPC_MESSAGE_CALL;
	header->id = method->id;
	record->n_fds = header->n_fds;
	return 0;
}

/** Takes @key. */
static int make_entry(const struct camipc_journal *journal,
		      const struct camipc_method *method, const void *args,
		      char *key, struct camipc_journal_entry **ret_entry)
{
	struct camipc_journal_entry *entry = calloc(1, sizeof(*entry));
	int ret = -ENOMEM;

	if (!entry) {
		free(key);
		return ret;
	}
	entry->method = method;
	entry->key = key;
	entry->call = camipc_record_get(journal->pool);
	if (entry->call)
		ret = pack(journal, method, args, entry->call);
	if (ret == 0)
		ret = reopen_all(entry);
	if (ret < 0) {
		camipc_journal_entry_free(entry);
		return ret;
	}
	*ret_entry = entry;
	return 0;
}

/* ---- splitting --------------------------------------------------------- */

/** A call that is being split. */
struct split {
	const struct camipc_journal *journal;
	const struct camipc_method *method;
	const void *args;
	uint8_t *part; /* the arguments with one element only */
	struct camipc_journal_entry **last;
};

/** Leaves the @n elements at @elements in an array of the part. */
static void set_array(struct split *split,
		      const struct camipc_field_info *field,
		      const uint8_t *elements, size_t n)
{
	memcpy(split->part + field->offset, &elements, sizeof(elements));
	memcpy(split->part + field->aux_offset, &n, sizeof(n));
}

static int split_array(struct split *split,
		       const struct camipc_field_info *field)
{
	const size_t n = camipc_key_count(field, split->args);
	const size_t stride = camipc_item_size(field);
	const uint8_t *element = camipc_key_elements(field, split->args);
	int ret = 0;

	for (size_t i = 0; i < n && ret == 0; i++, element += stride) {
		char *key = camipc_key_of_element(field, split->method->key,
						  element);

		if (!key)
			return -ENOMEM;
		set_array(split, field, element, 1);
		ret = make_entry(split->journal, split->method, split->part, key,
				 split->last);
		if (ret == 0)
			split->last = &(*split->last)->next;
	}
	set_array(split, field, NULL, 0);
	return ret;
}

static int split_all(struct split *split)
{
	const struct camipc_type_info *info = split->method->args->info;
	int ret = 0;

	for (uint32_t i = 0; i < info->n_fields; i++) {
		if (camipc_key_splits(split->method, &info->fields[i]))
			set_array(split, &info->fields[i], NULL, 0);
	}
	for (uint32_t i = 0; i < info->n_fields && ret == 0; i++) {
		if (camipc_key_splits(split->method, &info->fields[i]))
			ret = split_array(split, &info->fields[i]);
	}
	return ret;
}

static bool is_split(const struct camipc_method *method)
{
	const struct camipc_field_info *first =
		method->args && method->key[0] ?
			camipc_key_field(method->args->info, method->key[0]) :
			NULL;

	return first && camipc_key_splits(method, first);
}

static int make_split(const struct camipc_journal *journal,
		      const struct camipc_method *method, const void *args,
		      struct camipc_journal_entry **ret_entries)
{
	struct split split = {
		.journal = journal,
		.method = method,
		.args = args,
		.part = malloc(method->args->size),
		.last = ret_entries,
	};
	int ret;

	if (!split.part)
		return -ENOMEM;
	memcpy(split.part, args, method->args->size);
	ret = split_all(&split);
	free(split.part);
	return ret;
}

int camipc_journal_entries_make(const struct camipc_journal *journal,
				const struct camipc_method *method,
				const void *args,
				struct camipc_journal_entry **ret_entries)
{
	struct camipc_journal_entry *entry;
	char *key = NULL;
	int ret;

	*ret_entries = NULL;
	if (is_split(method)) {
		ret = make_split(journal, method, args, ret_entries);
		while (ret < 0 && (entry = *ret_entries)) {
			*ret_entries = entry->next;
			camipc_journal_entry_free(entry);
		}
		return ret;
	}
	if (method->args && method->key[0]) {
		key = camipc_key_of_args(method, args);
		if (!key)
			return -ENOMEM;
	}
	return make_entry(journal, method, args, key, ret_entries);
}

/* ---- differences ------------------------------------------------------- */

/** One field of an encoded message, as its tag and its extent. */
struct field {
	uint32_t tag;
	const uint8_t *at;
	size_t size;
};

/** Reads the next field. Returns false at the end, or at a wrong byte. */
static bool read_field(struct camipc_reader *reader, const uint8_t **p,
		       struct field *field)
{
	field->tag = 0;
	if (*p >= reader->end || reader->error)
		return false;
	*p = camipc_get_tag(reader, *p, reader->end, &field->tag);
	field->at = *p;
	*p = camipc_skip(reader, *p, reader->end, field->tag);
	field->size = (size_t)(*p - field->at);
	return !reader->error;
}

const char *
camipc_journal_find_difference(const struct camipc_journal_entry *entry,
			       const uint8_t *bytes, size_t size)
{
	const struct camipc_type_info *info = entry->method->outs->info;
	const struct camipc_field_info *found;
	struct camipc_reader readers[2];
	struct camipc_arena arena;
	struct field fields[2];
	const uint8_t *p[2];
	bool more[2];

	camipc_arena_init(&arena, 0);
	p[0] = camipc_reader_init(&readers[0], entry->result,
				  entry->result_size, &arena, NULL, 0);
	p[1] = camipc_reader_init(&readers[1], bytes, size, &arena, NULL, 0);
	do {
		more[0] = read_field(&readers[0], &p[0], &fields[0]);
		more[1] = read_field(&readers[1], &p[1], &fields[1]);
	} while (more[0] && more[1] && fields[0].tag == fields[1].tag &&
		 fields[0].size == fields[1].size &&
		 memcmp(fields[0].at, fields[1].at, fields[0].size) == 0);
	camipc_arena_fini(&arena);
	/* Fields are encoded by their number, and the default is left out: the
	 * lower number is the field that only one of them has. */
	if (!more[0] ||
	    (more[1] && fields[1].tag < fields[0].tag))
		fields[0] = fields[1];
	found = camipc_key_field(info, fields[0].tag >> 3);
	return found ? found->name : "";
}
