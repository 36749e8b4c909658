/* SPDX-License-Identifier: MIT */
/* A good module in memory, to be damaged by tests of the reader of notes. */
#include "module_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

char module_why[CAMIPC_MODULE_WHY_SIZE];

static struct camipc_module_note *find_note(char *data, size_t size)
{
	const size_t before_name = offsetof(struct camipc_module_note, name);

	for (size_t i = before_name; i + 8 < size; i += 4) {
		struct camipc_module_note *note =
			(void *)(data + i - before_name);

		if (memcmp(data + i, CAMIPC_NOTE_NAME, 7) == 0 &&
		    note->name_size == 7 &&
		    note->info_size == sizeof(note->info))
			return note;
	}
	fail_msg("the test's module has no note");
	return NULL;
}

void module_use(struct module_fixture *f, char *data, size_t size)
{
	if (f->data != data)
		free(f->data);
	f->data = data;
	f->size = size;
	f->note = find_note(data, size);
	f->header = (void *)data;
	f->segments = (void *)(data + f->header->e_phoff);
}

int module_set_up(void **state)
{
	struct module_fixture *f = calloc(1, sizeof(*f));
	char *data;
	size_t size;

	assert_non_null(f);
	fd_leak_take(&f->before);
	data = test_file_read(PLAIN_MODULE, &size);
	module_use(f, data, size);
	f->fd = memfd_create("module", MFD_CLOEXEC);
	assert_true(f->fd >= 0);
	test_folder_make(f->folder);
	module_why[0] = '\0';
	*state = f;
	return 0;
}

int module_tear_down(void **state)
{
	struct module_fixture *f = *state;

	close(f->fd);
	test_folder_remove(f->folder);
	fd_leak_assert_none(&f->before);
	free(f->data);
	free(f);
	return 0;
}

int module_read_cut(struct module_fixture *f, size_t size)
{
	struct camipc_module_info info;

	assert_int_equal(ftruncate(f->fd, 0), 0);
	assert_int_equal(pwrite(f->fd, f->data, size, 0), (ssize_t)size);
	return camipc_module_info_read(f->fd, &info, module_why);
}

int module_read_all(struct module_fixture *f)
{
	return module_read_cut(f, f->size);
}

void module_add_notes(struct module_fixture *f, const void *data, size_t size)
{
	for (unsigned int i = 0; i < f->header->e_phnum; i++) {
		ElfW(Phdr) *segment = &f->segments[i];

		if (segment->p_type == PT_LOAD || segment->p_type == PT_NOTE)
			continue;
		segment->p_type = PT_NOTE;
		segment->p_offset =
			(ElfW(Off))((const char *)data - f->data);
		segment->p_filesz = size;
		segment->p_align = 4;
		return;
	}
	fail_msg("no segment to turn into notes");
}
