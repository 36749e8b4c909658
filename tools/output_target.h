/* SPDX-License-Identifier: MIT */
/* Finds out where the name of an output file leads: past links, to a file, a
 * device, or a stream that the tool has already. */
#ifndef TOOLS_OUTPUT_TARGET_H
#define TOOLS_OUTPUT_TARGET_H

#include <limits.h>
#include <sys/types.h>

#include <camipc/base.h>

/** How a target is written. */
enum output_kind {
	OUTPUT_REPLACE, /* a regular or new file: as a whole, by renaming */
	OUTPUT_PLACE, /* a device or pipe: opened and written as it is */
	OUTPUT_STREAM, /* a descriptor that the tool was started with */
};

/** A place for an output, without links in its path. */
struct output_target {
	enum output_kind kind;
	int fd; /* of OUTPUT_STREAM */
	char folder[PATH_MAX]; /* ends with '/' */
	char name[NAME_MAX + 1];
	bool exists;
	mode_t mode; /* this and the following ones: if it exists */
	uid_t uid;
	gid_t gid;
	dev_t device;
	ino_t inode;
};

/**
 * output_target_find() - follow a name to the place that it stands for
 * @path: a file; or "-", which is standard output, as are /dev/stdout and
 *        other names of that descriptor
 *
 * Links are followed as the kernel follows them, also to files that do not
 * exist yet. Returns 0, or:
 *   -EISDIR         it is a folder
 *   -EBADF          the stream is closed, or open for reading only
 *   -EOPNOTSUPP     it is neither a file, a pipe nor a character device
 *   -ENAMETOOLONG, -ELOOP, -ENOENT (its folder does not exist), -ENOTDIR,
 *   -EACCES         as from open()
 * Thread word of all: safe.
 */
int output_target_find(const char *path,
		       struct output_target *ret_target) CAMIPC_MUST_CHECK;

/** Makes the path of a file called @name, of at most NAME_MAX bytes, in the
 *  folder of the target. */
void output_target_path(const struct output_target *target, const char *name,
			char path[PATH_MAX]);

/** Returns true if what is written to @a would destroy or mix with @b.
 *  Devices such as /dev/null may be written twice. */
bool output_target_same(const struct output_target *a,
			const struct output_target *b);

/** Returns true if @path is a stream, pipe or device, whose name says nothing
 *  about a format; also if writing it will fail for a better reason. */
bool output_target_needs_no_ending(const char *path);

/**
 * Keeps standard output for outputs: what anything else prints there, such as an
 * IPA in a thread, goes to stderr from now on. Returns 0 or a negative errno.
 */
int output_target_reserve_stdout(void) CAMIPC_MUST_CHECK;

/** Closes what output_target_reserve_stdout() kept, if it was called. Standard
 *  output stays stderr. */
void output_target_close_stdout(void);

/** Returns the descriptor of a target of kind OUTPUT_STREAM. */
int output_target_fd(const struct output_target *target);

/** Returns true if it is the tool's standard output. */
bool output_target_is_stdout(const struct output_target *target);

/** Says in words why an output cannot be written; never NULL. */
const char *output_error_text(int error);

#endif /* TOOLS_OUTPUT_TARGET_H */
