/* SPDX-License-Identifier: MIT */
/*
 * A module that is a recorded IPA: it answers the calls of a live pipeline
 * handler from a recording. The tool camipc writes a copy of it for each
 * recording, with the recording's path and interface; see recorded_place.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <camipc/error.h>

#include "recorded_place.h"
#include "recorded_player.h"

/* The copy's path; volatile, because no compiler may know that it is empty. */
static volatile struct recorded_place place = { .mark = RECORDED_MARK };

/* Of the recording, as long as the module is loaded. */
static struct camipc_schema *schema;
static struct raw_interface raw;

/* Most methods of an interface. */
#define MAX_METHODS 1024

static void answer(const struct camipc_method *row, const void *table,
		   void *self, const void *args, void *outs)
{
	(void)table;
	recorded_player_call(self, row, args, outs);
}

static camipc_invoke_fn invoke[MAX_METHODS];

/* Returns what the tool has written, for free(); NULL without memory. */
static struct recorded_place *copy_place(void)
{
	struct recorded_place *copy = malloc(sizeof(*copy));

	for (size_t i = 0; copy && i < sizeof(*copy); i++)
		((uint8_t *)copy)[i] = ((volatile uint8_t *)&place)[i];
	if (copy)
		copy->path[RECORDED_PATH_SIZE - 1] = '\0';
	return copy;
}

/* The library needs the interface before it creates an instance. */
__attribute__((constructor)) static void read_interface(void)
{
	struct recorded_place *copy = copy_place();

	if (copy && copy->table_size <= RECORDED_TABLE_SIZE)
		(void)!camipc_schema_read(copy->table, copy->table_size,
					  &schema);
	free(copy);
	if (!schema || schema->n_methods > MAX_METHODS)
		return;
	for (uint32_t i = 0; i < schema->n_methods; i++)
		invoke[i] = answer;
	(void)!raw_interface_make(&raw, schema);
}

static const char *missing_op(const void *ops)
{
	(void)ops;
	return NULL;
}

static void recorded_destroy(void *ipa)
{
	struct recorded_player *player = ipa;

	if (player)
		recorded_player_fini(player);
	free(player);
}

static int recorded_create(struct camipc_host *host, void **ret_ipa)
{
	struct recorded_player *player = calloc(1, sizeof(*player));
	char reason[CAMIPC_RECORDING_WHY_SIZE] = "";
	struct recorded_place *copy = copy_place();
	int ret = 0;

	if (!player || !copy) {
		ret = -ENOMEM;
	} else if (access(copy->path, R_OK) < 0) {
		ret = -errno;
		camipc_host_log(host, CAMIPC_LOG_ERROR,
				"cannot read the recording '%s' (%s): use the "
				"isolation loopback, because the sandbox of a "
				"worker hides files",
				copy->path, camipc_errno_to_string(ret));
	} else if (!recorded_player_init(player, copy->path, reason)) {
		camipc_host_log(host, CAMIPC_LOG_ERROR, "%s: %s", copy->path,
				reason);
		ret = -EPROTO;
	}
	free(copy);
	if (ret < 0) {
		recorded_destroy(player);
		return ret;
	}
	player->host = host;
	*ret_ipa = player;
	return 0;
}

/* What the copy replaces: everything but the licence and the ABI. */
CAMIPC_NOTE_ATTRIBUTES
static const struct camipc_module_note camipc_module_note = {
	sizeof(CAMIPC_NOTE_NAME),
	sizeof(struct camipc_module_info),
	CAMIPC_NOTE_TYPE,
	CAMIPC_NOTE_NAME,
	{ .abi = CAMIPC_MODULE_ABI,
	  .codegen_revision = CAMIPC_CODEGEN_REVISION,
	  .module_version = 1,
	  .interface_version = 1,
	  .compatible_since = 1,
	  .name = RECORDED_NAME,
	  .interface_name = RECORDED_INTERFACE,
	  .license = "MIT" },
};

CAMIPC_EXPORT extern const struct camipc_module_entry camipc_module_entry;
const struct camipc_module_entry camipc_module_entry = {
	.size = sizeof(camipc_module_entry),
	.abi = CAMIPC_MODULE_ABI,
	.descriptor = &raw.interface,
	.invoke = invoke,
	.ops = invoke, /* one function for all methods */
	.missing_op = missing_op,
	.create = recorded_create,
	.destroy = recorded_destroy,
};
