/* SPDX-License-Identifier: MIT */
/*
 * The handler of trapped system calls, and the thread that opens files for it.
 * The handler makes system calls only, takes no lock but its own, and allocates
 * nothing. Its own calls pass the filter by a number in an argument that these
 * calls do not have: it protects nothing, as learning permits all of this.
 */
#include "learn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <linux/futex.h>

#include "call_table.h"

#if defined(__x86_64__) && !defined(__ILP32__)
#define HAS_REGISTERS 1
#elif defined(__aarch64__)
#define HAS_REGISTERS 1
#else
#define HAS_REGISTERS 0
#endif

/* The code of signals that seccomp sends. */
#define CODE_SECCOMP 1

#define CHANGE_FLAGS (O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))

/* Different notes that are told apart; a module has a few dozen needs. */
#define MAX_NOTES 1024

#define NOTE_SIZE (PATH_MAX + 64)

/** A file to open, and how far that is. */
enum broker_state { IDLE = 0, ASKED, ANSWERED };

static struct {
	void (*note)(void *user, const char *text);
	void *user;
	const char *(*name_of)(uint32_t call);
	int life_line_fd;
	atomic_bool is_active;
	atomic_bool is_after_init;
	atomic_ullong seen[MAX_NOTES]; /* hashes; 0: free */

	/* The thread that opens files; its users take turns. */
	atomic_flag busy;
	_Atomic uint32_t state;
	int folder;
	const char *path;
	long flags;
	long mode;
	long result;
} learn = { .busy = ATOMIC_FLAG_INIT };

/* ---- system calls, with a negative errno ------------------------------------ */

static long result_of(long result)
{
	return result < 0 ? -errno : result;
}

static long open_by_cookie(int folder, const char *path, long flags, long mode)
{
	return result_of(syscall(SYS_openat, folder, path, flags, mode, 0,
				 CAMIPC_LEARN_COOKIE));
}

static void wait_while(uint32_t state)
{
	syscall(SYS_futex, &learn.state, FUTEX_WAIT_PRIVATE, state, NULL, NULL,
		0);
}

static void move_to(enum broker_state state)
{
	atomic_store(&learn.state, (uint32_t)state);
	syscall(SYS_futex, &learn.state, FUTEX_WAKE_PRIVATE, INT_MAX, NULL,
		NULL, 0);
}

/* ---- the thread without Landlock -------------------------------------------- */

static void *serve(void *user)
{
	(void)user;
	for (;;) {
		uint32_t state = atomic_load(&learn.state);

		if (state != ASKED) {
			wait_while(state);
			continue;
		}
		learn.result = open_by_cookie(learn.folder, learn.path,
					      learn.flags, learn.mode);
		move_to(ANSWERED);
	}
	return NULL;
}

static long open_elsewhere(int folder, const char *path, long flags, long mode)
{
	long result;

	while (atomic_flag_test_and_set(&learn.busy))
		sched_yield();
	learn.folder = folder;
	learn.path = path;
	learn.flags = flags;
	learn.mode = mode;
	move_to(ASKED);
	while (atomic_load(&learn.state) != ANSWERED)
		wait_while(ASKED);
	result = learn.result;
	move_to(IDLE);
	atomic_flag_clear(&learn.busy);
	return result;
}

/* ---- notes ------------------------------------------------------------------ */

/** A line that is put together. */
struct line {
	size_t size;
	char text[NOTE_SIZE];
};

static void add(struct line *line, const char *text)
{
	while (*text && line->size < NOTE_SIZE - 1)
		line->text[line->size++] = *text++;
	line->text[line->size] = '\0';
}

static void add_hex(struct line *line, uint32_t number)
{
	char text[11] = "0x";
	size_t n = 2;

	for (int shift = 28; shift >= 0; shift -= 4) {
		const uint32_t digit = number >> shift & 0xf;

		if (digit || n > 2 || shift == 0)
			text[n++] = "0123456789abcdef"[digit];
	}
	text[n] = '\0';
	add(line, text);
}

static unsigned long long hash_of(const struct line *line)
{
	unsigned long long hash = 14695981039346656037ull;

	for (size_t i = 0; i < line->size; i++)
		hash = (hash ^ (unsigned char)line->text[i]) * 1099511628211ull;
	return hash ? hash : 1;
}

/* Whether the same line comes for the first time. */
static bool is_new(const struct line *line)
{
	const unsigned long long hash = hash_of(line);

	for (size_t i = 0; i < MAX_NOTES; i++) {
		unsigned long long found = 0;

		if (atomic_compare_exchange_strong(&learn.seen[i], &found,
						   hash))
			return true;
		if (found == hash)
			return false;
	}
	return false;
}

static void begin(struct line *line)
{
	line->size = 0;
	add(line, CAMIPC_LEARN_PREFIX);
	if (atomic_load(&learn.is_after_init))
		add(line, CAMIPC_LEARN_AFTER_INIT);
}

static void say(const struct line *line)
{
	if (atomic_load(&learn.is_active) && is_new(line))
		learn.note(learn.user, line->text);
}

static void note(const char *kind, const char *text)
{
	struct line line;

	begin(&line);
	add(&line, kind);
	add(&line, text);
	say(&line);
}

/* The path of a descriptor; false without /proc. */
static bool find_path(int fd, char path[PATH_MAX])
{
	char name[32] = "/proc/self/fd/";
	size_t n = strlen(name);
	int divisor = 1000000;
	ssize_t size;

	for (; divisor; divisor /= 10) {
		if (fd >= divisor || divisor == 1)
			name[n++] = (char)('0' + fd / divisor % 10);
	}
	name[n] = '\0';
	size = readlink(name, path, PATH_MAX - 1);
	path[size > 0 ? size : 0] = '\0';
	return size > 0;
}

static void note_ioctl(const char *kind, uint32_t number, int fd)
{
	char path[PATH_MAX];
	struct line line;

	begin(&line);
	add(&line, kind);
	add_hex(&line, number);
	if (find_path(fd, path)) {
		add(&line, " ");
		add(&line, path);
	}
	say(&line);
}

/* ---- trapped calls ----------------------------------------------------------- */

/* Notes what was opened. Returns the descriptor, or closes it: -EPERM. */
static long note_opened(int fd, const char *asked)
{
	char path[PATH_MAX];
	struct stat status;
	/* A number in /proc is another one in the next process. */
	const bool is_own = strncmp(asked, "/proc/", 6) == 0;
	const char *name = !is_own && find_path(fd, path) ? path : asked;

	if (fstat(fd, &status) == 0 && S_ISCHR(status.st_mode)) {
		note("device ", name);
	} else if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) {
		note("read ", name);
	} else {
		note("refused open ", name);
		close(fd);
		return -EPERM;
	}
	return fd;
}

static bool is_device(int folder, const char *path)
{
	struct stat status;

	return fstatat(folder, path, &status, 0) == 0 &&
	       S_ISCHR(status.st_mode);
}

static long carry_out_open(int folder, const char *path, long flags, long mode)
{
	long fd;

	if (flags & CHANGE_FLAGS ||
	    ((flags & O_ACCMODE) != O_RDONLY && !is_device(folder, path))) {
		note("refused write ", path);
		return -EPERM;
	}
	fd = open_by_cookie(folder, path, flags, mode);
	if (fd >= 0 && !atomic_load(&learn.is_after_init))
		return fd;
	if (fd == -EACCES)
		fd = open_elsewhere(folder, path, flags, mode);
	if (fd == -EACCES)
		note("denied ", path);
	return fd < 0 ? fd : note_opened((int)fd, path);
}

/* What a worker may use without a grant: the filter's own list. */
static bool is_common(uint32_t number)
{
	const struct camipc_call_condition *common =
		camipc_call_condition(CAMIPC_CALL_DEVICE);

	for (uint8_t i = 0; i < common->n_values; i++) {
		if (common->values[i] == number)
			return true;
	}
	return false;
}

static long carry_out_ioctl(int fd, uint32_t number, long argument)
{
	struct stat status;

	if (fd == learn.life_line_fd)
		return -EPERM;
	if (!is_common(number)) {
		if (fstat(fd, &status) < 0 || !S_ISCHR(status.st_mode)) {
			note_ioctl("refused ioctl ", number, fd);
			return -EPERM;
		}
		note_ioctl("ioctl ", number, fd);
	}
	return result_of(syscall(SYS_ioctl, fd, (unsigned long)number, argument,
				 0, 0, CAMIPC_LEARN_COOKIE));
}

static long carry_out(long number, const long arguments[4])
{
	switch (number) {
	case SYS_openat:
		return carry_out_open((int)arguments[0],
				      (const char *)arguments[1], arguments[2],
				      arguments[3]);
#ifdef SYS_open
	case SYS_open:
		return carry_out_open(AT_FDCWD, (const char *)arguments[0],
				      arguments[1], arguments[2]);
#endif
	case SYS_ioctl:
		return carry_out_ioctl((int)arguments[0],
				       (uint32_t)arguments[1], arguments[2]);
	default:
		if (atomic_load(&learn.is_active))
			note("refused ", learn.name_of((uint32_t)number));
		return -EPERM;
	}
}

#if HAS_REGISTERS

static void on_trap(int signal, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	const int saved = errno;
	long result;

	(void)signal;
	if (info->si_code != CODE_SECCOMP)
		return;
	{
#if defined(__x86_64__)
		greg_t *registers = uc->uc_mcontext.gregs;
		const long arguments[4] = {
			(long)registers[REG_RDI], (long)registers[REG_RSI],
			(long)registers[REG_RDX], (long)registers[REG_R10],
		};

		result = carry_out(info->si_syscall, arguments);
		registers[REG_RAX] = result;
#else
		unsigned long long *registers = uc->uc_mcontext.regs;
		const long arguments[4] = {
			(long)registers[0], (long)registers[1],
			(long)registers[2], (long)registers[3],
		};

		result = carry_out(info->si_syscall, arguments);
		registers[0] = (unsigned long long)result;
#endif
	}
	errno = saved;
}

static int install(void)
{
	struct sigaction action = {
		.sa_sigaction = on_trap,
		/* A handler may open files, too. */
		.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART,
	};

	sigemptyset(&action.sa_mask);
	return sigaction(SIGSYS, &action, NULL) < 0 ? -errno : 0;
}

#else

static int install(void)
{
	(void)carry_out;
	return -ENOTSUP;
}

#endif

int camipc_learn_prepare(void)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all;
	sigset_t saved;
	int ret = install();

	if (ret < 0)
		return ret;
	if (pthread_attr_init(&attributes) != 0)
		return -ENOMEM;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &saved);
	ret = -pthread_create(&thread, &attributes, serve, NULL);
	pthread_sigmask(SIG_SETMASK, &saved, NULL);
	pthread_attr_destroy(&attributes);
	return ret;
}

void camipc_learn_begin(const struct camipc_sandbox_request *request)
{
	learn.note = request->note;
	learn.user = request->note_user;
	learn.name_of = request->name_of_call;
	learn.life_line_fd = request->life_line_fd;
	atomic_store(&learn.is_active, true);
}

void camipc_learn_after_init(void)
{
	atomic_store(&learn.is_after_init, true);
}
