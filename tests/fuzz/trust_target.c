/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes what is read of modules and keys before anybody is trusted: the loadable
 * content, the library folders, and the texts of keys and signatures. A sealed
 * copy has the hash of its file; fields about sections do not change it; a text
 * that is accepted is written and read again alike.
 */
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "module_hash.h"
#include "key_text.h"
#include "module_copy.h"
#include "module_info.h"
#include "module_libraries.h"
#include "targets.h"

#if __SIZEOF_POINTER__ == 8
typedef Elf64_Ehdr trust_header;
typedef Elf64_Phdr trust_segment;
typedef Elf64_Dyn trust_dynamic;
#define TRUST_CLASS ELFCLASS64
#else
typedef Elf32_Ehdr trust_header;
typedef Elf32_Phdr trust_segment;
typedef Elf32_Dyn trust_dynamic;
#define TRUST_CLASS ELFCLASS32
#endif

/* As small a library as there can be that names folders. */
struct small_library {
	trust_header header;
	trust_segment segments[3];
	trust_dynamic dynamic[5];
	char texts[32];
	char data[64];
};

static int open_bytes(const uint8_t *data, size_t size)
{
	const int fd = memfd_create("trust", MFD_CLOEXEC);

	FUZZ_REQUIRE(fd >= 0);
	FUZZ_REQUIRE(pwrite(fd, data, size, 0) == (ssize_t)size);
	return fd;
}

static void expect_reason(const char *why, size_t size)
{
	FUZZ_REQUIRE(why[0] && strnlen(why, size) < size);
}

/* ---- texts ---------------------------------------------------------------- */

static void read_keys(const char *text, size_t size)
{
	char why[CAMIPC_KEY_WHY_SIZE] = "";
	char written[CAMIPC_MAX_KEY_FILE_SIZE];
	uint8_t key[CAMIPC_KEY_SIZE];
	uint8_t again[CAMIPC_KEY_SIZE];
	size_t n;

	if (camipc_public_key_parse(text, size, key, why) == 0) {
		n = camipc_public_key_format(key, written);
		FUZZ_REQUIRE(n == size);
		FUZZ_REQUIRE(!camipc_public_key_parse(written, n, again, why));
		FUZZ_REQUIRE(memcmp(key, again, sizeof(key)) == 0);
	} else {
		expect_reason(why, sizeof(why));
	}
	if (camipc_private_key_parse(text, size, key, why) == 0)
		FUZZ_REQUIRE(camipc_private_key_format(key, written) == size);
}

static void read_signatures(const char *text, size_t size)
{
	struct camipc_signatures signatures;
	struct camipc_signatures again;
	char why[CAMIPC_KEY_WHY_SIZE] = "";
	char written[CAMIPC_MAX_KEY_FILE_SIZE];
	size_t n;

	if (camipc_signatures_parse(text, size, &signatures, why) < 0) {
		expect_reason(why, sizeof(why));
		return;
	}
	FUZZ_REQUIRE(signatures.n > 0 &&
		     signatures.n <= CAMIPC_MAX_SIGNATURES);
	n = camipc_signatures_format(&signatures, written);
	FUZZ_REQUIRE(n == size);
	FUZZ_REQUIRE(!camipc_signatures_parse(written, n, &again, why));
	FUZZ_REQUIRE(again.n == signatures.n);
	FUZZ_REQUIRE(memcmp(again.items, signatures.items,
			    again.n * sizeof(again.items[0])) == 0);
}

/* ---- content -------------------------------------------------------------- */

/** Hashes the content; without libcrypto all hashes are 0. */
static void hash(int fd, uint8_t *digest)
{
	char why[CAMIPC_MODULE_WHY_SIZE];
	int ret;

	memset(digest, 0, CAMIPC_HASH_SIZE);
	ret = camipc_module_hash(fd, digest, why);
	FUZZ_REQUIRE(ret == 0 || ret == -ENOSYS);
}

/** Changes all bytes of the file that belong to no content. */
static void change_masked(int fd, const struct camipc_module_content *content)
{
	for (size_t i = 0; i < 2; i++) {
		const struct camipc_content_piece *masked = &content->masked[i];

		for (uint64_t at = 0; at < masked->size; at++)
			FUZZ_REQUIRE(pwrite(fd, "\xa5", 1,
					    (off_t)(masked->offset + at)) == 1);
	}
}

static void judge_copy(int fd, const struct camipc_module_content *content)
{
	char why[CAMIPC_MODULE_WHY_SIZE] = "";
	struct camipc_module_copy copy;
	uint8_t of_file[CAMIPC_HASH_SIZE];
	uint8_t of_copy[CAMIPC_HASH_SIZE];
	int ret;

	FUZZ_REQUIRE(camipc_module_copy_make(fd, NULL, &copy, why) == 0);
	hash(fd, of_file);
	hash(copy.fd, of_copy);
	FUZZ_REQUIRE(memcmp(of_file, of_copy, sizeof(of_file)) == 0);
	change_masked(fd, content);
	hash(fd, of_copy);
	FUZZ_REQUIRE(memcmp(of_file, of_copy, sizeof(of_file)) == 0);
	ret = camipc_module_libraries_check(copy.fd, why);
	FUZZ_REQUIRE(ret == 0 || ret == -EPERM || ret == -ENOEXEC);
	expect_reason(why, sizeof(why));
	close(copy.fd);
}

static void run(const uint8_t *data, size_t size)
{
	struct camipc_module_content content;
	char why[CAMIPC_MODULE_WHY_SIZE] = "";
	const int fd = open_bytes(data, size);
	int ret = camipc_module_content_find(fd, &content, why);

	fuzz_result = ret;
	FUZZ_REQUIRE(ret == 0 || ret == -ENOEXEC);
	if (ret == 0)
		judge_copy(fd, &content);
	else
		expect_reason(why, sizeof(why));
	close(fd);
	read_keys((const char *)data, size);
	read_signatures((const char *)data, size);
}

/* ---- inputs --------------------------------------------------------------- */

static size_t seed_text(struct oracle_random *random, uint8_t *data)
{
	struct camipc_signatures signatures = {
		.n = 1 + oracle_below(random, CAMIPC_MAX_SIGNATURES),
	};
	char text[CAMIPC_MAX_KEY_FILE_SIZE];
	size_t size;

	for (size_t i = 0; i < signatures.n; i++)
		signatures.items[i].key_id[0] = (uint8_t)i;
	switch (oracle_below(random, 3)) {
	case 0:
		size = camipc_public_key_format(signatures.items[0].bytes,
						text);
		break;
	case 1:
		size = camipc_private_key_format(signatures.items[0].bytes,
						 text);
		break;
	default:
		size = camipc_signatures_format(&signatures, text);
		break;
	}
	memcpy(data, text, size);
	return size;
}

static size_t seed(struct oracle_random *random, uint8_t *data, size_t room)
{
	static const char texts[] = "\0$ORIGIN/../lib:/usr/lib\0lib.so";
	struct small_library library;

	(void)room;
	if (oracle_below(random, 3) == 0)
		return seed_text(random, data);
	memset(&library, 0, sizeof(library));
	memcpy(library.header.e_ident, ELFMAG, SELFMAG);
	library.header.e_ident[EI_CLASS] = TRUST_CLASS;
	library.header.e_ident[EI_DATA] =
		__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB
							  : ELFDATA2MSB;
	library.header.e_ident[EI_VERSION] = EV_CURRENT;
	library.header.e_type = ET_DYN;
	library.header.e_version = EV_CURRENT;
	library.header.e_ehsize = sizeof(library.header);
	library.header.e_phoff = offsetof(struct small_library, segments);
	library.header.e_phentsize = sizeof(library.segments[0]);
	library.header.e_phnum = 3;
	library.segments[0].p_type = PT_LOAD;
	library.segments[0].p_filesz = offsetof(struct small_library, data);
	library.segments[0].p_memsz = library.segments[0].p_filesz;
	library.segments[1].p_type = PT_LOAD;
	library.segments[1].p_offset = offsetof(struct small_library, data);
	library.segments[1].p_vaddr = 0x2000;
	library.segments[1].p_filesz = sizeof(library.data);
	library.segments[1].p_memsz = 0x1000;
	library.segments[2].p_type = PT_DYNAMIC;
	library.segments[2].p_vaddr = offsetof(struct small_library, dynamic);
	library.segments[2].p_memsz = sizeof(library.dynamic);
	library.dynamic[0].d_tag = DT_STRTAB;
	library.dynamic[0].d_un.d_ptr = offsetof(struct small_library, texts);
	library.dynamic[1].d_tag = DT_STRSZ;
	library.dynamic[1].d_un.d_val = sizeof(library.texts);
	library.dynamic[2].d_tag = DT_RUNPATH;
	library.dynamic[2].d_un.d_val = 1;
	library.dynamic[3].d_tag = DT_NEEDED;
	library.dynamic[3].d_un.d_val = 25;
	memcpy(library.texts, texts, sizeof(library.texts));
	memcpy(data, &library, sizeof(library));
	return sizeof(library);
}

/* The numbers that the readers compute with, at their edges. */
static size_t mutate(struct oracle_random *random, uint8_t *data, size_t size,
		     size_t room, const uint8_t *other, size_t other_size)
{
	static const uint64_t edges[] = {
		0,	    1,		    2,	       64,
		65,	    0x1000,	    0x1fff,    UINT32_MAX,
		INT64_MAX,  UINT64_MAX - 7, UINT64_MAX,
	};
	const size_t width = (size_t)2 << oracle_below(random, 3);
	const uint64_t value = edges[oracle_below(random, 11)];
	size_t at;

	(void)other;
	(void)other_size;
	if (size < width || oracle_below(random, 64) == 0)
		return seed(random, data, room);
	if (oracle_below(random, 2))
		return fuzz_mutate_bytes(random, data, size, room);
	at = oracle_below(random, (uint32_t)(size / width)) * width;
	memcpy(data + at, &value, width);
	return size;
}

const struct fuzz_target fuzz_trust_target = {
	.name = "trust",
	.run = run,
	.mutate = mutate,
	.seed = seed,
};
