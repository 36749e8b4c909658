/* SPDX-License-Identifier: MIT */
/* Sorts the lines of a worker that learns, and prints them as a manifest. */
#include "needs.h"

#include <stdlib.h>
#include <string.h>

#include <camipc/limits.h>

/* As the worker writes them: camipc/sandbox.h, CAMIPC_SANDBOX_LEARN. */
#define PREFIX "sandbox learn: "
#define AFTER_INIT "after init: "

#define GPU_FOLDER "/dev/dri"

/* Characters of a path that YAML leaves as they are. */
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_.+-"

bool needs_take(struct needs *needs, const char *text)
{
	const char *line = strstr(text, PREFIX);

	if (!line)
		return false;
	line += sizeof(PREFIX) - 1;
	for (size_t i = 0; i < needs->n; i++) {
		if (strcmp(needs->lines[i], line) == 0)
			return true;
	}
	if (needs->n < NEEDS_MAX_LINES)
		needs->lines[needs->n] = strdup(line);
	if (needs->n < NEEDS_MAX_LINES && needs->lines[needs->n])
		needs->n++;
	else
		needs->is_full = true;
	return true;
}

void needs_clear(struct needs *needs)
{
	for (size_t i = 0; i < needs->n; i++)
		free(needs->lines[i]);
	needs->n = 0;
}

/* What follows @kind in a line of that kind; NULL for another kind. */
static const char *rest_of(const char *line, const char *kind)
{
	const size_t size = strlen(kind);

	return strncmp(line, kind, size) == 0 ? line + size : NULL;
}

static bool is_of_gpu(const char *path)
{
	const char *rest = rest_of(path, GPU_FOLDER);

	return rest && (*rest == '\0' || *rest == '/');
}

/* In the quotes of YAML in which only a quote has another meaning. */
static void print_path(FILE *stream, const char *path)
{
	if (path[strspn(path, PLAIN)] == '\0') {
		fputs(path, stream);
		return;
	}
	fputc('\'', stream);
	for (; *path; path++) {
		if (*path == '\'')
			fputc('\'', stream);
		fputc(*path, stream);
	}
	fputc('\'', stream);
}

/* ---- read ------------------------------------------------------------------- */

/** Paths without repetition. */
struct paths {
	size_t n;
	char *list[NEEDS_MAX_LINES];
};

static void collect(struct paths *paths, const char *path, size_t size)
{
	for (size_t i = 0; i < paths->n; i++) {
		if (strlen(paths->list[i]) == size &&
		    strncmp(paths->list[i], path, size) == 0)
			return;
	}
	paths->list[paths->n] = strndup(path, size);
	if (paths->list[paths->n])
		paths->n++;
}

static size_t folder_size(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash > path ? (size_t)(slash - path) : 1;
}

static size_t count_in(const struct paths *paths, const char *folder,
		       size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < paths->n; i++)
		n += folder_size(paths->list[i]) == size &&
		     strncmp(paths->list[i], folder, size) == 0;
	return n;
}

/* Puts the folder with the most files in the place of those files. */
static void fold(struct paths *paths)
{
	struct paths folded = { .n = 0 };
	const char *most = paths->list[0];
	size_t size;

	for (size_t i = 1; i < paths->n; i++) {
		if (count_in(paths, paths->list[i],
			     folder_size(paths->list[i])) >
		    count_in(paths, most, folder_size(most)))
			most = paths->list[i];
	}
	size = folder_size(most);
	for (size_t i = 0; i < paths->n; i++) {
		const char *path = paths->list[i];

		if (folder_size(path) == size && strncmp(path, most, size) == 0)
			collect(&folded, path, size);
		else
			collect(&folded, path, strlen(path));
	}
	for (size_t i = 0; i < paths->n; i++)
		free(paths->list[i]);
	*paths = folded;
}

static void print_read(const struct needs *needs, FILE *stream)
{
	static struct paths paths;

	paths.n = 0;
	for (size_t i = 0; i < needs->n; i++) {
		const char *path = rest_of(needs->lines[i], "read ");

		if (path && !is_of_gpu(path))
			collect(&paths, path, strlen(path));
	}
	while (paths.n > CAMIPC_MAX_READ)
		fold(&paths);
	if (paths.n > 0)
		fprintf(stream, "read:\n");
	for (size_t i = 0; i < paths.n; i++) {
		fprintf(stream, "  - ");
		print_path(stream, paths.list[i]);
		fputc('\n', stream);
		free(paths.list[i]);
	}
}

/* ---- devices ---------------------------------------------------------------- */

/* A line "ioctl NUMBER PATH", in either phase. */
static const char *ioctl_of(const char *line)
{
	const char *rest = rest_of(line, AFTER_INIT);

	return rest_of(rest ? rest : line, "ioctl ");
}

static const char *device_of(const char *line)
{
	const char *rest = ioctl_of(line);
	const char *blank = rest ? strchr(rest, ' ') : NULL;

	return rest ? (blank ? blank + 1 : NULL) : rest_of(line, "device ");
}

static bool is_first(const struct needs *needs, size_t i, const char *path)
{
	for (size_t j = 0; j < i; j++) {
		const char *other = device_of(needs->lines[j]);

		if (other && strcmp(other, path) == 0)
			return false;
	}
	return true;
}

static bool is_number_first(const struct needs *needs, size_t i)
{
	const char *line = ioctl_of(needs->lines[i]);

	for (size_t j = 0; j < i; j++) {
		const char *other = ioctl_of(needs->lines[j]);

		if (other && strcmp(other, line) == 0)
			return false;
	}
	return true;
}

static void print_ioctls(const struct needs *needs, const char *path,
			 FILE *stream)
{
	bool any = false;

	for (size_t i = 0; i < needs->n; i++) {
		const char *number = ioctl_of(needs->lines[i]);
		const char *device = device_of(needs->lines[i]);

		if (!number || !device || strcmp(device, path) != 0 ||
		    !is_number_first(needs, i))
			continue;
		fprintf(stream, "%s%.*s", any ? ", " : "    ioctls: [",
			(int)strcspn(number, " "), number);
		any = true;
	}
	if (any)
		fprintf(stream, "]\n");
}

static void print_devices(const struct needs *needs, FILE *stream)
{
	bool any = false;

	for (size_t i = 0; i < needs->n; i++) {
		const char *path = device_of(needs->lines[i]);

		if (!path || is_of_gpu(path) || !is_first(needs, i, path))
			continue;
		fprintf(stream, "%s  - path: ", any ? "" : "devices:\n");
		print_path(stream, path);
		fputc('\n', stream);
		print_ioctls(needs, path, stream);
		any = true;
	}
}

static void print_gpu(const struct needs *needs, FILE *stream)
{
	bool found = false;

	for (size_t i = 0; i < needs->n; i++) {
		const char *device = device_of(needs->lines[i]);
		const char *path = rest_of(needs->lines[i], "read ");

		found |= (device && is_of_gpu(device)) ||
			 (path && is_of_gpu(path));
	}
	if (found)
		fprintf(stream, "gpu: true\n");
}

/* ---- what cannot be granted --------------------------------------------------- */

static void print_comments(const struct needs *needs, const char *kind,
			   const char *title, FILE *stream)
{
	bool any = false;

	for (size_t i = 0; i < needs->n; i++) {
		const char *rest = rest_of(needs->lines[i], kind);

		if (!rest || ioctl_of(needs->lines[i]))
			continue;
		if (!any)
			fprintf(stream, "# %s\n", title);
		fprintf(stream, "#   %s\n", rest);
		any = true;
	}
}

void needs_print(const struct needs *needs, FILE *stream)
{
	fprintf(stream, "# What the module needs in the sandbox, as far as this "
			"run has shown.\n");
	print_read(needs, stream);
	print_devices(needs, stream);
	print_gpu(needs, stream);
	print_comments(needs, "refused ",
		       "Cannot be granted; the call failed in this run, too:",
		       stream);
	print_comments(needs, "denied ",
		       "The user of the worker may not open, even without a "
		       "sandbox:",
		       stream);
	print_comments(needs, AFTER_INIT,
		       "Came after init, when the sandbox is sealed: do it in "
		       "create() or init().",
		       stream);
	if (needs->is_full)
		fprintf(stream, "# There was more than this list can hold.\n");
}
