/* SPDX-License-Identifier: MIT */
/* The module of big.mojom: returns and raises what it is given. */
#include "big_ipa_worker.h"

static struct camipc_host *host_of(void *ipa)
{
	return ipa;
}

static int32_t big_init(void *ipa)
{
	(void)ipa;
	return 0;
}

static int32_t big_start(void *ipa)
{
	(void)ipa;
	return 0;
}

static void big_stop(void *ipa)
{
	(void)ipa;
}

static void big_one(void *ipa, const struct test_big_big *big,
		    struct test_big_big *ret_same)
{
	(void)ipa;
	*ret_same = *big;
}

static int32_t big_two(void *ipa, const struct test_big_big *big,
		       const struct test_big_owning *owning,
		       struct test_big_big *ret_same,
		       struct test_big_owning *ret_back)
{
	(void)ipa;
	*ret_same = *big;
	*ret_back = *owning;
	return 7;
}

static void big_table(void *ipa, const uint8_t table[65536],
		      uint8_t ret_same[65536])
{
	(void)ipa;
	for (size_t i = 0; i < 65536; i++)
		ret_same[i] = table[i];
}

static void big_choose(void *ipa, const struct test_big_choice *choice,
		       struct test_big_choice *ret_same)
{
	(void)ipa;
	*ret_same = *choice;
}

static void big_place(void *ipa, const struct test_big_places *places,
		      struct test_big_places *ret_same, int32_t *ret_number)
{
	(void)ipa;
	*ret_same = *places;
	*ret_number = 8;
}

static void big_push(void *ipa, const struct test_big_big *big)
{
	(void)test_big_emit_pushed(host_of(ipa), big);
}

static void big_push_two(void *ipa, const struct test_big_big *big,
			 const struct test_big_owning *owning)
{
	(void)test_big_emit_pushed_two(host_of(ipa), big, owning);
}

static const struct test_big_ops ops = TEST_BIG_OPS(big);

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

TEST_BIG_MODULE("big", 1, "MIT", create, destroy, &ops);
