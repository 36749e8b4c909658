/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the readers of module files and of manifests. Each ends in a documented
 * error with a reason in words, or in a note whose texts are terminated and
 * printable.
 */
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "manifest.h"
#include "module_info.h"
#include "targets.h"

#if __SIZEOF_POINTER__ == 8
typedef Elf64_Ehdr elf_header;
typedef Elf64_Phdr elf_segment;
#define OWN_CLASS ELFCLASS64
#else
typedef Elf32_Ehdr elf_header;
typedef Elf32_Phdr elf_segment;
#define OWN_CLASS ELFCLASS32
#endif

#if defined(__x86_64__)
#define OWN_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OWN_MACHINE EM_AARCH64
#elif defined(__arm__)
#define OWN_MACHINE EM_ARM
#elif defined(__i386__)
#define OWN_MACHINE EM_386
#elif defined(__riscv)
#define OWN_MACHINE EM_RISCV
#elif defined(__s390__)
#define OWN_MACHINE EM_S390
#else
#define OWN_MACHINE EM_NONE
#endif

/* As small a module as there can be. */
struct small_module {
	elf_header header;
	elf_segment segments[2];
	struct camipc_module_note note;
};

static void expect_text(const char *text, size_t size)
{
	FUZZ_REQUIRE(strnlen(text, size) < size);
	FUZZ_REQUIRE(camipc_utf8_is_valid(text, strlen(text)));
	for (size_t i = 0; text[i]; i++)
		FUZZ_REQUIRE((unsigned char)text[i] >= ' ');
}

/* The end of the input as the text of a manifest. */
static void read_manifest(const uint8_t *data, size_t size)
{
	struct camipc_manifest manifest = { .n_loads = 0 };
	char why[CAMIPC_MODULE_WHY_SIZE] = "";
	char text[CAMIPC_MAX_MANIFEST_SIZE + 1];
	size_t n = size < sizeof(text) ? size : sizeof(text) - 1;

	memcpy(text, data + size - n, n);
	text[n] = '\0';
	if (camipc_manifest_parse(text, &manifest, why) < 0) {
		FUZZ_REQUIRE(why[0] && strnlen(why, sizeof(why)) < sizeof(why));
		FUZZ_REQUIRE(manifest.n_loads == 0);
		return;
	}
	FUZZ_REQUIRE(manifest.n_loads <= CAMIPC_MAX_LOADS);
	for (uint32_t i = 0; i < manifest.n_loads; i++)
		FUZZ_REQUIRE(camipc_manifest_load(&manifest, i, "/")[0] == '/');
}

/* Texts that the mutator does not find by itself. */
static size_t seed_manifest(struct oracle_random *random, uint8_t *data)
{
	static const char *const texts[] = {
		"argument: true\n",
		"loads: [/a, \"/b c\", argument] # x\n",
		"loads:\n  - /a\n- 'argument'\nthreads: 4\n",
		"---\nread:\n  - /usr/share\ndevices: []\nargument: false",
	};
	const char *text = texts[oracle_below(random, 4)];

	memcpy(data, text, strlen(text));
	return strlen(text);
}

static void run(const uint8_t *data, size_t size)
{
	int fd = memfd_create("module", MFD_CLOEXEC);
	struct camipc_module_info info;
	char why[CAMIPC_MODULE_WHY_SIZE] = "";
	char text[CAMIPC_MAX_MANIFEST_SIZE + 1];
	int ret;

	read_manifest(data, size);

	FUZZ_REQUIRE(fd >= 0);
	FUZZ_REQUIRE(pwrite(fd, data, size, 0) == (ssize_t)size);
	ret = camipc_module_notes_read(fd, &info, text, why);
	close(fd);
	fuzz_result = ret;
	if (ret < 0) {
		FUZZ_REQUIRE(ret == -ENOEXEC || ret == -ESTALE);
		FUZZ_REQUIRE(why[0]);
		expect_text(why, sizeof(why));
		return;
	}
	expect_text(info.name, sizeof(info.name));
	expect_text(info.interface_name, sizeof(info.interface_name));
	expect_text(info.license, sizeof(info.license));
	FUZZ_REQUIRE(info.name[0] && info.interface_name[0]);
	FUZZ_REQUIRE(info.compatible_since <= info.interface_version);
}

static size_t seed(struct oracle_random *random, uint8_t *data, size_t room)
{
	struct small_module module;
	struct camipc_module_info *info = &module.note.info;

	(void)room;
	if (oracle_below(random, 4) == 0)
		return seed_manifest(random, data);
	memset(&module, 0, sizeof(module));
	memcpy(module.header.e_ident, ELFMAG, SELFMAG);
	module.header.e_ident[EI_CLASS] = OWN_CLASS;
	module.header.e_ident[EI_DATA] =
		__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB
							  : ELFDATA2MSB;
	module.header.e_ident[EI_VERSION] = EV_CURRENT;
	module.header.e_type = ET_DYN;
	module.header.e_machine = OWN_MACHINE;
	module.header.e_phoff = offsetof(struct small_module, segments);
	module.header.e_phentsize = sizeof(module.segments[0]);
	module.header.e_phnum = 2;
	module.segments[0].p_type = PT_LOAD;
	module.segments[0].p_filesz = sizeof(module);
	module.segments[1].p_type = PT_NOTE;
	module.segments[1].p_offset = offsetof(struct small_module, note);
	module.segments[1].p_filesz = sizeof(module.note);
	module.segments[1].p_align = oracle_below(random, 2) ? 4 : 8;
	module.note.name_size = sizeof(CAMIPC_NOTE_NAME);
	module.note.info_size = sizeof(*info);
	module.note.type = CAMIPC_NOTE_TYPE;
	memcpy(module.note.name, CAMIPC_NOTE_NAME, sizeof(CAMIPC_NOTE_NAME));
	info->abi = CAMIPC_MODULE_ABI;
	info->codegen_revision = CAMIPC_CODEGEN_REVISION;
	info->interface_version = 2;
	info->compatible_since = 1;
	memcpy(info->name, "fuzz", 5);
	memcpy(info->interface_name, "ipa.fuzz", 9);
	memcpy(info->license, "MIT", 4);
	memcpy(data, &module, sizeof(module));
	return sizeof(module);
}

/* The numbers that the reader computes with, at their edges. */
static size_t mutate(struct oracle_random *random, uint8_t *data, size_t size,
		     size_t room, const uint8_t *other, size_t other_size)
{
	static const uint64_t edges[] = { 0,
					  1,
					  4,
					  7,
					  8,
					  64,
					  4096,
					  4097,
					  INT32_MAX,
					  UINT32_MAX - 3,
					  UINT32_MAX,
					  INT64_MAX,
					  UINT64_MAX - 3,
					  UINT64_MAX };
	size_t width = (size_t)2 << oracle_below(random, 3);
	uint64_t value = edges[oracle_below(random, 14)];
	size_t at;

	(void)other;
	(void)other_size;
	if (size < width || oracle_below(random, 64) == 0)
		return seed(random, data, room);
	if (oracle_below(random, 2))
		return fuzz_mutate_bytes(random, data, size, room);
	at = oracle_below(random, (uint32_t)(size / width)) * width;
	if (oracle_below(random, 3) == 0)
		value = oracle_below(random, (uint32_t)size + 8);
	memcpy(data + at, &value, width);
	return size;
}

const struct fuzz_target fuzz_note_target = {
	.name = "note",
	.run = run,
	.mutate = mutate,
	.seed = seed,
};
