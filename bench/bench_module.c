/* SPDX-License-Identifier: MIT */
/* The module of the call benchmarks: each op does as little as possible. */
#include <errno.h>
#include <stdlib.h>

#include "bench_ipa_worker.h"

struct bench {
	struct camipc_host *host;
	uint64_t sum; /* of all arguments, so that they are read */
};

static int32_t init(void *ipa)
{
	(void)ipa;
	return 0;
}

static int32_t start(void *ipa)
{
	(void)ipa;
	return 0;
}

static void stop(void *ipa)
{
	(void)ipa;
}

static int32_t call(void *ipa, uint32_t number)
{
	(void)ipa;
	return (int32_t)(number & INT32_MAX);
}

/* The event is lost only if the receiver is late, which the caller notices. */
static void push(void *ipa, uint32_t number)
{
	struct bench *bench = ipa;

	bench->sum += ipa_bench_emit_pushed(bench->host, number) == 0;
}

static void queue_request(void *ipa, uint32_t frame,
			  const struct cam_control_list *controls)
{
	struct bench *bench = ipa;

	bench->sum += frame;
	for (size_t i = 0; i < controls->n_controls; i++)
		bench->sum += controls->controls[i].id;
}

static void compute_params(void *ipa, uint32_t frame, uint32_t buffer_id)
{
	(void)buffer_id;
	push(ipa, frame);
}

static void map_buffers(void *ipa, const struct cam_buffer *buffers,
			size_t n_buffers)
{
	struct bench *bench = ipa;

	for (size_t i = 0; i < n_buffers; i++)
		bench->sum += buffers[i].n_planes;
}

static void unmap_buffers(void *ipa, const uint32_t *ids, size_t n_ids)
{
	struct bench *bench = ipa;

	for (size_t i = 0; i < n_ids; i++)
		bench->sum += ids[i];
}

static const struct ipa_bench_ops ops = {
	.size = sizeof(ops),
	.init = init,
	.start = start,
	.stop = stop,
	.call = call,
	.push = push,
	.queue_request = queue_request,
	.compute_params = compute_params,
	.map_buffers = map_buffers,
	.unmap_buffers = unmap_buffers,
};

static int create(struct camipc_host *host, void **ret_ipa)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	if (!bench)
		return -ENOMEM;
	bench->host = host;
	*ret_ipa = bench;
	return 0;
}

static void destroy(void *ipa)
{
	free(ipa);
}

IPA_BENCH_MODULE("bench", 1, "MIT", create, destroy, &ops);
