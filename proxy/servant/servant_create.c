/* SPDX-License-Identifier: MIT */
/* Makes a servant and the IPA's instance, and ends both. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/log.h>

#include "load_files.h"
#include "servant-internal.h"

#define TOPIC "servant"

static int find_known_events(struct camipc_servant *servant,
			     const struct camipc_servant_params *params)
{
	const struct camipc_interface *interface = params->entry->descriptor;

	servant->knows_event = calloc((size_t)interface->n_events + 1,
				      sizeof(*servant->knows_event));
	if (!servant->knows_event)
		return -ENOMEM;
	for (uint16_t row = 0; row < interface->n_events; row++) {
		bool known = params->events == NULL;

		for (uint16_t i = 0; i < params->n_events && !known; i++)
			known = params->events[i] == interface->events[row].id;
		servant->knows_event[row] = known;
	}
	return 0;
}

static void free_servant(struct camipc_servant *servant)
{
	camipc_courier_fini(&servant->courier);
	pthread_mutex_destroy(&servant->lock);
	camipc_sources_fini(&servant->sources);
	free(servant->knows_event);
	free(servant->argument);
	free(servant);
}

static int init_courier(struct camipc_servant *servant,
			const struct camipc_servant_params *params)
{
	const struct camipc_interface *interface = params->entry->descriptor;
	const struct camipc_courier_rows events = {
		interface->events, interface->n_events
	};
	const struct camipc_courier_rows methods = {
		interface->methods, interface->n_methods
	};
	const struct camipc_sender sender = {
		.send = camipc_servant_send_record,
		.lost = camipc_servant_lose_record,
		.user = servant,
	};
	int ret;

	ret = camipc_courier_init(&servant->courier, &events, &methods,
				  params->window, params->pool, &sender);
	if (ret == 0 && params->window_bytes)
		camipc_courier_limit_bytes(&servant->courier,
					   params->window_bytes);
	return ret;
}

static int load_path(struct camipc_host *host, uint32_t index, char *path)
{
	const struct camipc_servant *servant = camipc_servant_of(host);

	return servant->params.loads
		       ? camipc_load_files_path(servant->params.loads, index,
						path)
		       : -ENOENT;
}

/* Only root and the user could replace a file whose path the module gets. */
static int check_loads(const struct camipc_servant *servant)
{
	const struct camipc_load_files *loads = servant->params.loads;
	const struct camipc_load_file *file =
		loads ? camipc_load_files_find_replaced(loads) : NULL;

	if (!file)
		return 0;
	camipc_log(CAMIPC_LOG_ERROR, TOPIC,
		   "%s was replaced while the module that loads it was started",
		   file->path);
	return -ESTALE;
}

static int create_instance(struct camipc_servant *servant)
{
	const struct camipc_servant_params *params = &servant->params;
	int stale;
	int ret = params->entry->create(&servant->host, &servant->ipa);

	servant->created = true;
	/* What the module found by the path was another file then. */
	stale = check_loads(servant);
	if (params->create_result)
		*params->create_result = ret;
	if (stale < 0) {
		if (ret == 0)
			params->entry->destroy(servant->ipa);
		return stale;
	}
	return ret == 0 ? 0 : -EREMOTEIO;
}

static int prepare(struct camipc_servant *servant,
		   const struct camipc_servant_params *params)
{
	int ret;

	if (!servant->argument)
		return -ENOMEM;
	ret = find_known_events(servant, params);
	if (ret < 0)
		return ret;
	ret = init_courier(servant, params);
	if (ret < 0)
		return ret;
	ret = check_loads(servant);
	if (ret == 0)
		ret = create_instance(servant);
	return ret;
}

int camipc_servant_create(const struct camipc_servant_params *params,
			  struct camipc_servant **ret_servant)
{
	struct camipc_servant *servant = calloc(1, sizeof(*servant));
	int ret;

	if (!servant)
		return -ENOMEM;
	servant->params = *params;
	servant->argument = strdup(params->argument ? params->argument : "");
	servant->host = (struct camipc_host){
		.size = sizeof(servant->host),
		.abi = CAMIPC_MODULE_ABI,
		.raise_event = camipc_servant_emit,
		.alloc = camipc_servant_alloc,
		.log = camipc_servant_log,
		.argument = servant->argument,
		.load_path = load_path,
		.fail_op = camipc_servant_fail_op,
	};
	camipc_servant_fill_host(&servant->host);
	camipc_sources_init(&servant->sources);
	pthread_mutex_init(&servant->lock, NULL);
	ret = prepare(servant, params);
	if (ret < 0) {
		free_servant(servant);
		return ret;
	}
	*ret_servant = servant;
	return 0;
}

void camipc_servant_destroy(struct camipc_servant *servant)
{
	if (!servant)
		return;
	camipc_sources_close(&servant->sources);
	servant->params.entry->destroy(servant->ipa);
	free_servant(servant);
}
