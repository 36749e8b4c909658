/* SPDX-License-Identifier: MIT */
/* Reads ELF headers of any class and byte order, and walks what is loaded. */
#include "module_content.h"

#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <camipc/error.h>

#include "module_info.h"

#define BLOCK_SIZE 16384

/* The larger one of both classes: a header of 64 bits. */
#define MAX_HEADER_SIZE sizeof(Elf64_Ehdr)
#define MAX_SEGMENT_SIZE sizeof(Elf64_Phdr)

/** Where a class has a number: its offset in a struct, and its size. */
struct field {
	uint8_t at[2]; /* of 32 bits, of 64 bits */
	uint8_t size[2];
};

#define FIELD(type, name)                                            \
	{                                                            \
		{ offsetof(Elf32_##type, name),                      \
		  offsetof(Elf64_##type, name) },                    \
		{ sizeof(((Elf32_##type *)0)->name),                 \
		  sizeof(((Elf64_##type *)0)->name) },               \
	}

static const struct field type_field = FIELD(Ehdr, e_type);
static const struct field version_field = FIELD(Ehdr, e_version);
static const struct field header_size_field = FIELD(Ehdr, e_ehsize);
static const struct field segments_field = FIELD(Ehdr, e_phoff);
static const struct field n_segments_field = FIELD(Ehdr, e_phnum);
static const struct field segment_size_field = FIELD(Ehdr, e_phentsize);
static const struct field sections_field = FIELD(Ehdr, e_shoff);
static const struct field section_size_field = FIELD(Ehdr, e_shentsize);
static const struct field section_names_field = FIELD(Ehdr, e_shstrndx);

static const struct field segment_type_field = FIELD(Phdr, p_type);
static const struct field segment_offset_field = FIELD(Phdr, p_offset);
static const struct field segment_address_field = FIELD(Phdr, p_vaddr);
static const struct field segment_in_file_field = FIELD(Phdr, p_filesz);
static const struct field segment_in_memory_field = FIELD(Phdr, p_memsz);

/** A file being read. */
struct content_reader {
	int fd;
	char *why;
	struct camipc_module_content content;
	uint64_t file_end; /* of the segments so far, in the file */
	uint64_t memory_end; /* and in memory */
};

CAMIPC_PRINTF(3, 4)
static int refuse_content(char *why, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, CAMIPC_MODULE_WHY_SIZE, format, args);
	va_end(args);
	return error;
}

/** Reads all of @size bytes. */
static int read_content(int fd, uint64_t offset, uint8_t *data, size_t size,
		    char *why)
{
	while (size > 0) {
		const ssize_t n = pread(fd, data, size, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return refuse_content(why, -errno, "cannot be read: %s",
					      camipc_errno_to_string(errno));
		if (n == 0)
			return refuse_content(why, -ESTALE,
					      "shrank while it was read");
		data += n;
		offset += (uint64_t)n;
		size -= (size_t)n;
	}
	return 0;
}

static uint64_t get(const struct content_reader *reader, const uint8_t *data,
		    const struct field *field)
{
	const struct camipc_module_content *content = &reader->content;
	const uint8_t *at = data + field->at[content->is_64_bit];
	const uint8_t size = field->size[content->is_64_bit];
	uint64_t value = 0;

	for (uint8_t i = 0; i < size; i++)
		value = value << 8 |
			at[content->is_big_endian ? i : size - 1 - i];
	return value;
}

/** True if the file has @size bytes at @offset, without wrapping. */
static bool is_in_file(const struct content_reader *reader, uint64_t offset,
		       uint64_t size)
{
	const uint64_t file_size = reader->content.file_size;

	return offset <= file_size && size <= file_size - offset;
}

static void add_piece(struct content_reader *reader, uint64_t offset,
		      uint64_t size)
{
	struct camipc_module_content *content = &reader->content;

	content->pieces[content->n_pieces++] =
		(struct camipc_content_piece){ offset, size };
}

/* ---- headers ------------------------------------------------------------- */

static int read_ident(struct content_reader *reader, const uint8_t *ident)
{
	struct camipc_module_content *content = &reader->content;

	if (memcmp(ident, ELFMAG, SELFMAG) != 0)
		return refuse_content(reader->why, -ENOEXEC, "not an ELF file");
	if ((ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64) ||
	    (ident[EI_DATA] != ELFDATA2LSB && ident[EI_DATA] != ELFDATA2MSB) ||
	    ident[EI_VERSION] != EV_CURRENT)
		return refuse_content(reader->why, -ENOEXEC,
				      "of an unknown kind of ELF file");
	content->is_64_bit = ident[EI_CLASS] == ELFCLASS64;
	content->is_big_endian = ident[EI_DATA] == ELFDATA2MSB;
	return 0;
}

/** Where the section table is, does not matter to the dynamic loader. */
static void mask_sections(struct content_reader *reader)
{
	struct camipc_module_content *content = &reader->content;
	const bool is_64 = content->is_64_bit;
	const uint8_t first = section_size_field.at[is_64];
	const uint8_t last = section_names_field.at[is_64];

	content->masked[0] = (struct camipc_content_piece){
		.offset = sections_field.at[is_64],
		.size = sections_field.size[is_64],
	};
	/* e_shentsize, e_shnum and e_shstrndx lie side by side. */
	content->masked[1] = (struct camipc_content_piece){
		.offset = first,
		.size = (uint64_t)last + section_names_field.size[is_64] -
			first,
	};
}

static int check_header(const struct content_reader *reader,
			const uint8_t *header, size_t header_size)
{
	if (get(reader, header, &type_field) != ET_DYN)
		return refuse_content(reader->why, -ENOEXEC,
				      "not a shared object");
	if (get(reader, header, &version_field) != EV_CURRENT ||
	    get(reader, header, &header_size_field) != header_size)
		return refuse_content(reader->why, -ENOEXEC,
				      "has a broken ELF header");
	return 0;
}

/** Reads the header, and adds it and the table of segments. */
static int read_elf_header(struct content_reader *reader, uint8_t *header,
			   uint32_t *ret_n_segments)
{
	const struct camipc_module_content *content = &reader->content;
	size_t header_size = sizeof(Elf32_Ehdr);
	size_t segment_size = sizeof(Elf32_Phdr);
	uint64_t n;
	int ret;

	if (!is_in_file(reader, 0, sizeof(Elf32_Ehdr)))
		return refuse_content(reader->why, -ENOEXEC, "not an ELF file");
	ret = read_content(reader->fd, 0, header, header_size, reader->why);
	if (ret == 0)
		ret = read_ident(reader, header);
	if (ret < 0)
		return ret;
	if (content->is_64_bit) {
		header_size = sizeof(Elf64_Ehdr);
		segment_size = sizeof(Elf64_Phdr);
		if (!is_in_file(reader, 0, header_size))
			return refuse_content(reader->why, -ENOEXEC,
					      "truncated");
		ret = read_content(reader->fd, 0, header, header_size, reader->why);
	}
	if (ret == 0)
		ret = check_header(reader, header, header_size);
	if (ret < 0)
		return ret;
	n = get(reader, header, &n_segments_field);
	if (n == 0 || n > CAMIPC_MAX_SEGMENTS ||
	    get(reader, header, &segment_size_field) != segment_size)
		return refuse_content(reader->why, -ENOEXEC,
				      "%u program headers of %u bytes",
				      (unsigned int)n,
				      (unsigned int)get(reader, header,
							&segment_size_field));
	if (!is_in_file(reader, get(reader, header, &segments_field),
			n * segment_size))
		return refuse_content(reader->why, -ENOEXEC, "truncated");
	/* Fields that count as 0 must not be a part of program headers. */
	if (get(reader, header, &segments_field) < header_size)
		return refuse_content(reader->why, -ENOEXEC,
				      "has program headers in its ELF header");
	mask_sections(reader);
	add_piece(reader, 0, header_size);
	add_piece(reader, get(reader, header, &segments_field),
		  n * segment_size);
	*ret_n_segments = (uint32_t)n;
	return 0;
}

/** A segment that is loaded has its place behind the one before it. */
static int read_load_segment(struct content_reader *reader,
			     const uint8_t *segment)
{
	const uint64_t offset = get(reader, segment, &segment_offset_field);
	const uint64_t size = get(reader, segment, &segment_in_file_field);
	const uint64_t address = get(reader, segment, &segment_address_field);
	const uint64_t memory = get(reader, segment, &segment_in_memory_field);

	if (get(reader, segment, &segment_type_field) != PT_LOAD)
		return 0;
	if (!is_in_file(reader, offset, size))
		return refuse_content(reader->why, -ENOEXEC, "truncated");
	if (size > memory || memory > UINT64_MAX - address)
		return refuse_content(reader->why, -ENOEXEC,
				      "has a loaded segment of wrong sizes");
	/* Data that is all zero has no place in the file. */
	if (address < reader->memory_end ||
	    (size > 0 && offset < reader->file_end))
		return refuse_content(reader->why, -ENOEXEC,
				      "has loaded segments that overlap or do "
				      "not ascend");
	reader->memory_end = address + memory;
	if (size == 0)
		return 0;
	reader->file_end = offset + size;
	add_piece(reader, offset, size);
	return 0;
}

static int read_segments(struct content_reader *reader, uint32_t n)
{
	const size_t size = reader->content.is_64_bit ? sizeof(Elf64_Phdr) :
							sizeof(Elf32_Phdr);
	const uint64_t offset = reader->content.pieces[1].offset;
	int ret = 0;

	for (uint32_t i = 0; i < n && ret == 0; i++) {
		uint8_t segment[MAX_SEGMENT_SIZE];

		ret = read_content(reader->fd, offset + i * size, segment, size,
			       reader->why);
		if (ret == 0)
			ret = read_load_segment(reader, segment);
	}
	if (ret == 0 && reader->content.n_pieces == 2)
		return refuse_content(reader->why, -ENOEXEC,
				      "has no segment that is loaded");
	return ret;
}

int camipc_module_content_find(int fd,
			       struct camipc_module_content *ret_content,
			       char *why)
{
	struct content_reader reader = { .fd = fd, .why = why };
	uint8_t header[MAX_HEADER_SIZE];
	struct stat status;
	uint32_t n = 0;
	int ret;

	if (fstat(fd, &status) < 0)
		return refuse_content(why, -errno, "cannot be read: %s",
				      camipc_errno_to_string(errno));
	if (!S_ISREG(status.st_mode) || status.st_size < 0)
		return refuse_content(why, -ENOEXEC, "not a regular file");
	reader.content.file_size = (uint64_t)status.st_size;
	if (reader.content.file_size > CAMIPC_MAX_MODULE_SIZE)
		return refuse_content(why, -EFBIG, "more than 256 MiB");
	ret = read_elf_header(&reader, header, &n);
	if (ret == 0)
		ret = read_segments(&reader, n);
	if (ret == 0)
		*ret_content = reader.content;
	return ret;
}

/* ---- the walk ------------------------------------------------------------ */

void camipc_module_content_mask(const struct camipc_module_content *content,
				uint64_t offset, uint8_t *data, size_t size)
{
	for (size_t i = 0; i < 2; i++) {
		const struct camipc_content_piece *masked = &content->masked[i];

		for (uint64_t at = masked->offset;
		     at < masked->offset + masked->size; at++) {
			if (at >= offset && at - offset < size)
				data[at - offset] = 0;
		}
	}
}

static int walk_piece(const struct camipc_module_content *content, int fd,
		      const struct camipc_content_piece *piece,
		      int (*take)(void *user, uint64_t offset,
				  const uint8_t *data, size_t size),
		      void *user, char *why)
{
	uint64_t done = 0;

	while (done < piece->size) {
		const uint64_t offset = piece->offset + done;
		const uint64_t left = piece->size - done;
		uint8_t block[BLOCK_SIZE];
		const size_t size = left < sizeof(block) ? (size_t)left
							 : sizeof(block);
		int ret = read_content(fd, offset, block, size, why);

		if (ret < 0)
			return ret;
		camipc_module_content_mask(content, offset, block, size);
		ret = take(user, offset, block, size);
		if (ret != 0)
			return ret;
		done += size;
	}
	return 0;
}

int camipc_module_content_walk(const struct camipc_module_content *content,
			       int fd,
			       int (*take)(void *user, uint64_t offset,
					   const uint8_t *data, size_t size),
			       void *user, char *why)
{
	int ret = 0;

	for (uint32_t i = 0; i < content->n_pieces && ret == 0; i++)
		ret = walk_piece(content, fd, &content->pieces[i], take, user,
				 why);
	return ret;
}
