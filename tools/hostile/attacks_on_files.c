/* SPDX-License-Identifier: MIT */
/* Attacks on files, devices and names. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "attacks.h"

static int try_open(const char *path, int flags)
{
	return outcome_of_open(open(path, flags | O_CLOEXEC, 0600));
}

static int nothing(const struct target *target)
{
	(void)target;
	return 0;
}

static int read_passwd(const struct target *target)
{
	(void)target;
	return try_open("/etc/passwd", O_RDONLY);
}

static int list_root(const struct target *target)
{
	(void)target;
	return try_open("/", O_RDONLY | O_DIRECTORY);
}

static int read_victim(const struct target *target)
{
	return try_open(in_folder(target, "victim"), O_RDONLY);
}

static int write_victim(const struct target *target)
{
	return try_open(in_folder(target, "victim"), O_WRONLY);
}

static int create_file(const struct target *target)
{
	return try_open(in_folder(target, "new"), O_WRONLY | O_CREAT);
}

static int create_unnamed(const struct target *target)
{
	return try_open(target->folder, O_RDWR | O_TMPFILE);
}

static int read_device(const struct target *target)
{
	(void)target;
	return try_open("/dev/urandom", O_RDONLY);
}

static int write_device(const struct target *target)
{
	(void)target;
	return try_open("/dev/null", O_RDWR);
}

static int read_environment(const struct target *target)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)target->parent);
	return try_open(path, O_RDONLY);
}

static int write_own_memory(const struct target *target)
{
	(void)target;
	return try_open("/proc/self/mem", O_RDWR);
}

static int shared_memory(const struct target *target)
{
	int fd = shm_open("/camipc-hostile", O_RDWR | O_CREAT, 0600);
	int error = errno;

	(void)target;
	if (fd < 0)
		return error;
	close(fd);
	shm_unlink("/camipc-hostile");
	return 0;
}

static int change_mode(const struct target *target)
{
	return outcome_of(chmod(in_folder(target, "victim"), 0644));
}

static int change_owner(const struct target *target)
{
	return outcome_of(
		chown(in_folder(target, "victim"), geteuid(), getegid()));
}

static int change_times(const struct target *target)
{
	return outcome_of(
		utimensat(AT_FDCWD, in_folder(target, "victim"), NULL, 0));
}

static int change_attribute(const struct target *target)
{
	return outcome_of(setxattr(in_folder(target, "victim"), "user.camipc",
				   "1", 1, 0));
}

static int cut(const struct target *target)
{
	return outcome_of(truncate(in_folder(target, "victim"), 0));
}

static int rename_it(const struct target *target)
{
	char from[192];

	snprintf(from, sizeof(from), "%s/victim", target->folder);
	return outcome_of(rename(from, in_folder(target, "moved")));
}

static int remove_it(const struct target *target)
{
	return outcome_of(unlink(in_folder(target, "victim")));
}

static int link_it(const struct target *target)
{
	char from[192];

	snprintf(from, sizeof(from), "%s/victim", target->folder);
	return outcome_of(link(from, in_folder(target, "linked")));
}

static int make_symlink(const struct target *target)
{
	return outcome_of(symlink("/etc", in_folder(target, "symlink")));
}

static int make_folder(const struct target *target)
{
	return outcome_of(mkdir(in_folder(target, "folder"), 0700));
}

static int make_fifo(const struct target *target)
{
	return outcome_of(
		mknod(in_folder(target, "fifo"), S_IFIFO | 0600, 0));
}

static int change_folder(const struct target *target)
{
	return outcome_of(chdir(target->folder));
}

static int large_file(const struct target *target)
{
	int fd = memfd_create("large", MFD_CLOEXEC);
	int ret;

	(void)target;
	if (fd < 0)
		return errno;
	ret = outcome_of(ftruncate(fd, 64 << 20));
	close(fd);
	return ret;
}

const struct attack attacks_on_files[] = {
	ATTACK(0, nothing, 0, 0),
	ATTACK(46, read_passwd, 0, EACCES),
	ATTACK(46, list_root, 0, EACCES),
	ATTACK(46, read_victim, 0, EACCES),
	ATTACK(46, write_victim, 0, EPERM, EACCES),
	ATTACK(46, create_file, 0, EPERM, EACCES),
	ATTACK(46, create_unnamed, ATTACK_MAY_LACK, EPERM, EACCES),
	ATTACK(46, read_device, 0, EACCES),
	ATTACK(46, write_device, 0, EPERM, EACCES),
	ATTACK(46, read_environment, 0, EACCES),
	ATTACK(46, write_own_memory, 0, EPERM, EACCES),
	ATTACK(46, shared_memory, 0, EPERM, EACCES),
	ATTACK(46, change_mode, 0, EPERM),
	ATTACK(46, change_owner, 0, EPERM),
	ATTACK(46, change_times, 0, EPERM),
	ATTACK(46, change_attribute, ATTACK_MAY_LACK, EPERM),
	ATTACK(46, cut, 0, EPERM),
	ATTACK(46, rename_it, 0, EPERM),
	ATTACK(46, remove_it, 0, EPERM),
	ATTACK(46, link_it, 0, EPERM),
	ATTACK(46, make_symlink, 0, EPERM),
	ATTACK(46, make_folder, 0, EPERM),
	ATTACK(46, make_fifo, 0, EPERM),
	ATTACK(46, change_folder, 0, EPERM),
	ATTACK(45, large_file, 0, EFBIG),
	ATTACKS_END,
};
