/* SPDX-License-Identifier: MIT */
/*
 * The steps of the differential test. Each leaves the IPA idle, so that later
 * steps do not depend on its speed; where calls must pile up, the IPA waits at
 * its gate.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "differential.h"

/* A deadline that is missed on purpose, and the one afterwards. */
#define SOON_MS 20
#define NEVER_MS 60000

/*
 * Events at a stop stay within the window: how many more there is credit for
 * depends on how fast the proxy drops them. Five more are raised in stop().
 */
#define TICKS_AT_STOP (CAMIPC_WINDOW * 3 / 4)

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* ---- init, start, stop ------------------------------------------------- */

static void do_init(struct side *side, const struct step *step)
{
	static const char *const names[] = { "a", "", NULL, "\xff",
					     "\xc3\xa9" };
	struct test_echo_defaults defaults;

	test_echo_defaults_init(&defaults);
	if (step->drawn[0] % 6 == 0)
		defaults.width = 0;
	if (step->drawn[0] % 6 == 1)
		defaults.mood = (enum test_echo_mood)5;
	side_say(side, "init",
		 test_echo_init(side->c->ipa,
				names[step->drawn[1] % COUNT(names)],
				&defaults));
}

static void do_start(struct side *side, const struct step *step)
{
	struct contract *c = side->c;

	if (side_is_in(side, CAMIPC_STATE_READY) ||
	    side_is_in(side, CAMIPC_STATE_STOPPED)) {
		static const int32_t rets[] = { -EIO, -EPIPE, 0, 5, -EAGAIN };

		if (step->drawn[0] % 4 == 0)
			contract_plan(c, TEST_ECHO_START, TEST_ECHO_TICK,
				      (int32_t)(step->drawn[1] % 100));
		if (step->drawn[0] % 4 == 1)
			contract_plan(c, TEST_ECHO_START, TEST_ECHO_RETURN,
				      rets[step->drawn[1] % COUNT(rets)]);
	}
	side_say(side, "start", test_echo_start(c->ipa));
}

/** To Running from wherever that is possible, so that steps are done there. */
static void do_advance(struct side *side, const struct step *step)
{
	(void)step;
	if (side_is_in(side, CAMIPC_STATE_DEAD))
		side_renew(side);
	if (side_is_in(side, CAMIPC_STATE_CREATED))
		contract_init(side->c);
	if (!side_is_in(side, CAMIPC_STATE_RUNNING))
		contract_start(side->c);
}

static void do_stop(struct side *side, const struct step *step)
{
	struct contract *c = side->c;

	if (side_is_in(side, CAMIPC_STATE_RUNNING)) {
		if (step->drawn[0] % 2)
			contract_plan(c, TEST_ECHO_STOP, TEST_ECHO_TICK, 5);
		side_say(side, "tick_many",
			 test_echo_tick_many(c->ipa, 0,
					     step->drawn[1] % TICKS_AT_STOP));
	}
	side_say(side, "stop", test_echo_stop(c->ipa));
}

static void note_done(void *user, int ret)
{
	struct contract_done *done = user;
	struct side *side = done->c->context;

	fprintf(side->trace, "  done %d, error %d\n", ret,
		camipc_proxy_last_error(done->c->proxy));
	contract_done(done, ret);
}

static void do_switch_begin(struct side *side, const struct step *step)
{
	struct contract_done done = { .c = side->c };
	struct contract *c = side->c;
	int ret;

	if (side_is_in(side, CAMIPC_STATE_RUNNING)) {
		side_say(side, "tick_many",
			 test_echo_tick_many(c->ipa, 7,
					     step->drawn[1] % TICKS_AT_STOP));
		ret = test_echo_stop_begin(c->ipa, note_done, &done);
		side_say(side, "stop_begin", ret);
	} else {
		ret = test_echo_start_begin(c->ipa, note_done, &done);
		side_say(side, "start_begin", ret);
	}
	if (ret == 0)
		contract_dispatch_done(c, &done);
}

static void do_renew(struct side *side, const struct step *step)
{
	(void)step;
	side_renew(side);
}

/* ---- synchronous calls ------------------------------------------------- */

static void do_add(struct side *side, const struct step *step)
{
	static const int32_t rets[] = { -EPIPE,	 -ETIMEDOUT, -EINVAL,
					-EAGAIN, 12,	     INT32_MIN };
	struct contract *c = side->c;
	int32_t sum = 4711;

	if (step->drawn[0] % 3 == 0 &&
	    !side_is_in(side, CAMIPC_STATE_CREATED) &&
	    !side_is_in(side, CAMIPC_STATE_DEAD))
		contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_RETURN,
			      rets[step->drawn[1] % COUNT(rets)]);
	side_say(side, "add",
		 test_echo_add(c->ipa, (int32_t)step->drawn[2],
			       (int32_t)step->drawn[3], &sum));
	fprintf(side->trace, "  sum %d, result %d\n", sum,
		camipc_proxy_last_result(c->proxy));
}

static void note_sum(void *user, int ret, const struct test_echo_add_outs *outs)
{
	struct contract_done *done = user;
	struct side *side = done->c->context;

	fprintf(side->trace, "  sum %d\n", outs ? outs->sum : -1);
	note_done(done, ret);
}

static void do_add_begin(struct side *side, const struct step *step)
{
	struct contract_done done = { .c = side->c };
	int ret = test_echo_add_begin(side->c->ipa, (int32_t)step->drawn[0], 1,
				      note_sum, &done);

	side_say(side, "add_begin", ret);
	if (ret == 0)
		contract_dispatch_done(side->c, &done);
}

static void do_slow(struct side *side, const struct step *step)
{
	side_say(side, "slow",
		 test_echo_slow(side->c->ipa, (int32_t)step->drawn[0] / 2));
}

static void do_configure(struct side *side, const struct step *step)
{
	struct test_echo_uint32_point_entry streams[4];
	const struct test_echo_uint32_point_entry *back = NULL;
	struct contract *c = side->c;
	uint32_t count = 0;
	size_t n = 0;
	int ret;

	for (uint32_t i = 0; i < 4; i++)
		streams[i] = (struct test_echo_uint32_point_entry){
			/* Now and then not in order. */
			.key = step->drawn[1] % 5 ? i : 7 - i,
			.value = { (int32_t)step->drawn[i], 3 },
		};
	ret = test_echo_configure(c->ipa, streams, step->drawn[0] % 5, NULL, 0,
				  &count, &back, &n);
	side_say(side, "configure", ret);
	for (size_t i = 0; ret >= 0 && i < n; i++)
		fprintf(side->trace, "  %u: %d %d\n", back[i].key,
			back[i].value.x, back[i].value.y);
	if (ret >= 0)
		camipc_clear_array(back);
}

/** A value that is legal, or wrong in one place. */
static void draw_value(const struct step *step,
		       struct test_echo_everything *value)
{
	static const uint8_t bytes[70000];
	static const char *const texts[] = { "text", "", "\xff", "h\xc3\xa9",
					     "\xed\xa0\x80" };

	test_echo_everything_init(value);
	value->arrays.bytes = bytes;
	value->arrays.n_bytes = step->drawn[0] % COUNT(bytes);
	if (step->drawn[1] % 2)
		return;
	value->scalars.text = texts[step->drawn[2] % COUNT(texts)];
	value->scalars.mood = (enum test_echo_mood)(step->drawn[3] % 9);
	value->bounds.level = (int32_t)(step->drawn[3] % 120);
	value->scalars.options = step->drawn[1] % 16;
	value->value.tag = (enum test_echo_value_tag)(step->drawn[2] % 12);
	if (value->value.tag == TEST_ECHO_VALUE_BYTES ||
	    value->value.tag == TEST_ECHO_VALUE_REALS)
		value->value.tag = TEST_ECHO_VALUE_NONE;
}

static void do_echo(struct side *side, const struct step *step)
{
	struct test_echo_everything value;
	struct test_echo_everything back;
	int ret;

	draw_value(step, &value);
	ret = test_echo_echo(side->c->ipa, &value, &back);
	side_say(side, "echo", ret);
	if (ret < 0)
		return;
	fprintf(side->trace, "  %s, %zu bytes, mood %d, level %d\n",
		back.scalars.text, back.arrays.n_bytes, (int)back.scalars.mood,
		back.bounds.level);
	test_echo_everything_clear(&back);
}

/** Around the limit of a message. */
static void do_produce(struct side *side, const struct step *step)
{
	const uint8_t *payload = NULL;
	size_t n = 0;
	int ret = test_echo_produce(
		side->c->ipa, CAMIPC_MAX_MESSAGE_SIZE - 8 + step->drawn[0] % 8,
		&payload, &n);

	side_say(side, "produce", ret);
	fprintf(side->trace, "  %zu\n", n);
	if (ret >= 0)
		camipc_clear_array(payload);
}

static void do_exchange(struct side *side, const struct step *step)
{
	const size_t n_many = step->drawn[0] % 80;
	int fd = memfd_create("differential", MFD_CLOEXEC);
	const struct test_echo_plane plane = { .fd = fd, .offset = 5 };
	const int *back = NULL;
	struct stat status;
	int many[80];
	size_t n = 0;
	int ret;

	assert_true(fd >= 0);
	for (size_t i = 0; i < n_many; i++)
		many[i] = step->drawn[1] % 7 ? fd : -1;
	ret = test_echo_exchange(side->c->ipa, -1, many, n_many, &plane, NULL,
				 0, NULL, &back, &n, NULL, NULL, NULL);
	side_say(side, "exchange", ret);
	for (size_t i = 0; ret >= 0 && i < n; i++) {
		if (back[i] < 0)
			continue;
		assert_int_equal(fstat(back[i], &status), 0);
		close(back[i]);
	}
	fprintf(side->trace, "  %zu back\n", n);
	if (ret >= 0)
		camipc_clear_array(back);
	close(fd);
}

/** What the IPA does against its interface. */
static void do_nonsense(struct side *side, const struct step *step)
{
	struct contract *c = side->c;
	struct test_echo_place place;
	int ret;

	if (side_is_in(side, CAMIPC_STATE_CREATED) ||
	    side_is_in(side, CAMIPC_STATE_DEAD))
		return;
	if (step->drawn[0] % 2) {
		contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_BAD_EVENT, 0);
		side_say(side, "add", test_echo_add(c->ipa, 1, 1, NULL));
		return;
	}
	contract_plan(c, TEST_ECHO_WHERE, TEST_ECHO_NONSENSE, 0);
	ret = test_echo_where(c->ipa, &place);
	side_say(side, "where", ret);
	if (ret >= 0)
		test_echo_place_clear(&place);
}

/** An op that does not answer in time; three times if @drawn says so. */
static void do_hang(struct side *side, const struct step *step)
{
	const int n = step->drawn[0] % 4 == 0 ? 3 : 1;
	struct contract *c = side->c;

	if (!side_is_in(side, CAMIPC_STATE_RUNNING))
		return;
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	camipc_proxy_set_timeout(c->proxy, SOON_MS);
	for (int i = 0; i < n; i++)
		side_say(side, "slow", test_echo_slow(c->ipa, 1));
	camipc_proxy_set_timeout(c->proxy, NEVER_MS);
	/* A worker that was killed waits there no more: nobody is to find
	 * this open later. */
	if (!side_is_in(side, CAMIPC_STATE_DEAD) || contract_is_local())
		contract_open_gate(c);
}

static void do_cancel(struct side *side, const struct step *step)
{
	(void)step;
	camipc_proxy_cancel(side->c->proxy);
}

/* ---- asynchronous calls and events ------------------------------------- */

static int push_any(struct contract *c, uint32_t number)
{
	switch (number % 5) {
	case 0:
		return test_echo_push_few(c->ipa, number);
	case 1:
		return test_echo_push_newest(c->ipa, number);
	case 2:
		return test_echo_push_oldest(c->ipa, number);
	default:
		return test_echo_push(c->ipa, number);
	}
}

/** What the IPA was given, in order. */
static void say_pushed(struct side *side)
{
	const uint32_t *numbers = NULL;
	size_t n = 0;
	int ret = test_echo_take_pushed(side->c->ipa, &numbers, &n);

	side_say(side, "take_pushed", ret);
	if (ret < 0)
		return;
	for (size_t i = 0; i < n; i++)
		fprintf(side->trace, " %u", numbers[i]);
	fprintf(side->trace, "\n");
	camipc_clear_array(numbers);
}

/** Calls of all kinds while the IPA stands still: credit runs out. */
static void do_burst(struct side *side, const struct step *step)
{
	struct contract *c = side->c;
	uint32_t random = step->drawn[0] | 1;
	uint32_t n = step->drawn[1] % 120;

	if (side_is_in(side, CAMIPC_STATE_RUNNING)) {
		contract_plan(c, TEST_ECHO_PUSH, TEST_ECHO_BLOCK, 0);
		side_say(side, "push", test_echo_push(c->ipa, 0));
	}
	for (uint32_t i = 0; i < n; i++)
		fprintf(side->trace, " %d",
			push_any(c, differential_draw(&random) % 1000));
	fprintf(side->trace, "\n");
	if (side_is_in(side, CAMIPC_STATE_RUNNING))
		contract_open_gate(c);
	say_pushed(side);
}

static void do_push_value(struct side *side, const struct step *step)
{
	struct test_echo_everything value;

	draw_value(step, &value);
	side_say(side, "push_value",
		 test_echo_push_value(side->c->ipa, &value));
}

static void do_push_plane(struct side *side, const struct step *step)
{
	int fd = memfd_create("differential", MFD_CLOEXEC);
	const struct test_echo_plane plane = { .fd = fd, .offset = 9 };
	int more[70];
	size_t n = step->drawn[0] % COUNT(more);

	assert_int_equal(ftruncate(fd, step->drawn[1] % 100), 0);
	for (size_t i = 0; i < n; i++)
		more[i] = fd;
	side_say(side, "push_plane",
		 test_echo_push_plane(side->c->ipa, &plane, more, n));
	/* The descriptors of one wait until the other's are back. */
	side_settle(side);
	side_say(side, "push_plane",
		 test_echo_push_plane(side->c->ipa, &plane, NULL, 0));
	close(fd);
}

static void stop_in_event(struct side *side)
{
	side_say(side, "stop in an event", test_echo_stop(side->c->ipa));
}

static void restart_in_event(struct side *side)
{
	side_say(side, "stop in an event", test_echo_stop(side->c->ipa));
	side_say(side, "start in an event", test_echo_start(side->c->ipa));
}

static void call_in_event(struct side *side)
{
	int32_t sum = 0;

	side_say(side, "add in an event",
		 test_echo_add(side->c->ipa, 1, 2, &sum));
	side_say(side, "dispatch in an event",
		 test_echo_dispatch(side->c->ipa));
}

static void destroy_in_event(struct side *side)
{
	test_echo_destroy(side->c->ipa);
	side->destroyed = true;
	side_say(side, "push in an event", test_echo_push(side->c->ipa, 1));
}

/** Events of each kind, more than there is credit for. */
static void do_ticks(struct side *side, const struct step *step)
{
	static void (*const actions[])(struct side *) = {
		NULL,
		NULL,
		NULL,
		stop_in_event,
		restart_in_event,
		call_in_event,
		destroy_in_event,
	};
	struct contract *c = side->c;

	side->in_event = actions[step->drawn[2] % COUNT(actions)];
	switch (step->drawn[0] % 3) {
	case 0:
		side_say(side, "tick_few", test_echo_tick_few(c->ipa, 0, 5));
		break;
	case 1:
		side_say(side, "tick_oldest",
			 test_echo_tick_oldest(c->ipa, 0, 9));
		break;
	default:
		side_say(side, "tick_many",
			 test_echo_tick_many(c->ipa, 0, step->drawn[1] % 100));
	}
}

/* ---- the table --------------------------------------------------------- */

static const struct differential_op ops[] = {
	{ "init", 3, do_init },
	{ "start", 6, do_start },
	{ "advance", 12, do_advance },
	{ "stop", 6, do_stop },
	{ "switch_begin", 6, do_switch_begin },
	{ "renew", 1, do_renew },
	{ "add", 6, do_add },
	{ "add_begin", 4, do_add_begin },
	{ "slow", 4, do_slow },
	{ "configure", 4, do_configure },
	{ "echo", 8, do_echo },
	{ "produce", 1, do_produce },
	{ "exchange", 4, do_exchange },
	{ "nonsense", 2, do_nonsense },
	{ "hang", 1, do_hang },
	{ "cancel", 2, do_cancel },
	{ "burst", 6, do_burst },
	{ "push_value", 6, do_push_value },
	{ "push_plane", 4, do_push_plane },
	{ "ticks", 8, do_ticks },
};

const struct differential_op *differential_choose(uint32_t number)
{
	unsigned int sum = 0;
	size_t i = 0;

	for (size_t k = 0; k < COUNT(ops); k++)
		sum += ops[k].weight;
	number %= sum;
	while (number >= ops[i].weight)
		number -= ops[i++].weight;
	return &ops[i];
}
