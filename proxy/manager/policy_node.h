/* SPDX-License-Identifier: MIT */
/* Values of a YAML document, compared with what a policy file may have. */
#ifndef CAMIPC_PROXY_POLICY_NODE_H
#define CAMIPC_PROXY_POLICY_NODE_H

#include <yaml.h>

#include "policy.h"

/** A file being read. */
struct policy_reader {
	struct camipc_policy *policy;
	enum camipc_policy_layer layer;
	const char *path;
	yaml_document_t *document;
	struct camipc_policy_rule *rule; /* that is being read */
};

/** A key of a mapping, and what takes its value. */
struct policy_key {
	const char *name; /* NULL at the end of a table */
	int (*take)(struct policy_reader *reader, const char *key,
		    yaml_node_t *value);
};

/** A word that a value may be, and what it stands for. */
struct policy_word {
	const char *word; /* NULL at the end of a table */
	int value;
};

/** Logs one line with file, line and @format. Returns -EINVAL. */
CAMIPC_PRINTF(3, 4)
int camipc_policy_refuse(const struct policy_reader *reader,
			 const yaml_node_t *node, const char *format, ...);

/** Returns a node of the document, by number. */
yaml_node_t *camipc_policy_node(const struct policy_reader *reader, int index);

/** Returns the text of a scalar without NULs, or NULL. */
const char *camipc_policy_text(const yaml_node_t *node);

/*
 * The functions below pass on or store what a node has. They return 0; -EINVAL
 * (the node has something else, which is logged); or what a function returned.
 */

/** Passes each value to the function of its key. @owner: who has these keys. */
int camipc_policy_take_mapping(struct policy_reader *reader, const char *owner,
			       const struct policy_key *keys,
			       const yaml_node_t *node) CAMIPC_MUST_CHECK;

/** Passes each text of a list to @add. */
int camipc_policy_take_texts(struct policy_reader *reader, const char *key,
			     const yaml_node_t *node,
			     int (*add)(struct policy_reader *reader,
					const char *key,
					const yaml_node_t *item,
					const char *text)) CAMIPC_MUST_CHECK;

/** Stores the value of the word that the text is. */
int camipc_policy_take_word(struct policy_reader *reader, const char *key,
			    const yaml_node_t *node,
			    const struct policy_word *words,
			    int *ret_value) CAMIPC_MUST_CHECK;

/** Stores a whole number in decimal, from @min to @max. */
int camipc_policy_take_number(struct policy_reader *reader, const char *key,
			      const yaml_node_t *node, uint32_t min,
			      uint32_t max, uint32_t *ret_value)
	CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_POLICY_NODE_H */
