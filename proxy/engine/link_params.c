/* SPDX-License-Identifier: MIT */
/* Puts together what a link is made from, and reads what it has found. */
#include "link_params.h"

#include <string.h>

#include "module_info.h"

uint32_t camipc_proxy_window(const struct camipc_proxy *proxy)
{
	const uint32_t queue = proxy->origin->queue;
	uint32_t window = CAMIPC_WINDOW;

	while (queue && window > queue)
		window /= 2;
	return window;
}

struct camipc_link_params
camipc_proxy_link_params(struct camipc_proxy *proxy)
{
	const struct camipc_origin *origin = proxy->origin;

	return (struct camipc_link_params){
		.manager = origin->manager,
		.open_worker = origin->open_worker,
		.worker_environment = origin->worker_environment,
		.module = &origin->module,
		.name = origin->name,
		.file = &origin->file,
		.loads = &origin->loads,
		.interface = proxy->interface,
		.pool = proxy->pool,
		.max_message_size = proxy->kept.budget.max_message_size,
		.window = camipc_proxy_window(proxy),
		.window_bytes = proxy->kept.budget.kept_bytes,
		.epoll_fd = proxy->signals.epoll_fd,
		.cancel_fd = proxy->signals.timer_fd,
		.waker = (struct camipc_waker *)(uintptr_t)&proxy->waker,
		.argument = origin->match.argument,
		.sandbox = origin->sandbox,
		.transport = origin->transport,
		.schedule = origin->schedule,
		.spin_us = origin->match.spin_us,
		.log_share = &proxy->log_share,
		.trace = origin->trace,
	};
}

int camipc_proxy_begin_link(struct camipc_proxy *proxy,
			    struct camipc_link **ret_link)
{
	struct camipc_origin *origin = proxy->origin;
	struct camipc_link_params params;
	int ret;

	ret = origin->reopen(origin, proxy->interface);
	if (ret < 0)
		return ret;
	params = camipc_proxy_link_params(proxy);
	ret = origin->factory->begin(&params, ret_link);
	camipc_module_file_close(&origin->file);
	camipc_load_files_close(&origin->loads);
	return ret;
}

static void count_missing_layers(struct camipc_proxy *proxy)
{
	struct camipc_sandbox sandbox = { .size = sizeof(sandbox) };
	unsigned int missing = 0;

	if (!proxy->link->ops->get_sandbox)
		return;
	proxy->link->ops->get_sandbox(proxy->link, &sandbox);
	for (unsigned int i = 0; i < CAMIPC_N_SANDBOX_LAYERS; i++) {
		if (sandbox.layers[i].state == CAMIPC_LAYER_MISSING)
			missing |= 1u << i;
	}
	atomic_store(&proxy->stats.missing_layers, missing);
}

void camipc_proxy_find_served(struct camipc_proxy *proxy)
{
	const struct camipc_interface *interface = proxy->interface;
	const struct camipc_served *served =
		proxy->link->ops->served(proxy->link);

	count_missing_layers(proxy);
	proxy->is_skewed =
		camipc_module_info_fingerprint(&proxy->origin->module.info) !=
		interface->wire_fingerprint;
	memset(proxy->serves, 0, interface->n_methods * sizeof(*proxy->serves));
	for (uint16_t row = 0; row < interface->n_methods; row++) {
		for (uint16_t i = 0; i < served->n_methods; i++) {
			if (served->methods[i] == interface->methods[row].id)
				proxy->serves[row] = true;
		}
	}
}
