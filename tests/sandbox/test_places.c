/* SPDX-License-Identifier: MIT */
/*
 * Tests which layers are reported where a system lacks something: kernels without
 * Landlock, seccomp or namespaces, service managers that restrict what they start,
 * and places without /proc. Everywhere a worker works. Threats 44 to 49.
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
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <camipc/error.h>
#include <camipc/log.h>
#include <camipc/stats.h>

#include "asking_fixture.h"
#include "log_capture.h"

#define LANDLOCK_FIRST 444
#define LANDLOCK_LAST 446

/* Exit codes of the process in which a place is made. */
enum { GOOD = 0, BAD = 1, NOT_APPLICABLE = 77 };

#define LAYER(name) (1u << CAMIPC_SANDBOX_##name)

/* ---- restrictions ----------------------------------------------------------- */

/** Answers calls from @first to @last with @result, for this process's children. */
static bool refuse(uint32_t first, uint32_t last, uint32_t result)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, first, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, last, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, result),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { 5, code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static bool refuse_one(long number, uint32_t result)
{
	return refuse((uint32_t)number, (uint32_t)number, result);
}

static bool anywhere(void)
{
	return true;
}

static bool no_new_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

static bool without_landlock(void)
{
	return refuse(LANDLOCK_FIRST, LANDLOCK_LAST,
		      SECCOMP_RET_ERRNO | ENOSYS);
}

static bool landlock_turned_off(void)
{
	return refuse(LANDLOCK_FIRST, LANDLOCK_LAST,
		      SECCOMP_RET_ERRNO | EOPNOTSUPP);
}

static bool without_seccomp(void)
{
	return refuse_one(SYS_seccomp, SECCOMP_RET_ERRNO | EINVAL);
}

static bool without_both(void)
{
	return without_landlock() && without_seccomp();
}

/** Some of what SystemCallFilter=@system-service does not have. */
static const long outside_of_services[] = {
	SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_swapon,
	SYS_swapoff, SYS_reboot, SYS_ptrace, SYS_settimeofday,
	SYS_clock_settime, SYS_adjtimex, SYS_init_module, SYS_finit_module,
	SYS_delete_module, SYS_bpf, SYS_perf_event_open, SYS_acct,
	SYS_quotactl, SYS_sethostname, SYS_setdomainname, SYS_process_vm_readv,
	SYS_process_vm_writev, SYS_kexec_load, SYS_personality,
};

static bool like_a_service(uint32_t result)
{
	for (size_t i = 0; i < sizeof(outside_of_services) / sizeof(long); i++) {
		if (!refuse_one(outside_of_services[i], result))
			return false;
	}
	return true;
}

static bool service_that_refuses(void)
{
	return like_a_service(SECCOMP_RET_ERRNO | EPERM);
}

/** What systemd does without SystemCallErrorNumber=. */
static bool service_that_kills(void)
{
	return like_a_service(SECCOMP_RET_KILL_PROCESS);
}

static bool without_signals_of_descriptors(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fcntl, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, F_SETSIG, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { 6, code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static bool without_namespaces(void)
{
	return refuse_one(SYS_unshare, SECCOMP_RET_ERRNO | EPERM);
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return ok;
}

/** An ordinary user may mount where the user is root: in a user namespace. */
static bool become_root_of_namespace(void)
{
	char text[32];
	const unsigned int uid = geteuid();
	const unsigned int gid = getegid();

	if (unshare(CLONE_NEWUSER) < 0 ||
	    !write_text("/proc/self/setgroups", "deny"))
		return false;
	snprintf(text, sizeof(text), "0 %u 1", uid);
	if (!write_text("/proc/self/uid_map", text))
		return false;
	snprintf(text, sizeof(text), "0 %u 1", gid);
	return write_text("/proc/self/gid_map", text);
}

static bool has_own_mounts(void)
{
	return (geteuid() == 0 || become_root_of_namespace()) &&
	       unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool without_proc(void)
{
	return has_own_mounts() &&
	       mount("none", "/proc", "tmpfs", 0, NULL) == 0 &&
	       access("/proc/self", F_OK) < 0;
}

/** ProtectProc=invisible. */
static bool with_hidden_processes(void)
{
	return has_own_mounts() &&
	       mount("proc", "/proc", "proc", 0, "hidepid=2") == 0;
}

/* ---- places ------------------------------------------------------------------ */

static const struct place {
	const char *name;
	bool (*enter)(void);
	unsigned int missing; /* layers */
	int error; /* with which a required sandbox fails */
	const char *why; /* in the log */
	bool namespaces; /* the host asks for them */
	bool is_silent; /* without /proc, the seal cannot be seen */
} places[] = {
	{ "anywhere", anywhere, 0, 0, NULL, false, false },
	{ "no_new_privileges", no_new_privileges, 0, 0, NULL, false, false },
	{ "without_landlock", without_landlock, LAYER(FILES), -ENOSYS,
	  "files (the kernel does not have it)", false, false },
	{ "landlock_turned_off", landlock_turned_off, LAYER(FILES), -EOPNOTSUPP,
	  "files (the kernel does not have it)", false, false },
	{ "without_seccomp", without_seccomp, LAYER(CALLS) | LAYER(SEAL),
	  -EINVAL, "calls (the kernel does not have it), seal", false, true },
	{ "without_both", without_both,
	  LAYER(FILES) | LAYER(CALLS) | LAYER(SEAL), -ENOSYS,
	  "files (the kernel does not have it), calls (the kernel does not "
	  "have it), seal (the kernel does not have it)",
	  false, true },
	{ "service_that_refuses", service_that_refuses, 0, 0, NULL, false,
	  false },
	{ "service_that_kills", service_that_kills, 0, 0, NULL, false, false },
	{ "without_proc", without_proc, 0, 0, NULL, false, true },
	{ "with_hidden_processes", with_hidden_processes, 0, 0, NULL, false,
	  false },
	{ "namespaces", anywhere, 0, 0, NULL, true, false },
	{ "namespaces in a service", service_that_kills, 0, 0, NULL, true,
	  false },
	{ "without_namespaces", without_namespaces, LAYER(NAMESPACES), -EPERM,
	  "namespaces (", true, false },
	/* The thread that waits instead must not be there yet when the process
	 * restricts itself: with it, a user namespace would be refused. */
	{ "without_signals_of_descriptors", without_signals_of_descriptors, 0,
	  0, NULL, true, false },
};
#define N_PLACES (sizeof(places) / sizeof(places[0]))

static int fail_at(const struct place *place, const char *what, long got,
		   long wanted)
{
	print_error("%s: %s: %ld, expected %ld\n", place->name, what, got,
		    wanted);
	return BAD;
}

#define EXPECT(place, got, wanted)                                        \
	do {                                                              \
		const long got_ = (long)(got);                            \
		const long wanted_ = (long)(wanted);                      \
		if (got_ != wanted_)                                      \
			return fail_at(place, #got, got_, wanted_);       \
	} while (0)

static unsigned int missing_of(const struct camipc_sandbox *sandbox)
{
	unsigned int missing = 0;

	for (unsigned int i = 0; i < CAMIPC_N_SANDBOX_LAYERS; i++)
		missing |= (unsigned int)(sandbox->layers[i].state ==
					  CAMIPC_LAYER_MISSING)
			   << i;
	return missing;
}

static int check_report(const struct place *place, struct asking_ipa *asking)
{
	struct camipc_sandbox sandbox = { .size = sizeof(sandbox) };
	struct camipc_proxy_stats stats = { .size = sizeof(stats) };
	struct camipc_proxy *proxy = test_asking_get_proxy(asking->ipa);
	const struct camipc_layer_report *seal =
		&sandbox.layers[CAMIPC_SANDBOX_SEAL];

	EXPECT(place, camipc_proxy_get_sandbox(proxy, &sandbox), 0);
	EXPECT(place, missing_of(&sandbox), place->missing);
	EXPECT(place, camipc_proxy_get_stats(proxy, &stats), 0);
	EXPECT(place, stats.missing_layers, place->missing);
	if (!place->is_silent)
		EXPECT(place, seal->state, CAMIPC_LAYER_REACHED);
	if (place->enter == without_proc) {
		EXPECT(place, seal->state, CAMIPC_LAYER_PENDING);
		EXPECT(place, strncmp(seal->why, "/proc is not", 12), 0);
	}
	if (place->namespaces && !(place->missing & LAYER(NAMESPACES)))
		EXPECT(place, sandbox.layers[CAMIPC_SANDBOX_NAMESPACES].state,
		       CAMIPC_LAYER_REACHED);
	return GOOD;
}

static int run_best_effort(const struct place *place)
{
	const struct camipc_manager_options options = {
		.sandbox_namespaces = place->namespaces,
	};
	struct asking_ipa asking;
	int ret;

	log_capture_begin();
	asking_create(&asking, "asking.so", &options, "threads 8");
	EXPECT(place, asking.error, 0);
	asking_init(&asking);
	EXPECT(place, asking.error, 0);
	EXPECT(place, asking.outcome, 0);
	EXPECT(place, asking_attempt(&asking, "threads 8; cancel"), 0);
	ret = check_report(place, &asking);
	asking_destroy(&asking);
	EXPECT(place, log_capture_count(CAMIPC_LOG_WARNING, "sandbox of the"),
	       place->missing ? 1 : 0);
	if (place->why)
		EXPECT(place, log_capture_count(CAMIPC_LOG_WARNING, place->why),
		       1);
	log_capture_end();
	return ret;
}

/** Fails with the errno and the name of the first layer that is missing. */
static int run_required(const struct place *place)
{
	const struct camipc_manager_options options = {
		.sandbox = CAMIPC_SANDBOX_REQUIRED,
		.sandbox_namespaces = place->namespaces,
	};
	char text[128];
	unsigned int layer = 0;

	log_capture_begin();
	EXPECT(place, asking_once("asking.so", &options, "nothing"),
	       place->error);
	while (place->missing && !(place->missing & 1u << layer))
		layer++;
	snprintf(text, sizeof(text), "its layer \"%s\" was not reached (%s)",
		 camipc_sandbox_layer_to_name((enum camipc_sandbox_layer)layer),
		 camipc_errno_to_string(place->error));
	EXPECT(place, log_capture_count(CAMIPC_LOG_ERROR, text) > 0,
	       place->missing != 0);
	log_capture_end();
	return GOOD;
}

static int run_place(const struct place *place)
{
	int ret;

	if (!place->enter())
		return NOT_APPLICABLE;
	ret = run_best_effort(place);
	return ret ? ret : run_required(place);
}

/** Restrictions are for good: each place is a process of its own. */
static void each_place(void **state)
{
	unsigned int failures = 0;

	(void)state;
	for (size_t i = 0; i < N_PLACES; i++) {
		int status = 0;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			int ret = run_place(&places[i]);

			fflush(NULL);
			_exit(ret);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_APPLICABLE)
			print_message("n/a: %s\n", places[i].name);
		else if (status != 0)
			print_error("%s failed: %#x\n", places[i].name,
				    (unsigned int)status);
		failures += status != 0 && !(WIFEXITED(status) &&
					     WEXITSTATUS(status) ==
						     NOT_APPLICABLE);
	}
	assert_int_equal(failures, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_place),
	};
	int ret = asking_begin(argc > 1 ? argv[1] : "self");

	if (ret)
		return ret;
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	asking_end();
	return ret;
}
