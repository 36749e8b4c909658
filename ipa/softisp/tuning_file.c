/* SPDX-License-Identifier: MIT */
/* Reads tuning files: YAML, checked key by key. */
#include "tuning.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "softisp_config.h"

#if SOFTISP_HAVE_YAML

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include <camipc/base.h>
#include <camipc/error.h>

/* Tuning files of real sensors have a few kilobytes. */
#define MAX_FILE_SIZE (64 * 1024)

/* A file being read. */
struct reading {
	yaml_document_t document;
	struct softisp_tuning tuning; /* what was read so far */
	const char *key; /* whose value is being read */
	char *error; /* SOFTISP_TUNING_ERROR_SIZE; of the first failure */
	int result; /* 0 until then */
};

/* Writes "line 7: gamma: ...", unless something has failed before. */
CAMIPC_PRINTF(3, 4)
static void fail(struct reading *r, const yaml_node_t *node, const char *format,
		 ...)
{
	va_list args;
	int n;

	if (r->result)
		return;
	r->result = -EINVAL;
	n = snprintf(r->error, SOFTISP_TUNING_ERROR_SIZE, "line %zu: %s: ",
		     node ? node->start_mark.line + 1 : 1, r->key);
	if (n < 0 || n >= SOFTISP_TUNING_ERROR_SIZE)
		return;
	va_start(args, format);
	vsnprintf(r->error + n, SOFTISP_TUNING_ERROR_SIZE - (size_t)n, format,
		  args);
	va_end(args);
}

static const char *scalar(const yaml_node_t *node)
{
	return node && node->type == YAML_SCALAR_NODE
		       ? (const char *)node->data.scalar.value
		       : NULL;
}

/* Reads a number within a range; ops of a module run in the C locale. */
static double number(struct reading *r, const yaml_node_t *node, double min,
		     double max)
{
	const char *text = scalar(node);
	char *end = NULL;
	double value = text ? strtod(text, &end) : 0;

	if (!text)
		fail(r, node, "expected a number from %g to %g", min, max);
	else if (end == text || *end || !(value >= min && value <= max))
		fail(r, node, "expected a number from %g to %g, not '%.20s'",
		     min, max, text);
	return r->result ? min : value;
}

/* Returns element @i of a list; NULL past its end, or if it is not a list. */
static yaml_node_t *element(struct reading *r, const yaml_node_t *list,
			    size_t i)
{
	const yaml_node_item_t *start;

	if (!list || list->type != YAML_SEQUENCE_NODE)
		return NULL;
	start = list->data.sequence.items.start;
	if (i >= (size_t)(list->data.sequence.items.top - start))
		return NULL;
	return yaml_document_get_node(&r->document, start[i]);
}

/* Returns the number of elements; fails if it is not within the bounds. @what:
 * what the elements are. */
static size_t count(struct reading *r, const yaml_node_t *list, size_t min,
		    size_t max, const char *what)
{
	size_t n = 0;

	if (list && list->type == YAML_SEQUENCE_NODE)
		n = (size_t)(list->data.sequence.items.top -
			     list->data.sequence.items.start);
	if (n >= min && n <= max)
		return n;
	if (min == max)
		fail(r, list, "expected a list of %zu %s", min, what);
	else
		fail(r, list, "expected a list of %zu to %zu %s", min, max,
		     what);
	return 0;
}

/* A key of a mapping, and the function that reads its value. */
struct key {
	const char *name;
	void (*read)(struct reading *r, const yaml_node_t *value);
};

static void fail_unknown(struct reading *r, const yaml_node_t *name,
			 const struct key *keys)
{
	char known[128] = "";
	size_t used = 0;

	for (; keys->name && used < sizeof(known); keys++)
		used += (size_t)snprintf(known + used, sizeof(known) - used,
					 "%s%s", used ? ", " : "", keys->name);
	fail(r, name, "unknown key '%.20s'; known keys: %s",
	     scalar(name) ? scalar(name) : "", known);
}

static void read_mapping(struct reading *r, const yaml_node_t *node,
			 const struct key *keys)
{
	const char *parent = r->key;
	const yaml_node_pair_t *pair;

	if (!node || node->type != YAML_MAPPING_NODE) {
		fail(r, node, "expected keys with values");
		return;
	}
	for (pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top && !r->result; pair++) {
		yaml_node_t *name =
			yaml_document_get_node(&r->document, pair->key);
		const struct key *key = keys;

		while (key->name &&
		       (!scalar(name) || strcmp(key->name, scalar(name)) != 0))
			key++;
		if (!key->name) {
			fail_unknown(r, name, keys);
			return;
		}
		r->key = key->name;
		key->read(r, yaml_document_get_node(&r->document, pair->value));
		r->key = parent;
	}
}

#define NUMBER_READER(member, min, max)                                    \
	static void read_##member(struct reading *r, const yaml_node_t *v) \
	{                                                                  \
		r->tuning.member = number(r, v, min, max);                 \
	}

NUMBER_READER(black_level, 0, 255)
NUMBER_READER(target, 0.01, 0.8)
NUMBER_READER(exposure_speed, 0.01, 1)
NUMBER_READER(max_digital_gain, 1, 16)
NUMBER_READER(gain_unit, 1, 65536)
NUMBER_READER(balance_speed, 0.01, 1)
NUMBER_READER(balance_tolerance, 0.005, 0.5)
NUMBER_READER(gamma, 1, 4)
NUMBER_READER(contrast, 0, 4)
NUMBER_READER(saturation, 0, 4)
NUMBER_READER(flicker_us, 0, SOFTISP_MAX_FLICKER_US)

static void read_version(struct reading *r, const yaml_node_t *value)
{
	const char *text = scalar(value);

	if (!text || strcmp(text, "1") != 0)
		fail(r, value, "expected 1, not '%.20s'", text ? text : "");
}

static void read_metering(struct reading *r, const yaml_node_t *value)
{
	static const char *const names[] = {
		[SOFTISP_METERING_CENTRE] = "centre",
		[SOFTISP_METERING_SPOT] = "spot",
		[SOFTISP_METERING_WHOLE] = "whole",
	};
	const char *text = scalar(value);

	for (int i = 0; i < (int)(sizeof(names) / sizeof(*names)); i++)
		if (text && strcmp(text, names[i]) == 0) {
			r->tuning.metering = i;
			return;
		}
	fail(r, value, "expected centre, spot or whole, not '%.20s'",
	     text ? text : "");
}

static void read_exposure(struct reading *r, const yaml_node_t *value)
{
	static const struct key keys[] = {
		{ "target", read_target },
		{ "speed", read_exposure_speed },
		{ "max_digital_gain", read_max_digital_gain },
		{ "gain_unit", read_gain_unit },
		{ "flicker_period", read_flicker_us },
		{ "metering", read_metering },
		{ NULL, NULL },
	};

	read_mapping(r, value, keys);
}

static void read_curve(struct reading *r, const yaml_node_t *list)
{
	size_t n = count(r, list, 2, SOFTISP_MAX_CURVE, "elements");
	size_t i;

	for (i = 0; i < n; i++) {
		struct softisp_curve_point *point = &r->tuning.curve[i];
		const yaml_node_t *node = element(r, list, i);

		if (!count(r, node, 3, 3, "numbers"))
			return;
		point->kelvin = number(r, element(r, node, 0), 1000, 20000);
		point->red = number(r, element(r, node, 1), 0.05, 10);
		point->blue = number(r, element(r, node, 2), 0.05, 10);
		if (i && point->kelvin <= point[-1].kelvin)
			fail(r, node, "colour temperatures must ascend");
	}
	r->tuning.n_curve = n;
}

static void read_white_balance(struct reading *r, const yaml_node_t *value)
{
	static const struct key keys[] = {
		{ "speed", read_balance_speed },
		{ "tolerance", read_balance_tolerance },
		{ "curve", read_curve },
		{ NULL, NULL },
	};

	read_mapping(r, value, keys);
}

/* Reads a list of lists: a colour temperature, then nine entries. */
static void read_matrices(struct reading *r, const yaml_node_t *list)
{
	size_t n = count(r, list, 1, SOFTISP_MAX_MATRICES, "elements");
	size_t i;
	size_t k;

	for (i = 0; i < n; i++) {
		struct softisp_matrix *matrix = &r->tuning.matrices[i];
		const yaml_node_t *node = element(r, list, i);

		if (!count(r, node, 10, 10, "numbers"))
			return;
		matrix->kelvin = number(r, element(r, node, 0), 1000, 20000);
		for (k = 0; k < 9; k++)
			matrix->m[k] =
				number(r, element(r, node, k + 1), -8, 8);
		if (i && matrix->kelvin <= matrix[-1].kelvin)
			fail(r, node, "colour temperatures must ascend");
	}
	r->tuning.n_matrices = n;
}

/* Reads one grid: rows of factors. */
static void read_factors(struct reading *r, const yaml_node_t *rows,
			 uint16_t factors[IPA_SOFTISP_SHADING_NODES])
{
	const size_t columns = IPA_SOFTISP_SHADING_COLUMNS;
	size_t n = count(r, rows, IPA_SOFTISP_SHADING_ROWS,
			 IPA_SOFTISP_SHADING_ROWS, "rows");

	for (size_t y = 0; y < n; y++) {
		const yaml_node_t *row = element(r, rows, y);

		if (!count(r, row, columns, columns, "numbers"))
			return;
		for (size_t x = 0; x < columns; x++)
			factors[y * columns + x] = (uint16_t)(
				number(r, element(r, row, x), 1, 16) * 1024 +
				0.5);
	}
}

/* The table that is being read is the last one. */
static struct softisp_shading_table *last_table(struct reading *r)
{
	return &r->tuning.shadings[r->tuning.n_shadings - 1];
}

static void read_kelvin(struct reading *r, const yaml_node_t *value)
{
	last_table(r)->kelvin = number(r, value, 1000, 20000);
}

static void read_red(struct reading *r, const yaml_node_t *value)
{
	read_factors(r, value, last_table(r)->factors[0]);
}

static void read_green(struct reading *r, const yaml_node_t *value)
{
	struct softisp_shading_table *table = last_table(r);

	read_factors(r, value, table->factors[1]);
	memcpy(table->factors[2], table->factors[1], sizeof(table->factors[1]));
}

static void read_blue(struct reading *r, const yaml_node_t *value)
{
	read_factors(r, value, last_table(r)->factors[3]);
}

static void read_table(struct reading *r, const yaml_node_t *node)
{
	static const struct key keys[] = {
		{ "kelvin", read_kelvin }, { "red", read_red },
		{ "green", read_green },   { "blue", read_blue },
		{ NULL, NULL },
	};
	struct softisp_shading_table *table = last_table(r);

	memset(table, 0, sizeof(*table));
	read_mapping(r, node, keys);
	for (int i = 0; i < 4; i++)
		if (!table->factors[i][0] || table->kelvin == 0)
			fail(r, node,
			     "expected the keys kelvin, red, green and blue");
	if (r->tuning.n_shadings > 1 && table->kelvin <= table[-1].kelvin)
		fail(r, node, "colour temperatures must ascend");
}

static void read_shadings(struct reading *r, const yaml_node_t *list)
{
	size_t n = count(r, list, 0, SOFTISP_MAX_SHADINGS, "tables");

	for (size_t i = 0; i < n && !r->result; i++) {
		r->tuning.n_shadings = i + 1;
		read_table(r, element(r, list, i));
	}
	r->tuning.n_shadings = n;
}

static void read_root(struct reading *r)
{
	static const struct key keys[] = {
		{ "version", read_version },
		{ "black_level", read_black_level },
		{ "exposure", read_exposure },
		{ "white_balance", read_white_balance },
		{ "colour_matrices", read_matrices },
		{ "lens_shading", read_shadings },
		{ "gamma", read_gamma },
		{ "contrast", read_contrast },
		{ "saturation", read_saturation },
		{ NULL, NULL },
	};

	read_mapping(r, yaml_document_get_root_node(&r->document), keys);
}

static int parse(struct reading *r, const uint8_t *text, size_t size)
{
	yaml_parser_t parser;

	if (!yaml_parser_initialize(&parser)) {
		snprintf(r->error, SOFTISP_TUNING_ERROR_SIZE, "out of memory");
		return -ENOMEM;
	}
	yaml_parser_set_input_string(&parser, text, size);
	if (yaml_parser_load(&parser, &r->document)) {
		read_root(r);
		yaml_document_delete(&r->document);
	} else {
		snprintf(r->error, SOFTISP_TUNING_ERROR_SIZE, "line %zu: %s",
			 parser.problem_mark.line + 1,
			 parser.problem ? parser.problem : "invalid YAML");
		r->result = -EINVAL;
	}
	yaml_parser_delete(&parser);
	return r->result;
}

/* The offset may be shared with the pipeline handler: pread(), not read(). */
static int read_file(int fd, uint8_t *text, size_t *ret_size,
		     char error[SOFTISP_TUNING_ERROR_SIZE])
{
	struct stat st;
	ssize_t n = 0;
	int ret = 0;

	*ret_size = 0;
	if (fstat(fd, &st) < 0)
		ret = -errno;
	else if (!S_ISREG(st.st_mode))
		ret = -EINVAL;
	else if (st.st_size > MAX_FILE_SIZE)
		ret = -EFBIG;
	while (ret == 0 && *ret_size < MAX_FILE_SIZE) {
		n = pread(fd, text + *ret_size, MAX_FILE_SIZE - *ret_size,
			  (off_t)*ret_size);
		if (n == 0)
			break;
		if (n > 0)
			*ret_size += (size_t)n;
		else if (errno != EINTR)
			ret = -errno;
	}
	if (ret < 0)
		snprintf(error, SOFTISP_TUNING_ERROR_SIZE, "%s",
			 camipc_errno_to_string(ret));
	return ret;
}

int softisp_tuning_load(struct softisp_tuning *tuning, int fd,
			char error[SOFTISP_TUNING_ERROR_SIZE])
{
	struct reading r = {
		.tuning = *tuning,
		.key = "tuning file",
		.error = error,
	};
	uint8_t *text = malloc(MAX_FILE_SIZE);
	size_t size = 0;
	int ret;

	if (!text)
		return -ENOMEM;
	ret = read_file(fd, text, &size, error);
	if (ret < 0)
		goto free_text;
	ret = parse(&r, text, size);
	if (ret < 0)
		goto free_text;
	*tuning = r.tuning;

free_text:
	free(text);
	return ret;
}

#else

int softisp_tuning_load(struct softisp_tuning *tuning, int fd,
			char error[SOFTISP_TUNING_ERROR_SIZE])
{
	(void)tuning;
	(void)fd;
	snprintf(error, SOFTISP_TUNING_ERROR_SIZE,
		 "this module was built without libyaml");
	return -ENOSYS;
}

#endif
