/* SPDX-License-Identifier: MIT */
/*
 * Filters of items. The grammar, which is read anew for each item:
 *
 *   either  = both { "||" both }
 *   both    = one { "&&" one }
 *   one     = "(" either ")" | name operator value
 *   operator = "==" | "!=" | "<=" | ">=" | "<" | ">"
 */
#include "filter.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "item_text.h"
#include "report.h"

/* Longest name or value, and deepest parentheses. */
#define WORD_SIZE 128
#define MAX_DEPTH 32

/* A filter that is read; with an item it is also computed. */
struct filtering {
	const char *text;
	const char *at;
	const char *expected; /* at @at; NULL: nothing is wrong */
	const struct camipc_recorded *item; /* NULL: check only */
	const struct camipc_value_tree *tree;
	unsigned int depth;
	struct filter_range range; /* of what was read last */
};

static bool read_either(struct filtering *filtering);

static bool expect_next(struct filtering *filtering, const char *what)
{
	if (!filtering->expected)
		filtering->expected = what;
	return false;
}

static bool skip(struct filtering *filtering, const char *token)
{
	const size_t n = strlen(token);

	filtering->at += strspn(filtering->at, " \t");
	if (strncmp(filtering->at, token, n) != 0)
		return false;
	filtering->at += n;
	return true;
}

/* Reads a word, or a text in quotes, which sets @ret_quoted. */
static bool read_word(struct filtering *filtering, char word[WORD_SIZE],
		      bool *ret_quoted)
{
	const char *end;
	size_t n;

	filtering->at += strspn(filtering->at, " \t");
	*ret_quoted = *filtering->at == '"' || *filtering->at == '\'';
	if (*ret_quoted) {
		end = strchr(filtering->at + 1, *filtering->at);
		n = end ? (size_t)(end - filtering->at) - 1 : WORD_SIZE;
		if (n >= WORD_SIZE)
			return expect_next(filtering, "a text that ends with a quote");
		memcpy(word, filtering->at + 1, n);
		filtering->at += n + 2;
	} else {
		n = strcspn(filtering->at, " \t()<>=!&|\"'");
		if (n == 0 || n >= WORD_SIZE)
			return expect_next(filtering, "a name or a value");
		memcpy(word, filtering->at, n);
		filtering->at += n;
	}
	word[n] = '\0';
	return true;
}

/* What a name stands for in an item: a text, a number, or both. */
struct operand {
	bool is_known;
	const char *text; /* NULL: a number only */
	double number;
};

static struct operand of_text(const char *text)
{
	return (struct operand){ .is_known = text, .text = text, .number = NAN };
}

static struct operand of_number(double number)
{
	return (struct operand){ .is_known = true, .number = number };
}

/* Finds a.b.c in a body. */
static uint32_t find_field_path(const struct camipc_value_tree *tree,
			  const char *path)
{
	uint32_t at = 1;

	while (at && *path) {
		char name[WORD_SIZE];
		const size_t n = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)n, path);
		at = camipc_value_find(tree, at, name);
		path += n + (path[n] == '.');
	}
	return at;
}

/* A field of the body; texts and enums are printed to @buffer. */
static struct operand look_up_field(const struct filtering *filtering,
				    const char *name, char *buffer, size_t size)
{
	struct camipc_bytes printed = { .error = 0 };
	const struct camipc_value *value;
	struct operand operand = { .is_known = false };
	uint32_t number;

	number = filtering->tree ? find_field_path(filtering->tree, name) : 0;
	if (!number)
		return operand;
	value = camipc_value_at(filtering->tree, number);
	if (value->is_list || value->type)
		return operand;
	operand.is_known = true;
	operand.number = camipc_value_to_double(value);
	if (value->field->kind == CAMIPC_KIND_STRING) {
		snprintf(buffer, size, "%.*s", (int)value->size,
			 (const char *)value->data);
		return of_text(buffer);
	}
	camipc_value_print(filtering->tree, number, CAMIPC_VALUE_PLAIN, &printed);
	snprintf(buffer, size, "%.*s", (int)printed.size,
		 printed.data ? (const char *)printed.data : "");
	camipc_bytes_fini(&printed);
	operand.text = buffer;
	return operand;
}

static struct operand look_up_name(const struct filtering *filtering, const char *name,
			      char *buffer, size_t size)
{
	const struct camipc_recorded *item = filtering->item;

	if (!strcmp(name, "method"))
		return of_text(item->method ? item->method->name : NULL);
	if (item->kind == CAMIPC_ITEM_LOG && !strcmp(name, "level"))
		return of_text(report_level_name(item->value));
	if (item->kind == CAMIPC_ITEM_LOG && !strcmp(name, "topic"))
		return of_text(item->topic);
	if (!strcmp(name, "kind"))
		return of_text(item_kind_name(item));
	if (!strcmp(name, "module"))
		return of_text(item->of ? item->of->name : NULL);
	if (!strcmp(name, "proxy"))
		return of_number(item->proxy);
	if (!strcmp(name, "thread"))
		return of_number(item->thread);
	if (!strcmp(name, "time"))
		return of_number(item_seconds(item));
	if (!strcmp(name, "took"))
		return of_number((double)item->took / 1e9);
	if (!strcmp(name, "size"))
		return of_number((double)item->body_size);
	if (!strcmp(name, "error"))
		return of_number(item->status);
	return look_up_field(filtering, name, buffer, size);
}

enum operator_kind { EQUAL, UNEQUAL, AT_MOST, AT_LEAST, BELOW, ABOVE, NONE };

static enum operator_kind read_operator(struct filtering *filtering)
{
	static const char *const operators[] = { "==", "!=", "<=",
						 ">=", "<",  ">" };
	unsigned int i;

	for (i = EQUAL; i < NONE; i++)
		if (skip(filtering, operators[i]))
			break;
	return (enum operator_kind)i;
}

static bool compare_operand(const struct operand *operand, enum operator_kind operator_kind,
		    const char *value, bool quoted)
{
	char *end;
	const double wanted = strtod(value, &end);
	const bool is_number = !quoted && *value && !*end;
	bool equal = operand->text && strcmp(operand->text, value) == 0;

	if (!operand->is_known)
		return false;
	if (is_number && !isnan(operand->number))
		equal = operand->number >= wanted && operand->number <= wanted;
	if (operator_kind == EQUAL || operator_kind == UNEQUAL)
		return equal == (operator_kind == EQUAL);
	if (!is_number || isnan(operand->number))
		return false;
	if (operator_kind == AT_MOST)
		return operand->number <= wanted;
	if (operator_kind == AT_LEAST)
		return operand->number >= wanted;
	return operator_kind == BELOW ? operand->number < wanted
				   : operand->number > wanted;
}

static const struct filter_range always = { -INFINITY, INFINITY };

/* The times at which a comparison can be true. */
static struct filter_range range_of(const char *name, enum operator_kind kind,
				    const char *value, bool quoted)
{
	struct filter_range range = always;
	char *end;
	const double number = strtod(value, &end);

	if (strcmp(name, "time") != 0 || quoted || !*value || *end ||
	    isnan(number))
		return range;
	if (kind == EQUAL || kind == ABOVE || kind == AT_LEAST)
		range.first = number;
	if (kind == EQUAL || kind == BELOW || kind == AT_MOST)
		range.last = number;
	return range;
}

/* Reads what a name is compared with; order is that of numbers only. */
static bool read_wanted(struct filtering *filtering, enum operator_kind kind,
		       char value[WORD_SIZE], bool *quoted)
{
	const char *at;
	char *end;

	skip(filtering, "");
	at = filtering->at;
	if (!read_word(filtering, value, quoted))
		return false;
	if (kind == EQUAL || kind == UNEQUAL)
		return true;
	if (!*quoted && !isnan(strtod(value, &end)) && !*end)
		return true;
	filtering->at = at;
	return expect_next(filtering, "a number");
}

static bool read_one(struct filtering *filtering)
{
	char name[WORD_SIZE];
	char value[WORD_SIZE];
	char buffer[256];
	enum operator_kind operator_kind;
	struct operand operand;
	bool quoted;
	bool result;

	if (skip(filtering, "(")) {
		if (filtering->depth++ == MAX_DEPTH)
			return expect_next(filtering, "fewer parentheses");
		result = read_either(filtering);
		filtering->depth--;
		if (!filtering->expected && !skip(filtering, ")"))
			return expect_next(filtering, "')'");
		return result;
	}
	if (!read_word(filtering, name, &quoted))
		return false;
	operator_kind = read_operator(filtering);
	if (operator_kind == NONE)
		return expect_next(filtering, "==, !=, <=, >=, < or >");
	if (!read_wanted(filtering, operator_kind, value, &quoted))
		return false;
	filtering->range = range_of(name, operator_kind, value, quoted);
	if (!filtering->item)
		return false;
	operand = look_up_name(filtering, name, buffer, sizeof(buffer));
	return compare_operand(&operand, operator_kind, value, quoted);
}

static bool read_both(struct filtering *filtering)
{
	bool result = read_one(filtering);
	struct filter_range range = filtering->range;

	while (!filtering->expected && skip(filtering, "&&")) {
		result &= read_one(filtering);
		range.first = fmax(range.first, filtering->range.first);
		range.last = fmin(range.last, filtering->range.last);
	}
	filtering->range = range;
	return result;
}

static bool read_either(struct filtering *filtering)
{
	bool result = read_both(filtering);
	struct filter_range range = filtering->range;

	while (!filtering->expected && skip(filtering, "||")) {
		result |= read_both(filtering);
		range.first = fmin(range.first, filtering->range.first);
		range.last = fmax(range.last, filtering->range.last);
	}
	filtering->range = range;
	return result;
}

int filter_check(const char *text)
{
	struct filtering filtering = { .text = text, .at = text };

	read_either(&filtering);
	skip(&filtering, "");
	if (!filtering.expected && *filtering.at)
		expect_next(&filtering, "&&, || or the end");
	if (!filtering.expected)
		return 0;
	report_option("filter", text, "at character %zu: expected %s",
		      (size_t)(filtering.at - text) + 1, filtering.expected);
	return -EINVAL;
}

bool filter_passes(const char *text, const struct camipc_recorded *item,
		   const struct camipc_value_tree *tree)
{
	struct filtering filtering = {
		.text = text, .at = text, .item = item, .tree = tree
	};

	return read_either(&filtering);
}

struct filter_range filter_time_range(const char *text)
{
	struct filtering filtering = { .text = text, .at = text,
				       .range = always };

	read_either(&filtering);
	return filtering.range;
}
