/* SPDX-License-Identifier: MIT */
/* What the reader of manifests (manifest.c) and its keys share. */
#ifndef CAMIPC_MODULE_MANIFEST_READER_H
#define CAMIPC_MODULE_MANIFEST_READER_H

#include <string.h>

#include "manifest.h"

/** A text being read. It is cut up: values end with a NUL. */
struct camipc_manifest_reader {
	struct camipc_manifest manifest;
	unsigned int line;
	unsigned int seen; /* keys so far: bits, by their place in the table */
	/** Of the lines that follow; NULL: none yet. */
	const struct camipc_manifest_key *key;
	bool has_value; /* of that key */
	/** Of a list of mappings. */
	size_t item_indent; /* of the "-" before each item */
	const struct camipc_manifest_key *item_key; /* NULL: not in an item */
	bool item_has_value; /* of that key */
	char *why;
};

/** A key, and what takes one value of it. */
struct camipc_manifest_key {
	const char *name;
	int (*take)(struct camipc_manifest_reader *reader, const char *value);
	bool is_list;
	/** Keys of an item, if the list has mappings; ends with an entry that
	 *  has no name. An item that is one word goes to @take. */
	const struct camipc_manifest_key *items;
	/** Called before an item's first key. */
	int (*begin_item)(struct camipc_manifest_reader *reader);
	/** Called when an item is complete. */
	int (*end_item)(struct camipc_manifest_reader *reader);
};

/** All keys; ends with an entry that has no name. */
extern const struct camipc_manifest_key camipc_manifest_keys[];

/** "argument or /path" */
static inline bool camipc_manifest_has_default(const char *value)
{
	const size_t size = sizeof(CAMIPC_LOADS_DEFAULT) - 1;

	return strncmp(value, CAMIPC_LOADS_DEFAULT, size) == 0 &&
	       value[size] == '/';
}

/** Says why the current line is refused. Returns -ENOEXEC. */
CAMIPC_PRINTF(2, 3)
int camipc_manifest_refuse(struct camipc_manifest_reader *reader,
			   const char *format, ...);

#endif /* CAMIPC_MODULE_MANIFEST_READER_H */
