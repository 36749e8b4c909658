/* SPDX-License-Identifier: MIT */
/* The child program of the tests: it plays the role that its argument names. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child_process.h"
#include "life_line.h"

static int tell(const char *text)
{
	return write(CAMIPC_CHILD_FIRST_FD, text, strlen(text)) < 0;
}

static void tell_descriptors(void)
{
	char line[64];

	/* Above are those of a valgrind that runs this. */
	for (int fd = 0; fd < 1000; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			continue;
		snprintf(line, sizeof(line), "fd %d\n", fd);
		tell(line);
	}
}

static void tell_signals(void)
{
	char line[64];

	for (int number = 1; number < 64; number++) {
		struct sigaction action;
		sigset_t blocked;

		sigprocmask(SIG_SETMASK, NULL, &blocked);
		if (sigaction(number, NULL, &action) == 0 &&
		    action.sa_handler == SIG_IGN) {
			snprintf(line, sizeof(line), "ignored %d\n", number);
			tell(line);
		}
		if (sigismember(&blocked, number) == 1) {
			snprintf(line, sizeof(line), "blocked %d\n", number);
			tell(line);
		}
	}
}

static int report(void)
{
	char text[4096];
	char cwd[256];
	cpu_set_t cpus;
	mode_t mask = umask(0);

	tell_descriptors();
	tell_signals();
	for (char **p = environ; *p; p++) {
		snprintf(text, sizeof(text), "env %s\n", *p);
		tell(text);
	}
	sched_getaffinity(0, sizeof(cpus), &cpus);
	snprintf(text, sizeof(text),
		 "cwd %s\numask %o\nterminal %d\ngroup %d\npolicy %d\n"
		 "cpus %d\nend\n",
		 getcwd(cwd, sizeof(cwd)), (unsigned int)mask,
		 open("/dev/tty", O_RDWR) >= 0, getpgid(0) == getpid(),
		 sched_getscheduler(0), CPU_COUNT(&cpus));
	tell(text);
	return 0;
}

/* A grandchild in the same process group; its pid goes up the socket. */
static int beget(void)
{
	char line[32];
	pid_t pid = fork();

	if (pid == 0) {
		for (;;)
			pause();
	}
	snprintf(line, sizeof(line), "%d\n", (int)pid);
	return tell(line);
}

static void attach(void)
{
	int ret = camipc_life_line_attach(CAMIPC_CHILD_LIFE_LINE_FD);

	if (ret == 1)
		ret = camipc_life_line_watch(CAMIPC_CHILD_LIFE_LINE_FD);
	if (ret < 0)
		_exit(9);
	tell("attached\n");
}

int main(int argc, char **argv)
{
	const char *role = argc == 2 ? argv[1] : "";

	/* Where what is tested fails, nobody ends it: it must not stay. */
	alarm(120);
	if (strcmp(role, "report") == 0)
		return report();
	if (strcmp(role, "exit 7") == 0)
		return 7;
	if (strcmp(role, "segv") == 0) {
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
	}
	if (strcmp(role, "stderr") == 0) {
		fprintf(stderr, "a line\n");
		printf("nobody reads this\n");
		return 0;
	}
	if (strcmp(role, "beget and end") == 0)
		return beget();
	if (strcmp(role, "beget") == 0)
		beget();
	if (strcmp(role, "attach") == 0)
		attach();
	if (strcmp(role, "attach and spin") == 0) {
		volatile unsigned int spins = 0;

		attach();
		for (;;)
			spins++;
	}
	for (;;)
		pause();
}
