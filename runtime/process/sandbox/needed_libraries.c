/* SPDX-License-Identifier: MIT */
/* Follows RPATH and RUNPATH of a module, as the dynamic loader will. */
#include "needed_libraries.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A linker writes about ten program headers and some thirty dynamic entries. */
#define MAX_HEADERS 64
#define MAX_ENTRIES 512

/* Names of libraries are short; a RUNPATH lists a few folders. */
#define NAME_SIZE 256
#define LIST_SIZE 2048

#if __ELF_NATIVE_CLASS == 64
#define NATIVE_CLASS ELFCLASS64
#else
#define NATIVE_CLASS ELFCLASS32
#endif

/** An ELF file whose dynamic section was read. */
struct library {
	int fd;
	ElfW(Half) n_headers;
	ElfW(Phdr) headers[MAX_HEADERS];
	size_t n_entries;
	ElfW(Dyn) entries[MAX_ENTRIES];
	ElfW(Addr) names; /* address of the string table */
};

/** The search: files that were found wait for their own needs. */
struct search {
	void (*visit)(void *user, const char *path, int fd);
	void *user;
	size_t n;
	struct {
		char *path;
		dev_t device;
		ino_t inode;
	} found[CAMIPC_MAX_NEEDED_LIBRARIES + 1];
	struct library library; /* the one that is being looked at */
	char list[LIST_SIZE];
};

static bool read_at(int fd, void *data, size_t size, uint64_t offset)
{
	return offset <= INT64_MAX - size &&
	       pread(fd, data, size, (off_t)offset) == (ssize_t)size;
}

static bool read_headers(struct library *library, int fd)
{
	ElfW(Ehdr) header;

	if (!read_at(fd, &header, sizeof(header), 0) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    header.e_ident[EI_CLASS] != NATIVE_CLASS ||
	    header.e_type != ET_DYN ||
	    header.e_phentsize != sizeof(library->headers[0]) ||
	    header.e_phnum > MAX_HEADERS)
		return false;
	library->fd = fd;
	library->n_headers = header.e_phnum;
	return read_at(fd, library->headers,
		       header.e_phnum * sizeof(library->headers[0]),
		       header.e_phoff);
}

/* Keeps the entries up to the end mark. */
static bool read_dynamic(struct library *library)
{
	library->n_entries = 0;
	library->names = 0;
	for (size_t i = 0; i < library->n_headers; i++) {
		const ElfW(Phdr) *header = &library->headers[i];
		size_t n = header->p_filesz / sizeof(library->entries[0]);

		if (header->p_type != PT_DYNAMIC)
			continue;
		if (n > MAX_ENTRIES)
			n = MAX_ENTRIES;
		if (!read_at(library->fd, library->entries,
			     n * sizeof(library->entries[0]),
			     header->p_offset))
			return false;
		while (library->n_entries < n &&
		       library->entries[library->n_entries].d_tag != DT_NULL)
			library->n_entries++;
		return true;
	}
	return false;
}

static bool open_library(struct library *library, int fd)
{
	if (!read_headers(library, fd) || !read_dynamic(library))
		return false;
	for (size_t i = 0; i < library->n_entries; i++) {
		if (library->entries[i].d_tag == DT_STRTAB)
			library->names = library->entries[i].d_un.d_ptr;
	}
	return true;
}

/* Where in the file the byte lies that is loaded at @address. */
static bool find_offset(const struct library *library, uint64_t address,
			uint64_t *ret_offset)
{
	for (size_t i = 0; i < library->n_headers; i++) {
		const ElfW(Phdr) *header = &library->headers[i];

		if (header->p_type != PT_LOAD || address < header->p_vaddr ||
		    address - header->p_vaddr >= header->p_filesz)
			continue;
		*ret_offset = header->p_offset + (address - header->p_vaddr);
		return *ret_offset >= header->p_offset;
	}
	return false;
}

/* Reads a text of the string table. Returns false if it does not fit. */
static bool read_text(const struct library *library, const ElfW(Dyn) *entry,
		      char *text, size_t size)
{
	const uint64_t address = (uint64_t)library->names + entry->d_un.d_val;
	uint64_t offset;
	ssize_t n;

	if (address < entry->d_un.d_val ||
	    !find_offset(library, address, &offset) || offset > INT64_MAX)
		return false;
	n = pread(library->fd, text, size, (off_t)offset);
	return n > 0 && memchr(text, '\0', (size_t)n);
}

/* Puts the folder of @origin where @folder says $ORIGIN; false if too long. */
static bool expand(const char *folder, size_t size, const char *origin,
		   char path[PATH_MAX])
{
	static const char *const words[] = { "${ORIGIN}", "$ORIGIN" };
	const char *slash = strrchr(origin, '/');
	int n = -1;

	for (size_t i = 0; i < 2 && n < 0 && slash; i++) {
		size_t word = strlen(words[i]);

		if (size >= word && memcmp(folder, words[i], word) == 0)
			n = snprintf(path, PATH_MAX, "%.*s%.*s",
				     (int)(slash - origin), origin,
				     (int)(size - word), folder + word);
	}
	if (n < 0)
		n = snprintf(path, PATH_MAX, "%.*s", (int)size, folder);
	/* A relative one would depend on the folder of the process. */
	return n > 0 && n < PATH_MAX && path[0] == '/';
}

static bool is_known(const struct search *search, const struct stat *status)
{
	for (size_t i = 0; i < search->n; i++) {
		if (search->found[i].device == status->st_dev &&
		    search->found[i].inode == status->st_ino)
			return true;
	}
	return false;
}

static bool is_elf(int fd)
{
	ElfW(Ehdr) header;

	return read_at(fd, &header, sizeof(header), 0) &&
	       memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
	       header.e_ident[EI_CLASS] == NATIVE_CLASS &&
	       header.e_type == ET_DYN;
}

/* Remembers a file and has it visited, unless it is known or full. */
static void take(struct search *search, const char *path, int fd)
{
	struct stat status;
	char *copy;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) ||
	    search->n > CAMIPC_MAX_NEEDED_LIBRARIES ||
	    is_known(search, &status) || !is_elf(fd))
		return;
	copy = strdup(path);
	if (!copy)
		return;
	search->found[search->n].path = copy;
	search->found[search->n].device = status.st_dev;
	search->found[search->n].inode = status.st_ino;
	search->n++;
	search->visit(search->user, path, fd);
}

/* Looks for @name in the folders of the list. */
static void look_for(struct search *search, const char *name,
		     const char *origin)
{
	char path[PATH_MAX];
	const char *folder = search->list;

	while (*folder) {
		size_t size = strcspn(folder, ":");
		size_t used;
		int fd = -1;

		if (expand(folder, size, origin, path)) {
			used = strlen(path);
			if ((size_t)snprintf(path + used, sizeof(path) - used,
					     "/%s", name) <
			    sizeof(path) - used)
				fd = open(path, O_RDONLY | O_NONBLOCK |
							O_NOCTTY | O_CLOEXEC);
		}
		if (fd >= 0) {
			take(search, path, fd);
			close(fd);
		}
		folder += size + (folder[size] == ':');
	}
}

static void look_at(struct search *search, int fd, const char *origin)
{
	struct library *library = &search->library;
	bool has_list = false;

	if (!open_library(library, fd))
		return;
	for (size_t i = 0; i < library->n_entries; i++) {
		const ElfW(Dyn) *entry = &library->entries[i];

		/* RUNPATH replaces RPATH. */
		if (entry->d_tag == DT_RUNPATH ||
		    (entry->d_tag == DT_RPATH && !has_list))
			has_list = read_text(library, entry, search->list,
					     sizeof(search->list));
	}
	for (size_t i = 0; i < library->n_entries && has_list; i++) {
		char name[NAME_SIZE];

		if (library->entries[i].d_tag == DT_NEEDED &&
		    read_text(library, &library->entries[i], name,
			      sizeof(name)) &&
		    !strchr(name, '/'))
			look_for(search, name, origin);
	}
}

void camipc_needed_libraries_visit(int fd, const char *path,
				   void (*visit)(void *user, const char *path,
						 int fd),
				   void *user)
{
	struct search *search = calloc(1, sizeof(*search));

	if (!search)
		return;
	search->visit = visit;
	search->user = user;
	look_at(search, fd, path);
	/* What they need is added behind them. */
	for (size_t i = 0; i < search->n; i++) {
		int library = open(search->found[i].path,
				   O_RDONLY | O_NONBLOCK | O_CLOEXEC);

		if (library < 0)
			continue;
		look_at(search, library, search->found[i].path);
		close(library);
	}
	for (size_t i = 0; i < search->n; i++)
		free(search->found[i].path);
	free(search);
}
