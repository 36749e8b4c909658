/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the worker program: its main loop serves a camera process that tells
 * one lie in a session, over a real socket pair. The module answers, fails and
 * raises events in each op, and no file is loaded.
 *
 * An input is a mode of the camera process, one of the module, the lie, and the
 * steps of the camera process.
 *
 * Held: the worker ends, with one of its exit codes, and with 0 if nobody lied;
 * arguments that reach an op are allowed; each call has one answer, none comes
 * after bye; events keep to their credit; the instance is destroyed once; no
 * descriptor is lost, and none closed twice.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <camipc/module.h>

#include "fake_host.h"
#include "link_input.h"
#include "module_loader.h"
#include "sandbox.h"
#include "socket_channel.h"
#include "stage.h"
#include "targets.h"
#include "worker.h"

/* SYS_close_range; older headers lack it. */
#define CLOSE_RANGE 436

/* The second byte of an input: what the module does. */
#define MODULE_EVENTS 1u /* each op raises some */
#define MODULE_FAILS 2u
#define MODULE_LOGS 4u
#define MODULE_NOT_FOUND 8u
#define MODULE_CREATE_FAILS 16u
#define MODULE_EARLY_EVENTS 32u /* create and destroy raise some */

static struct {
	uint8_t mode;
	int channel_fd;
	struct camipc_host *host;
	uint32_t n_ops;
	uint32_t n_created;
	uint32_t n_destroyed;
	struct camipc_arena outs;
	struct camipc_arena event;
} s;

static const struct camipc_interface *face(void)
{
	return oracle_interfaces[0];
}

/* ---- the module -------------------------------------------------------------------- */

static void raise_some(void)
{
	for (uint32_t i = 0; i <= s.n_ops % 6; i++) {
		const struct camipc_method *event =
			&face()->events[(s.n_ops + i) % face()->n_events];
		void *args = NULL;
		int ret;

		if (event->args) {
			args = malloc(event->args->size);
			FUZZ_REQUIRE(args);
			fuzz_draw(event->args, i, &s.event, args);
		}
		ret = s.host->raise_event(s.host, event->id, args);
		FUZZ_REQUIRE(ret == 0 || ret == -EAGAIN ||
			     ret == -EOPNOTSUPP || ret == -EPIPE ||
			     ret == -EMSGSIZE || fake_host_has_lied());
		free(args);
	}
}

static void run_op(const struct camipc_method *method, const void *table,
		   void *self, const void *args, void *outs)
{
	const int32_t result = s.mode & MODULE_FAILS && s.n_ops % 3 == 0 ? -EIO
									  : 0;

	(void)table;
	FUZZ_REQUIRE(self == &s && s.n_created == 1 && s.n_destroyed == 0);
	FUZZ_REQUIRE((args || !method->args) && (outs || !method->outs));
	fuzz_expect_allowed(method->args, args);
	s.n_ops++;
	if (s.mode & MODULE_LOGS)
		s.host->log(s.host, CAMIPC_LOG_WARNING, "an op runs");
	if (s.mode & MODULE_EVENTS)
		raise_some();
	if (method->outs && s.n_ops % 4)
		fuzz_draw_outs(method->outs, s.n_ops, &s.outs, outs);
	if (method->flags & CAMIPC_METHOD_RETURNS_INT32)
		memcpy(outs, &result, sizeof(result));
}

static const char *missing_op(const void *ops)
{
	(void)ops;
	return NULL;
}

static int create(struct camipc_host *host, void **ret_ipa)
{
	if (s.mode & MODULE_CREATE_FAILS)
		return -EIO;
	s.host = host;
	s.n_created++;
	*ret_ipa = &s;
	if (s.mode & MODULE_EARLY_EVENTS)
		raise_some();
	return 0;
}

static void destroy(void *ipa)
{
	FUZZ_REQUIRE(ipa == &s);
	if (s.mode & MODULE_EARLY_EVENTS)
		raise_some();
	s.n_destroyed++;
}

/* ---- in the place of the process, by the linker ---------------------------------------- */

struct camipc_crash_record;

int __wrap_camipc_module_file_take(int fd, const char *path,
				   struct camipc_module_file *ret_file,
				   char *why);
int __wrap_camipc_module_load(const struct camipc_module_file *file,
			      enum camipc_load_mode mode,
			      struct camipc_module **ret_module);
void __wrap_camipc_module_unload(struct camipc_module *module);
const struct camipc_module_entry *
__wrap_camipc_module_entry(const struct camipc_module *module);
void __wrap_camipc_crash_handler_install(
	void (*send)(void *user, const struct camipc_crash_record *record),
	void *user);
void __wrap_camipc_crash_handler_name_file(int fd, const char *path);
void __wrap_camipc_crash_handler_note_modules(void);
int __wrap_camipc_life_line_attach(int fd);
void __wrap_camipc_sandbox_enter(const struct camipc_sandbox_request *request,
				 struct camipc_sandbox_report *ret_report);
int __wrap_camipc_sandbox_seal(void);
int __real_camipc_socket_channel_create(
	int fd, const struct camipc_channel_limits *limits,
	struct camipc_channel **ret_channel);
int __wrap_camipc_socket_channel_create(
	int fd, const struct camipc_channel_limits *limits,
	struct camipc_channel **ret_channel);
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

int __wrap_camipc_module_file_take(int fd, const char *path,
				   struct camipc_module_file *ret_file,
				   char *why)
{
	(void)path;
	(void)why;
	FUZZ_REQUIRE(fd == CAMIPC_WORKER_MODULE_FD);
	memset(ret_file, 0, sizeof(*ret_file));
	ret_file->fd = -1;
	return 0;
}

int __wrap_camipc_module_load(const struct camipc_module_file *file,
			      enum camipc_load_mode mode,
			      struct camipc_module **ret_module)
{
	(void)file;
	(void)mode;
	if (s.mode & MODULE_NOT_FOUND)
		return -ENOENT;
	*ret_module = (struct camipc_module *)(void *)&s;
	return 0;
}

void __wrap_camipc_module_unload(struct camipc_module *module)
{
	(void)module;
}

const struct camipc_module_entry *
__wrap_camipc_module_entry(const struct camipc_module *module)
{
	static struct camipc_module_entry entry;
	static camipc_invoke_fn rows[64];

	FUZZ_REQUIRE(module && face()->n_methods <= 64);
	for (uint16_t i = 0; i < face()->n_methods; i++)
		rows[i] = run_op;
	entry = (struct camipc_module_entry){
		.size = sizeof(entry),
		.abi = CAMIPC_MODULE_ABI,
		.descriptor = face(),
		.invoke = rows,
		.ops = &s,
		.missing_op = missing_op,
		.create = create,
		.destroy = destroy,
	};
	return &entry;
}

/* A sanitizer's are better. */
void __wrap_camipc_crash_handler_install(
	void (*send)(void *user, const struct camipc_crash_record *record),
	void *user)
{
	(void)send;
	(void)user;
}

void __wrap_camipc_crash_handler_name_file(int fd, const char *path)
{
	(void)fd;
	(void)path;
}

void __wrap_camipc_crash_handler_note_modules(void)
{
}

int __wrap_camipc_life_line_attach(int fd)
{
	(void)fd;
	return 0;
}

/* This process goes on after the session. */
void __wrap_camipc_sandbox_enter(const struct camipc_sandbox_request *request,
				 struct camipc_sandbox_report *ret_report)
{
	for (size_t i = 0; i < request->n_read; i++)
		FUZZ_REQUIRE(request->read[i][0] == '/');
	for (size_t i = 0; i < request->n_devices; i++)
		FUZZ_REQUIRE(request->devices[i][0] == '/');
	memset(ret_report, 0, sizeof(*ret_report));
}

int __wrap_camipc_sandbox_seal(void)
{
	return 0;
}

/* Only the worker asks for this number, which means another one here. */
int __wrap_camipc_socket_channel_create(
	int fd, const struct camipc_channel_limits *limits,
	struct camipc_channel **ret_channel)
{
	if (s.channel_fd >= 0 && fd == CAMIPC_WORKER_CHANNEL_FD) {
		fd = s.channel_fd;
		s.channel_fd = -1;
	}
	return __real_camipc_socket_channel_create(fd, limits, ret_channel);
}

/* The two that the worker makes. What it did not ask for it closes; here that
 * is the test's. */
long __wrap_syscall(long number, ...)
{
	FUZZ_REQUIRE(number == CLOSE_RANGE || number == SYS_gettid);
	return number == CLOSE_RANGE ? 0 : __real_syscall(number);
}

/* ---- the target -------------------------------------------------------------------------- */

/* What it says on stderr goes nowhere. */
static int run_silently(void)
{
	FILE *nowhere = fopen("/dev/null", "w");
	FILE *saved = stderr;
	int ret;

	FUZZ_REQUIRE(nowhere);
	stderr = nowhere;
	ret = camipc_worker_run("/fuzz/worker", "/fuzz/fake.so");
	stderr = saved;
	fclose(nowhere);
	return ret;
}

static void expect_exit(int ret)
{
	const uint8_t loads = MODULE_NOT_FOUND | MODULE_CREATE_FAILS;

	if (ret == CAMIPC_WORKER_EXIT_MODULE)
		FUZZ_REQUIRE(s.mode & loads || fake_host_has_lied());
	else if (ret != CAMIPC_WORKER_EXIT_OK)
		FUZZ_REQUIRE((ret == CAMIPC_WORKER_EXIT_SETUP ||
			      ret == CAMIPC_WORKER_EXIT_PROTOCOL) &&
			     fake_host_has_lied());
	FUZZ_REQUIRE(s.n_created == s.n_destroyed);
}

/* Only bodies that are drawn are known to be right. */
static bool is_honest(const uint8_t *steps, size_t size)
{
	struct sequence_step step;
	bool honest = true;

	while (sequence_next(&steps, &size, &step))
		honest &= step.flags & ARGS_DRAWN ||
			  step.op % N_FAKE_HOST_OPS != FAKE_HOST_CALL;
	return honest;
}

static void run(const uint8_t *data, size_t size)
{
	const unsigned int n_fds = fuzz_count_fds();
	const uint8_t *steps = data + LINK_INPUT_HEADER;
	const size_t steps_size = size - LINK_INPUT_HEADER;
	struct lie lie;
	int fds[2];
	int ret;

	if (size < LINK_INPUT_HEADER)
		return;
	memset(&s, 0, sizeof(s));
	s.mode = data[1];
	camipc_arena_init(&s.outs, 0);
	camipc_arena_init(&s.event, 0);
	lie_read(&lie, data + LINK_INPUT_LIE);
	FUZZ_REQUIRE(camipc_socket_channel_open_pair(fds) == 0);
	s.channel_fd = fds[1];
	fake_host_set_up(fds[0], &lie, data[0], steps, steps_size);
	ret = run_silently();
	if (is_honest(steps, steps_size))
		expect_exit(ret);
	fuzz_result = ret == CAMIPC_WORKER_EXIT_OK ? 0 : -EPROTO;
	fake_host_tear_down();
	camipc_arena_fini(&s.outs);
	camipc_arena_fini(&s.event);
	s.channel_fd = -1;
	fuzz_expect_fds(n_fds);
}

static const struct camipc_message_type *
type_of(const struct sequence_step *step)
{
	const struct camipc_method *method = camipc_find_method(
		face()->methods, face()->n_methods, step->id);

	return step->op % N_FAKE_HOST_OPS == FAKE_HOST_CALL && method &&
			       !(step->flags & ARGS_DRAWN)
		       ? method->args
		       : NULL;
}

static void draw(struct oracle_random *random, struct sequence_step *step)
{
	step->op = oracle_below(random, 6)
			   ? FAKE_HOST_CALL
			   : (uint8_t)oracle_below(random, N_FAKE_HOST_OPS);
	step->id =
		face()->methods[oracle_below(random, face()->n_methods)].id;
	step->flags = oracle_below(random, 4) ? ARGS_DRAWN : 0;
	step->pick = (uint8_t)oracle_below(random, 16);
}

static const struct sequence_rules rules = {
	.n_ops = N_FAKE_HOST_OPS,
	.type_of = type_of,
	.draw = draw,
};

static void draw_modes(struct oracle_random *random, uint8_t *data)
{
	data[0] = oracle_below(random, 4) ? 0 : (uint8_t)oracle_below(random, 16);
	data[1] = (uint8_t)oracle_below(random,
					oracle_below(random, 8) ? 8 : 64);
}

static const struct link_input input = {
	.rules = &rules,
	.n_mode_bits = 6,
	.draw_modes = draw_modes,
};

static size_t seed(struct oracle_random *random, uint8_t *data, size_t room)
{
	return link_input_seed(random, &input, data, room);
}

static size_t mutate(struct oracle_random *random, uint8_t *data, size_t size,
		     size_t room, const uint8_t *other, size_t other_size)
{
	return link_input_mutate(random, &input, data, size, room, other,
				 other_size);
}

const struct fuzz_target fuzz_worker_target = {
	.name = "worker",
	.run = run,
	.mutate = mutate,
	.seed = seed,
};
