/* SPDX-License-Identifier: MIT */
/* The order of map entries: comparing keys, sorting and finding. */
#include <camipc/wire.h>

#include <stdlib.h>

#define DEFINE_COMPARE(name, type)                               \
	int camipc_compare_##name(const void *a, const void *b)  \
	{                                                        \
		type left = *(const type *)a;                    \
		type right = *(const type *)b;                   \
		return (left > right) - (left < right);          \
	}

DEFINE_COMPARE(bool, bool)
DEFINE_COMPARE(int8, int8_t)
DEFINE_COMPARE(uint8, uint8_t)
DEFINE_COMPARE(int16, int16_t)
DEFINE_COMPARE(uint16, uint16_t)
DEFINE_COMPARE(int32, int32_t)
DEFINE_COMPARE(uint32, uint32_t)
DEFINE_COMPARE(int64, int64_t)
DEFINE_COMPARE(uint64, uint64_t)

int camipc_compare_string(const void *a, const void *b)
{
	const char *left = *(const char *const *)a;
	const char *right = *(const char *const *)b;

	return strcmp(left ? left : "", right ? right : "");
}

bool camipc_map_is_sorted(const void *entries, size_t n, size_t size,
			  camipc_compare_fn compare)
{
	const uint8_t *entry = entries;

	for (size_t i = 1; i < n; i++) {
		if (compare(entry, entry + size) >= 0)
			return false;
		entry += size;
	}
	return true;
}

void camipc_map_sort(void *entries, size_t n, size_t size,
		     camipc_compare_fn compare)
{
	if (n > 1)
		qsort(entries, n, size, compare);
}

const void *camipc_map_find(const void *entries, size_t n, size_t size,
			    const void *key, camipc_compare_fn compare)
{
	return n > 0 ? bsearch(key, entries, n, size, compare) : NULL;
}

/* Merges two adjacent runs of up to @width entries, from @from to @to. */
static void merge(uint8_t *to, const uint8_t *from, size_t n, size_t width,
		  size_t size, camipc_compare_fn compare)
{
	const uint8_t *middle = from + (width < n ? width : n) * size;
	const uint8_t *end = from + (n - width > width ? 2 * width : n) * size;
	const uint8_t *right = middle;

	if (n <= width)
		end = middle;
	while (from < middle || right < end) {
		const uint8_t **next = &from;

		if (from == middle ||
		    (right < end && compare(right, from) < 0))
			next = &right;
		memcpy(to, *next, size);
		to += size;
		*next += size;
	}
}

/* A stable merge sort, bottom up, thus without recursion. */
static void sort_stably(uint8_t *entries, uint8_t *scratch, size_t n,
			size_t size, camipc_compare_fn compare)
{
	uint8_t *from = entries;
	uint8_t *to = scratch;

	for (size_t width = 1; width < n; width *= 2) {
		uint8_t *swap = from;

		for (size_t i = 0; i < n; i += 2 * width)
			merge(to + i * size, from + i * size, n - i, width,
			      size, compare);
		from = to;
		to = swap;
	}
	if (from != entries)
		memcpy(entries, from, n * size);
}

size_t camipc_get_map_done(struct camipc_reader *r, void *entries, size_t n,
			   size_t size, camipc_compare_fn compare)
{
	uint8_t *base = entries;
	uint8_t *scratch;
	size_t kept = 0;

	if (r->error || camipc_map_is_sorted(entries, n, size, compare))
		return n;
	scratch = camipc_arena_alloc(r->arena, n * size);
	if (!scratch) {
		camipc_fail(r, r->arena->error == -ENOMEM ?
				       CAMIPC_FAULT_MEMORY :
				       CAMIPC_FAULT_LIMIT);
		return n;
	}
	sort_stably(base, scratch, n, size, compare);
	for (size_t i = 1; i < n; i++) {
		if (compare(base + kept * size, base + i * size) != 0)
			kept++;
		if (kept != i)
			memcpy(base + kept * size, base + i * size, size);
	}
	return kept + 1;
}
