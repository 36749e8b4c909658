/* SPDX-License-Identifier: MIT */
/* Finds the build id in the program headers of a loaded file. */
#include "build_id.h"

#include <elf.h>
#include <string.h>
#include <sys/auxv.h>

#if UINTPTR_MAX > UINT32_MAX
typedef Elf64_Phdr program_header;
typedef Elf64_Nhdr note_header;
#else
typedef Elf32_Phdr program_header;
typedef Elf32_Nhdr note_header;
#endif

static size_t pad(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

/* clang's ASan poisons the surroundings of a module's note in its segment. */
__attribute__((no_sanitize("address"))) static size_t
search_notes(const uint8_t *notes, size_t left, uint8_t *id, size_t size)
{
	note_header note;

	while (left >= sizeof(note)) {
		const uint8_t *name = notes + sizeof(note);
		size_t whole;

		memcpy(&note, notes, sizeof(note));
		whole = sizeof(note) + pad(note.n_namesz) + pad(note.n_descsz);
		if (whole > left)
			break;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
		    memcmp(name, "GNU", 4) == 0 && note.n_descsz <= size) {
			memcpy(id, name + 4, note.n_descsz);
			return note.n_descsz;
		}
		notes += whole;
		left -= whole;
	}
	return 0;
}

size_t camipc_build_id_of(const void *program_headers, size_t n, uintptr_t bias,
			  uint8_t *id, size_t size)
{
	const program_header *headers = program_headers;
	size_t found = 0;

	for (size_t i = 0; i < n && !found; i++) {
		if (headers[i].p_type == PT_NOTE)
			found = search_notes(
				(const uint8_t *)(bias + headers[i].p_vaddr),
				headers[i].p_memsz, id, size);
	}
	return found;
}

size_t camipc_build_id(uint8_t *id, size_t size)
{
	uintptr_t where = (uintptr_t)getauxval(AT_PHDR);
	const program_header *headers = (const program_header *)where;
	size_t n = (size_t)getauxval(AT_PHNUM);
	uintptr_t bias = 0;

	/* The table has its own address in the file; the difference from its
	 * address in memory holds for the whole program. */
	for (size_t i = 0; i < n; i++) {
		if (headers[i].p_type == PT_PHDR)
			bias = where - headers[i].p_vaddr;
	}
	return camipc_build_id_of(headers, n, bias, id, size);
}
