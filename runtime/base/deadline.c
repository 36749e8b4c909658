/* SPDX-License-Identifier: MIT */
/* Deadlines, stretched by CAMIPC_DEADLINE_SCALE. */
#include "deadline.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/log.h>

#include "clock.h"

#define THOUSANDTHS 1000u
#define NS_PER_US UINT64_C(1000)

/* The shortest deadline: 1 ms. */
#define MIN_US 1000u

/* 1/64 of this is longer than the ticks that a busy host may lose. */
#define ROUGH_FROM_MS 1000u

/* A scale of a million makes a second twelve days: enough for a debugger. */
#define MAX_SCALE (1000000u * THOUSANDTHS)

int64_t camipc_now(void)
{
	return (int64_t)camipc_now_ns();
}

int64_t camipc_now_roughly(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * (int64_t)CAMIPC_NS_PER_S + now.tv_nsec;
}

uint32_t camipc_deadline_parse_scale(const char *text)
{
	uint64_t value = 0;
	uint32_t unit = THOUSANDTHS;
	bool digits = false;
	bool positive = false;

	if (!text || !*text)
		return THOUSANDTHS;
	for (; *text >= '0' && *text <= '9'; text++) {
		value = value * 10 + (uint64_t)(*text - '0') * THOUSANDTHS;
		if (value > MAX_SCALE)
			value = MAX_SCALE;
		digits = true;
		positive |= *text != '0';
	}
	/* Not strtod(): hosts set locales, in which a half is "0,5". */
	if (*text == '.')
		text++;
	for (; *text >= '0' && *text <= '9'; text++) {
		unit /= 10;
		value += (uint64_t)(*text - '0') * unit;
		digits = true;
		positive |= *text != '0';
	}
	if (*text || !digits)
		return CAMIPC_NO_SCALE;
	/* Only 0 itself switches deadlines off. */
	if (positive && value == 0)
		return 1;
	return (uint32_t)(value > MAX_SCALE ? MAX_SCALE : value);
}

/* Returns CAMIPC_NO_SCALE for a malformed number. */
static uint32_t read_scale(void)
{
	const char *wrapper = secure_getenv("CAMIPC_WORKER_WRAPPER");

	/* Under a debugger no deadline passes, whatever the scale is. */
	if (wrapper && wrapper[strspn(wrapper, " \t")])
		return 0;
	return camipc_deadline_parse_scale(
		secure_getenv("CAMIPC_DEADLINE_SCALE"));
}

static void log_malformed(void)
{
	camipc_log(CAMIPC_LOG_WARNING, "deadline",
		   "CAMIPC_DEADLINE_SCALE is ignored: '%s' is not a number "
		   "such as 10 or 0.5",
		   secure_getenv("CAMIPC_DEADLINE_SCALE"));
}

static uint32_t scale(void)
{
	static atomic_uint cached = UINT_MAX;
	unsigned int unread = UINT_MAX;
	unsigned int value;
	uint32_t read;

	value = atomic_load_explicit(&cached, memory_order_relaxed);
	if (CAMIPC_LIKELY(value != UINT_MAX))
		return value;
	read = read_scale();
	value = read == CAMIPC_NO_SCALE ? THOUSANDTHS : read;
	/* Only one of several threads gives the warning. */
	if (atomic_compare_exchange_strong(&cached, &unread, value) &&
	    read == CAMIPC_NO_SCALE)
		log_malformed();
	return value;
}

int64_t camipc_deadline_after(int64_t now, uint32_t timeout_ms)
{
	/* Milliseconds times thousandths are microseconds: at most 2^62. */
	uint64_t us = (uint64_t)timeout_ms * scale();

	/* A tiny scale must not make deadlines that have passed already. */
	if (timeout_ms > 0 && us < MIN_US)
		us = MIN_US;
	if (scale() == 0 || us > (uint64_t)(INT64_MAX - now) / NS_PER_US)
		return CAMIPC_NO_DEADLINE;
	return now + (int64_t)(us * NS_PER_US);
}

int64_t camipc_deadline_begin(uint32_t timeout_ms)
{
	if (timeout_ms < ROUGH_FROM_MS)
		return camipc_deadline_after(camipc_now(), timeout_ms);
	if (timeout_ms < UINT32_MAX - timeout_ms / 64)
		timeout_ms += timeout_ms / 64;
	return camipc_deadline_after(camipc_now_roughly(), timeout_ms);
}

int camipc_deadline_to_poll(int64_t deadline, int64_t now)
{
	int64_t ms;

	if (deadline == CAMIPC_NO_DEADLINE)
		return -1;
	if (deadline <= now)
		return 0;
	ms = (deadline - now - 1) / (int64_t)CAMIPC_NS_PER_MS + 1;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}
