/* SPDX-License-Identifier: MIT */
/*
 * A reader of the small part of YAML that manifests are written in. The text
 * comes from a file that nobody trusts yet, and is read in the camera process:
 * hence no library for all of YAML.
 */
#include "manifest_reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "module_info.h"

/* Values begin with one of these where they are no plain words. */
#define SPECIAL "&*!|>%@`{}[],?"

/* ---- values -------------------------------------------------------------- */

/* Ends @text before the blanks at its end. */
static void cut_blanks(char *text)
{
	size_t n = strlen(text);

	while (n && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		n--;
	text[n] = '\0';
}

/* A comment begins after a blank, and the value before it ends there. */
static void cut_comment(char *text)
{
	for (char *at = text; *at; at++)
		if (*at == '#' && (at == text || at[-1] == ' ')) {
			*at = '\0';
			break;
		}
	cut_blanks(text);
}

static bool is_end(char c)
{
	return c == '\0' || c == ',' || c == ']';
}

/**
 * Finds one value at *@at, in or outside of brackets, which is then terminated,
 * and moves *@at to the character that ended it, which goes to @ret_end.
 */
static int read_value(struct camipc_manifest_reader *reader, char **at, bool in_list,
		      char **ret_value, char *ret_end)
{
	char *p = *at + strspn(*at, " ");
	char quote = *p == '"' || *p == '\'' ? *p : '\0';
	char *value = quote ? p + 1 : p;
	char *end = value;

	if (quote) {
		end = strchr(value, quote);
		if (!end || memchr(value, '\\', (size_t)(end - value)) ||
		    end[1] == quote)
			return camipc_manifest_refuse(reader, "a quoted value does not end, or "
					      "has escapes");
		p = end + 1 + strspn(end + 1, " ");
	} else {
		if (!*value || strchr(SPECIAL, *value) ||
		    strstr(value, ": "))
			return camipc_manifest_refuse(reader, "expected a value, not '%.32s'",
				      value);
		while (*end && !(in_list && is_end(*end)))
			end++;
		p = end;
	}
	if (*p && !(in_list && is_end(*p)))
		return camipc_manifest_refuse(reader, "unexpected '%.32s'", p);
	*ret_end = *p;
	*at = *p ? p + 1 : p;
	*end = '\0';
	cut_blanks(value);
	*ret_value = value;
	return 0;
}

/* The key that takes the values of this line. */
static const struct camipc_manifest_key *
current_key(const struct camipc_manifest_reader *reader)
{
	return reader->item_key ? reader->item_key : reader->key;
}

static int take_value(struct camipc_manifest_reader *reader, const char *value)
{
	reader->has_value = true;
	reader->item_has_value = true;
	return current_key(reader)->take(reader, value);
}

/* "[a, b]", without what is in front of it. */
static int read_list(struct camipc_manifest_reader *reader, char *text)
{
	char end = ',';

	text += strspn(text, " ");
	if (*text == ']' && !text[1])
		return 0;
	while (end == ',') {
		char *value;
		int ret = read_value(reader, &text, true, &value, &end);

		if (ret == 0)
			ret = take_value(reader, value);
		if (ret < 0)
			return ret;
	}
	if (end != ']' || *text)
		return camipc_manifest_refuse(reader, "expected ']' at the end of the line");
	return 0;
}

static int read_single(struct camipc_manifest_reader *reader, char *text)
{
	char *value = NULL;
	char end;
	int ret = read_value(reader, &text, false, &value, &end);

	return ret < 0 ? ret : take_value(reader, value);
}

/* The value, or the list in brackets, behind "key:"; nothing, if lines follow. */
static int read_behind(struct camipc_manifest_reader *reader, char *value)
{
	const struct camipc_manifest_key *key = current_key(reader);

	value += strspn(value, " ");
	if (!*value)
		return 0;
	if (*value != '[')
		return read_single(reader, value);
	if (!key->is_list)
		return camipc_manifest_refuse(reader, "%s is no list",
					      key->name);
	reader->has_value = true;
	reader->item_has_value = true;
	return read_list(reader, value + 1);
}

/* Cuts "key: value" up; NULL if it is something else. */
static char *cut_key(char *text)
{
	char *colon = strchr(text, ':');

	if (!colon || (colon[1] && colon[1] != ' '))
		return NULL;
	*colon = '\0';
	return colon + 1;
}

/* ---- items of a list of mappings ----------------------------------------- */

static int check_item_value(struct camipc_manifest_reader *reader)
{
	if (!reader->item_key || reader->item_has_value)
		return 0;
	return camipc_manifest_refuse(reader, "%s has no value",
				      reader->item_key->name);
}

static int end_item(struct camipc_manifest_reader *reader)
{
	int ret = check_item_value(reader);

	if (!reader->item_key)
		return 0;
	reader->item_key = NULL;
	return ret < 0 ? ret : reader->key->end_item(reader);
}

/* "key: value" in an item. */
static int read_item_key(struct camipc_manifest_reader *reader, char *text)
{
	const struct camipc_manifest_key *key = reader->key->items;
	char *value = cut_key(text);
	int ret;

	if (!value)
		return camipc_manifest_refuse(
			reader, "expected a key and ':', not '%.32s'", text);
	ret = check_item_value(reader);
	if (ret < 0)
		return ret;
	while (key->name && strcmp(key->name, text) != 0)
		key++;
	if (!key->name)
		return camipc_manifest_refuse(
			reader, "unknown key '%.16s' in %s; known: %s, %s", text,
			reader->key->name, reader->key->items[0].name,
			reader->key->items[1].name);
	reader->item_key = key;
	reader->item_has_value = false;
	return read_behind(reader, value);
}

/* Whether an item of the list is a mapping: a word has no ": " in it. */
static bool is_mapping(const char *text)
{
	const char *colon = strchr(text, ':');

	return text[0] != '"' && text[0] != '\'' && colon &&
	       (!colon[1] || colon[1] == ' ');
}

/* "- value" or "- key: value". */
static int read_item(struct camipc_manifest_reader *reader, char *text,
		     size_t indent)
{
	int ret = end_item(reader);

	if (ret < 0)
		return ret;
	text += strspn(text, " ");
	reader->item_indent = indent;
	if (!is_mapping(text))
		return read_single(reader, text);
	reader->has_value = true;
	ret = reader->key->begin_item(reader);
	return ret < 0 ? ret : read_item_key(reader, text);
}

/* A line of a list of mappings, without the blanks before it. */
static int read_item_line(struct camipc_manifest_reader *reader, char *line,
			  size_t indent)
{
	const bool is_inside = reader->item_key && indent > reader->item_indent;
	const bool is_dash = line[0] == '-' && line[1] == ' ';

	if (is_inside && is_dash && reader->item_key->is_list)
		return read_single(reader, line + 2);
	if (is_inside && !is_dash)
		return read_item_key(reader, line);
	if (is_dash && !is_inside)
		return read_item(reader, line + 2, indent);
	return camipc_manifest_refuse(reader, "unexpected '%.32s' under %s",
				      line, reader->key->name);
}

/* ---- lines --------------------------------------------------------------- */

/* A line of the key before it: "- value". */
static int read_more(struct camipc_manifest_reader *reader, char *line)
{
	const size_t indent = strspn(line, " ");

	line += indent;
	if (!reader->key)
		return camipc_manifest_refuse(
			reader, "expected a key, not '%.32s'", line);
	if (reader->key->items)
		return read_item_line(reader, line, indent);
	if (line[0] != '-' || line[1] != ' ' || !reader->key->is_list)
		return camipc_manifest_refuse(reader,
					      "unexpected '%.32s' under %s",
					      line, reader->key->name);
	return read_single(reader, line + 2);
}

/* Before another key, and at the end. */
static int end_key(struct camipc_manifest_reader *reader)
{
	int ret = end_item(reader);

	if (ret < 0 || !reader->key || reader->has_value)
		return ret;
	return camipc_manifest_refuse(reader, "%s has no value",
				      reader->key->name);
}

static int find_key(struct camipc_manifest_reader *reader, const char *name)
{
	const struct camipc_manifest_key *key = camipc_manifest_keys;
	char known[96] = "";
	unsigned int i;

	for (i = 0; key[i].name && strcmp(key[i].name, name) != 0; i++) {
		strcat(known, i ? ", " : "");
		strcat(known, key[i].name);
	}
	if (!key[i].name)
		return camipc_manifest_refuse(reader,
					      "unknown key '%.16s'; known: %s",
					      name, known);
	if (reader->seen & 1u << i)
		return camipc_manifest_refuse(
			reader, "the key %s for a second time", name);
	reader->seen |= 1u << i;
	reader->key = &key[i];
	reader->has_value = false;
	return 0;
}

static int read_key(struct camipc_manifest_reader *reader, char *line)
{
	char *value = cut_key(line);
	int ret;

	if (!value)
		return camipc_manifest_refuse(
			reader, "expected a key and ':', not '%.32s'", line);
	ret = find_key(reader, line);
	return ret < 0 ? ret : read_behind(reader, value);
}

static int read_line(struct camipc_manifest_reader *reader, char *line)
{
	int ret;

	cut_comment(line);
	if (!*line || (reader->line == 1 && strcmp(line, "---") == 0))
		return 0;
	if (line[strspn(line, " ")] == '\t')
		return camipc_manifest_refuse(
			reader, "a tab at the beginning of a line");
	if (line[0] == ' ' || line[0] == '-')
		return read_more(reader, line);
	ret = end_key(reader);
	return ret < 0 ? ret : read_key(reader, line);
}

int camipc_manifest_parse(const char *text,
			  struct camipc_manifest *ret_manifest, char *why)
{
	struct camipc_manifest_reader reader = { .why = why };
	char *line = reader.manifest.text;
	int ret = 0;

	snprintf(line, sizeof(reader.manifest.text), "%s", text);
	while (line && ret == 0) {
		char *newline = strchr(line, '\n');

		if (newline)
			*newline = '\0';
		reader.line++;
		ret = read_line(&reader, line);
		line = newline ? newline + 1 : NULL;
	}
	if (ret == 0)
		ret = end_key(&reader);
	if (ret == 0)
		*ret_manifest = reader.manifest;
	return ret;
}

const char *camipc_manifest_load(const struct camipc_manifest *manifest,
				 uint32_t i, const char *argument)
{
	const char *path = manifest->text + manifest->loads[i];

	if (camipc_manifest_has_default(path))
		return argument && argument[0]
			       ? argument
			       : path + sizeof(CAMIPC_LOADS_DEFAULT) - 1;
	return strcmp(path, CAMIPC_LOADS_ARGUMENT) == 0 ? argument : path;
}
