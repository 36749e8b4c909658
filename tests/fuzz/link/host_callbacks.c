/* SPDX-License-Identifier: MIT */
/*
 * The callbacks of a camera process under fuzz: whether they may come, and what
 * they bring. The manager's part, for which no module is needed, is here, too.
 */
#include <fcntl.h>
#include <string.h>

#include <camipc/manager.h>
#include <camipc/module.h>

#include "host_session.h"
#include "ipa_link.h"
#include "module_file.h"
#include "module_grants.h"
#include "policy.h"

/* ---- callbacks ----------------------------------------------------------------- */

static void expect_callback(void)
{
	FUZZ_REQUIRE(host.dispatching && host.n_closed == 0);
}

static void take_event(const struct camipc_method *row, const void *table,
		       void *self, const void *args, void *outs)
{
	(void)table;
	expect_callback();
	FUZZ_REQUIRE(self == &host && !outs && !host.stopped);
	FUZZ_REQUIRE(args || !row->args);
	fuzz_expect_allowed(row->args, args);
	host.n_events++;
}

static void expect_printable(const char *text)
{
	FUZZ_REQUIRE(text);
	for (; *text; text++)
		FUZZ_REQUIRE((unsigned char)*text >= ' ' || *text == '\n' ||
			     *text == '\t');
}

static void take_closed(const void *events, void *user,
			const struct camipc_closed_info *info)
{
	(void)events;
	expect_callback();
	FUZZ_REQUIRE(user == &host);
	FUZZ_REQUIRE(info->reason != CAMIPC_REASON_NONE);
	expect_printable(info->text);
	expect_printable(info->stderr_tail);
	for (uint32_t i = 0; i < info->n_frames; i++) {
		if (info->frames[i].module)
			expect_printable(info->frames[i].module);
		expect_printable(info->frames[i].build_id);
	}
	host.n_closed++;
}

void host_take_done(void (*done)(void), void *user, int ret, const void *outs)
{
	struct begun *begun = user;

	(void)done;
	FUZZ_REQUIRE(host.dispatching || host.destroying);
	FUZZ_REQUIRE(begun >= host.begun && begun < host.begun + MAX_BEGUN);
	FUZZ_REQUIRE(begun->method);
	FUZZ_REQUIRE(ret >= 0 || !outs);
	if (outs)
		fuzz_expect_allowed(begun->method->outs, outs);
	begun->method = NULL;
}

void host_expect_clean_log(void *user, enum camipc_log_level level,
			   const char *topic, const char *text)
{
	(void)user;
	(void)level;
	expect_printable(topic);
	expect_printable(text);
}

void host_done(void)
{
}

void host_make_client(struct camipc_client *client)
{
	static camipc_invoke_fn rows[64];

	FUZZ_REQUIRE(host_interface()->n_events <= 64);
	for (uint16_t i = 0; i < host_interface()->n_events; i++)
		rows[i] = take_event;
	*client = (struct camipc_client){
		.size = sizeof(*client),
		.descriptor = host_interface(),
		.invoke_event = rows,
		.invoke_closed = take_closed,
	};
}

/* ---- in the place of the manager, by the linker ----------------------------------- */

int __wrap_camipc_manager_choose(
	struct camipc_manager *manager, const struct camipc_match *match,
	const struct camipc_interface *wanted,
	struct camipc_module_found *ret_module,
	struct camipc_module_file *ret_file,
	struct camipc_load_files *ret_loads,
	struct camipc_module_settings *ret_settings,
	const struct camipc_proxy_factory **ret_factory);
int __wrap_camipc_manager_open_worker(struct camipc_manager *manager,
				      char *path, size_t size, int *ret_fd);
const char *const *
__wrap_camipc_manager_get_environment(const struct camipc_manager *manager);
const struct camipc_host_grants *
__wrap_camipc_manager_get_grants(const struct camipc_manager *manager);
int __real_camipc_record_pool_create(uint32_t keep, size_t max_message_size,
				     struct camipc_record_pool **ret_pool);
int __wrap_camipc_record_pool_create(uint32_t keep, size_t max_message_size,
				     struct camipc_record_pool **ret_pool);

int __wrap_camipc_manager_choose(struct camipc_manager *manager,
				 const struct camipc_match *match,
				 const struct camipc_interface *wanted,
				 struct camipc_module_found *ret_module,
				 struct camipc_module_file *ret_file,
				 struct camipc_load_files *ret_loads,
				 struct camipc_module_settings *ret_settings,
				 const struct camipc_proxy_factory **ret_factory)
{
	struct camipc_module_info *info = &ret_module->info;

	(void)manager;
	(void)match;
	(void)ret_loads;
	memset(ret_module, 0, sizeof(*ret_module));
	/* Best effort: what a lying worker reports of its layers is judged. */
	memset(ret_settings, 0, sizeof(*ret_settings));
	ret_settings->sandbox = CAMIPC_SANDBOX_BEST_EFFORT;
	ret_settings->layers[CAMIPC_POLICY_ROOT].transport =
		CAMIPC_TRANSPORT_SOCKET;
	snprintf(ret_module->path, sizeof(ret_module->path), "/fuzz/fake.so");
	snprintf(info->name, sizeof(info->name), "fake");
	info->wire_fingerprint_low = (uint32_t)wanted->wire_fingerprint;
	info->wire_fingerprint_high = (uint32_t)(wanted->wire_fingerprint >> 32);
	memset(ret_file, 0, sizeof(*ret_file));
	ret_file->fd = fcntl(fuzz_open_fd(), F_DUPFD_CLOEXEC, 0);
	ret_file->copy.fd = -1;
	*ret_factory = camipc_proxy_factory_find("process");
	FUZZ_REQUIRE(*ret_factory);
	return 0;
}

int __wrap_camipc_manager_open_worker(struct camipc_manager *manager,
				      char *path, size_t size, int *ret_fd)
{
	(void)manager;
	snprintf(path, size, "/fuzz/worker");
	*ret_fd = fcntl(fuzz_open_fd(), F_DUPFD_CLOEXEC, 0);
	return 0;
}

const char *const *
__wrap_camipc_manager_get_environment(const struct camipc_manager *manager)
{
	(void)manager;
	return NULL;
}

/* The fake module asks for nothing. */
const struct camipc_host_grants *
__wrap_camipc_manager_get_grants(const struct camipc_manager *manager)
{
	(void)manager;
	return NULL;
}

/* A few records at hand; the others are allocated where ASan sees it. */
int __wrap_camipc_record_pool_create(uint32_t keep, size_t max_message_size,
				     struct camipc_record_pool **ret_pool)
{
	(void)keep;
	return __real_camipc_record_pool_create(2, max_message_size, ret_pool);
}
