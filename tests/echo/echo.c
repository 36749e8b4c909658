/* SPDX-License-Identifier: MIT */
/*
 * The test module: returns its arguments, reports where it runs, and misbehaves
 * on request (echo_plan.c).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "echo.h"

/* Numbers of push calls that are remembered at most. */
#define MAX_PUSHED 65536u

static int32_t echo_init(void *ipa, const char *name,
			 const struct test_echo_defaults *defaults)
{
	struct echo *echo = ipa;
	int32_t ret = 0;

	(void)name;
	if (echo_act(echo, TEST_ECHO_INIT, &ret))
		return ret;
	return defaults->width == 0 ? -ERANGE : 0;
}

static int32_t
echo_configure(void *ipa, const struct test_echo_uint32_point_entry *streams,
	       size_t n_streams, const struct test_echo_value *extras,
	       size_t n_extras, uint32_t *ret_count,
	       const struct test_echo_uint32_point_entry **adjusted,
	       size_t *ret_n_adjusted)
{
	struct echo *echo = ipa;
	struct test_echo_uint32_point_entry *back;
	int32_t ret = 0;

	(void)extras;
	if (echo_act(echo, TEST_ECHO_CONFIGURE, &ret))
		return ret;
	back = camipc_host_alloc(echo->host, n_streams, sizeof(*back));
	if (!back)
		return -ENOMEM;
	for (size_t i = 0; i < n_streams; i++) {
		back[i] = streams[i];
		back[i].value.x += 1;
	}
	*ret_count = (uint32_t)n_extras;
	*adjusted = back;
	*ret_n_adjusted = n_streams;
	return 0;
}

static int32_t echo_start(void *ipa)
{
	int32_t ret = 0;

	echo_act(ipa, TEST_ECHO_START, &ret);
	return ret;
}

static void echo_stop(void *ipa)
{
	int32_t ret = 0;

	echo_act(ipa, TEST_ECHO_STOP, &ret);
}

static int32_t echo_add(void *ipa, int32_t a, int32_t b, int32_t *ret_sum)
{
	int32_t ret = 0;

	*ret_sum = (int32_t)((uint32_t)a + (uint32_t)b);
	echo_act(ipa, TEST_ECHO_ADD, &ret);
	return ret;
}

static int32_t echo_slow(void *ipa, int32_t value)
{
	int32_t ret = value;

	echo_act(ipa, TEST_ECHO_SLOW, &ret);
	return ret;
}

static void echo_echo(void *ipa, const struct test_echo_everything *value,
		      struct test_echo_everything *ret_same)
{
	(void)ipa;
	*ret_same = *value;
}

static void echo_echo_scalars(void *ipa, bool flag, int8_t i8, uint8_t u8,
			      int16_t i16, uint16_t u16, int32_t i32,
			      uint32_t u32, int64_t i64, uint64_t u64,
			      float real, double wide, enum test_echo_mood mood,
			      int32_t colour, const char *text,
			      struct test_echo_scalars *ret_scalars)
{
	(void)ipa;
	*ret_scalars = (struct test_echo_scalars){
		.flag = flag,
		.i8 = i8,
		.u8 = u8,
		.i16 = i16,
		.u16 = u16,
		.i32 = i32,
		.u32 = u32,
		.i64 = i64,
		.u64 = u64,
		.real = real,
		.wide = wide,
		.mood = mood,
		.colour = colour,
		.options = TEST_ECHO_FAST | TEST_ECHO_QUIET,
		.text = text,
	};
}

static void echo_temperature(void *ipa, int32_t asked, int32_t *ret_degrees)
{
	(void)ipa;
	*ret_degrees = asked;
}

/** Outputs give their descriptors away, so what was lent is duplicated. */
static int give(int fd)
{
	return fd < 0 ? -1 : camipc_fd_dup(fd);
}

static void echo_exchange(void *ipa, int one, const int *many, size_t n_many,
			  const struct test_echo_plane *plane,
			  const struct test_echo_plane *planes, size_t n_planes,
			  int *ret_one_back, const int **ret_many_back,
			  size_t *ret_n_many_back,
			  struct test_echo_plane *ret_plane_back,
			  const struct test_echo_plane **ret_planes_back,
			  size_t *ret_n_planes_back)
{
	struct echo *echo = ipa;
	struct test_echo_plane *planes_back =
		camipc_host_alloc(echo->host, n_planes, sizeof(*planes_back));
	int *many_back =
		camipc_host_alloc(echo->host, n_many, sizeof(*many_back));

	*ret_one_back = give(one);
	ret_plane_back->fd = give(plane->fd);
	ret_plane_back->offset = plane->offset;
	for (size_t i = 0; many_back && i < n_many; i++)
		many_back[i] = give(many[i]);
	for (size_t i = 0; planes_back && i < n_planes; i++) {
		planes_back[i].fd = give(planes[i].fd);
		planes_back[i].offset = planes[i].offset;
	}
	*ret_many_back = many_back;
	*ret_n_many_back = many_back ? n_many : 0;
	*ret_planes_back = planes_back;
	*ret_n_planes_back = planes_back ? n_planes : 0;
}

static void echo_exchange_named(
	void *ipa, const struct test_echo_string_plane_entry *planes,
	size_t n_planes,
	const struct test_echo_string_plane_entry **ret_planes_back,
	size_t *ret_n_planes_back)
{
	struct echo *echo = ipa;
	struct test_echo_string_plane_entry *back =
		camipc_host_alloc(echo->host, n_planes, sizeof(*back));

	for (size_t i = 0; back && i < n_planes; i++) {
		back[i] = planes[i];
		back[i].value.fd = give(planes[i].value.fd);
	}
	*ret_planes_back = back;
	*ret_n_planes_back = back ? n_planes : 0;
}

static void echo_measure(void *ipa, const uint8_t *payload, size_t n_payload,
			 const char *text, uint64_t *ret_size,
			 uint64_t *ret_length)
{
	(void)ipa;
	(void)payload;
	*ret_size = n_payload;
	*ret_length = strlen(text);
}

static void echo_greet(void *ipa, const char *name, uint64_t *ret_length)
{
	(void)ipa;
	*ret_length = strlen(name);
}

static void echo_produce(void *ipa, uint32_t size, const uint8_t **ret_payload,
			 size_t *ret_n_payload)
{
	struct echo *echo = ipa;
	uint8_t *payload = camipc_host_alloc(echo->host, size, 1);

	if (!payload)
		return;
	memset(payload, 0xa5, size);
	*ret_payload = payload;
	*ret_n_payload = size;
}

static void echo_take_pushed(void *ipa, const uint32_t **ret_numbers,
			     size_t *ret_n_numbers)
{
	struct echo *echo = ipa;

	*ret_numbers = echo->pushed;
	*ret_n_numbers = echo->n_pushed;
	echo->n_pushed = 0;
}

static void remember(struct echo *echo, uint32_t number)
{
	int32_t ret = 0;

	echo_act(echo, TEST_ECHO_PUSH, &ret);
	if (echo->n_pushed < MAX_PUSHED)
		echo->pushed[echo->n_pushed++] = number;
}

static void echo_push(void *ipa, uint32_t number)
{
	struct echo *echo = ipa;

	remember(echo, number);
	(void)test_echo_emit_pushed(echo->host, number);
}

static void echo_push_quietly(void *ipa, uint32_t number)
{
	remember(ipa, number);
}

static void echo_push_plane(void *ipa, const struct test_echo_plane *plane,
			    const int *more, size_t n_more)
{
	struct echo *echo = ipa;

	remember(echo, plane->offset);
	(void)test_echo_emit_plane(echo->host, plane, more, n_more);
}

static void echo_push_value(void *ipa, const struct test_echo_everything *value)
{
	struct echo *echo = ipa;

	(void)test_echo_emit_value(echo->host, value);
}

static void echo_tick_many(void *ipa, uint32_t first, uint32_t count)
{
	struct echo *echo = ipa;

	for (uint32_t i = 0; i < count; i++)
		(void)test_echo_emit_tick(echo->host, first + i);
}

static void echo_tick_few(void *ipa, uint32_t first, uint32_t count)
{
	struct echo *echo = ipa;

	for (uint32_t i = 0; i < count; i++)
		(void)test_echo_emit_few(echo->host, first + i);
}

static void echo_tick_kept(void *ipa, uint32_t first, uint32_t count)
{
	struct echo *echo = ipa;

	for (uint32_t i = 0; i < count; i++)
		(void)test_echo_emit_kept(echo->host, first + i);
}

static void echo_tick_oldest(void *ipa, uint32_t first, uint32_t count)
{
	struct echo *echo = ipa;

	for (uint32_t i = 0; i < count; i++)
		(void)test_echo_emit_latest(echo->host, first + i);
}

static void echo_since(void *ipa, uint32_t *ret_version)
{
	(void)ipa;
	*ret_version = TEST_ECHO_VERSION;
}

static const struct test_echo_ops ops = {
	.size = sizeof(ops),
	.init = echo_init,
	.configure = echo_configure,
	.start = echo_start,
	.stop = echo_stop,
	.plan = echo_plan,
	.add = echo_add,
	.slow = echo_slow,
	.echo = echo_echo,
	.echo_scalars = echo_echo_scalars,
	.temperature = echo_temperature,
	.exchange = echo_exchange,
	.exchange_named = echo_exchange_named,
	.measure = echo_measure,
	.produce = echo_produce,
	.greet = echo_greet,
	.where = echo_where,
	.take_pushed = echo_take_pushed,
	.push = echo_push,
	.push_few = echo_push_quietly,
	.push_newest = echo_push_quietly,
	.push_oldest = echo_push_quietly,
	.push_plane = echo_push_plane,
	.push_value = echo_push_value,
	.push_kept = echo_push_quietly,
	.tick_kept = echo_tick_kept,
	.tick_many = echo_tick_many,
	.tick_few = echo_tick_few,
	.tick_oldest = echo_tick_oldest,
	.since = echo_since,
};

static int create(struct camipc_host *host, void **ret_ipa)
{
	struct echo *echo = calloc(1, sizeof(*echo));

	if (!echo)
		return -ENOMEM;
	echo->pushed = calloc(MAX_PUSHED, sizeof(*echo->pushed));
	if (!echo->pushed) {
		free(echo);
		return -ENOMEM;
	}
	echo->host = host;
	echo_plan_init(echo);
	*ret_ipa = echo;
	return 0;
}

static void destroy(void *ipa)
{
	int32_t ret;

	echo_act(ipa, TEST_ECHO_DESTROY, &ret);
	struct echo *echo = ipa;

	echo_plan_fini(echo);
	free(echo->pushed);
	free(echo);
}

TEST_ECHO_MODULE("echo", 3, "MIT", create, destroy, &ops);
