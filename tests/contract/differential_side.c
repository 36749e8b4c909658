/* SPDX-License-Identifier: MIT */
/* One backend of a comparison: its proxy, its callbacks, its trace. */
#include <poll.h>
#include <sys/stat.h>

#include "differential.h"

/* No step but the one that wants it may run into a deadline. */
#define NEVER_MS 60000

/* Rounds of credit that kept events need to come. */
#define ROUNDS 3

void side_say(struct side *side, const char *what, int ret)
{
	const char *field = NULL;
	enum camipc_reason reason =
		camipc_proxy_last_reason(side->c->proxy, &field);

	fprintf(side->trace, "%s = %d", what, ret);
	if (ret < 0 &&
	    camipc_proxy_get_state(side->c->proxy) != CAMIPC_STATE_DEAD)
		fprintf(side->trace, " (%s, error %d, field %s)",
			camipc_reason_to_string(reason),
			camipc_proxy_last_error(side->c->proxy),
			field ? field : "none");
	fprintf(side->trace, "\n");
}

bool side_is_in(const struct side *side, enum camipc_state state)
{
	return camipc_proxy_get_state(side->c->proxy) == state;
}

/* ---- callbacks --------------------------------------------------------- */

static void tell_new(struct side *side, const char *kind,
		     const struct contract_numbers *numbers, size_t *n_told)
{
	for (; *n_told < numbers->n; (*n_told)++)
		fprintf(side->trace, "  %s %u\n", kind,
			numbers->numbers[*n_told]);
}

static void on_event(struct contract *c)
{
	struct side *side = c->context;
	void (*action)(struct side *) = side->in_event;

	tell_new(side, "tick", &c->ticks, &side->n_ticks);
	tell_new(side, "few", &c->few, &side->n_few);
	tell_new(side, "latest", &c->latest, &side->n_latest);
	tell_new(side, "pushed", &c->pushed, &side->n_pushed);
	side->in_event = NULL;
	if (action)
		action(side);
}

static void on_value(struct contract *c,
		     const struct test_echo_everything *value)
{
	struct side *side = c->context;

	fprintf(side->trace, "  value %s, %zu bytes, %zu points\n",
		value->scalars.text, value->arrays.n_bytes,
		value->arrays.n_points);
}

static void on_plane(struct contract *c, const struct test_echo_plane *plane,
		     const int *more, size_t n_more)
{
	struct side *side = c->context;
	struct stat status = { 0 };
	off_t size = 0;

	for (size_t i = 0; i < n_more; i++) {
		assert_int_equal(fstat(more[i], &status), 0);
		size += status.st_size;
	}
	fprintf(side->trace, "  plane %u, %zu more of %d bytes\n",
		plane->offset, n_more, (int)size);
}

static void on_closed(struct contract *c)
{
	struct side *side = c->context;

	/* Not the reason: a thread hangs, a worker does not answer. */
	fprintf(side->trace, "  closed, error %d, last call %s\n",
		c->closed.error,
		c->closed.last_call ? c->closed.last_call : "none");
}

void side_watch(struct side *side)
{
	side->c->context = side;
	side->c->on_event = on_event;
	side->c->on_value = on_value;
	side->c->on_plane = on_plane;
	side->c->on_closed = on_closed;
}

/* ---- what steps have in common ----------------------------------------- */

static bool is_readable(struct contract *c)
{
	struct pollfd pfd = {
		.fd = test_echo_get_fd(c->ipa),
		.events = POLLIN,
	};

	return poll(&pfd, 1, 0) > 0;
}

static void deliver(struct side *side)
{
	struct contract *c = side->c;

	if (side_is_in(side, CAMIPC_STATE_DEAD) && !c->n_closed &&
	    !side->destroyed)
		contract_dispatch_closed(c);
	/* As contract_dispatch_all(), until a callback destroys the proxy. */
	while (!side->destroyed && is_readable(c)) {
		if (test_echo_dispatch(c->ipa) < 0)
			break;
	}
	if (side->destroyed)
		side_renew(side);
}

void side_renew(struct side *side)
{
	struct contract *c = side->c;

	if (!side->destroyed)
		test_echo_destroy(c->ipa);
	side->destroyed = false;
	side->in_event = NULL;
	side->n_ticks = side->n_few = side->n_latest = side->n_pushed = 0;
	c->ticks.n = c->few.n = c->latest.n = c->pushed.n = 0;
	c->n_closed = 0;
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
	camipc_proxy_set_timeout(c->proxy, NEVER_MS);
}

void side_settle(struct side *side)
{
	struct contract *c = side->c;
	struct camipc_proxy_stats stats;

	for (int i = 0; i < ROUNDS; i++) {
		/* Its answer is behind all that was asked before. In which
		 * round events come is a matter of timing. */
		if (side_is_in(side, CAMIPC_STATE_RUNNING))
			assert_int_equal(test_echo_temperature(c->ipa, i, NULL),
					 0);
		deliver(side);
	}
	side->in_event = NULL;
	fprintf(side->trace, "%s",
		camipc_state_to_string(camipc_proxy_get_state(c->proxy)));
	if (side_is_in(side, CAMIPC_STATE_DEAD)) {
		fprintf(side->trace, "\n");
		return;
	}
	stats = contract_stats(c);
	fprintf(side->trace,
		", run %u: %d calls, %d async, %d refused, %d dropped, "
		"%d events, %d dropped, %d timeouts, %d late\n",
		stats.epoch, (int)stats.calls, (int)stats.async_calls,
		(int)stats.async_refused, (int)stats.async_dropped,
		(int)stats.events, (int)stats.events_dropped,
		(int)stats.timeouts, (int)stats.late_replies);
}
