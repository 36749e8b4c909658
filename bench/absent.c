/* SPDX-License-Identifier: MIT */
/* Lists libraries that belong into the comparison but cannot be measured, and why. */
#include "bench.h"

static void *open_absent(const struct bench_case *bench)
{
	(void)bench;
	return NULL;
}

static const struct bench_case cases[] = {
	{
		.name = "codec.upb",
		.open = open_absent,
		.skip_reason = BENCH_UPB_ABSENT,
	},
};

const struct bench_table bench_absent = {
	cases, sizeof(cases) / sizeof(*cases)
};
