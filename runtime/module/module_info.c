/* SPDX-License-Identifier: MIT */
/* The bounded reader of a module's ELF notes: its description, its manifest. */
#include "module_info.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/check.h>
#include <camipc/error.h>

#include "text.h"

/*
 * Only files that this process could load are of interest, so headers of the
 * other class or byte order are refused rather than translated.
 */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NATIVE_DATA ELFDATA2LSB
#else
#define NATIVE_DATA ELFDATA2MSB
#endif
#define NATIVE_CLASS (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)

/* Machines that share class and byte order with another common one. */
#if defined(__x86_64__)
#define NATIVE_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define NATIVE_MACHINE EM_AARCH64
#elif defined(__arm__)
#define NATIVE_MACHINE EM_ARM
#elif defined(__i386__)
#define NATIVE_MACHINE EM_386
#elif defined(__riscv)
#define NATIVE_MACHINE EM_RISCV
#elif defined(__s390__)
#define NATIVE_MACHINE EM_S390
#else
#define NATIVE_MACHINE EM_NONE /* the dynamic loader will tell */
#endif

/*
 * A shared object has about ten segments. Its notes have a few hundred bytes,
 * without the manifest.
 */
#define MAX_SEGMENTS 64
#define MAX_NOTES_SIZE (4096 + CAMIPC_MAX_MANIFEST_SIZE)

/* The longest text in a note, with its NUL. */
#define MAX_TEXT_SIZE 64

/** A file being read. */
struct elf_file {
	int fd;
	uint64_t size; /* of the file, in bytes */
	char *why;
	bool found;
	struct camipc_module_info info;
	bool has_manifest;
	char *manifest; /* CAMIPC_MAX_MANIFEST_SIZE + 1 bytes; NULL: only check */
	uint8_t *build_id; /* NULL: not wanted */
	size_t build_id_size; /* its room; then its size, 0 without one */
	bool has_build_id;
};

CAMIPC_PRINTF(3, 4)
static int refuse_note(char *why, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, CAMIPC_MODULE_WHY_SIZE, format, args);
	va_end(args);
	return error;
}

/** True if the file has @size bytes at @offset, without wrapping. */
static bool within(const struct elf_file *file, uint64_t offset, uint64_t size)
{
	return offset <= file->size && size <= file->size - offset;
}

/** All of @size bytes at @offset, or an error. */
static int read_at(const struct elf_file *file, uint64_t offset, void *data,
		   size_t size)
{
	char *pos = data;

	if (!within(file, offset, size))
		return refuse_note(file->why, -ENOEXEC, "truncated");
	while (size > 0) {
		ssize_t n = pread(file->fd, pos, size, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return refuse_note(file->why, -EIO, "cannot be read: %s",
				      camipc_errno_to_string(errno));
		if (n == 0)
			return refuse_note(file->why, -ENOEXEC,
				      "shrank while it was read");
		pos += n;
		offset += (uint64_t)n;
		size -= (size_t)n;
	}
	return 0;
}

static const char *class_name(unsigned char class)
{
	return class == ELFCLASS32 ? "32-bit" :
	       class == ELFCLASS64 ? "64-bit" :
				     "broken";
}

/** The name of a machine, or its number in @number. */
static const char *machine_name(unsigned int machine, char number[16])
{
	static const struct {
		unsigned int machine;
		const char *name;
	} names[] = {
		{ EM_X86_64, "x86-64" }, { EM_AARCH64, "AArch64" },
		{ EM_ARM, "Arm" },	 { EM_386, "i386" },
		{ EM_RISCV, "RISC-V" },	 { EM_S390, "S/390" },
		{ EM_PPC64, "PowerPC" }, { EM_MIPS, "MIPS" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].machine == machine)
			return names[i].name;
	}
	snprintf(number, 16, "number %u", machine);
	return number;
}

/** Compares as much of the magic as the file has: a short text file is not
 *  "truncated". */
static int check_magic(const struct elf_file *file)
{
	size_t size = file->size < SELFMAG ? (size_t)file->size : SELFMAG;
	char magic[SELFMAG];
	int ret;

	if (size == 0)
		return refuse_note(file->why, -ENOEXEC, "an empty file");
	ret = read_at(file, 0, magic, size);
	if (ret < 0)
		return ret;
	if (memcmp(magic, ELFMAG, size) != 0)
		return refuse_note(file->why, -ENOEXEC, "not an ELF file");
	return 0;
}

static int check_ident(const struct elf_file *file, const ElfW(Ehdr) *header)
{
	const unsigned char *ident = header->e_ident;

	if (ident[EI_CLASS] != NATIVE_CLASS)
		return refuse_note(file->why, -ENOEXEC,
			      "for another machine: a %s file, this process has "
			      "%u bits",
			      class_name(ident[EI_CLASS]),
			      8 * (unsigned int)sizeof(void *));
	if (ident[EI_DATA] != NATIVE_DATA)
		return refuse_note(file->why, -ENOEXEC,
			      "for another machine: of the other byte order");
	if (ident[EI_VERSION] != EV_CURRENT)
		return refuse_note(file->why, -ENOEXEC, "ELF version %u",
			      ident[EI_VERSION]);
	return 0;
}

static int read_header(const struct elf_file *file, ElfW(Ehdr) *header)
{
	uint64_t sections;
	char numbers[2][16];
	int ret;

	ret = check_magic(file);
	if (ret < 0)
		return ret;
	ret = read_at(file, 0, header->e_ident, EI_NIDENT);
	if (ret < 0)
		return ret;
	ret = check_ident(file, header);
	if (ret < 0)
		return ret;
	ret = read_at(file, 0, header, sizeof(*header));
	if (ret < 0)
		return ret;
	if (header->e_type != ET_DYN)
		return refuse_note(file->why, -ENOEXEC, "not a shared object");
	if (NATIVE_MACHINE != EM_NONE && header->e_machine != NATIVE_MACHINE)
		return refuse_note(file->why, -ENOEXEC,
			      "for another machine: %s, this process has %s",
			      machine_name(header->e_machine, numbers[0]),
			      machine_name(NATIVE_MACHINE, numbers[1]));
	if (header->e_phentsize != sizeof(ElfW(Phdr)))
		return refuse_note(file->why, -ENOEXEC,
			      "program headers of %u bytes",
			      header->e_phentsize);
	if (header->e_phnum == 0 || header->e_phnum > MAX_SEGMENTS)
		return refuse_note(file->why, -ENOEXEC, "%u program headers",
			      header->e_phnum);
	/*
	 * Nothing here needs the section table, but it is what linkers write
	 * last: a file that lacks a part of it was cut off.
	 */
	sections = (uint64_t)header->e_shnum * header->e_shentsize;
	if (header->e_shoff != 0 && !within(file, header->e_shoff, sections))
		return refuse_note(file->why, -ENOEXEC, "truncated");
	return 0;
}

/**
 * Terminated within @size bytes, UTF-8, and without control characters: these
 * texts end up on terminals.
 */
static bool is_printable(const char *text, size_t size)
{
	char clean[MAX_TEXT_SIZE];
	size_t length = strnlen(text, size);

	if (length == size || size > sizeof(clean))
		return false;
	return camipc_sanitise(clean, sizeof(clean), text, length) == length &&
	       memcmp(clean, text, length) == 0;
}

static int check_info(const struct elf_file *file)
{
	const struct camipc_module_info *info = &file->info;

	/* Before the rest: another ABI may have another struct. */
	if (info->abi != CAMIPC_MODULE_ABI)
		return refuse_note(file->why, -ESTALE,
			      "has module ABI %u, this library %u", info->abi,
			      CAMIPC_MODULE_ABI);
	if (!is_printable(info->name, sizeof(info->name)) || !info->name[0])
		return refuse_note(file->why, -ENOEXEC, "its note has a bad name");
	if (!is_printable(info->interface_name, sizeof(info->interface_name)) ||
	    !info->interface_name[0])
		return refuse_note(file->why, -ENOEXEC,
			      "its note has a bad interface name");
	if (!is_printable(info->license, sizeof(info->license)))
		return refuse_note(file->why, -ENOEXEC,
			      "its note has a bad licence text");
	if (info->interface_version == 0 ||
	    info->compatible_since > info->interface_version)
		return refuse_note(file->why, -ENOEXEC,
			      "its note has bad interface versions");
	if (info->codegen_revision != CAMIPC_CODEGEN_REVISION)
		return refuse_note(file->why, -ESTALE,
			      "was generated by camipc-gen of revision %u, this "
			      "library is of %u",
			      info->codegen_revision, CAMIPC_CODEGEN_REVISION);
	return 0;
}

static int read_info(struct elf_file *file, const char *description,
		     size_t size)
{
	if (file->found)
		return refuse_note(file->why, -ENOEXEC, "has two module notes");
	/* A larger one is of a later library, which only adds at the end. */
	if (size < sizeof(file->info))
		return refuse_note(file->why, -ENOEXEC,
			      "its note has %zu bytes instead of %zu", size,
			      sizeof(file->info));
	memcpy(&file->info, description, sizeof(file->info));
	file->found = true;
	return 0;
}

/** UTF-8 whose only control characters are tabs and newlines. */
static bool is_plain_text(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		const uint8_t byte = (uint8_t)text[i];

		if ((byte < 0x20 && byte != '\t' && byte != '\n') ||
		    byte == 0x7f)
			return false;
		/* U+0080 to U+009F, which terminals obey, too. */
		if (byte == 0xc2 && i + 1 < length &&
		    (uint8_t)text[i + 1] < 0xa0)
			return false;
	}
	return camipc_utf8_is_valid(text, length);
}

static int read_manifest(struct elf_file *file, const char *description,
			 size_t size)
{
	if (file->has_manifest)
		return refuse_note(file->why, -ENOEXEC, "has two manifests");
	if (size == 0 || size > CAMIPC_MAX_MANIFEST_SIZE + 1)
		return refuse_note(file->why, -ENOEXEC,
			      "its manifest has %zu bytes, the limit is %d",
			      size ? size - 1 : 0, CAMIPC_MAX_MANIFEST_SIZE);
	if (description[size - 1] != '\0' ||
	    !is_plain_text(description, size - 1))
		return refuse_note(file->why, -ENOEXEC,
			      "its manifest is not plain UTF-8 text");
	if (file->manifest)
		memcpy(file->manifest, description, size);
	file->has_manifest = true;
	return 0;
}

static void read_build_id(struct elf_file *file, const char *description,
			  size_t size)
{
	if (!file->build_id || file->has_build_id || size > file->build_id_size)
		return;
	memcpy(file->build_id, description, size);
	file->build_id_size = size;
	file->has_build_id = true;
}

/** One note, whose owner's name and description lie in memory. */
static int read_note(struct elf_file *file, const ElfW(Nhdr) *note,
		     const char *name, const char *description)
{
	if (note->n_namesz == sizeof(ELF_NOTE_GNU) &&
	    note->n_type == NT_GNU_BUILD_ID &&
	    memcmp(name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0)
		read_build_id(file, description, note->n_descsz);
	if (note->n_namesz != sizeof(CAMIPC_NOTE_NAME) ||
	    memcmp(name, CAMIPC_NOTE_NAME, sizeof(CAMIPC_NOTE_NAME)) != 0)
		return 0;
	switch (note->n_type) {
	case CAMIPC_NOTE_TYPE:
		return read_info(file, description, note->n_descsz);
	case CAMIPC_NOTE_TYPE_MANIFEST:
		return read_manifest(file, description, note->n_descsz);
	default:
		return 0; /* of a later library */
	}
}

/** @size rounded up to @align, a power of two. */
static uint64_t round_up(uint64_t size, uint64_t align)
{
	return (size + align - 1) & ~(align - 1);
}

/** Walks the @size bytes of one segment. */
static int walk_notes(struct elf_file *file, const char *notes, size_t size,
		      uint64_t align)
{
	uint64_t pos = 0;

	while (size - pos >= sizeof(ElfW(Nhdr))) {
		ElfW(Nhdr) note;
		uint64_t name;
		uint64_t description;
		uint64_t end;
		int ret;

		memcpy(&note, notes + pos, sizeof(note));
		/* 32-bit sizes: the sums below cannot wrap in 64 bits. */
		name = pos + sizeof(note);
		description = round_up(name + note.n_namesz, align);
		end = description + note.n_descsz;
		if (end > size)
			return refuse_note(file->why, -ENOEXEC,
				      "a note runs past its segment");
		ret = read_note(file, &note, notes + name,
				notes + description);
		if (ret < 0)
			return ret;
		pos = round_up(end, align);
		if (pos > size)
			break; /* the last one's padding may be missing */
	}
	return 0;
}

static int read_segment(struct elf_file *file, const ElfW(Phdr) *segment)
{
	char notes[MAX_NOTES_SIZE];
	int ret;

	if (segment->p_type != PT_LOAD && segment->p_type != PT_NOTE)
		return 0;
	/* The loader would map what is not there, and die of SIGBUS. */
	if (!within(file, segment->p_offset, segment->p_filesz))
		return refuse_note(file->why, -ENOEXEC, "truncated");
	if (segment->p_type != PT_NOTE)
		return 0;
	if (segment->p_filesz > sizeof(notes))
		return refuse_note(file->why, -ENOEXEC, "notes of %llu bytes",
			      (unsigned long long)segment->p_filesz);
	ret = read_at(file, segment->p_offset, notes,
		      (size_t)segment->p_filesz);
	if (ret < 0)
		return ret;
	return walk_notes(file, notes, (size_t)segment->p_filesz,
			  segment->p_align == 8 ? 8 : 4);
}

static int walk_file(struct elf_file *file)
{
	ElfW(Phdr) segments[MAX_SEGMENTS];
	ElfW(Ehdr) header;
	struct stat status;
	int ret;

	if (fstat(file->fd, &status) < 0)
		return refuse_note(file->why, -EIO, "cannot be read: %s",
			      camipc_errno_to_string(errno));
	if (!S_ISREG(status.st_mode) || status.st_size < 0)
		return refuse_note(file->why, -ENOEXEC, "not a regular file");
	file->size = (uint64_t)status.st_size;
	ret = read_header(file, &header);
	if (ret < 0)
		return ret;
	ret = read_at(file, header.e_phoff, segments,
		      header.e_phnum * sizeof(segments[0]));
	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < header.e_phnum; i++) {
		ret = read_segment(file, &segments[i]);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/** Reads all notes, and checks those of ours. */
static int read_notes(struct elf_file *file)
{
	int ret = walk_file(file);

	if (ret < 0)
		return ret;
	if (!file->found)
		return refuse_note(file->why, -ENOEXEC,
			      "no IPA module: has no %s note",
			      CAMIPC_NOTE_NAME);
	return check_info(file);
}

int camipc_module_info_read(int fd, struct camipc_module_info *ret_info,
			    char *why)
{
	struct elf_file file = { .fd = fd, .why = why };
	int ret = read_notes(&file);

	if (ret < 0)
		return ret;
	*ret_info = file.info;
	return 0;
}

int camipc_module_manifest_read(int fd, char *manifest, char *why)
{
	struct camipc_module_info info;

	return camipc_module_notes_read(fd, &info, manifest, why);
}

int camipc_module_notes_read(int fd, struct camipc_module_info *ret_info,
			     char *manifest, char *why)
{
	struct elf_file file = { .fd = fd, .why = why, .manifest = manifest };
	int ret;

	manifest[0] = '\0';
	ret = read_notes(&file);
	if (ret < 0)
		manifest[0] = '\0';
	else
		*ret_info = file.info;
	return ret;
}

size_t camipc_module_build_id(int fd, uint8_t *id, size_t size)
{
	char why[CAMIPC_MODULE_WHY_SIZE];
	struct elf_file file = {
		.fd = fd,
		.why = why,
		.build_id = id,
		.build_id_size = size,
	};

	return walk_file(&file) == 0 && file.has_build_id ? file.build_id_size
							  : 0;
}

int camipc_module_open(const char *path, int *ret_fd, char *why)
{
	struct stat status;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return refuse_note(why, -errno, "cannot be opened: %s",
			      camipc_errno_to_string(errno));
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return refuse_note(why, -ENOEXEC, "not a regular file");
	}
	*ret_fd = fd;
	return 0;
}

int camipc_module_info_read_path(const char *path,
				 struct camipc_module_info *ret_info,
				 char *why)
{
	int fd;
	int ret;

	ret = camipc_module_open(path, &fd, why);
	if (ret < 0)
		return ret;
	ret = camipc_module_info_read(fd, ret_info, why);
	close(fd);
	return ret;
}
