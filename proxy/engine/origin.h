/* SPDX-License-Identifier: MIT */
/*
 * What a proxy was created from. The manager makes it and the proxy keeps it,
 * so that another link to the same module can be made later.
 */
#ifndef CAMIPC_ENGINE_ORIGIN_H
#define CAMIPC_ENGINE_ORIGIN_H

#include <camipc/manager.h>
#include <camipc/restart.h>

#include "ipa_link.h"
#include "load_files.h"
#include "module_file.h"

struct camipc_proxy_factory;
struct camipc_schedule;

/** Changes only by reopen(). Thread word: bound to its proxy. */
struct camipc_origin {
	struct camipc_manager *manager; /* outlives its proxies */
	struct camipc_match match; /* owned copies of its texts */
	struct camipc_module_found module;
	/** For messages: NAME, or NAME.LAST with the end of the argument, so
	 *  that readers can tell modules with other arguments apart. */
	char name[CAMIPC_INSTANCE_NAME_SIZE];
	/** The module's file. Open until the link is made: a link is made of
	 *  the file that was judged. */
	struct camipc_module_file file;
	/** The files that it loads, likewise. */
	struct camipc_load_files loads;
	const struct camipc_proxy_factory *factory;

	/** Finds and opens the worker program, for links that need one. */
	int (*open_worker)(struct camipc_manager *manager, char *path,
			   size_t size, int *ret_fd);

	/** Variables for workers, of the manager or @grants; NULL: none. */
	const char *const *worker_environment;

	/** The sandbox of workers; it refers to @grants. */
	struct camipc_link_sandbox sandbox;

	/** What the module was granted, for release(). */
	void *grants;

	/**
	 * Opens @file and @loads again and judges them as at first, for
	 * another link. Returns 0 or an error of camipc_proxy_create().
	 */
	int (*reopen)(struct camipc_origin *origin,
		      const struct camipc_interface *interface);

	enum camipc_transport transport; /* of workers; never the default */
	bool trace; /* the proxy's observers want the IPA's own times */
	struct camipc_schedule *schedule; /* as the match says; NULL: as usual */

	/** What policies say: messages that may be underway in one direction, 0:
	 *  CAMIPC_WINDOW; and restarts, with a size of 0 if they say nothing. */
	uint32_t queue;
	struct camipc_restart_policy restart;

	/** Frees this struct. */
	void (*release)(struct camipc_origin *origin);
};

#endif /* CAMIPC_ENGINE_ORIGIN_H */
