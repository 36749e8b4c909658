/* SPDX-License-Identifier: MIT */
/* Reads the dynamic section of a module, and judges the folders in it. */
#include "module_libraries.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/error.h>

#include "module_content.h"
#include "module_info.h"
#include "pinned_path.h"

/* Entries of a dynamic section: real ones have about thirty. */
#define MAX_ENTRIES 512

/* What $ORIGIN stands for in a module that is loaded by a descriptor. */
#define ORIGIN_FOLDER "/proc/self/fd"

/** A module being read. */
struct library_reader {
	int fd;
	char *why;
	ElfW(Phdr) segments[CAMIPC_MAX_SEGMENTS];
	uint32_t n_segments;
	uint64_t texts; /* address of the string table */
	uint64_t texts_size;
};

static int broken_table(const struct library_reader *reader)
{
	snprintf(reader->why, CAMIPC_MODULE_WHY_SIZE,
		 "its table of needed libraries is broken");
	return -ENOEXEC;
}

static int unsafe_path(const struct library_reader *reader, const char *what,
		  const char *reason)
{
	snprintf(reader->why, CAMIPC_MODULE_WHY_SIZE,
		 "it finds libraries in '%.48s': %.80s", what, reason);
	return -EPERM;
}

static int read_file(const struct library_reader *reader, uint64_t offset,
		     void *data, size_t size)
{
	ssize_t n;

	do {
		n = pread(reader->fd, data, size, (off_t)offset);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : broken_table(reader);
}

/** Reads what will be at an address; it has to lie in one segment. */
static int read_address(const struct library_reader *reader, uint64_t address,
			void *data, size_t size)
{
	for (uint32_t i = 0; i < reader->n_segments; i++) {
		const ElfW(Phdr) *segment = &reader->segments[i];
		const uint64_t at = address - segment->p_vaddr;

		if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
		    at <= segment->p_filesz && size <= segment->p_filesz - at)
			return read_file(reader, segment->p_offset + at, data,
					 size);
	}
	return broken_table(reader);
}

/* ---- folders ------------------------------------------------------------- */

/** Takes "." and ".." out of an absolute path, without looking at files. */
static void normalise(char *path)
{
	char *end = path;
	const char *at = path;

	while (*at) {
		const char *part = at + strspn(at, "/");
		const size_t size = strcspn(part, "/");

		at = part + size;
		if (size == 2 && memcmp(part, "..", 2) == 0) {
			while (end > path && *--end != '/')
				;
		} else if (size > 0 && !(size == 1 && *part == '.')) {
			*end++ = '/';
			memmove(end, part, size);
			end += size;
		}
	}
	*end = '\0';
}

/** A folder that is missing may not be for others to make, either. */
static int check_library_folder(const struct library_reader *reader, char *path)
{
	char reason[CAMIPC_PINNED_WHY_SIZE];
	char given[64];
	struct stat status;
	int ret;

	snprintf(given, sizeof(given), "%.63s", path);
	ret = camipc_pinned_path_check(path, 0, &status, reason);
	while (ret == -ENOENT && path[1]) {
		char *slash = strrchr(path, '/');

		slash[slash == path ? 1 : 0] = '\0';
		ret = camipc_pinned_path_check(path, 0, &status, reason);
		if (ret == 0 && (status.st_mode & (S_IWGRP | S_IWOTH)))
			return unsafe_path(reader, given, "others can create it");
	}
	if (ret == -EMFILE || ret == -ENOMEM)
		return ret;
	if (ret < 0)
		return unsafe_path(reader, given, reason);
	/* Such a folder does no harm to names that exist; but others can add. */
	if (status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)))
		return unsafe_path(reader, given, "others can write to it");
	return 0;
}

/** One entry of a library path: "$ORIGIN/../lib", "/opt/vendor/lib". */
static int check_library_path(const struct library_reader *reader, const char *entry,
		       size_t size)
{
	static const char *const origins[] = { "$ORIGIN", "${ORIGIN}" };
	char path[PATH_MAX];
	const char *origin = "";
	char text[64];

	snprintf(text, sizeof(text), "%.*s", (int)(size < 60 ? size : 60),
		 entry);
	for (size_t i = 0; i < 2; i++) {
		const size_t n = strlen(origins[i]);

		if (size >= n && memcmp(entry, origins[i], n) == 0) {
			origin = ORIGIN_FOLDER;
			entry += n;
			size -= n;
			break;
		}
	}
	if (memchr(entry, '$', size))
		return unsafe_path(reader, text, "it has a variable");
	if (!origin[0] && (size == 0 || entry[0] != '/'))
		return unsafe_path(reader, text, "the path is relative");
	if (snprintf(path, sizeof(path), "%s%.*s", origin, (int)size, entry) >=
	    (int)sizeof(path))
		return unsafe_path(reader, text, "the path is too long");
	if (origin[0]) {
		normalise(path);
		if (strncmp(path, "/proc/", 6) == 0)
			return 0; /* has no libraries */
		if (!path[0])
			strcpy(path, "/");
	}
	return check_library_folder(reader, path);
}

static int check_path_list(const struct library_reader *reader,
			   const char *text)
{
	int ret = 0;

	while (ret == 0) {
		const size_t size = strcspn(text, ":");

		ret = check_library_path(reader, text, size);
		if (!text[size])
			break;
		text += size + 1;
	}
	return ret;
}

/* ---- the dynamic section ------------------------------------------------- */

/** Reads a text of the string table and judges it. */
static int check_text(const struct library_reader *reader, uint64_t at,
		      bool is_needed)
{
	const size_t room = 2 * PATH_MAX;
	size_t size;
	char *text;
	int ret;

	if (at >= reader->texts_size)
		return broken_table(reader);
	size = reader->texts_size - at < room ? reader->texts_size - at : room;
	text = malloc(size);
	if (!text)
		return -ENOMEM;
	ret = read_address(reader, reader->texts + at, text, size);
	if (ret == 0 && !memchr(text, '\0', size))
		ret = broken_table(reader);
	if (ret == 0 && is_needed && strchr(text, '/'))
		ret = unsafe_path(reader, text, "a needed library has a path");
	else if (ret == 0 && !is_needed)
		ret = check_path_list(reader, text);
	free(text);
	return ret;
}

static int find_texts(struct library_reader *reader, const ElfW(Dyn) *entries,
		      size_t n)
{
	for (size_t i = 0; i < n && entries[i].d_tag != DT_NULL; i++) {
		if (entries[i].d_tag == DT_STRTAB)
			reader->texts = entries[i].d_un.d_ptr;
		else if (entries[i].d_tag == DT_STRSZ)
			reader->texts_size = entries[i].d_un.d_val;
	}
	return reader->texts_size > CAMIPC_MAX_MODULE_SIZE ? broken_table(reader) : 0;
}

static int check_dynamic_entries(struct library_reader *reader,
			 const ElfW(Dyn) *entries, size_t n)
{
	int ret = find_texts(reader, entries, n);

	for (size_t i = 0; i < n && entries[i].d_tag != DT_NULL && ret == 0;
	     i++) {
		switch (entries[i].d_tag) {
		case DT_RPATH:
		case DT_RUNPATH:
			ret = check_text(reader, entries[i].d_un.d_val, false);
			break;
		/* All of these load further files. */
		case DT_NEEDED:
		case DT_AUXILIARY:
		case DT_FILTER:
		case DT_AUDIT:
		case DT_DEPAUDIT:
			ret = check_text(reader, entries[i].d_un.d_val, true);
			break;
		default:
			break;
		}
	}
	return ret;
}

static int check_dynamic(struct library_reader *reader,
			 const ElfW(Phdr) *segment)
{
	const size_t n = segment->p_memsz / sizeof(ElfW(Dyn));
	ElfW(Dyn) *entries;
	int ret;

	if (n > MAX_ENTRIES)
		return broken_table(reader);
	entries = calloc(n + 1, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	ret = read_address(reader, segment->p_vaddr, entries,
			   n * sizeof(*entries));
	if (ret == 0)
		ret = check_dynamic_entries(reader, entries, n);
	free(entries);
	return ret;
}

int camipc_module_libraries_check(int fd, char *why)
{
	struct library_reader reader = { .fd = fd, .why = why };
	ElfW(Ehdr) header;
	int ret = read_file(&reader, 0, &header, sizeof(header));

	snprintf(why, CAMIPC_MODULE_WHY_SIZE, "cannot be read");
	if (ret < 0)
		return ret;
	if (header.e_phnum > CAMIPC_MAX_SEGMENTS ||
	    header.e_phentsize != sizeof(reader.segments[0]))
		return broken_table(&reader);
	reader.n_segments = header.e_phnum;
	ret = read_file(&reader, header.e_phoff, reader.segments,
			header.e_phnum * sizeof(reader.segments[0]));
	for (uint32_t i = 0; i < reader.n_segments && ret == 0; i++) {
		if (reader.segments[i].p_type == PT_DYNAMIC)
			ret = check_dynamic(&reader, &reader.segments[i]);
	}
	return ret;
}
