/* SPDX-License-Identifier: MIT */
/*
 * What a proxy was created from. The manager makes it and the proxy keeps it,
 * so that another link to the same module can be made later.
 */
#ifndef CAMIPC_ENGINE_ORIGIN_H
#define CAMIPC_ENGINE_ORIGIN_H

#include <camipc/manager.h>

struct camipc_proxy_factory;

/** Never changes once made. Thread word: bound to its proxy. */
struct camipc_origin {
	struct camipc_manager *manager; /* outlives its proxies */
	struct camipc_match match; /* owned copies of its texts */
	struct camipc_module_found module;
	const struct camipc_proxy_factory *factory;

	/** Finds the worker program, for links that need one. */
	int (*find_worker)(struct camipc_manager *manager, char *path,
			   size_t size);

	/** Frees this struct. */
	void (*release)(struct camipc_origin *origin);
};

#endif /* CAMIPC_ENGINE_ORIGIN_H */
