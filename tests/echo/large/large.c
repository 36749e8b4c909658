/* SPDX-License-Identifier: MIT */
/* The module of large.mojom: returns and raises what it is given. */
#include "large_ipa_worker.h"

/* On no stack, and larger than any message. */
static uint8_t bytes[20u << 20];

static int32_t large_init(void *ipa)
{
	(void)ipa;
	return 0;
}

static int32_t large_start(void *ipa)
{
	(void)ipa;
	return 0;
}

static void large_stop(void *ipa)
{
	(void)ipa;
}

static void large_colour(void *ipa, const struct test_large_cube *cube,
			 struct test_large_cube *ret_same)
{
	(void)ipa;
	*ret_same = *cube;
}

static void large_measure(void *ipa, const uint8_t *payload, size_t n_payload,
			  uint32_t *ret_size)
{
	(void)ipa;
	(void)payload;
	*ret_size = (uint32_t)n_payload;
}

static void large_produce(void *ipa, uint32_t size, const uint8_t **ret_payload,
			  size_t *ret_n_payload)
{
	(void)ipa;
	*ret_payload = bytes;
	*ret_n_payload = size < sizeof(bytes) ? size : sizeof(bytes);
}

static int32_t large_raise(void *ipa, uint32_t size)
{
	return test_large_emit_produced(ipa, bytes, size);
}

static void large_push(void *ipa, const uint8_t *payload, size_t n_payload)
{
	(void)test_large_emit_produced(ipa, payload, n_payload);
}

static void large_bounded(void *ipa, const struct test_large_wide *items,
			  size_t n_items, uint32_t *ret_n)
{
	(void)ipa;
	(void)items;
	*ret_n = (uint32_t)n_items;
}

static void large_unbounded(void *ipa, const struct test_large_wide *items,
			    size_t n_items, uint32_t *ret_n)
{
	(void)ipa;
	(void)items;
	*ret_n = (uint32_t)n_items;
}

static const struct test_large_ops ops = {
	.size = sizeof(ops),
	.init = large_init,
	.start = large_start,
	.stop = large_stop,
	.colour = large_colour,
	.measure = large_measure,
	.produce = large_produce,
	.raise = large_raise,
	.push = large_push,
	.bounded = large_bounded,
	.unbounded = large_unbounded,
};

/* It has no state: its host is all that it needs. */
static int create(struct camipc_host *host, void **ret_ipa)
{
	*ret_ipa = host;
	return 0;
}

static void destroy(void *ipa)
{
	(void)ipa;
}

TEST_LARGE_MODULE("large", TEST_LARGE_VERSION, "MIT", create, destroy, &ops);
