/* SPDX-License-Identifier: MIT */
/*
 * Reads policy files with libyaml, and checks each key and value against tables.
 * The files are root's or the user's own: nobody else's bytes come here.
 */
#include "policy_parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include <camipc/limits.h>
#include <camipc/log.h>

#include "policy_node.h"

#define TOPIC "manager"

static const struct policy_word booleans[] = { { "true", 1 },
					       { "false", 0 },
					       { NULL, 0 } };

static int add_policy_path(struct policy_reader *reader, const char *key,
			   const yaml_node_t *item, const char *text,
			   struct camipc_path_list *list)
{
	if (text[0] != '/')
		return camipc_policy_refuse(reader, item,
				   "%s has '%.64s': expected absolute paths",
				   key, text);
	return camipc_path_list_add(list, text);
}

/* ---- match --------------------------------------------------------------- */

static int take_text(struct policy_reader *reader, const char *key,
		     const yaml_node_t *node, char **ret_text)
{
	const char *text = camipc_policy_text(node);

	if (!text || !text[0])
		return camipc_policy_refuse(reader, node, "%s: expected a text", key);
	*ret_text = strdup(text);
	return *ret_text ? 0 : -ENOMEM;
}

static int take_match_name(struct policy_reader *reader, const char *key,
			   yaml_node_t *value)
{
	return take_text(reader, key, value, &reader->rule->name);
}

static int take_match_path(struct policy_reader *reader, const char *key,
			   yaml_node_t *value)
{
	int ret = take_text(reader, key, value, &reader->rule->path);

	if (ret == 0 && reader->rule->path[0] != '/')
		return camipc_policy_refuse(reader, value,
				   "path is '%.64s': expected an absolute path",
				   reader->rule->path);
	return ret;
}

static int take_hex(struct policy_reader *reader, const char *key,
		    const yaml_node_t *node, uint8_t *bytes, size_t size)
{
	const char *text = camipc_policy_text(node);

	if (!text || !camipc_hex_read(text, bytes, size))
		return camipc_policy_refuse(reader, node,
				   "%s is '%.80s': expected %zu hex digits",
				   key, text ? text : "not a text", 2 * size);
	if (!camipc_crypto_is_built_in()) {
		camipc_policy_refuse(reader, node,
			    "%s: this build of camipc has no libcrypto and "
			    "cannot compare it",
			    key);
		return -ENOSYS;
	}
	reader->policy->needs_facts = true;
	return 0;
}

static int take_match_sha256(struct policy_reader *reader, const char *key,
			     yaml_node_t *value)
{
	reader->rule->has_sha256 = true;
	return take_hex(reader, key, value, reader->rule->sha256,
			sizeof(reader->rule->sha256));
}

static int take_match_key(struct policy_reader *reader, const char *key,
			  yaml_node_t *value)
{
	reader->rule->has_key = true;
	return take_hex(reader, key, value, reader->rule->key_id,
			sizeof(reader->rule->key_id));
}

static int take_match(struct policy_reader *reader, const char *key,
		      yaml_node_t *value)
{
	static const struct policy_key keys[] = {
		{ "name", take_match_name },
		{ "path", take_match_path },
		{ "sha256", take_match_sha256 },
		{ "key", take_match_key },
		{ NULL, NULL },
	};

	return camipc_policy_take_mapping(reader, key, keys, value);
}

/* ---- settings ------------------------------------------------------------ */

static int take_backend(struct policy_reader *reader, const char *key,
			yaml_node_t *value)
{
	static const struct policy_word words[] = {
		{ "thread", CAMIPC_BACKEND_THREAD },
		{ "process", CAMIPC_BACKEND_PROCESS },
		{ NULL, 0 },
	};
	int backend;
	int ret = camipc_policy_take_word(reader, key, value, words, &backend);

	if (ret == 0)
		reader->rule->settings.backend =
			(enum camipc_policy_backend)backend;
	return ret;
}

static int take_sandbox(struct policy_reader *reader, const char *key,
			yaml_node_t *value)
{
	static const struct policy_word words[] = {
		{ "required", CAMIPC_SANDBOX_REQUIRED },
		{ "best-effort", CAMIPC_SANDBOX_BEST_EFFORT },
		{ "off", CAMIPC_SANDBOX_OFF },
		{ NULL, 0 },
	};
	int mode;
	int ret = camipc_policy_take_word(reader, key, value, words, &mode);

	if (ret == 0)
		reader->rule->settings.sandbox = (enum camipc_sandbox_mode)mode;
	return ret;
}

static int take_transport(struct policy_reader *reader, const char *key,
			  yaml_node_t *value)
{
	static const struct policy_word words[] = {
		{ "socket", CAMIPC_TRANSPORT_SOCKET },
		{ "shm", CAMIPC_TRANSPORT_SHM },
		{ NULL, 0 },
	};
	int transport;
	int ret = camipc_policy_take_word(reader, key, value, words, &transport);

	if (ret == 0)
		reader->rule->settings.transport =
			(enum camipc_transport)transport;
	return ret;
}

static int take_queue(struct policy_reader *reader, const char *key,
		      yaml_node_t *value)
{
	return camipc_policy_take_number(reader, key, value, 1, CAMIPC_WINDOW,
				  &reader->rule->settings.queue);
}

static int add_variable(struct policy_reader *reader, const char *key,
			const yaml_node_t *item, const char *text)
{
	struct camipc_environment_list *list = &reader->rule->environment;
	int ret = camipc_environment_list_add(list, text);

	return ret == -EINVAL ? camipc_policy_refuse(reader, item,
					    "%s: '%.64s' cannot be handed to "
					    "workers",
					    key, text)
			      : ret;
}

static int take_environment(struct policy_reader *reader, const char *key,
			    yaml_node_t *value)
{
	reader->rule->settings.environment = &reader->rule->environment;
	return camipc_policy_take_texts(reader, key, value, add_variable);
}

/* ---- grants -------------------------------------------------------------- */

static int add_read(struct policy_reader *reader, const char *key,
		    const yaml_node_t *item, const char *text)
{
	return add_policy_path(reader, key, item, text, &reader->rule->read);
}

static int take_grant_read(struct policy_reader *reader, const char *key,
			   yaml_node_t *value)
{
	reader->rule->settings.read = &reader->rule->read;
	return camipc_policy_take_texts(reader, key, value, add_read);
}

static int add_device(struct policy_reader *reader, const char *key,
		      const yaml_node_t *item, const char *text)
{
	return add_policy_path(reader, key, item, text, &reader->rule->devices);
}

static int take_grant_devices(struct policy_reader *reader, const char *key,
			      yaml_node_t *value)
{
	reader->rule->settings.devices = &reader->rule->devices;
	return camipc_policy_take_texts(reader, key, value, add_device);
}

static int take_grant_gpu(struct policy_reader *reader, const char *key,
			  yaml_node_t *value)
{
	int granted;
	int ret = camipc_policy_take_word(reader, key, value, booleans, &granted);

	if (ret == 0)
		reader->rule->settings.gpu = granted ? CAMIPC_ANSWER_YES :
						       CAMIPC_ANSWER_NO;
	return ret;
}

static int take_grant_memory(struct policy_reader *reader, const char *key,
			     yaml_node_t *value)
{
	return camipc_policy_take_number(reader, key, value, 1,
				  CAMIPC_SANDBOX_MAX_MEMORY_MIB,
				  &reader->rule->settings.memory_mib);
}

static int take_grant_threads(struct policy_reader *reader, const char *key,
			      yaml_node_t *value)
{
	return camipc_policy_take_number(reader, key, value, 1,
				  CAMIPC_SANDBOX_MAX_THREADS,
				  &reader->rule->settings.threads);
}

static int take_grants(struct policy_reader *reader, const char *key,
		       yaml_node_t *value)
{
	static const struct policy_key keys[] = {
		{ "read", take_grant_read },
		{ "devices", take_grant_devices },
		{ "gpu", take_grant_gpu },
		{ "memory_mib", take_grant_memory },
		{ "threads", take_grant_threads },
		{ NULL, NULL },
	};

	return camipc_policy_take_mapping(reader, key, keys, value);
}

/* ---- restart ------------------------------------------------------------- */

static int take_restart_max(struct policy_reader *reader, const char *key,
			    yaml_node_t *value)
{
	return camipc_policy_take_number(reader, key, value, 0,
				  CAMIPC_POLICY_MAX_RESTARTS,
				  &reader->rule->settings.restart.max);
}

static int take_restart_window(struct policy_reader *reader, const char *key,
			       yaml_node_t *value)
{
	return camipc_policy_take_number(reader, key, value, 1,
				  CAMIPC_POLICY_MAX_WINDOW_MS,
				  &reader->rule->settings.restart.window_ms);
}

static int take_restart_spare(struct policy_reader *reader, const char *key,
			      yaml_node_t *value)
{
	int spare;
	int ret = camipc_policy_take_word(reader, key, value, booleans, &spare);

	if (ret == 0)
		reader->rule->settings.restart.spare = spare;
	return ret;
}

static int take_restart(struct policy_reader *reader, const char *key,
			yaml_node_t *value)
{
	static const struct policy_key keys[] = {
		{ "max", take_restart_max },
		{ "window_ms", take_restart_window },
		{ "spare", take_restart_spare },
		{ NULL, NULL },
	};
	struct camipc_policy_restart *restart = &reader->rule->settings.restart;
	int ret = camipc_policy_take_mapping(reader, key, keys, value);

	restart->is_set = true;
	/* max: 0 needs no window: it forbids restarts. */
	if (ret == 0 && restart->max > 0 && restart->window_ms == 0)
		return camipc_policy_refuse(reader, value,
				   "restart: window_ms is missing");
	return ret;
}

/* ---- files --------------------------------------------------------------- */

static int take_rule(struct policy_reader *reader, const yaml_node_t *node)
{
	static const struct policy_key keys[] = {
		{ "match", take_match },
		{ "backend", take_backend },
		{ "sandbox", take_sandbox },
		{ "grants", take_grants },
		{ "environment", take_environment },
		{ "restart", take_restart },
		{ "transport", take_transport },
		{ "queue", take_queue },
		{ NULL, NULL },
	};
	const char *slash = strrchr(reader->path, '/');
	char where[96];
	int ret;

	snprintf(where, sizeof(where), "%.64s:%zu",
		 slash ? slash + 1 : reader->path, node->start_mark.line + 1);
	ret = camipc_policy_add_rule(reader->policy, reader->layer, where,
				     &reader->rule);
	return ret < 0 ? ret
		       : camipc_policy_take_mapping(reader, "an entry of modules", keys,
				      node);
}

static int take_modules(struct policy_reader *reader, const char *key,
			yaml_node_t *value)
{
	const yaml_node_item_t *item;
	int ret = 0;

	if (value->type != YAML_SEQUENCE_NODE)
		return camipc_policy_refuse(reader, value, "%s: expected a list", key);
	for (item = value->data.sequence.items.start;
	     item < value->data.sequence.items.top && ret == 0; item++)
		ret = take_rule(reader, camipc_policy_node(reader, *item));
	return ret;
}

static int take_document(struct policy_reader *reader)
{
	static const struct policy_key keys[] = {
		{ "modules", take_modules },
		{ NULL, NULL },
	};
	const yaml_node_t *root = yaml_document_get_root_node(reader->document);

	/* An empty file says nothing. */
	return root ? camipc_policy_take_mapping(reader, "the file", keys, root) : 0;
}

/** Reports what libyaml refused. */
static int refuse_text(const struct policy_reader *reader,
		       const yaml_parser_t *parser)
{
	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s:%zu: broken YAML: %s",
		   reader->path, parser->problem_mark.line + 1,
		   parser->problem ? parser->problem : "unknown");
	return -EINVAL;
}

/** Reads one document. Returns 1 at the end of the text. */
static int read_document(struct policy_reader *reader, yaml_parser_t *parser,
			 bool is_first)
{
	yaml_document_t document;
	int ret;

	if (!yaml_parser_load(parser, &document))
		return refuse_text(reader, parser);
	reader->document = &document;
	if (is_first)
		ret = take_document(reader);
	else if (!yaml_document_get_root_node(&document))
		ret = 1;
	else
		ret = camipc_policy_refuse(reader, yaml_document_get_root_node(&document),
				  "expected the end of the file");
	yaml_document_delete(&document);
	return ret;
}

bool camipc_policy_can_parse(void)
{
	return true;
}

int camipc_policy_parse(struct camipc_policy *policy,
			enum camipc_policy_layer layer, const char *path,
			const char *text, size_t size)
{
	struct policy_reader reader = { policy, layer, path, NULL, NULL };
	yaml_parser_t parser;
	int ret;

	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text,
				     size);
	ret = read_document(&reader, &parser, true);
	if (ret == 0)
		ret = read_document(&reader, &parser, false);
	yaml_parser_delete(&parser);
	return ret < 0 ? ret : 0;
}
