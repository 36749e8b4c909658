/* SPDX-License-Identifier: MIT */
/* Checks keys and values of policy files against tables. */
#include "policy_node.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/log.h>

#define TOPIC "manager"

int camipc_policy_refuse(const struct policy_reader *reader,
		       const yaml_node_t *node, const char *format, ...)
{
	char what[384];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s:%zu: %s", reader->path,
		   node ? node->start_mark.line + 1 : (size_t)1, what);
	return -EINVAL;
}

yaml_node_t *camipc_policy_node(const struct policy_reader *reader, int index)
{
	return yaml_document_get_node(reader->document, index);
}

/** The text of a scalar without NULs, or NULL. */
const char *camipc_policy_text(const yaml_node_t *node)
{
	const char *text;

	if (!node || node->type != YAML_SCALAR_NODE)
		return NULL;
	text = (const char *)node->data.scalar.value;
	return strlen(text) == node->data.scalar.length ? text : NULL;
}

/* ---- mappings and lists --------------------------------------------------- */

/** Writes "a, b, c". */
static void list_keys(const struct policy_key *keys, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; keys[i].name && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
					 i ? ", " : "", keys[i].name);
}

static int take_pair(struct policy_reader *reader, const char *owner,
		     const struct policy_key *keys, uint32_t *seen,
		     const yaml_node_pair_t *pair)
{
	const yaml_node_t *key = camipc_policy_node(reader, pair->key);
	const char *name = camipc_policy_text(key);
	char known[256];
	size_t i;

	if (!name)
		return camipc_policy_refuse(reader, key, "%s has a key that is no text",
				   owner);
	for (i = 0; keys[i].name; i++) {
		if (strcmp(keys[i].name, name) == 0)
			break;
	}
	if (!keys[i].name) {
		list_keys(keys, known, sizeof(known));
		return camipc_policy_refuse(reader, key,
				   "%s has the unknown key '%.32s'; known: %s",
				   owner, name, known);
	}
	if (*seen & 1u << i)
		return camipc_policy_refuse(reader, key, "%s has the key %s twice",
				   owner, name);
	*seen |= 1u << i;
	return keys[i].take(reader, keys[i].name,
			    camipc_policy_node(reader, pair->value));
}

/** @owner: what has these keys, for messages. */
int camipc_policy_take_mapping(struct policy_reader *reader, const char *owner,
			const struct policy_key *keys, const yaml_node_t *node)
{
	const yaml_node_pair_t *pair;
	uint32_t seen = 0;
	int ret = 0;

	if (!node || node->type != YAML_MAPPING_NODE)
		return camipc_policy_refuse(reader, node, "%s: expected keys with values",
				   owner);
	for (pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top && ret == 0; pair++)
		ret = take_pair(reader, owner, keys, &seen, pair);
	return ret;
}

/** Passes each text of a list to @add. */
int camipc_policy_take_texts(struct policy_reader *reader, const char *key,
		      const yaml_node_t *node,
		      int (*add)(struct policy_reader *reader, const char *key,
				 const yaml_node_t *item, const char *text))
{
	const yaml_node_item_t *item;
	int ret = 0;

	if (node->type != YAML_SEQUENCE_NODE)
		return camipc_policy_refuse(reader, node, "%s: expected a list", key);
	for (item = node->data.sequence.items.start;
	     item < node->data.sequence.items.top && ret == 0; item++) {
		const yaml_node_t *value = camipc_policy_node(reader, *item);
		const char *text = camipc_policy_text(value);

		ret = text ? add(reader, key, value, text)
			   : camipc_policy_refuse(reader, value,
					 "%s: expected a list of texts", key);
	}
	return ret;
}

/* ---- values -------------------------------------------------------------- */

int camipc_policy_take_word(struct policy_reader *reader, const char *key,
		     const yaml_node_t *node, const struct policy_word *words,
		     int *ret_value)
{
	const char *text = camipc_policy_text(node);
	char known[96] = "";
	size_t used = 0;

	for (size_t i = 0; words[i].word; i++) {
		if (text && strcmp(text, words[i].word) == 0) {
			*ret_value = words[i].value;
			return 0;
		}
		used += (size_t)snprintf(known + used, sizeof(known) - used,
					 "%s%s", i ? " or " : "",
					 words[i].word);
	}
	return camipc_policy_refuse(reader, node, "%s is '%.32s': expected %s", key,
			   text ? text : "not a text", known);
}

/** A whole number in decimal from @min to @max. */
int camipc_policy_take_number(struct policy_reader *reader, const char *key,
			      const yaml_node_t *node, uint32_t min,
			      uint32_t max, uint32_t *ret_value)
{
	const char *text = camipc_policy_text(node);
	const size_t n = text ? strspn(text, "0123456789") : 0;
	unsigned long value = 0;

	if (n > 0 && n < 10 && !text[n]) {
		value = strtoul(text, NULL, 10);
		if (value >= min && value <= max) {
			*ret_value = (uint32_t)value;
			return 0;
		}
	}
	return camipc_policy_refuse(reader, node, "%s is '%.32s': expected %u to %u",
			   key, text ? text : "not a number", min, max);
}
