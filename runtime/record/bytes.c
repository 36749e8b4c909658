/* SPDX-License-Identifier: MIT */
/* Bytes that grow, for tables and texts. */
#include "schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

uint8_t *camipc_bytes_add(struct camipc_bytes *bytes, size_t n)
{
	size_t room = bytes->room ? bytes->room : 1024;
	uint8_t *data;

	if (bytes->error)
		return NULL;
	while (room - bytes->size < n)
		room *= 2;
	if (room != bytes->room) {
		data = realloc(bytes->data, room);
		if (!data) {
			bytes->error = -ENOMEM;
			return NULL;
		}
		bytes->data = data;
		bytes->room = room;
	}
	bytes->size += n;
	return bytes->data + bytes->size - n;
}

void camipc_bytes_print(struct camipc_bytes *bytes, const char *format, ...)
{
	va_list args;
	char *text;
	uint8_t *at;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0) {
		bytes->error = -ENOMEM;
		return;
	}
	at = camipc_bytes_add(bytes, (size_t)n);
	if (at && n > 0)
		memcpy(at, text, (size_t)n);
	free(text);
}

void camipc_bytes_fini(struct camipc_bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct camipc_bytes){ .error = 0 };
}
