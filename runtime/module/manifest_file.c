/* SPDX-License-Identifier: MIT */
/* Finds MODULE.yaml, asks who can change it, and reads it. */
#include "manifest_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/check.h>
#include <camipc/error.h>
#include <camipc/log.h>

#include "module_info.h"
#include "pinned_path.h"

#define TOPIC "module"

/* The beginning of what camipc_manifest_parse() says. */
#define ITS_MANIFEST "its manifest"

static int skip(const char *path, const char *why)
{
	camipc_log(CAMIPC_LOG_WARNING, TOPIC, "%s does not count: %s", path,
		   why);
	return 0;
}

static int refuse_file(const char *path, const char *what, char *why)
{
	const char *slash = strrchr(path, '/');

	snprintf(why, CAMIPC_MODULE_WHY_SIZE, ITS_MANIFEST " %.40s%.90s",
		 slash ? slash + 1 : path, what);
	return -ENOEXEC;
}

/* Returns the number of bytes, or an error; one byte more than fits is read. */
static ssize_t read_text(int fd, char *text, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t n = read(fd, text + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	return (ssize_t)used;
}

static bool is_text(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		const unsigned char c = (unsigned char)text[i];

		if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
			return false;
	}
	return camipc_utf8_is_valid(text, size);
}

static int read_open(int fd, const char *path,
		     struct camipc_manifest *ret_manifest, char *why)
{
	char text[CAMIPC_MAX_MANIFEST_SIZE + 2];
	char reason[CAMIPC_MODULE_WHY_SIZE];
	ssize_t n = read_text(fd, text, sizeof(text) - 1);

	if (n < 0)
		return refuse_file(path, " cannot be read", why);
	if (n > CAMIPC_MAX_MANIFEST_SIZE)
		return refuse_file(path, " has more than 4096 bytes", why);
	if (!is_text(text, (size_t)n))
		return refuse_file(path, " is not plain UTF-8 text", why);
	text[n] = '\0';
	if (camipc_manifest_parse(text, ret_manifest, reason) < 0)
		return refuse_file(path, reason + sizeof(ITS_MANIFEST) - 1, why);
	return 1;
}

/* Whether the file that is open is the one that only @owner can change. */
static int check_owner(int fd, const char *path, uid_t owner, char *reason)
{
	struct stat pinned;
	struct stat opened;
	int ret = camipc_pinned_path_check(path, owner, &pinned, reason);

	if (ret < 0)
		return ret;
	if (fstat(fd, &opened) < 0 || opened.st_dev != pinned.st_dev ||
	    opened.st_ino != pinned.st_ino) {
		snprintf(reason, CAMIPC_PINNED_WHY_SIZE, "it was replaced");
		return -EPERM;
	}
	return 0;
}

int camipc_manifest_file_read(const char *module, uid_t owner,
			      struct camipc_manifest *ret_manifest, char *why)
{
	char path[PATH_MAX + sizeof(CAMIPC_MANIFEST_FILE_END)];
	char reason[CAMIPC_MODULE_WHY_SIZE] = "";
	int fd;
	int ret;

	snprintf(path, sizeof(path), "%s" CAMIPC_MANIFEST_FILE_END, module);
	ret = camipc_module_open(path, &fd, reason);
	if (ret == -ENOENT || ret == -ENOTDIR)
		return 0;
	if (ret == -EMFILE || ret == -ENOMEM)
		return ret;
	if (ret < 0)
		return skip(path, reason[0] ? reason :
					      camipc_errno_to_string(ret));
	ret = check_owner(fd, path, owner, reason);
	if (ret == 0)
		ret = read_open(fd, path, ret_manifest, why);
	else if (ret != -EMFILE && ret != -ENOMEM)
		ret = skip(path, reason);
	close(fd);
	return ret;
}
