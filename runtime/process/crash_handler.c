/* SPDX-License-Identifier: MIT */
/*
 * The signal handlers that report where a worker crashed.
 *
 * Code in a handler allocates nothing, takes no lock of ours, and uses memory
 * that was reserved before. The unwinder is libgcc's, linked in, so that
 * nothing must be loaded for it: it follows the tables that compilers generate
 * for exceptions. A crash may have damaged these tables, the stack or the
 * loader. The certain part of the record (the signal, and where it occurred) is
 * therefore sent before the unwinder runs, and an alarm ends an unwinder that
 * does not return.
 */
#include "crash_handler.h"

#include <link.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include <linux/audit.h>

#include <camipc/limits.h>

#include "build_id.h"

/* Most loaded files that are recorded; others are shown as addresses. */
#define MAX_LOADED 64

/* An unwinder needs a few kilobytes, a saved AVX-512 state 3 KiB. */
#define STACK_SIZE (64u * 1024u)

/* SYS_SECCOMP of headers that have it: the code of its signals. */
#define CODE_SECCOMP 1

/* Numbers of calls have names only for the programs of this processor. */
#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define OWN_ARCHITECTURE 0
#endif

/* Seconds that the unwinder may take. */
#define PATIENCE_S 2

/* The module, and what it loads. */
#define MAX_NAMED (1 + CAMIPC_MAX_LOADS)

static const int signals[] = {
	SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGSYS,
};
#define N_SIGNALS (sizeof(signals) / sizeof(signals[0]))

/* Calls that the unwinder follows; those that are shown are chosen from them. */
#define MAX_WALKED 48

/** A loaded file. */
struct loaded {
	uintptr_t start;
	uintptr_t end;
	uintptr_t bias; /* address in memory minus address in the file */
	bool is_program;
	bool is_machinery; /* of the language, not of the module */
	bool is_own; /* the module, or a file that it has loaded itself */
	struct camipc_crash_module module;
};

/*
 * Libraries that carry out what others ask for: copying, throwing, aborting,
 * loading, checking. The call of interest is the one that asked. Beginnings of
 * file names.
 */
static const char *const machinery[] = {
	"libc.so",	"libc-2.",    "libpthread",  "ld-linux", "ld-musl",
	"ld64.so",	"ld.so",      "libstdc++.",  "libgcc_s.", "libc++.",
	"libc++abi.",	"libunwind.", "libasan.",    "libubsan.", "libtsan.",
	"linux-vdso.",
};
#define N_MACHINERY (sizeof(machinery) / sizeof(machinery[0]))

/* Global, because a signal handler gets no argument of ours. */
static struct {
	void (*send)(void *user, const struct camipc_crash_record *record);
	void *user;
	atomic_flag busy;
	volatile sig_atomic_t signal;
	struct {
		char name[32]; /* the loader's name of a file, … */
		const char *path; /* … and the one for reports */
	} named[MAX_NAMED];
	size_t n_named;
	size_t n_loaded;
	struct loaded loaded[MAX_LOADED];
	size_t n_known; /* files that were loaded with the module */
	uintptr_t known[MAX_LOADED]; /* their starts */
	uintptr_t frames[MAX_WALKED];
	size_t n_frames;
	struct camipc_crash_record record;
	_Alignas(16) uint8_t stack[STACK_SIZE];
} crash = { .busy = ATOMIC_FLAG_INIT };

/* ---- which files there are --------------------------------------------- */

/* Keeps the end of a long path, which is more specific. */
static void copy_path(char path[CAMIPC_CRASH_PATH_SIZE], const char *from)
{
	size_t size = strlen(from);
	size_t gone = size < CAMIPC_CRASH_PATH_SIZE ?
			      0 :
			      size - (CAMIPC_CRASH_PATH_SIZE - 1);

	memcpy(path, from + gone, size - gone + 1);
}

static void note_program_path(char path[CAMIPC_CRASH_PATH_SIZE])
{
	ssize_t n = readlink("/proc/self/exe", path,
			     CAMIPC_CRASH_PATH_SIZE - 1);

	path[n < 0 ? 0 : n] = '\0';
}

static bool has_machinery_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < N_MACHINERY; i++) {
		if (!strncmp(name, machinery[i], strlen(machinery[i])))
			return true;
	}
	return false;
}

/* A file that came after the module and its libraries is one that the module
 * has loaded itself, such as a prebuilt part of it. */
static bool is_new(uintptr_t start)
{
	for (size_t i = 0; i < crash.n_known; i++) {
		if (crash.known[i] == start)
			return false;
	}
	return crash.n_known > 0;
}

static const char *find_named(const char *name)
{
	for (size_t i = 0; i < crash.n_named; i++) {
		if (strcmp(name, crash.named[i].name) == 0)
			return crash.named[i].path;
	}
	return NULL;
}

static int note_module(struct dl_phdr_info *info, size_t size, void *user)
{
	struct loaded *loaded = &crash.loaded[crash.n_loaded];
	const char *named;

	(void)size;
	(void)user;
	if (crash.n_loaded == MAX_LOADED)
		return 1;
	memset(loaded, 0, sizeof(*loaded));
	loaded->bias = info->dlpi_addr;
	loaded->start = UINTPTR_MAX;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + header->p_vaddr;

		if (header->p_type != PT_LOAD)
			continue;
		if (start < loaded->start)
			loaded->start = start;
		if (start + header->p_memsz > loaded->end)
			loaded->end = start + header->p_memsz;
	}
	loaded->module.build_id_size = (uint32_t)camipc_build_id_of(
		info->dlpi_phdr, info->dlpi_phnum, info->dlpi_addr,
		loaded->module.build_id, CAMIPC_CRASH_BUILD_ID_SIZE);
	named = find_named(info->dlpi_name);
	if (named)
		copy_path(loaded->module.path, named);
	else if (info->dlpi_name[0])
		copy_path(loaded->module.path, info->dlpi_name);
	else if (crash.n_loaded == 0)
		note_program_path(loaded->module.path);
	loaded->is_program = crash.n_loaded == 0;
	loaded->is_machinery = has_machinery_name(info->dlpi_name);
	loaded->is_own = is_new(loaded->start) || named;
	crash.n_loaded++;
	return 0;
}

void camipc_crash_handler_name_file(int fd, const char *path)
{
	if (crash.n_named == MAX_NAMED)
		return;
	snprintf(crash.named[crash.n_named].name,
		 sizeof(crash.named[0].name), "/proc/self/fd/%d", fd);
	crash.named[crash.n_named++].path = path;
}

static void note_modules(void)
{
	crash.n_loaded = 0;
	dl_iterate_phdr(note_module, NULL);
}

void camipc_crash_handler_note_modules(void)
{
	crash.n_known = 0;
	note_modules();
	for (size_t i = 0; i < crash.n_loaded; i++)
		crash.known[crash.n_known++] = crash.loaded[i].start;
}

static const struct loaded *find_loaded(uintptr_t address)
{
	for (size_t i = 0; i < crash.n_loaded; i++) {
		if (address >= crash.loaded[i].start &&
		    address < crash.loaded[i].end)
			return &crash.loaded[i];
	}
	return NULL;
}

/* ---- the record -------------------------------------------------------- */

/* Returns the index of the module in the record, which has each one once. */
static uint32_t add_module(struct camipc_crash_record *record,
			   const struct loaded *loaded)
{
	for (uint32_t i = 0; i < record->n_modules; i++) {
		if (strcmp(record->modules[i].path, loaded->module.path) == 0)
			return i;
	}
	if (record->n_modules == CAMIPC_CRASH_MODULES)
		return CAMIPC_CRASH_NO_MODULE;
	record->modules[record->n_modules] = loaded->module;
	return record->n_modules++;
}

/*
 * Finds the first call to show. An abort has often passed through a library with
 * assertions, or the like, which is not the module's own: then it is the first
 * call of the module. Calls of this program, and of code without a file, are
 * never left out.
 */
static size_t first_shown(void)
{
	const struct loaded *loaded = NULL;
	size_t first = 0;

	for (; first < crash.n_frames; first++) {
		loaded = find_loaded(crash.frames[first]);
		if (!loaded || !loaded->is_machinery)
			break;
	}
	if (first == crash.n_frames)
		return 0;
	for (size_t i = first; crash.signal == SIGABRT && i < crash.n_frames;
	     i++) {
		loaded = find_loaded(crash.frames[i]);
		if (!loaded || loaded->is_program)
			break;
		if (loaded->is_own && !loaded->is_machinery)
			return i;
	}
	return first;
}

static void send_frames(void)
{
	struct camipc_crash_record *record = &crash.record;

	record->n_frames = 0;
	record->n_modules = 0;
	for (size_t i = first_shown(); i < crash.n_frames &&
				       record->n_frames < CAMIPC_CRASH_FRAMES;
	     i++) {
		const struct loaded *loaded = find_loaded(crash.frames[i]);
		struct camipc_crash_frame *frame =
			&record->frames[record->n_frames++];

		frame->module = CAMIPC_CRASH_NO_MODULE;
		if (loaded)
			frame->module = add_module(record, loaded);
		frame->offset = crash.frames[i];
		if (frame->module != CAMIPC_CRASH_NO_MODULE)
			frame->offset -= loaded->bias;
	}
	crash.send(crash.user, record);
}

/* ---- in the handler ---------------------------------------------------- */

/* Gets where the signal occurred, and its caller if a register has it. */
static bool read_registers(const void *context, uintptr_t *ret_pc,
			   uintptr_t *ret_caller)
{
	const ucontext_t *uc = context;

	*ret_caller = 0;
#if defined(__x86_64__)
	*ret_pc = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
#elif defined(__i386__)
	*ret_pc = (uintptr_t)uc->uc_mcontext.gregs[REG_EIP];
#elif defined(__aarch64__)
	*ret_pc = (uintptr_t)uc->uc_mcontext.pc;
	*ret_caller = (uintptr_t)uc->uc_mcontext.regs[30];
#elif defined(__arm__)
	*ret_pc = (uintptr_t)uc->uc_mcontext.arm_pc;
	*ret_caller = (uintptr_t)uc->uc_mcontext.arm_lr;
#elif defined(__s390x__)
	*ret_pc = (uintptr_t)uc->uc_mcontext.psw.addr;
	*ret_caller = (uintptr_t)uc->uc_mcontext.gregs[14];
#else
	(void)uc;
	*ret_pc = 0;
	return false;
#endif
	return true;
}

/* After a call of an address without code, x86 has the return address here. */
static uintptr_t read_stack_top(const void *context)
{
#if defined(__x86_64__)
	const ucontext_t *uc = context;

	return *(const uintptr_t *)uc->uc_mcontext.gregs[REG_RSP];
#elif defined(__i386__)
	const ucontext_t *uc = context;

	return *(const uintptr_t *)uc->uc_mcontext.gregs[REG_ESP];
#else
	(void)context;
	return 0;
#endif
}

static void add_frame(uintptr_t address)
{
	if (crash.n_frames < MAX_WALKED)
		crash.frames[crash.n_frames++] = address;
}

/** The progress of the unwinder. */
struct walk {
	uintptr_t pc; /* where the signal occurred: earlier frames are ours */
	bool inside; /* the frame of @pc was reached, or @pc is unknown */
};

static _Unwind_Reason_Code walk_frame(struct _Unwind_Context *context,
				      void *user)
{
	struct walk *walk = user;
	int at_signal = 0;
	uintptr_t ip = (uintptr_t)_Unwind_GetIPInfo(context, &at_signal);

	/* Store the call, not the address that it returns to. */
	if (walk->inside && ip)
		add_frame(at_signal ? ip : ip - 1);
	/* Only what a signal has interrupted has not made a call. */
	if (ip == walk->pc || at_signal)
		walk->inside = true;
	return ip && crash.n_frames < MAX_WALKED ?
		       _URC_NO_REASON :
		       _URC_END_OF_STACK;
}

static bool all_files_known(void)
{
	for (size_t i = 0; i < crash.n_frames; i++) {
		if (!find_loaded(crash.frames[i]))
			return false;
	}
	return true;
}

static void send_backtrace(const void *context)
{
	uintptr_t pc;
	uintptr_t caller;
	bool known = read_registers(context, &pc, &caller);
	struct walk walk = { .pc = pc, .inside = !known };

	if (known)
		add_frame(pc);
	send_frames();
	if (known && !find_loaded(pc)) {
		/* No tables where there is no code. */
		uintptr_t top = caller ? caller : read_stack_top(context);

		if (top)
			add_frame(top - 1);
	}
	_Unwind_Backtrace(walk_frame, &walk);
	/* What was loaded since, as by the module itself. */
	if (!all_files_known())
		note_modules();
	send_frames();
}

static void raise_default(int number)
{
	sigset_t set;

	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), number);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void end_unwinder(int number)
{
	(void)number;
	raise_default((int)crash.signal);
}

static void start_alarm(void)
{
	const struct sigaction action = { .sa_handler = end_unwinder };
	sigset_t set;

	sigaction(SIGALRM, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	alarm(PATIENCE_S);
}

static void on_crash(int number, siginfo_t *info, void *context)
{
	/* Another thread is at it, and takes this one along. */
	while (atomic_flag_test_and_set(&crash.busy))
		pause();
	crash.signal = number;
	/* A crash of what follows ends it, too. */
	for (size_t i = 0; i < N_SIGNALS; i++)
		signal(signals[i], SIG_DFL);
	start_alarm();
	crash.record.signal = (uint32_t)number;
	/* A call that the seal of the sandbox does not allow. */
	if (number == SIGSYS && info->si_code == CODE_SECCOMP &&
	    info->si_arch == OWN_ARCHITECTURE) {
		crash.record.has_call = 1;
		crash.record.call = (uint32_t)info->si_syscall;
	}
	/* From the kernel, not from a process. */
	if (number != SIGSYS && info->si_code > 0 && number != SIGABRT) {
		crash.record.has_address = 1;
		crash.record.address = (uintptr_t)info->si_addr;
	}
	send_backtrace(context);
	raise_default(number);
}

void camipc_crash_handler_install(
	void (*send)(void *user, const struct camipc_crash_record *record),
	void *user)
{
	const stack_t stack = { .ss_sp = crash.stack, .ss_size = STACK_SIZE };
	struct sigaction action = {
		.sa_sigaction = on_crash,
		.sa_flags = SA_SIGINFO | SA_ONSTACK,
	};

	crash.send = send;
	crash.user = user;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < N_SIGNALS; i++)
		sigaddset(&action.sa_mask, signals[i]);
	/* A sanitizer has its own, and its own handlers. */
	sigaltstack(&stack, NULL);
	for (size_t i = 0; i < N_SIGNALS; i++) {
		struct sigaction old;

		if (sigaction(signals[i], NULL, &old) == 0 &&
		    !(old.sa_flags & SA_SIGINFO) && old.sa_handler == SIG_DFL)
			sigaction(signals[i], &action, NULL);
	}
	camipc_crash_handler_note_modules();
}
