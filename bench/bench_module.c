/* SPDX-License-Identifier: MIT */
/* The module of the call benchmarks: each op does as little as possible. */
#include <errno.h>
#include <stdlib.h>

#include "bench_ipa_worker.h"
#include "cam_buffers.h"

/* A cache line has so many values: one of them brings all of it. */
#define VALUES_PER_LINE 16

struct bench {
	struct camipc_host *host;
	struct cam_buffer_set buffers;
	float *copy; /* of a shared table, which its host may still change */
	size_t copy_size;
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

	/* Without a result to say so: the end of the worker fails the case. */
	if (cam_buffer_set_add(&bench->buffers, buffers, n_buffers,
			       CAM_ACCESS_READ, 1) < 0)
		abort();
}

static void unmap_buffers(void *ipa, const uint32_t *ids, size_t n_ids)
{
	struct bench *bench = ipa;

	cam_buffer_set_remove(&bench->buffers, ids, n_ids);
}

static int32_t read_values(struct bench *bench, const float *values, size_t n)
{
	float sum = 0;

	for (size_t i = 0; i < n; i += VALUES_PER_LINE)
		sum += values[i];
	bench->sum += sum != 0;
	return (int32_t)n;
}

static int32_t read_table(void *ipa, const struct ipa_bench_table *table)
{
	return read_values(ipa, table->values, table->n_values);
}

static int32_t read_shared(void *ipa, uint32_t buffer_id, uint32_t n)
{
	struct bench *bench = ipa;
	const size_t size = n * sizeof(float);
	int ret;

	if (bench->copy_size < size) {
		float *copy = realloc(bench->copy, size);

		if (!copy)
			return -ENOMEM;
		bench->copy = copy;
		bench->copy_size = size;
	}
	ret = cam_shared_buffer_read(
		cam_buffer_set_find(&bench->buffers, buffer_id), bench->copy,
		size);
	return ret < 0 ? ret : read_values(bench, bench->copy, n);
}

static int32_t configure(void *ipa, const struct cam_control_info_map *controls)
{
	struct bench *bench = ipa;

	for (size_t i = 0; i < controls->n_infos; i++)
		bench->sum += controls->infos[i].key;
	return (int32_t)controls->n_infos;
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
	.read_table = read_table,
	.read_shared = read_shared,
	.configure = configure,
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
	struct bench *bench = ipa;

	cam_buffer_set_fini(&bench->buffers);
	free(bench->copy);
	free(bench);
}

IPA_BENCH_MODULE("bench", 1, "MIT", create, destroy, &ops);
