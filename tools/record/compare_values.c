/* SPDX-License-Identifier: MIT */
/* Compares two messages of one type, value by value. */
#include "compare_values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct comparison {
	struct camipc_value_tree recorded;
	struct camipc_value_tree now;
	const struct record_options *options;
	char path[200];
	char *text;
};

static void print_short(const struct camipc_value_tree *tree, uint32_t number,
		  char *to, size_t size)
{
	struct camipc_bytes text = { .error = 0 };

	if (number)
		camipc_value_print(tree, number, CAMIPC_VALUE_PLAIN, &text);
	else
		camipc_bytes_print(&text, "nothing");
	snprintf(to, size, "%.*s", (int)text.size,
		 text.data ? (const char *)text.data : "");
	camipc_bytes_fini(&text);
}

static int differ_in(struct comparison *comparison, uint32_t recorded,
		  uint32_t now)
{
	char was[80];
	char is[80];

	print_short(&comparison->recorded, recorded, was, sizeof(was));
	print_short(&comparison->now, now, is, sizeof(is));
	snprintf(comparison->text, DIFFERENCE_SIZE, "%s: recorded %s, now %s",
		 comparison->path, was, is);
	return 1;
}

/* A tolerance is given for a whole path, or for the name of a field. */
static double tolerance_of(const struct comparison *comparison,
			   const struct camipc_value *value)
{
	const struct record_options *options = comparison->options;

	for (size_t i = 0; i < options->n_tolerances; i++)
		if (!strcmp(options->tolerances[i].field,
			    value->field->name) ||
		    !strcmp(options->tolerances[i].field, comparison->path))
			return options->tolerances[i].value;
	return -1;
}

static bool are_equal(const struct comparison *comparison,
		      const struct camipc_value *a,
		      const struct camipc_value *b)
{
	double tolerance;

	if (a->is_set != b->is_set && (a->size || b->size))
		return false;
	if (a->is_bytes || (a->field && a->field->kind == CAMIPC_KIND_STRING))
		return a->size == b->size &&
		       (!a->size || memcmp(a->data, b->data, a->size) == 0);
	if (a->raw == b->raw)
		return true;
	tolerance = a->field ? tolerance_of(comparison, a) : -1;
	return tolerance >= 0 && fabs(camipc_value_to_double(a) -
				      camipc_value_to_double(b)) <= tolerance;
}

static int compare_value(struct comparison *comparison, uint32_t recorded,
		   uint32_t now);

/* Compares the children, in order; unions may have another arm. */
static int compare_children(struct comparison *comparison, uint32_t recorded,
			    uint32_t now)
{
	const struct camipc_value *a =
		camipc_value_at(&comparison->recorded, recorded);
	uint32_t of_a = a->child;
	uint32_t of_b = camipc_value_at(&comparison->now, now)->child;
	const bool is_list = a->is_list;
	const size_t n = strlen(comparison->path);
	unsigned int index = 0;
	int ret = 0;

	while (ret == 0 && (of_a || of_b)) {
		const struct camipc_value *one =
			of_a ? camipc_value_at(&comparison->recorded, of_a)
			     : camipc_value_at(&comparison->now, of_b);

		if (is_list)
			snprintf(comparison->path + n,
				 sizeof(comparison->path) - n, "[%u]", index);
		else
			snprintf(comparison->path + n,
				 sizeof(comparison->path) - n, "%s%s",
				 n ? "." : "", one->field->name);
		ret = compare_value(comparison, of_a, of_b);
		if (ret == 0)
			comparison->path[n] = '\0';
		index++;
		of_a = of_a ? camipc_value_at(&comparison->recorded, of_a)->next
			    : 0;
		of_b = of_b ? camipc_value_at(&comparison->now, of_b)->next : 0;
	}
	return ret;
}

static int compare_value(struct comparison *comparison, uint32_t recorded,
		   uint32_t now)
{
	const struct camipc_value *a;
	const struct camipc_value *b;

	if (!recorded || !now)
		return differ_in(comparison, recorded, now);
	a = camipc_value_at(&comparison->recorded, recorded);
	b = camipc_value_at(&comparison->now, now);
	if (a->field != b->field)
		return differ_in(comparison, recorded, now);
	if ((a->is_list || a->type || !a->field) && !a->is_bytes)
		return compare_children(comparison, recorded, now);
	if (!are_equal(comparison, a, b))
		return differ_in(comparison, recorded, now);
	return 0;
}

int compare_bodies(const struct camipc_schema_type *type,
		   const struct compared_body *recorded,
		   const struct compared_body *now,
		   const struct record_options *options,
		   char ret_text[DIFFERENCE_SIZE])
{
	struct comparison comparison = { .options = options, .text = ret_text };
	int ret;

	if (recorded->size == now->size &&
	    (!now->size || !memcmp(recorded->bytes, now->bytes, now->size)))
		return 0;
	ret = camipc_value_tree_read(&comparison.recorded, type,
				     recorded->bytes, recorded->size);
	if (ret == 0)
		ret = camipc_value_tree_read(&comparison.now, type, now->bytes,
					     now->size);
	if (ret < 0)
		snprintf(ret_text, DIFFERENCE_SIZE,
			 "a message cannot be read by its interface");
	else
		ret = compare_value(&comparison, 1, 1);
	camipc_value_tree_fini(&comparison.recorded);
	camipc_value_tree_fini(&comparison.now);
	return ret;
}
