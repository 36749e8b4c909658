/* SPDX-License-Identifier: MIT */
#include "worker_build_id.h"

#include <elf.h>
#include <link.h>
#include <string.h>

struct search {
	uint8_t *id;
	size_t size;
	size_t found;
};

static size_t pad(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

static void search_notes(struct search *search, const uint8_t *notes,
			 size_t size)
{
	while (size >= sizeof(ElfW(Nhdr))) {
		ElfW(Nhdr) note;
		const uint8_t *name = notes + sizeof(note);
		size_t whole;

		memcpy(&note, notes, sizeof(note));
		whole = sizeof(note) + pad(note.n_namesz) + pad(note.n_descsz);
		if (whole > size)
			return;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
		    memcmp(name, "GNU", 4) == 0 &&
		    note.n_descsz <= search->size) {
			memcpy(search->id, name + 4, note.n_descsz);
			search->found = note.n_descsz;
			return;
		}
		notes += whole;
		size -= whole;
	}
}

/* The first object is the program itself. */
static int look_at_object(struct dl_phdr_info *info, size_t size, void *data)
{
	struct search *search = data;

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum && !search->found; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		uintptr_t where = info->dlpi_addr + header->p_vaddr;

		if (header->p_type == PT_NOTE)
			search_notes(search, (const uint8_t *)where,
				     header->p_memsz);
	}
	return 1;
}

size_t camipc_build_id(uint8_t *id, size_t size)
{
	struct search search = { id, size, 0 };

	dl_iterate_phdr(look_at_object, &search);
	return search.found;
}
