/* SPDX-License-Identifier: MIT */
/*
 * The program camipc-hostile-worker: a worker that is honest but for one lie,
 * or one attack. The folder of the path by which it was started names it, so
 * that a camera process has nothing to hand over.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lying_channel.h"
#include "worker.h"

/* For names, which are short, and the folders that hold them. */
#define PATH_SIZE 512

/* Splits "FOLDER/NAME/PROGRAM". Returns 0 if the path is another one. */
static int split(const char *path, char folder[PATH_SIZE], const char **ret_name)
{
	char *slash;

	if (snprintf(folder, PATH_SIZE, "%s", path) >= PATH_SIZE)
		return 0;
	slash = strrchr(folder, '/');
	if (!slash)
		return 0;
	*slash = '\0';
	slash = strrchr(folder, '/');
	*ret_name = slash ? slash + 1 : folder;
	return 1;
}

/* Nobody may want a report. The mapping outlives the descriptor. */
static struct hostile_report *map_report(const char *folder)
{
	char path[PATH_SIZE + sizeof(HOSTILE_REPORT_NAME)];
	void *page = MAP_FAILED;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, HOSTILE_REPORT_NAME);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	page = mmap(NULL, sizeof(struct hostile_report), PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	close(fd);
	return page == MAP_FAILED ? NULL : page;
}

static void note_worker(struct hostile_report *report)
{
	const uint32_t n = atomic_fetch_add(&report->n_workers, 1);

	if (n < HOSTILE_MAX_WORKERS)
		atomic_store(&report->pids[n], getpid());
}

/*
 * The path of the honest worker in the same installation, around which libraries
 * of modules may be read; @path where there is no such installation.
 */
static const char *honest_worker(const char *path, char honest[PATH_SIZE])
{
	static const char own[] = "/hostile/camipc-hostile-worker";
	ssize_t n = readlink(path, honest, PATH_SIZE - sizeof(own));

	if (n < (ssize_t)sizeof(own))
		return path;
	honest[n] = '\0';
	n -= (ssize_t)sizeof(own) - 1;
	if (strcmp(honest + n, own) != 0)
		return path;
	strcpy(honest + n, "/worker/camipc-worker");
	return honest;
}

/* A camera process waits for a hello of this one. */
static void run_something_else(struct hostile_report *report)
{
	if (report)
		atomic_fetch_add(&report->n_acts, 1);
	execl("/bin/true", "true", (char *)NULL);
	_exit(1);
}

static void aim(struct target *target, const char *folder)
{
	target->parent = getppid();
	target->sibling = target->parent;
	snprintf(target->folder, sizeof(target->folder), "%.120s", folder);
}

int main(int argc, char **argv)
{
	static struct hostile_plan plan;
	static struct lie lie;
	char folder[PATH_SIZE];
	char honest[PATH_SIZE];
	const char *name;

	if (argc != 2 || !camipc_worker_is_child() ||
	    !split(argv[0], folder, &name)) {
		fprintf(stderr, "camipc-hostile-worker: this program is started "
				"by 'camipc hostile'\n");
		return CAMIPC_WORKER_EXIT_USAGE;
	}
	plan.report = map_report(folder);
	if (plan.report)
		note_worker(plan.report);
	if (lie_find(name, &lie))
		plan.lie = &lie;
	else
		plan.attack = attack_find(name);
	if (plan.lie && lie.act == LIE_SPECIAL &&
	    lie.value == LIE_ROW_run_something_else)
		run_something_else(plan.report);
	aim(&plan.target, folder);
	lying_channel_plan(&plan);
	/* As the honest one does. */
	unsetenv("GLIBC_TUNABLES");
	prctl(PR_SET_NAME, "camipc-worker");
	if (dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
		setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	return camipc_worker_run(honest_worker(argv[0], honest), argv[1]);
}
