/* SPDX-License-Identifier: MIT */
/*
 * The first process of a test machine. It mounts what programs expect, runs the
 * script that the host put into the work folder, leaves its exit code there, and
 * turns the machine off. The root is the host's own, and can only be read.
 *
 * From the kernel's command line, as variables of the environment:
 *   CAMIPC_MACHINE   "uml" or "qemu": how the work folder is reached
 *   CAMIPC_WORK      the work folder's path on the host
 *   CAMIPC_KEEP      folders below /tmp that must stay visible, with colons
 *   CAMIPC_TERMINAL  set: the script has the console as its terminal
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORK "/run/work"
#define KEPT "/run/kept"

/* What the host reads if the machine could not be prepared. */
#define CODE_BROKEN 125

/* Folders that CAMIPC_KEEP may name. */
#define MAX_KEPT 8

static char *kept[MAX_KEPT];
static unsigned int n_kept;

static void must(int ret, const char *what, const char *path)
{
	const int error = errno;
	int log;

	if (ret >= 0)
		return;
	/* The kernel's log: there may be no console on the host's root. */
	log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	dprintf(log >= 0 ? log : STDERR_FILENO,
		"machine_init: cannot %s %s: %s\n", what, path,
		strerror(error));
	sync();
	reboot(RB_POWER_OFF);
	_exit(CODE_BROKEN);
}

static void mount_new(const char *type, const char *path, const char *data)
{
	must(mount(type, path, type, MS_NOSUID, data), "mount", path);
}

/* Makes a folder and those above it, as mkdir -p does. */
static void make_folders(const char *path)
{
	char part[PATH_MAX];

	for (const char *end = path; *end;) {
		end += strspn(end, "/");
		end += strcspn(end, "/");
		snprintf(part, sizeof(part), "%.*s", (int)(end - path), path);
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			must(-1, "make", part);
	}
}

static const char *place_of(unsigned int i)
{
	static char path[sizeof(KEPT) + 16];

	snprintf(path, sizeof(path), KEPT "%u", i);
	return path;
}

/* A new /tmp hides what was built below the old one. */
static void keep(char *list)
{
	for (char *one = strtok(list, ":"); one && n_kept < MAX_KEPT;
	     one = strtok(NULL, ":")) {
		must(mkdir(place_of(n_kept), 0755), "make", place_of(n_kept));
		must(mount(one, place_of(n_kept), NULL, MS_BIND, NULL), "keep",
		     one);
		kept[n_kept++] = one;
	}
}

static void put_back(void)
{
	for (unsigned int i = 0; i < n_kept; i++) {
		make_folders(kept[i]);
		must(mount(place_of(i), kept[i], NULL, MS_MOVE, NULL),
		     "put back", kept[i]);
	}
}

static void mount_work(void)
{
	const char *machine = getenv("CAMIPC_MACHINE");
	const char *path = getenv("CAMIPC_WORK");

	must(mkdir(WORK, 0755), "make", WORK);
	if (machine && strcmp(machine, "uml") == 0)
		must(mount("work", WORK, "hostfs", 0, path), "mount", WORK);
	else
		must(mount("work", WORK, "9p", 0,
			   "trans=virtio,version=9p2000.L,msize=262144"),
		     "mount", WORK);
}

static void mount_all(void)
{
	char *list = getenv("CAMIPC_KEEP");

	mount_new("proc", "/proc", NULL);
	mount_new("sysfs", "/sys", NULL);
	/* Already there, where the kernel or an initramfs mounted it. */
	if (mount("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, NULL) < 0 &&
	    errno != EBUSY)
		must(-1, "mount", "/dev");
	make_folders("/dev/pts");
	make_folders("/dev/shm");
	/* A kernel without Landlock has nothing to show there. */
	(void)!mount("securityfs", "/sys/kernel/security", "securityfs", 0,
		     NULL);
	mount_new("devpts", "/dev/pts", "ptmxmode=0666");
	mount_new("tmpfs", "/dev/shm", "mode=1777");
	mount_new("tmpfs", "/run", "mode=0755");
	mount_work();
	if (list)
		keep(list);
	mount_new("tmpfs", "/tmp", "mode=1777");
	put_back();
}

/* Programs expect that they can reach themselves. */
static void start_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	request.ifr_flags = IFF_UP | IFF_RUNNING;
	if (fd < 0)
		return;
	(void)!ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
}

/* The kernel may have started this process without any descriptor. */
static void fill_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd <= 2);
}

static int open_output(bool has_terminal)
{
	return has_terminal ? open("/dev/console", O_RDWR) :
			      open(WORK "/output",
				   O_WRONLY | O_CREAT | O_APPEND, 0666);
}

static void run_script(void)
{
	const bool has_terminal = getenv("CAMIPC_TERMINAL") != NULL;
	char *const arguments[] = { "sh", WORK "/run.sh", NULL };
	char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
				      "HOME=/tmp", "LANG=C.UTF-8", NULL };
	int out;
	int in;

	fill_standard_descriptors();
	out = open_output(has_terminal);
	in = has_terminal ? out : open("/dev/null", O_RDONLY);
	if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
	    dup2(out, 2) < 0)
		_exit(CODE_BROKEN);
	for (int fd = 3; fd <= out || fd <= in; fd++)
		close(fd);
	setsid();
	if (has_terminal)
		(void)!ioctl(0, TIOCSCTTY, 0);
	execve("/bin/sh", arguments, environment);
	_exit(CODE_BROKEN);
}

/* Everybody's orphans become children of this process. */
static int wait_for(pid_t script)
{
	int status = 0;
	pid_t pid;

	do {
		pid = wait(&status);
	} while (pid != script && (pid >= 0 || errno == EINTR));
	if (pid < 0)
		return CODE_BROKEN;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

static void leave_code(int code)
{
	/* Renamed when it is whole: the host may look at any moment. */
	FILE *file = fopen(WORK "/code.new", "w");

	must(file ? 0 : -1, "write", WORK "/code.new");
	fprintf(file, "%d\n", code);
	must(fclose(file), "write", WORK "/code.new");
	must(rename(WORK "/code.new", WORK "/code"), "rename", WORK "/code");
}

int main(void)
{
	pid_t script;

	if (getpid() != 1) {
		fputs("machine_init: runs as the first process of a machine\n",
		      stderr);
		return 2;
	}
	mount_all();
	start_loopback();
	script = fork();
	must(script, "start", "a process");
	if (script == 0)
		run_script();
	leave_code(wait_for(script));
	sync();
	reboot(RB_POWER_OFF);
	return CODE_BROKEN;
}
