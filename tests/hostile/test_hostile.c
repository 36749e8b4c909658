/* SPDX-License-Identifier: MIT */
/*
 * Lets a hostile module attack, once with the sandbox off, where the attack must
 * succeed, and once with it on, where it must fail as the table says. A second
 * proxy goes on answering. Threats 44, 45, 46, 47 and 48.
 *
 * Arguments: "self", or "nobody" to become an ordinary user first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/sandbox.h>

#include "attacks.h"
#include "fd_leak.h"
#include "hostile_ipa_proxy.h"
#include "log_capture.h"
#include "second_camera.h"
#include "test_files.h"
#include "under_valgrind.h"

#define NOBODY 65534

/* Attacks that a system may not allow anybody; named when it happens. */
#define MAX_NOT_APPLICABLE 3

/* Longer than any attack takes, shorter than a host would wait for it. */
#define ATTACK_LIMIT_S 20

/* Answers of the second camera before the attacks, to compare with. */
#define QUIET_CALLS 40

/* An answer of the second camera takes a fraction of a millisecond; half of its
 * deadline is beyond all load of a test machine. */
#define MAX_P99_MS 500

/* In User-Mode Linux and qemu, each n-th attack. */
#define MACHINE_STEP 5

/* Mappings that the library keeps after the first attacks. */
#define MAX_MORE_MAPS 8

static int64_t test_now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* What a hostile module reads and writes in its parent. */
static volatile char secret = 's';

/* The worker and the module, which an ordinary user can reach, too. */
static char worker_copy[TEST_PATH_SIZE + 16];
static char module_copy[TEST_PATH_SIZE + 16];

struct fixture {
	struct camipc_manager *manager;
	char folder[TEST_PATH_SIZE];
	struct test_hostile *bystander;
	struct test_hostile *prey; /* a sibling, without a sandbox */
	int32_t prey_pid;
	uint64_t prey_address;
	struct second_camera *camera;
	int bus; /* a socket that listens in the folder */
	struct fd_leak before;
	/* What `closed` said. */
	unsigned int n_closed;
	enum camipc_reason reason;
	char system_call[32];
	char last_call[32];
	char text[512];
};

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	struct fixture *f = user;

	f->n_closed++;
	f->reason = info->reason;
	snprintf(f->system_call, sizeof(f->system_call), "%s",
		 info->system_call ? info->system_call : "none");
	snprintf(f->last_call, sizeof(f->last_call), "%s",
		 info->last_call ? info->last_call : "none");
	snprintf(f->text, sizeof(f->text), "%s", info->text);
}

static const struct test_hostile_events events = {
	.size = sizeof(events),
	.closed = on_closed,
};

static struct test_hostile *create(struct fixture *f, const char *attack,
				   enum camipc_sandbox_mode mode)
{
	char argument[TEST_PATH_SIZE + 128];
	const struct camipc_match match = {
		.path = module_copy,
		.isolation = "process",
		.argument = argument,
		.sandbox = mode,
	};
	struct test_hostile *ipa = NULL;

	snprintf(argument, sizeof(argument),
		 "%s %d %" PRIxPTR " %d %" PRIx64 " %s", attack, (int)getpid(),
		 (uintptr_t)&secret, f->prey_pid, f->prey_address, f->folder);
	return test_hostile_create(f->manager, &match, &events, f, &ipa) < 0 ?
		       NULL :
		       ipa;
}

static struct test_hostile *create_ready(struct fixture *f, const char *attack,
					 enum camipc_sandbox_mode mode)
{
	struct test_hostile *ipa = create(f, attack, mode);
	int32_t outcome = -1;

	assert_non_null(ipa);
	assert_int_equal(test_hostile_init(ipa, &outcome), 0);
	assert_int_equal(outcome, 0);
	return ipa;
}

static int set_up(void **state)
{
	static struct fixture f;
	static const char *workers[] = { worker_copy, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.no_install_paths = true,
	};

	memset(&f, 0, sizeof(f));
	log_capture_begin();
	fd_leak_take(&f.before);
	test_folder_make(f.folder);
	f.bus = -1;
	assert_int_equal(camipc_manager_create(&options, &f.manager), 0);
	f.bystander = create_ready(&f, "nothing", CAMIPC_SANDBOX_DEFAULT);
	/* Not protected by being no one's to look at, either. */
	f.prey = create_ready(&f, "keep_core", CAMIPC_SANDBOX_OFF);
	assert_int_equal(test_hostile_locate(f.prey, &f.prey_pid,
					     &f.prey_address),
			 0);
	f.camera = second_camera_start(worker_copy, module_copy);
	assert_non_null(f.camera);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	second_camera_stop(f->camera);
	test_hostile_destroy(f->prey);
	test_hostile_destroy(f->bystander);
	camipc_manager_destroy(f->manager);
	test_folder_remove(f->folder);
	log_capture_end();
	fd_leak_assert_none(&f->before);
	return 0;
}

/** A service of the host's user that everybody may connect to. */
static void listen_in_folder(struct fixture *f)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%.90s/bus",
		 f->folder);
	f->bus = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(f->bus >= 0);
	assert_int_equal(bind(f->bus, (struct sockaddr *)&address,
			      sizeof(address)),
			 0);
	assert_int_equal(listen(f->bus, 1), 0);
	assert_int_equal(chmod(address.sun_path, 0777), 0);
}

/** The victim belongs to the user whom the module runs as. */
static void put_victim(struct fixture *f)
{
	char path[TEST_PATH_SIZE + 16];

	test_folder_remove(f->folder);
	assert_int_equal(mkdir(f->folder, 0777), 0);
	snprintf(path, sizeof(path), "%s/victim", f->folder);
	test_file_write(path, "v", 1, 0666);
	assert_int_equal(chmod(f->folder, 0777), 0);
	assert_int_equal(chmod(path, 0666), 0);
	listen_in_folder(f);
}

/** Returns the outcome of one attack; -1 if the worker died of it. */
static int attack_once(struct fixture *f, const char *name,
		       enum camipc_sandbox_mode mode)
{
	struct test_hostile *ipa;
	int32_t outcome = -1;

	put_victim(f);
	ipa = create(f, name, mode);
	if (ipa && test_hostile_init(ipa, &outcome) < 0)
		outcome = -1;
	test_hostile_destroy(ipa);
	close(f->bus);
	return outcome;
}

/** The same in a process that was merely forked from this one. */
static int attack_in_child(const struct attack *attack)
{
	const struct target target = { .parent = getpid() };
	const pid_t pid = fork();
	int status = -1;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(attack->run(&target));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void check_bystander(struct fixture *f)
{
	int32_t outcome = -1;

	assert_int_equal(test_hostile_attack(f->bystander, "nothing", &outcome),
			 0);
	assert_int_equal(outcome, 0);
}

/** The kernel limits the tasks of everybody but root, and a container whose only
 *  user is root has nobody else to run as. */
static bool has_no_limit(const char *name)
{
	return getenv("CAMIPC_TEST_CONTAINED") && geteuid() == 0 &&
	       strcmp(name, "thread_bomb") == 0;
}

/** User-Mode Linux takes a call through the gate of 32-bit programs for one of a
 *  64-bit program, which its filters see as such. */
static bool has_no_gate(const char *name)
{
	const char *machine = getenv("CAMIPC_TEST_MACHINE");

	return machine && strcmp(machine, "uml") == 0 &&
	       strcmp(name, "i386_gate") == 0;
}

/** Returns the outcome without the layer that is attacked. */
static int positive_control(struct fixture *f, const struct attack *attack)
{
	int outcome;

	if (attack->flags & ATTACK_ON_START)
		return attack_in_child(attack);
	outcome = attack_once(f, attack->name, CAMIPC_SANDBOX_OFF);
	/* Not this user's to try; the root of a container is none. */
	if ((attack->flags & ATTACK_BY_ROOT) &&
	    (geteuid() != 0 || getenv("CAMIPC_TEST_CONTAINED")))
		return 0;
	return outcome;
}

/** Makes one attack with and without its layer. Returns whether all is well. */
static bool try_attack(struct fixture *f, const struct attack *attack,
		       unsigned int *lacking)
{
	const int before = positive_control(f, attack);
	const int with = attack_once(f, attack->name, CAMIPC_SANDBOX_REQUIRED);
	bool is_well = true;

	if (before != 0 && (attack->flags & ATTACK_MAY_LACK)) {
		print_message("n/a: %s (%s)\n", attack->name,
			      camipc_errno_to_string(-before));
		(*lacking)++;
	} else if (before != 0) {
		print_error("%s: without the sandbox: %d, expected 0\n",
			    attack->name, before);
		is_well = false;
	}
	if (!attack_is_refused(attack, with)) {
		print_error("%s: in the sandbox: %d, expected %d\n",
			    attack->name, with, attack->errors[0]);
		is_well = false;
	}
	return is_well;
}

/** Nothing is left of an attack, and everybody else goes on, on time. */
static void check_after(struct fixture *f, const struct fd_leak *before,
			int64_t began)
{
	check_bystander(f);
	assert_true(second_camera_wait(f->camera, 1));
	fd_leak_assert_none(before);
	assert_true(test_now_s() - began < ATTACK_LIMIT_S);
}

static void check_camera(struct fixture *f,
			 const struct second_camera_view *quiet)
{
	struct second_camera_view view;

	second_camera_look(f->camera, &view);
	print_message("second camera: %llu answers, p99 %lld ms, %llu late; "
		      "before the attacks %lld ms, %llu late\n",
		      (unsigned long long)view.calls, (long long)view.p99_ms,
		      (unsigned long long)view.late, (long long)quiet->p99_ms,
		      (unsigned long long)quiet->late);
	assert_int_equal(view.failures, 0);
	assert_true(view.events > 0);
	assert_true(view.p99_ms < MAX_P99_MS);
}

static void each_attack_fails(void **state)
{
	struct fixture *f = *state;
	/* A machine of its own is slow, and does not have everything. */
	const bool is_machine = getenv("CAMIPC_TEST_MACHINE");
	const size_t step = is_machine ? MACHINE_STEP : 1;
	struct second_camera_view quiet;
	const struct attack *attack;
	struct fd_leak before;
	unsigned int lacking = 0;
	unsigned int failures = 0;

	assert_true(second_camera_wait(f->camera, QUIET_CALLS));
	second_camera_look(f->camera, &quiet);
	assert_int_equal(quiet.failures, 0);
	attack_once(f, "nothing", CAMIPC_SANDBOX_REQUIRED);
	fd_leak_take(&before);
	for (size_t i = 0; (attack = attack_at(i)); i += step) {
		const int64_t began = test_now_s();

		if (has_no_limit(attack->name) || has_no_gate(attack->name))
			continue;
		failures += !try_attack(f, attack, &lacking);
		check_after(f, &before, began);
	}
	check_camera(f, &quiet);
	fd_leak_assert_no_growth(&before, MAX_MORE_MAPS);
	assert_int_equal(failures, 0);
	assert_int_equal(secret == 's' || secret == 'w', true);
	if (!getenv("CAMIPC_TEST_CONTAINED") && !is_machine)
		assert_true(lacking <= MAX_NOT_APPLICABLE);
}

/** Code that runs while the module is loaded, before any function is called. */
static void constructors_are_in_the_sandbox(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(attack_once(f, "in_constructor", CAMIPC_SANDBOX_OFF),
			 0);
	assert_int_equal(attack_once(f, "in_constructor",
				     CAMIPC_SANDBOX_REQUIRED),
			 EACCES);
}

/** One attack after init, in a proxy of its own: it ends the worker. */
static void expect_trap(struct fixture *f, const char *name, const char *call)
{
	struct test_hostile *ipa =
		create_ready(f, "nothing", CAMIPC_SANDBOX_DEFAULT);
	int32_t outcome = -1;

	f->n_closed = 0;
	assert_int_equal(test_hostile_attack(ipa, name, &outcome), -EPIPE);
	while (f->n_closed == 0)
		assert_true(test_hostile_dispatch(ipa) >= 0);
	test_hostile_destroy(ipa);
	assert_int_equal(f->reason, CAMIPC_REASON_SANDBOX);
	assert_string_equal(f->system_call, call);
	assert_string_equal(f->last_call, "attack");
	assert_non_null(strstr(f->text, "hostile.so+0x"));
}

/** After init, even what a constructor may do is over. */
static void the_seal_ends_attackers(void **state)
{
	static const struct {
		const char *attack;
		const char *call;
	} traps[] = {
		{ "new_code", "mmap" },
		{ "made_code", "mprotect" },
		{ "code_that_becomes_writable", "mprotect" },
		{ "fork_by_clone", "clone" },
		{ "run_program", "execve" },
		{ "read_parent", "process_vm_readv" },
		{ "trace_parent", "ptrace" },
		{ "mount_it", "unshare" },
		{ "keys", "keyctl" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++)
		expect_trap(f, traps[i].attack, traps[i].call);
	check_bystander(f);
	assert_true(second_camera_wait(f->camera, 1));
}

static void expect_outcome(struct test_hostile *ipa, const char *name,
			   int expected)
{
	int32_t outcome = -1;

	assert_int_equal(test_hostile_attack(ipa, name, &outcome), 0);
	assert_int_equal(outcome, expected);
}

/** And what libraries try at any time is refused, in every thread. */
static void the_seal_refuses_files(void **state)
{
	struct fixture *f = *state;
	struct test_hostile *ipa = create_ready(f, "start_early_thread",
						CAMIPC_SANDBOX_DEFAULT);

	expect_outcome(ipa, "list_root", EPERM);
	expect_outcome(ipa, "few_threads", 0);
	expect_outcome(ipa, "unix_socket", EPERM);
	/* Without the seal, the layer of files would say EACCES. */
	expect_outcome(ipa, "in_early_thread list_root", EPERM);
	test_hostile_destroy(ipa);
	check_bystander(f);
}

static void every_layer_is_reported(void **state)
{
	struct fixture *f = *state;
	struct camipc_sandbox sandbox = { .size = sizeof(sandbox) };
	struct camipc_proxy *proxy = test_hostile_get_proxy(f->bystander);

	assert_int_equal(camipc_proxy_get_sandbox(proxy, &sandbox), 0);
	assert_int_equal(sandbox.mode, CAMIPC_SANDBOX_BEST_EFFORT);
	assert_int_equal(sandbox.n_layers, CAMIPC_N_SANDBOX_LAYERS);
	for (uint32_t i = 0; i < sandbox.n_layers; i++) {
		const struct camipc_layer_report *layer = &sandbox.layers[i];

		if (layer->state == CAMIPC_LAYER_NOT_NEEDED &&
		    i == CAMIPC_SANDBOX_IDENTITY)
			continue;
		if (i == CAMIPC_SANDBOX_NAMESPACES) {
			assert_int_equal(layer->state, CAMIPC_LAYER_OFF);
			continue;
		}
		if (layer->state != CAMIPC_LAYER_REACHED)
			print_error("%s: %s\n",
				    camipc_sandbox_layer_to_name(
					    (enum camipc_sandbox_layer)i),
				    layer->why);
		assert_int_equal(layer->state, CAMIPC_LAYER_REACHED);
	}
}

/** An ordinary user cannot reach what was built in somebody's home. */
static void copy_programs(char folder[TEST_PATH_SIZE])
{
	test_folder_make(folder);
	assert_int_equal(chmod(folder, 0755), 0);
	snprintf(worker_copy, sizeof(worker_copy), "%s/camipc-worker", folder);
	snprintf(module_copy, sizeof(module_copy), "%s/hostile.so", folder);
	test_file_copy(HOSTILE_WORKER, worker_copy, 0755);
	test_file_copy(HOSTILE_MODULE, module_copy, 0755);
}

/* Dumpable as every program is that did not change its user. */
static bool become_nobody(void)
{
	return geteuid() == 0 && setgroups(0, NULL) == 0 &&
	       setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
	       setresuid(NOBODY, NOBODY, NOBODY) == 0 &&
	       prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

/* What a worker must not find: attacks_on_start.c looks for it. */
static void leave_traces(const char *folder)
{
	const int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR2);
	if (fd < 0 || setenv(HOSTILE_SECRET_NAME, "secret", 1) < 0 ||
	    dup2(fd, HOSTILE_SECRET_FD) < 0 || dup2(fd, 0) < 0 ||
	    chdir(folder) < 0 || signal(SIGUSR1, SIG_IGN) == SIG_ERR ||
	    pthread_sigmask(SIG_BLOCK, &mask, NULL) != 0)
		abort();
	close(fd);
}

/* As an administrator allows users of sound and video, say. */
static void allow_much(void)
{
	static const struct {
		unsigned int resource;
		rlim_t value;
	} limits[] = {
		{ RLIMIT_MEMLOCK, RLIM_INFINITY },
		{ RLIMIT_SIGPENDING, RLIM_INFINITY },
		{ RLIMIT_RTPRIO, 99 },
		{ RLIMIT_NICE, 40 },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct rlimit limit = { limits[i].value,
					      limits[i].value };

		/* Only root may. */
		(void)setrlimit(limits[i].resource, &limit);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_attack_fails, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(constructors_are_in_the_sandbox,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_seal_ends_attackers, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_seal_refuses_files, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(every_layer_is_reported, set_up,
						tear_down),
	};
	char folder[TEST_PATH_SIZE];
	int ret;

	if (under_valgrind() || TEST_SANITIZED) {
		print_message("skipped: the sandbox is off under sanitizers "
			      "and valgrind\n");
		return 77;
	}
	/* Everybody can use this one. */
	setenv("TMPDIR", "/tmp", 1);
	allow_much();
	if (argc > 1 && strcmp(argv[1], "nobody") == 0 && !become_nobody()) {
		print_message("skipped: only root can become somebody else\n");
		return 77;
	}
	copy_programs(folder);
	leave_traces(folder);
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	test_folder_remove(folder);
	return ret;
}
