/* SPDX-License-Identifier: MIT */
/* Finds the kit beside the program or where it was installed; temporary files. */
#include "hostile_kit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <camipc/error.h>

#include "report.h"
#include "tools_config.h"

#define WORKER "camipc-hostile-worker"
#define MODULE "hostile.so"

/* How long a worker may outlive its camera process. */
#define SURVIVOR_STEPS 300
#define SURVIVOR_STEP_NS 10000000

/* ---- the kit ------------------------------------------------------------ */

/* Returns whether @folder holds the kit, and fills in its paths. */
static bool try_folder(struct hostile_kit *kit, const char *folder)
{
	const int worker = snprintf(kit->worker, sizeof(kit->worker), "%s/%s",
				    folder, WORKER);
	const int module = snprintf(kit->module, sizeof(kit->module), "%s/%s",
				    folder, MODULE);

	return worker < (int)sizeof(kit->worker) &&
	       module < (int)sizeof(kit->module) &&
	       access(kit->worker, X_OK) == 0 && access(kit->module, R_OK) == 0;
}

static bool find_kit(struct hostile_kit *kit)
{
	static const char *const beside[] = { "hostile", TOOLS_HOSTILE_BESIDE };
	char own[KIT_PATH_SIZE];
	char folder[2 * KIT_PATH_SIZE];
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);
	char *slash = NULL;

	if (n > 0) {
		own[n] = '\0';
		slash = strrchr(own, '/');
	}
	for (size_t i = 0; slash && i < sizeof(beside) / sizeof(beside[0]);
	     i++) {
		*slash = '\0';
		snprintf(folder, sizeof(folder), "%s/%s", own, beside[i]);
		if (try_folder(kit, folder))
			return true;
	}
	return try_folder(kit, TOOLS_HOSTILE_FOLDER);
}

int hostile_kit_open(struct hostile_kit *kit)
{
	const char *temporary = getenv("TMPDIR");
	int ret;

	if (!find_kit(kit)) {
		report_error("%s not found: neither beside this program nor in "
			     "%s",
			     WORKER, TOOLS_HOSTILE_FOLDER);
		return -ENOENT;
	}
	snprintf(kit->folder, sizeof(kit->folder), "%.128s/camipc-hostile.XXXXXX",
		 temporary && temporary[0] == '/' ? temporary : "/tmp");
	if (!mkdtemp(kit->folder)) {
		ret = -errno;
		report_error("cannot create a folder %s: %s", kit->folder,
			     camipc_errno_to_string(ret));
		return ret;
	}
	/* A worker of root becomes nobody. */
	(void)chmod(kit->folder, 0755);
	return 0;
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	(void)remove(path);
	return 0;
}

static void remove_folder(const char *folder)
{
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void hostile_kit_close(struct hostile_kit *kit)
{
	remove_folder(kit->folder);
}

/* ---- one case ----------------------------------------------------------- */

static int make_file(const char *folder, const char *name, size_t size)
{
	char path[KIT_PATH_SIZE + 128];
	int fd;
	int ret = 0;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	if (fchmod(fd, 0666) < 0 || ftruncate(fd, (off_t)size) < 0) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

static int map_report(struct hostile_stage *stage)
{
	void *page;
	int fd = make_file(stage->folder, HOSTILE_REPORT_NAME,
			   sizeof(struct hostile_report));

	if (fd < 0)
		return fd;
	page = mmap(NULL, sizeof(struct hostile_report), PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	close(fd);
	if (page == MAP_FAILED)
		return -errno;
	stage->report = page;
	return 0;
}

/* As a message bus does. Without it, the attack finds nobody. */
static int listen_in(const char *folder)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (snprintf(address.sun_path, sizeof(address.sun_path), "%s/bus",
		     folder) >= (int)sizeof(address.sun_path))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 &&
	    (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	     listen(fd, 1) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int fill_stage(const struct hostile_kit *kit, const char *name,
		      struct hostile_stage *stage)
{
	int fd;
	int ret;

	snprintf(stage->folder, sizeof(stage->folder), "%s/%.60s", kit->folder,
		 name);
	if (mkdir(stage->folder, 0777) < 0 || chmod(stage->folder, 0777) < 0)
		return -errno;
	snprintf(stage->worker, sizeof(stage->worker), "%s/camipc-worker",
		 stage->folder);
	if (symlink(kit->worker, stage->worker) < 0)
		return -errno;
	ret = map_report(stage);
	if (ret < 0)
		return ret;
	fd = make_file(stage->folder, "victim", 1);
	if (fd < 0)
		return fd;
	close(fd);
	stage->bus = listen_in(stage->folder);
	return 0;
}

int hostile_stage_open(const struct hostile_kit *kit, const char *name,
		       struct hostile_stage *ret_stage)
{
	int ret;

	memset(ret_stage, 0, sizeof(*ret_stage));
	ret_stage->bus = -1;
	ret = fill_stage(kit, name, ret_stage);
	if (ret < 0) {
		report_error("cannot create files in %s: %s",
			     ret_stage->folder, camipc_errno_to_string(ret));
		hostile_stage_close(ret_stage);
	}
	return ret;
}

void hostile_stage_close(struct hostile_stage *stage)
{
	if (stage->bus >= 0)
		close(stage->bus);
	if (stage->report)
		munmap(stage->report, sizeof(*stage->report));
	remove_folder(stage->folder);
}

/* A zombie does not count: its parent has not reaped it yet. */
static bool is_alive(int pid)
{
	char path[64];
	char text[256];
	const char *end;
	ssize_t n;
	int fd;

	if (pid <= 0 || (kill(pid, 0) < 0 && errno == ESRCH))
		return false;
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno != ENOENT;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	end = strrchr(text, ')');
	return end && strstr(text, "(camipc-") && end[1] && end[2] != 'Z';
}

static int find_survivor(const struct hostile_report *report)
{
	for (size_t i = 0; i < HOSTILE_MAX_WORKERS; i++) {
		const int pid = atomic_load(&report->pids[i]);

		if (is_alive(pid))
			return pid;
	}
	return 0;
}

int hostile_stage_survivor(const struct hostile_stage *stage)
{
	const struct timespec step = { .tv_nsec = SURVIVOR_STEP_NS };
	int pid = find_survivor(stage->report);

	for (int i = 0; pid && i < SURVIVOR_STEPS; i++) {
		nanosleep(&step, NULL);
		pid = find_survivor(stage->report);
	}
	return pid;
}
