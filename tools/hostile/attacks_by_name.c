/* SPDX-License-Identifier: MIT */
/*
 * Attacks on files by their names, one for each system call of the family: a
 * filter that knows chmod() and forgets fchmodat2() is no filter. Landlock does
 * not handle most of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attacks.h"

/* Calls that are newer than the headers of distributions. */
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

/** struct open_how of <linux/openat2.h>. */
struct how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};

/** An attack that is one system call with the victim's path. */
#define CALL_BY_NAME(name, beyond, number, ...)                            \
	static int name(const struct target *target)                       \
	{                                                                  \
		const char *victim = in_folder(target, "victim");          \
		const char other[] = "/nonexistent/other";                 \
									   \
		(void)victim;                                              \
		(void)other;                                               \
		return outcome_beyond(syscall(number, __VA_ARGS__), beyond); \
	}

/** The same with a descriptor of a file in memory. */
#define CALL_BY_FD(name, number, ...)                                      \
	static int name(const struct target *target)                       \
	{                                                                  \
		int fd = memfd_create("camipc-hostile", MFD_CLOEXEC);      \
		int ret;                                                   \
									   \
		(void)target;                                              \
		if (fd < 0)                                                \
			return errno;                                      \
		ret = outcome_of(syscall(number, __VA_ARGS__));            \
		close(fd);                                                 \
		return ret;                                                \
	}

/* The old calls, where the machine has them. */
#ifdef SYS_chmod
CALL_BY_NAME(old_chmod, 0, SYS_chmod, victim, 0666)
CALL_BY_NAME(old_chown, 0, SYS_chown, victim, geteuid(), getegid())
CALL_BY_NAME(old_lchown, 0, SYS_lchown, victim, geteuid(), getegid())
CALL_BY_NAME(old_utime, 0, SYS_utime, victim, NULL)
CALL_BY_NAME(old_utimes, 0, SYS_utimes, victim, NULL)
CALL_BY_NAME(old_futimesat, 0, SYS_futimesat, AT_FDCWD, victim, NULL)
CALL_BY_NAME(old_rename, ENOENT, SYS_rename, victim, other)
CALL_BY_NAME(old_link, ENOENT, SYS_link, victim, other)
CALL_BY_NAME(old_symlink, ENOENT, SYS_symlink, victim, other)
CALL_BY_NAME(old_unlink, 0, SYS_unlink, victim)
CALL_BY_NAME(old_rmdir, ENOTDIR, SYS_rmdir, victim)
CALL_BY_NAME(old_mkdir, EEXIST, SYS_mkdir, victim, 0700)
CALL_BY_NAME(old_mknod, EEXIST, SYS_mknod, victim, S_IFIFO | 0600, 0)
#endif

CALL_BY_NAME(fchmodat_, 0, SYS_fchmodat, AT_FDCWD, victim, 0666)
CALL_BY_NAME(fchmodat2_, 0, SYS_fchmodat2, AT_FDCWD, victim, 0666, 0)
CALL_BY_NAME(fchownat_, 0, SYS_fchownat, AT_FDCWD, victim, geteuid(), getegid(), 0)
CALL_BY_NAME(utimensat_, 0, SYS_utimensat, AT_FDCWD, victim, NULL, 0)
CALL_BY_NAME(renameat2_, ENOENT, SYS_renameat2, AT_FDCWD, victim, AT_FDCWD, other, 0)
#ifdef SYS_renameat
CALL_BY_NAME(renameat_, ENOENT, SYS_renameat, AT_FDCWD, victim, AT_FDCWD, other)
#endif
CALL_BY_NAME(linkat_, ENOENT, SYS_linkat, AT_FDCWD, victim, AT_FDCWD, other, 0)
CALL_BY_NAME(symlinkat_, ENOENT, SYS_symlinkat, victim, AT_FDCWD, other)
CALL_BY_NAME(unlinkat_, 0, SYS_unlinkat, AT_FDCWD, victim, 0)
CALL_BY_NAME(mkdirat_, EEXIST, SYS_mkdirat, AT_FDCWD, victim, 0700)
CALL_BY_NAME(mknodat_, EEXIST, SYS_mknodat, AT_FDCWD, victim, S_IFIFO | 0600, 0)
CALL_BY_NAME(truncate_, 0, SYS_truncate, victim, 0)
/* An attribute that is not there: where the call is allowed, that is the error. */
CALL_BY_NAME(removexattr_, ENODATA, SYS_removexattr, victim, "user.none")
CALL_BY_NAME(lremovexattr_, ENODATA, SYS_lremovexattr, victim, "user.none")
CALL_BY_NAME(lsetxattr_, 0, SYS_lsetxattr, victim, "user.camipc", "1", 1, 0)
CALL_BY_NAME(getxattr_, ENODATA, SYS_getxattr, victim, "user.none", NULL, 0)
CALL_BY_NAME(listxattr_, 0, SYS_listxattr, victim, NULL, 0)
CALL_BY_NAME(chroot_to_file, ENOTDIR, SYS_chroot, victim)
CALL_BY_NAME(chdir_, ENOTDIR, SYS_chdir, victim)

CALL_BY_FD(fchmod_, SYS_fchmod, fd, 0600)
CALL_BY_FD(fchown_, SYS_fchown, fd, geteuid(), getegid())
CALL_BY_FD(flock_, SYS_flock, fd, 1)

static int openat2_(const struct target *target)
{
	const struct how how = { .flags = O_RDONLY | O_CLOEXEC };

	return outcome_of_open(syscall(SYS_openat2, AT_FDCWD,
				       in_folder(target, "victim"), &how,
				       sizeof(how)));
}

#ifdef SYS_creat
static int creat_(const struct target *target)
{
	return outcome_of_open(
		syscall(SYS_creat, in_folder(target, "created"), 0600));
}
#endif

/* A handle is a name that no rule about paths sees. */
static int file_handle(const struct target *target)
{
	struct file_handle handle = { .handle_bytes = 0 };
	int mount;

	return outcome_beyond(syscall(SYS_name_to_handle_at, AT_FDCWD,
				      in_folder(target, "victim"), &handle,
				      &mount, 0),
			      EOVERFLOW);
}

/* Up and out of a folder that may be read. */
static int climb_out(const struct target *target)
{
	char path[64];
	int folder = open("/usr/lib", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret;

	(void)target;
	if (folder < 0)
		return errno;
	snprintf(path, sizeof(path), "../../etc/passwd");
	ret = outcome_of_open(openat(folder, path, O_RDONLY | O_CLOEXEC));
	close(folder);
	return ret;
}

/* A path descriptor, opened for good through /proc. */
static int reopen_path(const struct target *target)
{
	char path[64];
	int fd = open(in_folder(target, "victim"), O_PATH | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ret = outcome_of_open(open(path, O_RDONLY | O_CLOEXEC));
	close(fd);
	return ret;
}

static int watch_folder(const struct target *target)
{
	(void)target;
	return outcome_of_open(syscall(SYS_inotify_init1, 0));
}

const struct attack attacks_by_name[] = {
#ifdef SYS_chmod
	ATTACK(46, old_chmod, 0, EPERM),
	ATTACK(46, old_chown, 0, EPERM),
	ATTACK(46, old_lchown, 0, EPERM),
	ATTACK(46, old_utime, 0, EPERM),
	ATTACK(46, old_utimes, 0, EPERM),
	ATTACK(46, old_futimesat, 0, EPERM),
	ATTACK(46, old_rename, 0, EPERM),
	ATTACK(46, old_link, 0, EPERM),
	ATTACK(46, old_symlink, 0, EPERM),
	ATTACK(46, old_unlink, 0, EPERM),
	ATTACK(46, old_rmdir, 0, EPERM),
	ATTACK(46, old_mkdir, 0, EPERM),
	ATTACK(46, old_mknod, 0, EPERM),
#endif
	ATTACK(46, fchmodat_, 0, EPERM),
	ATTACK(46, fchmodat2_, ATTACK_MAY_LACK, EPERM, ENOSYS),
	ATTACK(46, fchownat_, 0, EPERM),
	ATTACK(46, utimensat_, 0, EPERM),
#ifdef SYS_renameat
	ATTACK(46, renameat_, 0, EPERM),
#endif
	ATTACK(46, renameat2_, 0, EPERM),
	ATTACK(46, linkat_, 0, EPERM),
	ATTACK(46, symlinkat_, 0, EPERM),
	ATTACK(46, unlinkat_, 0, EPERM),
	ATTACK(46, mkdirat_, 0, EPERM),
	ATTACK(46, mknodat_, 0, EPERM),
	ATTACK(46, truncate_, 0, EPERM),
	ATTACK(46, removexattr_, ATTACK_MAY_LACK, EPERM),
	ATTACK(46, lremovexattr_, ATTACK_MAY_LACK, EPERM),
	ATTACK(46, lsetxattr_, ATTACK_MAY_LACK, EPERM),
	ATTACK(46, getxattr_, ATTACK_MAY_LACK, EPERM),
	ATTACK(46, listxattr_, ATTACK_MAY_LACK, EPERM),
	ATTACK(46, chroot_to_file, ATTACK_BY_ROOT, EPERM),
	ATTACK(46, chdir_, 0, EPERM),
	ATTACK(46, fchmod_, 0, EPERM),
	ATTACK(46, fchown_, 0, EPERM),
	ATTACK(46, flock_, 0, EPERM),
	ATTACK(46, openat2_, ATTACK_MAY_LACK, ENOSYS),
#ifdef SYS_creat
	ATTACK(46, creat_, 0, EPERM),
#endif
	ATTACK(46, file_handle, ATTACK_MAY_LACK, EPERM),
	ATTACK(46, climb_out, 0, EACCES),
	ATTACK(46, reopen_path, 0, EACCES),
	ATTACK(46, watch_folder, ATTACK_MAY_LACK, EPERM),
	ATTACKS_END,
};
