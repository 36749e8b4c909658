/* SPDX-License-Identifier: MIT */
/* Looks at what the loaded files import, and loads libgcc_s for some of it. */
#include "unwinder.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <camipc/base.h>

/* What libc carries out by means of the unwinder; by dlsym() they are found, too. */
static const char *const users[] = {
	"pthread_exit", "pthread_cancel", "thrd_exit",
	"backtrace",	"dlsym",	  "dlvsym",
};

/** What a file exports and imports; where the loader has put it. */
struct symbols {
	const ElfW(Sym) *table;
	const char *names;
	const uint32_t *gnu_hash;
	const uint32_t *hash;
};

static bool is_inside(const struct dl_phdr_info *info, ElfW(Addr) address)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD &&
		    address - (info->dlpi_addr + segment->p_vaddr) <
			    segment->p_memsz)
			return true;
	}
	return false;
}

/*
 * Some loaders leave the addresses of a file as they are in it, and those of the
 * vDSO may be any number: that of User-Mode Linux ends high above where it lies.
 * NULL if the address is none in the file's memory.
 */
static const void *at(const struct dl_phdr_info *info, ElfW(Addr) address)
{
	if (is_inside(info, address))
		return (const void *)address;
	address += info->dlpi_addr;
	return is_inside(info, address) ? (const void *)address : NULL;
}

static void find_symbols(const struct dl_phdr_info *info,
			 const ElfW(Dyn) *dynamic, struct symbols *symbols)
{
	for (; dynamic->d_tag != DT_NULL; dynamic++) {
		const void *value = at(info, dynamic->d_un.d_ptr);

		if (dynamic->d_tag == DT_SYMTAB)
			symbols->table = value;
		else if (dynamic->d_tag == DT_STRTAB)
			symbols->names = value;
		else if (dynamic->d_tag == DT_GNU_HASH)
			symbols->gnu_hash = value;
		else if (dynamic->d_tag == DT_HASH)
			symbols->hash = value;
	}
}

/* Imports are not in the GNU hash table, and stand before the others. */
static uint32_t count_imports(const struct symbols *symbols)
{
	if (symbols->gnu_hash)
		return symbols->gnu_hash[1];
	return symbols->hash ? symbols->hash[1] : 0;
}

static bool is_user(const char *name)
{
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		if (name[0] == users[i][0] && strcmp(name, users[i]) == 0)
			return true;
	}
	return false;
}

/* The worker program itself is the first file; it does none of it. */
static int look_for_users(struct dl_phdr_info *info, size_t size, void *user)
{
	struct symbols symbols = { .table = NULL };
	bool *is_first = user;
	uint32_t n;

	(void)size;
	if (*is_first) {
		*is_first = false;
		return 0;
	}
	for (int i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			find_symbols(info,
				     (const void *)(info->dlpi_addr +
						    info->dlpi_phdr[i].p_vaddr),
				     &symbols);
	}
	if (!symbols.table || !symbols.names)
		return 0;
	n = count_imports(&symbols);
	for (uint32_t i = 1; i < n; i++) {
		const ElfW(Sym) *symbol = &symbols.table[i];

		if (symbol->st_shndx == SHN_UNDEF &&
		    is_user(symbols.names + symbol->st_name))
			return 1;
	}
	return 0;
}

void camipc_unwinder_load(void)
{
	bool is_first = true;

	if (dl_iterate_phdr(look_for_users, &is_first) &&
	    !dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_LOCAL))
		dlerror(); /* the C library may not need it, as musl's */
}
