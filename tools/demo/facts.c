/* SPDX-License-Identifier: MIT */
/* Writes facts as lines of JSON. */
#include "facts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static void put_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < ' ' || c == 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void put_name(const char *name)
{
	putchar(',');
	put_string(name);
	putchar(':');
}

void facts_begin(const char *kind)
{
	fputs("{\"fact\":", stdout);
	put_string(kind);
}

void facts_text(const char *name, const char *text)
{
	put_name(name);
	if (text)
		put_string(text);
	else
		fputs("null", stdout);
}

void facts_int(const char *name, int64_t value)
{
	put_name(name);
	printf("%" PRId64, value);
}

void facts_bool(const char *name, bool value)
{
	put_name(name);
	fputs(value ? "true" : "false", stdout);
}

void facts_number(const char *name, double value)
{
	put_name(name);
	printf("%.3f", value);
}

void facts_array(const char *name, const int64_t *values, size_t n)
{
	size_t i;

	put_name(name);
	putchar('[');
	for (i = 0; i < n; i++)
		printf("%s%" PRId64, i ? "," : "", values[i]);
	putchar(']');
}

void facts_json(const char *name, const char *json)
{
	put_name(name);
	fputs(json, stdout);
}

int facts_end(void)
{
	puts("}");
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	return errno ? -errno : -EIO;
}
