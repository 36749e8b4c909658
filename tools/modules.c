/* SPDX-License-Identifier: MIT */
/* The command modules: what there is to know of each module without running it. */
#include "commands.h"

#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "report.h"

/* Of linux/landlock.h, which old systems lack. */
#define LANDLOCK_VERSION_FLAG 1u

/* Whether this kernel has what a layer is made of. Only a worker that tried it
 * knows whether it holds. */
static bool may_be_reached(enum camipc_sandbox_layer layer)
{
	const uint32_t action = SECCOMP_RET_ERRNO;

	switch (layer) {
	case CAMIPC_SANDBOX_FILES:
#ifdef SYS_landlock_create_ruleset
		return syscall(SYS_landlock_create_ruleset, NULL, 0,
			       LANDLOCK_VERSION_FLAG) > 0;
#else
		return false;
#endif
	case CAMIPC_SANDBOX_CALLS:
	case CAMIPC_SANDBOX_SEAL:
		return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0,
			       &action) == 0;
	default:
		return true;
	}
}

static void add_name(char *list, size_t size, const char *name)
{
	const size_t used = strlen(list);

	snprintf(list + used, size - used, "%s%s", used ? ", " : "", name);
}

/* The layers that its worker would try, and those that this kernel lacks. */
static void print_sandbox(const struct camipc_module_found *module)
{
	char wanted[160] = "";
	char lacking[160] = "";

	if (module->sandbox == CAMIPC_SANDBOX_OFF) {
		report_line("    sandbox: off");
		return;
	}
	for (unsigned int i = 0; i < CAMIPC_N_SANDBOX_LAYERS; i++) {
		const enum camipc_sandbox_layer layer =
			(enum camipc_sandbox_layer)i;

		add_name(may_be_reached(layer) ? wanted : lacking,
			 sizeof(wanted), camipc_sandbox_layer_to_name(layer));
	}
	report_line("    sandbox: %s: %s%s%s",
		    camipc_sandbox_mode_to_name(module->sandbox), wanted,
		    lacking[0] ? "; this kernel lacks " : "", lacking);
}

static void print_trust(const struct camipc_module_found *module)
{
	static const char *const sources[] = {
		[CAMIPC_TRUST_NONE] = "none",
		[CAMIPC_TRUST_PATH] = "its path",
		[CAMIPC_TRUST_HASH] = "its hash",
		[CAMIPC_TRUST_SIGNATURE] = "its signature",
		[CAMIPC_TRUST_HOST] = "the program",
	};

	report_line("    trust: %s%s%s", sources[module->trust],
		    module->key_id[0] ? "; signed by key " : "",
		    module->key_id);
	if (module->content_hash[0])
		report_line("    content sha256 %s", module->content_hash);
}

static int print_module(void *user, const struct camipc_module_found *module)
{
	size_t *n = user;
	const struct camipc_module_info *info = &module->info;

	++*n;
	report_line("%s version %u: interface %s version %u, licence %s",
		    info->name, info->module_version, info->interface_name,
		    info->interface_version, info->license);
	report_line("    %s", module->path);
	report_line("    %s", module->why);
	print_trust(module);
	if (strcmp(module->isolation, "process") == 0)
		print_sandbox(module);
	report_line("    manifest: %s", module->needs);
	if (module->takes_argument)
		report_line("    takes an argument");
	return 0;
}

int command_modules(const struct options *options)
{
	struct camipc_manager *manager = open_manager(options);
	size_t n = 0;

	if (!manager)
		return EXIT_FAILED;
	(void)!camipc_manager_list(manager, print_module, &n);
	camipc_manager_destroy(manager);
	if (!n)
		printf("no IPA module was found\n");
	return report_finish_stdout(EXIT_OK);
}
