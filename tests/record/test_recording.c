/* SPDX-License-Identifier: MIT */
/*
 * Tests the format of recordings: what was written is read back; a reader stops
 * at damage, at a cut and at hostile contents, and says where.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "chunk_file.h"
#include "chunk_item.h"
#include "crc32c.h"
#include "echo_ipa_proxy.h"
#include "log_capture.h"
#include "made_recording.h"
#include "recording_reader.h"
#include "redact.h"
#include "test_files.h"
#include "value_tree.h"

#define PUSH TEST_ECHO_METHOD_PUSH

static char folder[TEST_PATH_SIZE];
static char path[TEST_PATH_SIZE + 16];

/* ---- parts -------------------------------------------------------------- */

static void a_checksum(void **state)
{
	uint8_t bytes[300];
	uint32_t whole;

	(void)state;
	assert_int_equal(camipc_crc32c(0, "123456789", 9), 0xe3069283);
	assert_int_equal(camipc_crc32c(0, "", 0), 0);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	whole = camipc_crc32c(0, bytes, sizeof(bytes));
	/* Cut anywhere, also inside of words. */
	for (size_t i = 0; i <= sizeof(bytes); i++)
		assert_int_equal(camipc_crc32c(camipc_crc32c(0, bytes, i),
					       bytes + i, sizeof(bytes) - i),
				 whole);
}

static struct camipc_schema *echo_schema(void)
{
	struct camipc_bytes table = { .error = 0 };
	struct camipc_schema *schema;

	assert_int_equal(camipc_schema_write(made_interface(), &table), 0);
	assert_int_equal(camipc_schema_read(table.data, table.size, &schema), 0);
	camipc_bytes_fini(&table);
	return schema;
}

static void a_schema(void **state)
{
	struct camipc_schema *schema = echo_schema();
	const struct camipc_interface *interface = made_interface();

	(void)state;
	assert_string_equal(schema->name, interface->name);
	assert_true(schema->wire_fingerprint == interface->wire_fingerprint);
	assert_int_equal(schema->n_methods, interface->n_methods);
	assert_int_equal(schema->n_events, interface->n_events);
	for (uint32_t i = 0; i < schema->n_methods; i++) {
		const struct camipc_method *row = &interface->methods[i];
		const struct camipc_schema_method *read = &schema->methods[i];

		assert_string_equal(read->name, row->name);
		assert_int_equal(read->id, row->id);
		assert_int_equal(read->role, row->role);
		assert_true(!read->args == !row->args);
		if (row->args)
			assert_string_equal(read->args->name,
					    row->args->info->name);
	}
	camipc_schema_destroy(schema);
}

/** Each part of a table, and each table with a wrong byte, ends well. */
static void wrong_tables(void **state)
{
	struct camipc_bytes table = { .error = 0 };
	struct camipc_schema *schema;

	(void)state;
	assert_int_equal(camipc_schema_write(made_interface(), &table), 0);
	for (size_t n = 0; n < table.size; n++) {
		uint8_t *part = malloc(n + 1);

		assert_non_null(part);
		memcpy(part, table.data, n);
		assert_int_equal(camipc_schema_read(part, n, &schema), -EPROTO);
		free(part);
	}
	for (size_t i = 0; i < table.size; i++) {
		table.data[i] ^= 0xff;
		if (camipc_schema_read(table.data, table.size, &schema) == 0)
			camipc_schema_destroy(schema);
		table.data[i] ^= 0xff;
	}
	camipc_bytes_fini(&table);
}

static void texts(void **state)
{
	struct camipc_schema *schema = echo_schema();
	struct camipc_bytes text = { .error = 0 };

	(void)state;
	camipc_schema_print_proto(schema, &text);
	camipc_bytes_print(&text, "%c", 0);
	assert_int_equal(text.error, 0);
	assert_non_null(strstr((char *)text.data, "message PushArgs {\n"
						  "\t\t\tuint32 number = 1;\n"));
	text.size = 0;
	camipc_schema_print_idl(schema, &text);
	camipc_bytes_print(&text, "%c", 0);
	assert_non_null(strstr((char *)text.data,
			       "[async] push@"));
	assert_non_null(strstr((char *)text.data, "enum test.echo.Mood {\n"
						  "\tCalm = 0,\n"));
	camipc_bytes_fini(&text);
	camipc_schema_destroy(schema);
}

/* ---- values ------------------------------------------------------------- */

/** Encodes the arguments of a method. Returns the size. */
static size_t encode(uint32_t id, const void *args, uint8_t *to, size_t room)
{
	const struct camipc_interface *interface = made_interface();
	const struct camipc_method *row = camipc_find_method(
		interface->methods, interface->n_methods, id);
	struct camipc_writer writer;
	int fds[16];
	size_t size = 0;

	camipc_writer_init(&writer, to, room, fds, 16);
	row->args->encode(&writer, args);
	assert_int_equal(camipc_writer_finish(&writer, &size), 0);
	return size;
}

static char *print(const struct camipc_schema_type *type, const uint8_t *body,
		   size_t size, enum camipc_value_style style)
{
	struct camipc_value_tree tree = { .error = 0 };
	struct camipc_bytes text = { .error = 0 };

	assert_int_equal(camipc_value_tree_read(&tree, type, body, size), 0);
	camipc_value_print(&tree, 1, style, &text);
	camipc_bytes_print(&text, "%c", 0);
	camipc_value_tree_fini(&tree);
	return (char *)text.data;
}

static const struct camipc_schema_type *args_of(
	const struct camipc_schema *schema, uint32_t id)
{
	return camipc_schema_find(schema->methods, schema->n_methods, id)->args;
}

static void values(void **state)
{
	struct test_echo_init_args args = { .name = "a \"name\"<" };
	struct camipc_schema *schema = echo_schema();
	const struct camipc_schema_type *type =
		args_of(schema, TEST_ECHO_METHOD_INIT);
	uint8_t body[1024];
	char *text;
	size_t n;

	(void)state;
	test_echo_defaults_init(&args.defaults);
	n = encode(TEST_ECHO_METHOD_INIT, &args, body, sizeof(body));
	text = print(type, body, n, CAMIPC_VALUE_JSON);
	assert_non_null(strstr(text, "{\"name\": \"a \\\"name\\\"\\u003c\", "
				     "\"defaults\": {"));
	free(text);
	/* Every part of it ends, in a tree or in an error. */
	for (size_t i = 0; i < n; i++) {
		struct camipc_value_tree tree = { .error = 0 };
		uint8_t *part = malloc(i + 1);
		int ret;

		assert_non_null(part);
		memcpy(part, body, i);
		ret = camipc_value_tree_read(&tree, type, part, i);
		assert_true(ret == 0 || ret == -EPROTO);
		camipc_value_tree_fini(&tree);
		free(part);
	}
	camipc_schema_destroy(schema);
}

/** A body of 1 MiB can hold more values than a reader may make. */
static void too_many_values(void **state)
{
	struct camipc_schema_type point = { .name = "P",
					    .kind = CAMIPC_KIND_STRUCT };
	struct camipc_schema_field fields[8];
	struct camipc_schema_field list = {
		.name = "list",
		.number = 1,
		.kind = CAMIPC_KIND_STRUCT,
		.shape = CAMIPC_SHAPE_ARRAY,
		.wire = CAMIPC_WIRE_MESSAGE,
		.type = &point,
	};
	const struct camipc_schema_type type = { .name = "T",
						 .kind = CAMIPC_KIND_STRUCT,
						 .fields = &list,
						 .n_fields = 1 };
	struct camipc_value_tree tree = { .error = 0 };
	const size_t n = 1024 * 1024;
	uint8_t *body = malloc(n);

	(void)state;
	assert_non_null(body);
	for (uint32_t i = 0; i < 8; i++)
		fields[i] = (struct camipc_schema_field){ .name = "f",
							  .number = i + 1 };
	point.fields = fields;
	point.n_fields = 8;
	for (size_t i = 0; i < n; i += 2) {
		body[i] = 1 << 3 | 2;
		body[i + 1] = 0;
	}
	assert_int_equal(camipc_value_tree_read(&tree, &type, body, n),
			 -EMSGSIZE);
	camipc_value_tree_fini(&tree);
	free(body);
}

static void redaction(void **state)
{
	static const char *const names[] = { "test.echo.InitArgs.name", NULL };
	static const char *const nested[] = { "number", NULL };
	struct test_echo_init_args args = { .name = "secret" };
	struct camipc_schema *schema = echo_schema();
	const struct camipc_schema_type *type =
		args_of(schema, TEST_ECHO_METHOD_INIT);
	uint8_t body[1024];
	char *before;
	char *after;
	size_t n;

	(void)state;
	test_echo_defaults_init(&args.defaults);
	n = encode(TEST_ECHO_METHOD_INIT, &args, body, sizeof(body));
	before = print(type, body, n, CAMIPC_VALUE_JSON);
	assert_true(camipc_redact_knows(schema, names[0]));
	assert_false(camipc_redact_knows(schema, "test.echo.InitArgs.nam"));
	n = camipc_redact(type, names, body, n, body);
	after = print(type, body, n, CAMIPC_VALUE_JSON);
	assert_non_null(strstr(before, "secret"));
	assert_null(strstr(after, "secret"));
	/* The rest is as it was. */
	assert_string_equal(strstr(after, "\"defaults\""),
			    strstr(before, "\"defaults\""));
	free(before);
	free(after);
	n = encode(PUSH, &(struct test_echo_push_args){ .number = 7 }, body,
		   sizeof(body));
	assert_int_equal(camipc_redact(args_of(schema, PUSH), nested, body, n,
				       body),
			 0);
	camipc_schema_destroy(schema);
}

/* ---- files -------------------------------------------------------------- */

/** Appends an item that a push is. Returns its size. */
static size_t put_push(uint8_t *to, uint32_t number)
{
	const size_t header = CAMIPC_ITEM_HEADER_SIZE + CAMIPC_ITEM_TOOK_SIZE;
	uint8_t *wire = to + header;
	uint8_t *body = wire + CAMIPC_ITEM_WIRE_HEADER_SIZE;
	const struct test_echo_push_args args = { .number = number };
	size_t n;

	memset(to, 0, 256);
	n = encode(PUSH, &args, body, 128);
	wire[5] = CAMIPC_WIRE_CALL;
	wire[6] = 1 << 2;
	camipc_put_le(wire + 8, PUSH, 4);
	camipc_put_le(wire + 16, n, 4);
	n += header + CAMIPC_ITEM_WIRE_HEADER_SIZE;
	camipc_put_le(to, n, 4);
	to[4] = CAMIPC_ITEM_MESSAGE;
	camipc_put_le(to + 8, 1000 + number, 8);
	return n;
}

/** Writes a file with @n pushes in a chunk each, and an unknown chunk. */
static void write_file(uint32_t n)
{
	uint8_t bytes[512] = { 0 };
	struct camipc_chunk_part part = { bytes, 0 };
	struct camipc_chunk_file file;

	assert_int_equal(camipc_chunk_file_open(&file, path, true), 0);
	made_put_interface(&file);
	made_put_state(&file);
	part.size = 3;
	camipc_chunk_file_put(&file, (enum camipc_chunk_type)4711, 3, &part, 1);
	for (uint32_t i = 0; i < n; i++) {
		part.size = put_push(bytes, i);
		camipc_chunk_file_put(&file, CAMIPC_CHUNK_RECORDS, 4 + i, &part,
				      1);
	}
	assert_int_equal(camipc_chunk_file_close(&file), 0);
}

/** Reads a file; checks that it has the first so many pushes. */
static uint32_t count_pushes(int fd, enum camipc_recording_end *ret_end,
			     char *ret_why)
{
	struct camipc_recording *recording;
	struct camipc_recorded item;
	const char *why;
	uint32_t n = 0;

	if (camipc_recording_open(fd, &recording, ret_why) < 0) {
		*ret_end = CAMIPC_RECORDING_GOES_ON;
		return 0;
	}
	while (camipc_recording_next(recording, &item) == 1) {
		struct camipc_value_tree tree = { .error = 0 };
		uint32_t number;

		assert_int_equal(item.kind, CAMIPC_ITEM_MESSAGE);
		assert_string_equal(item.method->name, "push");
		assert_true(item.is_async);
		assert_int_equal(camipc_value_tree_read(&tree, item.type,
							item.body,
							item.body_size),
				 0);
		number = camipc_value_find(&tree, 1, "number");
		assert_int_equal(camipc_value_at(&tree, number)->raw, n);
		camipc_value_tree_fini(&tree);
		n++;
	}
	*ret_end = camipc_recording_get_end(recording, &why);
	memcpy(ret_why, why, CAMIPC_RECORDING_WHY_SIZE);
	camipc_recording_close(recording);
	return n;
}

static void a_file(void **state)
{
	char why[CAMIPC_RECORDING_WHY_SIZE];
	enum camipc_recording_end end;
	int fd;

	(void)state;
	write_file(3);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(count_pushes(fd, &end, why), 3);
	assert_int_equal(end, CAMIPC_RECORDING_COMPLETE);
	close(fd);
}

/** A line of the log is read as it was written, or refused: however it is cut. */
static void a_line(void **state)
{
	static const uint8_t texts_of_line[] = "\3\0ipa\4\0a\nb!";
	uint8_t bytes[CAMIPC_ITEM_HEADER_SIZE + sizeof(texts_of_line) - 1] = { 0 };
	struct camipc_recorded item;

	(void)state;
	bytes[4] = CAMIPC_ITEM_LOG;
	bytes[20] = CAMIPC_LOG_WARNING;
	memcpy(bytes + CAMIPC_ITEM_HEADER_SIZE, texts_of_line,
	       sizeof(texts_of_line) - 1);
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		uint8_t *copy = malloc(n + 1);

		memcpy(copy, bytes, n);
		if (n >= 4)
			camipc_put_le(copy, n, 4);
		assert_int_equal(camipc_item_read(copy, n, &item),
				 n == sizeof(bytes) ? n : 0);
		free(copy);
	}
	camipc_put_le(bytes, sizeof(bytes), 4);
	assert_int_equal(camipc_item_read(bytes, sizeof(bytes), &item),
			 sizeof(bytes));
	assert_int_equal(item.value, CAMIPC_LOG_WARNING);
	assert_string_equal(item.topic, "ipa");
	assert_string_equal(item.text, "a\\nb!");
}

/** Loads the file into a memfd, which can be changed quickly. */
static int load(size_t *ret_size)
{
	int fd = memfd_create("recording", MFD_CLOEXEC);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t bytes[65536];
	ssize_t n = read(file, bytes, sizeof(bytes));

	assert_true(n > 0 && n < (ssize_t)sizeof(bytes));
	assert_true(write(fd, bytes, (size_t)n) == n);
	close(file);
	*ret_size = (size_t)n;
	return fd;
}

/** Every byte of the ends, and some of the long interface chunk. */
static size_t step(size_t at, size_t size)
{
	return at > 100 && at + 600 < size ? 97 : 1;
}

/** Whatever byte is wrong, what is read before it is right. */
static void damage_anywhere(void **state)
{
	char why[CAMIPC_RECORDING_WHY_SIZE];
	enum camipc_recording_end end;
	size_t n_refused = 0;
	size_t size;
	int fd;

	(void)state;
	write_file(2);
	fd = load(&size);
	for (size_t i = 0; i < size; i += step(i, size)) {
		uint8_t byte;

		assert_int_equal(pread(fd, &byte, 1, (off_t)i), 1);
		byte ^= (uint8_t)(1u << i % 8);
		assert_int_equal(pwrite(fd, &byte, 1, (off_t)i), 1);
		count_pushes(fd, &end, why);
		assert_int_not_equal(end, CAMIPC_RECORDING_COMPLETE);
		if (end == CAMIPC_RECORDING_DAMAGED)
			assert_non_null(strstr(why, "damaged at byte "));
		n_refused += end == CAMIPC_RECORDING_GOES_ON;
		byte ^= (uint8_t)(1u << i % 8);
		assert_int_equal(pwrite(fd, &byte, 1, (off_t)i), 1);
	}
	assert_int_equal(n_refused, CAMIPC_RECORDING_HEADER_SIZE);
	close(fd);
}

/** Cut at any byte: the whole chunks before it are read. */
static void cut_anywhere(void **state)
{
	char why[CAMIPC_RECORDING_WHY_SIZE];
	enum camipc_recording_end end;
	uint32_t before = 0;
	size_t size;
	int fd;

	(void)state;
	write_file(2);
	fd = load(&size);
	for (size_t n = size - 1; n > CAMIPC_RECORDING_HEADER_SIZE;
	     n -= step(n, size)) {
		uint32_t pushes;

		assert_int_equal(ftruncate(fd, (off_t)n), 0);
		pushes = count_pushes(fd, &end, why);
		assert_int_equal(end, CAMIPC_RECORDING_CUT);
		assert_non_null(strstr(why, "not ended by its recorder"));
		assert_true(n == size - 1 || pushes <= before);
		before = pushes;
	}
	close(fd);
}

/** A recording that grows is read on. */
static void following(void **state)
{
	uint8_t bytes[512] = { 0 };
	struct camipc_chunk_part part = { bytes, 0 };
	struct camipc_recording *recording;
	char why[CAMIPC_RECORDING_WHY_SIZE];
	struct camipc_recorded item;
	struct camipc_chunk_file file;
	const char *reason;

	(void)state;
	assert_int_equal(camipc_chunk_file_open(&file, path, true), 0);
	assert_int_equal(camipc_recording_open(file.fd, &recording, why), 0);
	assert_int_equal(camipc_recording_next(recording, &item), 0);
	made_put_interface(&file);
	made_put_state(&file);
	assert_int_equal(camipc_recording_next(recording, &item), 0);
	part.size = put_push(bytes, 0);
	camipc_chunk_file_put(&file, CAMIPC_CHUNK_RECORDS, 4, &part, 1);
	assert_int_equal(camipc_recording_next(recording, &item), 1);
	assert_int_equal(camipc_recording_next(recording, &item), 0);
	assert_int_equal(camipc_recording_get_end(recording, &reason),
			 CAMIPC_RECORDING_CUT);
	camipc_recording_close(recording);
	assert_int_equal(camipc_chunk_file_close(&file), 0);
}

static void existing_files(void **state)
{
	struct camipc_chunk_file file;
	struct stat st;

	(void)state;
	log_capture_begin();
	write_file(1);
	assert_int_equal(camipc_chunk_file_open(&file, path, false), -EEXIST);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "the file exists");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(st.st_size > 0);
	assert_int_equal(camipc_chunk_file_open(&file, "/dev/null", true),
			 -EINVAL);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "not a regular file");
	log_capture_end();
}

static void later_version(void **state)
{
	uint8_t header[CAMIPC_RECORDING_HEADER_SIZE] = "CAMIPCRC\2";
	struct camipc_recording *recording;
	char why[CAMIPC_RECORDING_WHY_SIZE];
	int fd = memfd_create("recording", MFD_CLOEXEC);

	(void)state;
	camipc_put_le(header + 16, camipc_crc32c(0, header, 16), 4);
	assert_true(write(fd, header, sizeof(header)) == sizeof(header));
	assert_int_equal(camipc_recording_open(fd, &recording, why), -ESTALE);
	assert_string_equal(why, "the recording has version 2 of the format, "
				 "and this camipc reads version 1");
	close(fd);
}

static int set_up(void **state)
{
	(void)state;
	test_folder_make(folder);
	snprintf(path, sizeof(path), "%s/recording", folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_folder_remove(folder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_checksum),
		cmocka_unit_test(a_schema),
		cmocka_unit_test(wrong_tables),
		cmocka_unit_test(a_line),
		cmocka_unit_test(texts),
		cmocka_unit_test(values),
		cmocka_unit_test(too_many_values),
		cmocka_unit_test(redaction),
		cmocka_unit_test(a_file),
		cmocka_unit_test(damage_anywhere),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(following),
		cmocka_unit_test(existing_files),
		cmocka_unit_test(later_version),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
