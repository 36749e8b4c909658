/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the reader of recordings. An input is a sequence of chunks without
 * headers, type u8, length u16 and contents: with right checksums, so that what
 * is behind them is reached. Everything that is read is used as the tools do.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crc32c.h"
#include "recording_reader.h"
#include "redact.h"
#include "targets.h"
#include "value_tree.h"

/* Contents of one chunk's header in an input. */
#define HEADER 3

static void put_file(int fd, const void *data, size_t size)
{
	FUZZ_REQUIRE(write(fd, data, size) == (ssize_t)size);
}

static void put_chunk(int fd, uint32_t number, uint32_t type,
		      const uint8_t *data, size_t size)
{
	uint8_t header[CAMIPC_CHUNK_HEADER_SIZE] = { 0 };
	uint32_t crc;

	camipc_put_le(header, type, 4);
	camipc_put_le(header + 4, size, 4);
	camipc_put_le(header + 16, number, 4);
	crc = camipc_crc32c(0, header, CAMIPC_CHUNK_CRC_OFFSET);
	crc = camipc_crc32c(crc, data, size);
	camipc_put_le(header + CAMIPC_CHUNK_CRC_OFFSET, crc, 4);
	put_file(fd, header, sizeof(header));
	put_file(fd, data, size);
}

static int make_file(const uint8_t *data, size_t size)
{
	uint8_t header[CAMIPC_RECORDING_HEADER_SIZE] = { 0 };
	int fd = memfd_create("recording", MFD_CLOEXEC);
	uint32_t number = 0;

	FUZZ_REQUIRE(fd >= 0);
	memcpy(header, CAMIPC_RECORDING_MAGIC, 8);
	camipc_put_le(header + 8, CAMIPC_RECORDING_VERSION, 4);
	camipc_put_le(header + 16, camipc_crc32c(0, header, 16), 4);
	put_file(fd, header, sizeof(header));
	while (size >= HEADER) {
		size_t n = camipc_get_le16(data + 1);

		if (n > size - HEADER)
			n = size - HEADER;
		put_chunk(fd, number++, data[0], data + HEADER, n);
		data += HEADER + n;
		size -= HEADER + n;
	}
	/* What is left is a part of a chunk. */
	put_file(fd, data, size);
	return fd;
}

static void use_message(const struct camipc_recorded *item)
{
	static const char *const names[] = { "frame", "a.T.b", NULL };
	struct camipc_value_tree tree = { .error = 0 };
	struct camipc_bytes text = { .error = 0 };
	uint8_t *body = malloc(item->body_size + 1);
	size_t size;

	FUZZ_REQUIRE(body && item->method);
	if (camipc_value_tree_read(&tree, item->type, item->body,
				   item->body_size) == 0) {
		camipc_value_print(&tree, 1, CAMIPC_VALUE_JSON, &text);
		camipc_value_print(&tree, 1, CAMIPC_VALUE_PLAIN, &text);
		(void)camipc_value_find(&tree, 1, "frame");
	}
	for (uint32_t i = 0; i < item->n_fds; i++)
		(void)camipc_recorded_get_fd(item, i);
	if (item->type) {
		memcpy(body, item->body, item->body_size);
		size = camipc_redact(item->type, names, body, item->body_size,
				     body);
		FUZZ_REQUIRE(size <= item->body_size);
		/* What was taken out is out: nothing is left to take out. */
		FUZZ_REQUIRE(camipc_redact(item->type, names, body, size,
					   body) == size);
	}
	camipc_bytes_fini(&text);
	camipc_value_tree_fini(&tree);
	free(body);
}

static void use_interfaces(const struct camipc_recording *recording)
{
	struct camipc_bytes text = { .error = 0 };
	struct camipc_schema *schema;
	const uint8_t *table;
	size_t size;

	for (uint32_t i = 0; i < CAMIPC_RECORDING_MAX_INTERFACES; i++) {
		table = camipc_recording_get_interface(
			recording, i, CAMIPC_PART_TABLE, &size);
		if (!table ||
		    camipc_schema_read(table, size, &schema) < 0)
			break;
		camipc_schema_print_idl(schema, &text);
		camipc_schema_print_proto(schema, &text);
		camipc_schema_destroy(schema);
	}
	camipc_bytes_fini(&text);
}

static void run(const uint8_t *data, size_t size)
{
	const int fd = make_file(data, size);
	char why[CAMIPC_RECORDING_WHY_SIZE];
	struct camipc_recording *recording;
	struct camipc_recorded item;
	const char *reason;

	FUZZ_REQUIRE(camipc_recording_open(fd, &recording, why) == 0);
	while (camipc_recording_next(recording, &item) == 1) {
		uint8_t *bytes;

		if (item.kind == CAMIPC_ITEM_MESSAGE)
			use_message(&item);
		if (item.kind != CAMIPC_ITEM_ACCESS)
			continue;
		bytes = malloc((size_t)item.length + 1);
		FUZZ_REQUIRE(bytes);
		(void)!camipc_recording_read_buffer(recording, &item, bytes);
		free(bytes);
	}
	FUZZ_REQUIRE(camipc_recording_get_end(recording, &reason));
	FUZZ_REQUIRE(reason[0]);
	use_interfaces(recording);
	camipc_recording_close(recording);
	close(fd);
	fuzz_result = 0;
}

/* ---- inputs --------------------------------------------------------------- */

/* Types of a small interface: each kind of value once. */
static const struct camipc_type_info choice = {
	.name = "a.Choice",
	.kind = CAMIPC_KIND_ENUM,
	.n_enumerators = 1,
	.enumerators = (const struct camipc_enumerator_info[]){ { "One", 1, 0 } },
};
static const struct camipc_type_info deep;
static const struct camipc_field_info fields[] = {
	{ .name = "frame", .number = 1, .kind = CAMIPC_KIND_UINT32 },
	{ .name = "b", .number = 2, .kind = CAMIPC_KIND_STRING },
	{ .name = "c", .number = 3, .kind = CAMIPC_KIND_STRUCT,
	  .shape = CAMIPC_SHAPE_ARRAY, .wire = CAMIPC_WIRE_MESSAGE,
	  .type = &deep },
	{ .name = "d", .number = 4, .kind = CAMIPC_KIND_ENUM, .type = &choice },
	{ .name = "e", .number = 5, .kind = CAMIPC_KIND_FLOAT,
	  .shape = CAMIPC_SHAPE_ARRAY, .wire = CAMIPC_WIRE_FIXED },
	{ .name = "f", .number = 6, .kind = CAMIPC_KIND_UINT8,
	  .shape = CAMIPC_SHAPE_ARRAY, .wire = CAMIPC_WIRE_BYTES },
};
static const struct camipc_type_info deep = {
	.name = "a.T",
	.kind = CAMIPC_KIND_STRUCT,
	.n_fields = sizeof(fields) / sizeof(fields[0]),
	.fields = fields,
};
static const struct camipc_message_type message = { .info = &deep };
static const struct camipc_method row = {
	.name = "m", .id = 1, .role = CAMIPC_ROLE_CALL, .args = &message,
	.outs = &message,
};
static const struct camipc_interface small = {
	.size = sizeof(small), .name = "a", .methods = &row, .n_methods = 1,
	.events = &row, .n_events = 1,
};

/* Appends a chunk; returns the new size. */
static size_t add_chunk(uint8_t *data, size_t size, uint8_t type,
			const uint8_t *bytes, size_t n)
{
	data[size] = type;
	camipc_put_le(data + size + 1, n, 2);
	memcpy(data + size + HEADER, bytes, n);
	return size + HEADER + n;
}

static size_t add_interface(uint8_t *data, size_t size)
{
	struct camipc_bytes table = { .error = 0 };
	uint8_t chunk[1024];

	FUZZ_REQUIRE(camipc_schema_write(&small, &table) == 0);
	FUZZ_REQUIRE(table.size + 8 <= sizeof(chunk));
	camipc_put_le(chunk, CAMIPC_PART_TABLE, 4);
	camipc_put_le(chunk + 4, table.size, 4);
	memcpy(chunk + 8, table.data, table.size);
	size = add_chunk(data, size, CAMIPC_CHUNK_INTERFACE, chunk,
			 table.size + 8);
	camipc_bytes_fini(&table);
	return size;
}

/* Writes a random item; returns its size. */
static size_t make_item(struct oracle_random *random, uint8_t *item)
{
	static const uint8_t body[] = { 8,   7, 18, 1,	 'x', 26, 2, 8, 5,
					32,  1, 42, 4,	 0,   0,  0, 0, 50,
					2,   1, 2,  0x1a, 4,  26, 2, 8, 1 };
	size_t n = CAMIPC_ITEM_HEADER_SIZE + oracle_below(random, 80);

	for (size_t i = 0; i < n; i++)
		item[i] = (uint8_t)oracle_below(random, 4);
	if (oracle_below(random, 2)) {
		const size_t at = CAMIPC_ITEM_HEADER_SIZE +
				  CAMIPC_ITEM_TOOK_SIZE;

		n = at + CAMIPC_ITEM_WIRE_HEADER_SIZE + sizeof(body);
		memset(item, 0, n);
		memcpy(item + n - sizeof(body), body, sizeof(body));
		item[at + 5] = (uint8_t)(3 + oracle_below(random, 3));
		camipc_put_le(item + at + 8, 1, 4);
		camipc_put_le(item + at + 16, sizeof(body), 4);
	}
	item[4] = (uint8_t)(1 + oracle_below(random, 9));
	if (n > 64)
		item[4] = CAMIPC_ITEM_MESSAGE;
	camipc_put_le(item + 6, 0, 2);
	camipc_put_le(item, n, 4);
	return n;
}

static size_t seed(struct oracle_random *random, uint8_t *data, size_t room)
{
	uint8_t chunk[2048] = { 0 };
	size_t size = 0;
	size_t n = 0;

	if (room < FUZZ_MAX_INPUT)
		return 0;
	size = add_interface(data, size);
	camipc_put_le(chunk + 4, 1, 4);
	size = add_chunk(data, size, CAMIPC_CHUNK_STATE, chunk,
			 CAMIPC_STATE_FIXED_SIZE + 8);
	memset(chunk, 0, sizeof(chunk));
	size = add_chunk(data, size, CAMIPC_CHUNK_BUFFER, chunk, 40);
	for (uint32_t i = 0; i < 8; i++)
		n += make_item(random, chunk + n);
	size = add_chunk(data, size, CAMIPC_CHUNK_RECORDS, chunk, n);
	return add_chunk(data, size, CAMIPC_CHUNK_END, chunk, 16);
}

const struct fuzz_target fuzz_recording_target = {
	.name = "recording",
	.run = run,
	.seed = seed,
};
