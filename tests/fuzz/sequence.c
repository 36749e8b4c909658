/* SPDX-License-Identifier: MIT */
/* Reads and writes inputs that are sequences of steps. */
#include "sequence.h"

#include <string.h>

#include "wire_edit.h"

#define MAX_STEPS 256

bool sequence_next(const uint8_t **data, size_t *size,
		   struct sequence_step *step)
{
	const uint8_t *p = *data;
	size_t left = *size;

	if (left < SEQUENCE_STEP)
		return false;
	left -= SEQUENCE_STEP;
	*step = (struct sequence_step){
		.op = p[0],
		.flags = p[1],
		.id = fuzz_get_u16(p + 2),
		.pick = p[4],
		.n_fds = p[5],
		.size = fuzz_get_u16(p + 6),
		.body = p + SEQUENCE_STEP,
	};
	if (step->size > left)
		step->size = (uint16_t)left;
	*data = p + SEQUENCE_STEP + step->size;
	*size = left - step->size;
	return true;
}

static void write_head(uint8_t *p, const struct sequence_step *step)
{
	p[0] = step->op;
	p[1] = step->flags;
	fuzz_put_u16(p + 2, step->id);
	p[4] = step->pick;
	p[5] = step->n_fds;
	fuzz_put_u16(p + 6, step->size);
}

size_t sequence_put(uint8_t *data, size_t room,
		    const struct sequence_step *step)
{
	if (room < SEQUENCE_STEP || step->size > room - SEQUENCE_STEP)
		return 0;
	write_head(data, step);
	if (step->size > 0)
		memcpy(data + SEQUENCE_STEP, step->body, step->size);
	return SEQUENCE_STEP + (size_t)step->size;
}

/* ---- where the steps are ------------------------------------------------- */

struct steps {
	size_t starts[MAX_STEPS + 1]; /* and the end of the last one */
	size_t n;
};

static void find_steps(struct steps *steps, const uint8_t *data, size_t size)
{
	const uint8_t *p = data;
	struct sequence_step step;

	steps->n = 0;
	steps->starts[0] = 0;
	while (steps->n < MAX_STEPS && sequence_next(&p, &size, &step))
		steps->starts[++steps->n] = (size_t)(p - data);
}

static size_t put_at(uint8_t *data, size_t size, size_t room, size_t at,
		     const uint8_t *bytes, size_t n)
{
	if (n > room - size)
		return size;
	memmove(data + at + n, data + at, size - at);
	memcpy(data + at, bytes, n);
	return size + n;
}

static size_t remove_at(uint8_t *data, size_t size, size_t at, size_t n)
{
	memmove(data + at, data + at + n, size - at - n);
	return size - n;
}

/* ---- making and changing them -------------------------------------------- */

static size_t draw_step(struct oracle_random *random,
			const struct sequence_rules *rules, uint8_t *to,
			size_t room)
{
	struct sequence_step step = { 0 };
	const struct camipc_message_type *type;
	uint32_t n_fds = 0;

	if (room < SEQUENCE_STEP)
		return 0;
	rules->draw(random, &step);
	type = rules->type_of(&step);
	if (type)
		step.size = (uint16_t)fuzz_draw_bytes(random, type,
						      to + SEQUENCE_STEP,
						      room - SEQUENCE_STEP,
						      &n_fds);
	step.n_fds = (uint8_t)n_fds;
	write_head(to, &step);
	return SEQUENCE_STEP + (size_t)step.size;
}

size_t sequence_seed(struct oracle_random *random,
		     const struct sequence_rules *rules, uint8_t *data,
		     size_t room)
{
	uint32_t n = 1 + oracle_below(random, 12);
	size_t size = 0;

	/* Short ones are tried more often per second. */
	if (room > 1024)
		room = 1024;
	while (n-- > 0)
		size += draw_step(random, rules, data + size, room - size);
	return size;
}

static void change_head(struct oracle_random *random,
			const struct sequence_rules *rules, uint8_t *p)
{
	struct sequence_step drawn = { 0 };

	rules->draw(random, &drawn);
	switch (oracle_below(random, 6)) {
	case 0:
		p[0] = (uint8_t)oracle_below(random, rules->n_ops);
		break;
	case 1:
		p[1] ^= (uint8_t)(1u << oracle_below(random, 8));
		break;
	case 2:
		fuzz_put_u16(p + 2, oracle_below(random, 8)
					    ? drawn.id
					    : (uint16_t)oracle_next(random));
		break;
	case 3:
		p[4] = (uint8_t)oracle_below(random,
					     oracle_below(random, 2) ? 4 : 256);
		break;
	case 4:
		p[5] = (uint8_t)oracle_below(random, 8);
		break;
	default:
		p[1] = drawn.flags;
	}
}

/* The body of the step at @at, which ends at @end, becomes another one. */
static size_t change_body(struct oracle_random *random,
			  const struct sequence_rules *rules, uint8_t *data,
			  size_t size, size_t room, size_t at, size_t end)
{
	static uint8_t body[FUZZ_MAX_INPUT];
	static const struct wire_donor nobody;
	const struct camipc_message_type *type;
	const uint8_t *p = data + at;
	size_t left = end - at;
	struct sequence_step step;
	size_t n;

	if (!sequence_next(&p, &left, &step))
		return size;
	type = rules->type_of(&step);
	n = step.size;
	memcpy(body, step.body, n);
	if (type)
		n = wire_mutate(random, type->info, body, n,
				sizeof(body) - SEQUENCE_STEP, &nobody);
	else
		n = fuzz_mutate_bytes(random, body, n, n + 16);
	if (n > step.size && n - step.size > room - size)
		return size;
	size = remove_at(data, size, at + SEQUENCE_STEP, step.size);
	size = put_at(data, size, room, at + SEQUENCE_STEP, body, n);
	fuzz_put_u16(data + at + 6, (uint16_t)n);
	return size;
}

/* Another input's steps from some place on, up to four. */
static size_t splice(struct oracle_random *random, uint8_t *data, size_t size,
		     size_t room, size_t at, const uint8_t *other,
		     size_t other_size)
{
	static struct steps steps;
	size_t from;
	size_t to;

	find_steps(&steps, other, other_size);
	if (steps.n == 0)
		return size;
	from = oracle_below(random, (uint32_t)steps.n);
	to = from + 1 + oracle_below(random, 4);
	if (to > steps.n)
		to = steps.n;
	return put_at(data, size, room, at, other + steps.starts[from],
		      steps.starts[to] - steps.starts[from]);
}

static size_t mutate_once(struct oracle_random *random,
			  const struct sequence_rules *rules, uint8_t *data,
			  size_t size, size_t room, const uint8_t *other,
			  size_t other_size)
{
	static uint8_t drawn[FUZZ_MAX_INPUT];
	static struct steps steps;
	size_t which;
	size_t at;
	size_t end;

	find_steps(&steps, data, size);
	which = oracle_below(random, (uint32_t)steps.n + 1);
	at = steps.starts[which];
	if (which == steps.n || oracle_below(random, 6) == 0)
		return put_at(data, size, room, at, drawn,
			      draw_step(random, rules, drawn, 512));
	end = steps.starts[which + 1];
	switch (oracle_below(random, 10)) {
	case 0:
		return remove_at(data, size, at, end - at);
	case 1:
		memcpy(drawn, data + at, end - at);
		return put_at(data, size, room,
			      steps.starts[oracle_below(random,
							(uint32_t)steps.n + 1)],
			      drawn, end - at);
	case 2:
		return splice(random, data, size, room, at, other, other_size);
	case 3:
		return fuzz_mutate_bytes(random, data, size, room);
	case 4:
	case 5:
	case 6:
		change_head(random, rules, data + at);
		return size;
	default:
		return change_body(random, rules, data, size, room, at, end);
	}
}

size_t sequence_mutate(struct oracle_random *random,
		       const struct sequence_rules *rules, uint8_t *data,
		       size_t size, size_t room, const uint8_t *other,
		       size_t other_size)
{
	uint32_t times = 1 + oracle_below(random, 4);

	while (times-- > 0)
		size = mutate_once(random, rules, data, size, room, other,
				   other_size);
	return size;
}
