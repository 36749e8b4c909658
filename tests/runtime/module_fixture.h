/* SPDX-License-Identifier: MIT */
/* A good module in memory, to be damaged by tests of the reader of notes. */
#ifndef CAMIPC_TEST_MODULE_FIXTURE_H
#define CAMIPC_TEST_MODULE_FIXTURE_H

#include <link.h>

#include "fd_leak.h"
#include "module_info.h"
#include "test_files.h"

/** The module, and a file to write it to. */
struct module_fixture {
	char *data;
	size_t size;
	struct camipc_module_note *note; /* in @data */
	ElfW(Ehdr) *header;
	ElfW(Phdr) *segments;
	int fd;
	char folder[TEST_PATH_SIZE];
	struct fd_leak before;
};

/** What the reader said of the latest module that it refused. */
extern char module_why[CAMIPC_MODULE_WHY_SIZE];

/** For cmocka; *state becomes a struct module_fixture with plain.so. */
int module_set_up(void **state);

/** Fails if a descriptor, thread or child is left. */
int module_tear_down(void **state);

/** Takes @data from malloc() instead of the module that is there. */
void module_use(struct module_fixture *f, char *data, size_t size);

/** Reads the module as it is in memory now, cut to @size bytes. */
int module_read_cut(struct module_fixture *f, size_t size);

/** Reads all of it. */
int module_read_all(struct module_fixture *f);

/** Another segment, which says that it is notes: @size bytes at @data. */
void module_add_notes(struct module_fixture *f, const void *data, size_t size);

#endif /* CAMIPC_TEST_MODULE_FIXTURE_H */
