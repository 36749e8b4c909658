/* SPDX-License-Identifier: MIT */
/*
 * The layer "identity": a worker of root becomes another user. A process of
 * uid 0 without any capability could still write to root's files.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "devices.h"
#include "layer.h"
#include "needed_libraries.h"

/* "nobody" and "nogroup" of the kernel: whom nothing belongs to. */
#define NOBODY 65534

static bool has_capability(unsigned int capability)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		return false;
	return data[CAP_TO_INDEX(capability)].effective &
	       CAP_TO_MASK(capability);
}

static bool may_change(void)
{
	/* Without CAP_KILL the host could not kill its worker any more. */
	return has_capability(CAP_SETUID) && has_capability(CAP_SETGID) &&
	       has_capability(CAP_KILL);
}

/*
 * Whether nobody can read what the worker has to load by its path. The ids for
 * file access alone can be changed back.
 */
static bool can_still_read(const char *path)
{
	int fd;

	setfsgid(NOBODY);
	setfsuid(NOBODY);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	setfsuid(0);
	setfsgid(0);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* What root cannot read either is not what the module is loaded from. */
static bool stays_readable(const char *path)
{
	return access(path, R_OK) < 0 || can_still_read(path);
}

static void check_library(void *user, const char *path, int fd)
{
	bool *readable = user;

	(void)fd;
	*readable &= stays_readable(path);
}

/* A module is loaded through its descriptor where its path is closed to others;
 * libraries beside it are opened by theirs. */
static bool can_load(const struct camipc_sandbox_request *request)
{
	bool readable;
	char name[32];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", request->module_fd);
	readable = stays_readable(access(name, F_OK) == 0 ? name :
							    request->module);
	camipc_needed_libraries_visit(request->module_fd, request->module,
				      check_library, &readable);
	return readable;
}

/* Groups that a worker keeps: of each device one. */
#define MAX_GROUPS 32

struct groups {
	size_t n;
	gid_t ids[MAX_GROUPS];
};

/* Devices belong to root and to a group, such as "video" or "render". A group
 * that everybody needs not be in, and root's, are not kept. */
static void add_group(void *user, const char *path, int fd)
{
	struct groups *groups = user;
	struct stat status;

	(void)path;
	if (fstat(fd, &status) < 0 || status.st_gid == 0 ||
	    groups->n == MAX_GROUPS || (status.st_mode & S_IRWXG) == 0 ||
	    (status.st_mode & (S_IROTH | S_IWOTH)) == (S_IROTH | S_IWOTH))
		return;
	for (size_t i = 0; i < groups->n; i++) {
		if (groups->ids[i] == status.st_gid)
			return;
	}
	groups->ids[groups->n++] = status.st_gid;
}

static struct camipc_layer_result
enter_identity(const struct camipc_sandbox_request *request)
{
	struct groups groups = { .n = 0 };

	if (geteuid() != 0)
		return camipc_layer_not_needed(CAMIPC_LAYER_NOT_ROOT);
	if (!may_change())
		return camipc_layer_missing(CAMIPC_LAYER_NO_CAPABILITY, EPERM);
	/* In a user namespace with one user, groups cannot be set either. */
	if (setresgid(NOBODY, NOBODY, NOBODY) < 0)
		return errno == EINVAL ? camipc_layer_not_needed(
						 CAMIPC_LAYER_NO_OTHER_USER) :
					 camipc_layer_failed(errno);
	camipc_devices_visit(request, add_group, &groups);
	if (setgroups(groups.n, groups.ids) < 0)
		return camipc_layer_failed(errno);
	if (!can_load(request))
		return camipc_layer_missing(CAMIPC_LAYER_CLOSED_FILE, EACCES);
	if (setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return errno == EINVAL ? camipc_layer_not_needed(
						 CAMIPC_LAYER_NO_OTHER_USER) :
					 camipc_layer_failed(errno);
	return camipc_layer_reached();
}

static bool probe_identity(const struct camipc_sandbox_request *request)
{
	(void)request;
	return setresuid(0, 0, 0) < 0 && setresgid(0, 0, 0) < 0 &&
	       getuid() == NOBODY && geteuid() == NOBODY &&
	       getgid() == NOBODY && getegid() == NOBODY;
}

const struct camipc_layer camipc_layer_identity = {
	.layer = CAMIPC_SANDBOX_IDENTITY,
	.fits_tools = false,
	.enter = enter_identity,
	.probe = probe_identity,
};
