/* SPDX-License-Identifier: MIT */
/* The module of bare.mojom; version 1 of it with -DBARE_OLD. */
#include <sys/syscall.h>
#include <unistd.h>

#include "bare_ipa_worker.h"

static struct camipc_host *host_of(void *ipa)
{
	return ipa;
}

static int32_t bare_twice(void *ipa, const struct test_bare_item *item,
			  struct test_bare_item *ret_doubled)
{
	(void)ipa;
	*ret_doubled = *item;
	ret_doubled->number *= 2;
	return 0;
}

static void bare_where(void *ipa, int32_t *ret_thread)
{
	(void)ipa;
	*ret_thread = (int32_t)syscall(SYS_gettid);
}

static void bare_poke(void *ipa, uint32_t number)
{
#ifndef BARE_OLD
	/* Refused, with -EOPNOTSUPP, where the pipeline does not know it. */
	(void)test_bare_emit_newer_poked(host_of(ipa), number);
#endif
	(void)test_bare_emit_poked(host_of(ipa), number);
}

#ifndef BARE_OLD
static int32_t bare_newer(void *ipa, uint32_t number)
{
	return test_bare_emit_newer_poked(host_of(ipa), number);
}

static void bare_newer_poke(void *ipa, uint32_t number)
{
	(void)test_bare_emit_newer_poked(host_of(ipa), number);
}
#endif

static const struct test_bare_ops ops = {
	.size = sizeof(ops),
	.twice = bare_twice,
	.where = bare_where,
	.poke = bare_poke,
#ifndef BARE_OLD
	.newer = bare_newer,
	.newer_poke = bare_newer_poke,
#endif
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

TEST_BARE_MODULE("bare", TEST_BARE_VERSION, "MIT", create, destroy, &ops);
