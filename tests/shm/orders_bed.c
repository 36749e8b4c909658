/* SPDX-License-Identifier: MIT */
/* The channel's sources with other atomics, and the kernel that they run on. */
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "interleave.h"

/* ---- accesses ------------------------------------------------------------ */

static void before_access(const volatile void *address);
static bool is_delayed(const volatile void *address);
static bool delays(const volatile void *address);
static void delay(void *address, uint32_t value);
static void end_delay(void);
static uint32_t delayed_value(void);

/* One task runs at a time: accesses need not be atomic by themselves. */
#undef atomic_init
#undef atomic_load
#undef atomic_store
#undef atomic_exchange
#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_compare_exchange_weak
#define atomic_init(p, value) ((void)(*(p) = (value)))
#define atomic_load(p)                               \
	(before_access(p), is_delayed(p) ?           \
		(__typeof__(+*(p)))delayed_value() : \
		*(p))
#define atomic_store(p, value)                                          \
	(before_access(p), delays(p) ?                                  \
		delay((void *)(uintptr_t)(p), (uint32_t)(value)) :      \
		(void)(*(p) = (value)))
#define atomic_exchange(p, value)                        \
	__extension__({                                  \
		__typeof__(+*(p)) was_;                  \
		before_access(p);                        \
		end_delay();                             \
		was_ = *(p);                             \
		*(p) = (value);                          \
		was_;                                    \
	})
#define atomic_load_explicit(p, order) atomic_load(p)
#define atomic_store_explicit(p, value, order) atomic_store(p, value)
#define atomic_compare_exchange_weak(p, expected, value) \
	__extension__({                                  \
		bool same_;                              \
		before_access(p);                        \
		end_delay();                             \
		same_ = *(p) == *(expected);             \
		if (same_)                               \
			*(p) = (value);                  \
		else                                     \
			*(expected) = *(p);              \
		same_;                                   \
	})

#include "shm_area.c"
#include "shm_channel.c"
#include "shm_receive.c"
#include "shm_ring.c"
#include "shm_sleep.c"
#include "shm_wake.c"

#include "orders_bed.h"

struct orders_bed bed;


static unsigned int kind_of(const volatile void *address)
{
	const struct camipc_shm_words *words = &bed.words;

	for (int i = 0; i < 2; i++) {
		if (address == &words->rings[i].head)
			return HEADS;
		if (address == &words->rings[i].tail ||
		    address == &words->rings[i].wants_room)
			return TAILS;
		if (address == &words->sleepers[i].word)
			return WORDS;
		if (address == &bed.areas[i].interrupted)
			return INTERRUPTS;
	}
	return 0;
}

static void before_access(const volatile void *address)
{
	if (kind_of(address) & bed.watched)
		interleave_point();
}

/* ---- stores that are overtaken -------------------------------------------- */

static bool delays(const volatile void *address)
{
	const int task = interleave_task();

	switch (bed.mistake) {
	case LATE_ANNOUNCEMENT:
		return address == &bed.words.sleepers[task].word;
	case LATE_RECORD:
		return address == &bed.words.rings[task].head;
	case LATE_ROOM:
		return address == &bed.words.rings[!task].tail;
	case LATE_INTERRUPT:
		return kind_of(address) == INTERRUPTS;
	default:
		return false;
	}
}

void orders_settle(void)
{
	if (bed.delayer >= 0 && kind_of(bed.delayed) == INTERRUPTS)
		*(atomic_bool *)bed.delayed = true;
	else if (bed.delayer >= 0)
		*(_Atomic uint32_t *)bed.delayed = bed.delayed_value;
	bed.delayer = -1;
}

bool orders_can_settle(void)
{
	return bed.delayer >= 0;
}

static void delay(void *address, uint32_t value)
{
	orders_settle();
	bed.delayer = interleave_task();
	bed.delayed = address;
	bed.delayed_value = value;
}

static bool is_delayed(const volatile void *address)
{
	return bed.delayer == interleave_task() && bed.delayed == address;
}

static uint32_t delayed_value(void)
{
	return bed.delayed_value;
}

/* What an exchange, and a system call, does first. */
static void end_delay(void)
{
	if (bed.delayer == interleave_task())
		orders_settle();
}

/* ---- the kernel ---------------------------------------------------------- */

static bool is_woken(int task)
{
	return !bed.sleeps_on[task];
}

int camipc_shm_futex_wait(_Atomic uint32_t *word, uint32_t value, int64_t ns)
{
	const int task = interleave_task();

	(void)ns;
	interleave_point();
	end_delay();
	if (*word != value)
		return 0;
	bed.sleeps_on[task] = word;
	interleave_wait(is_woken);
	return 0;
}

static void wake(const volatile void *word)
{
	for (int i = 0; i < INTERLEAVE_MAX_TASKS; i++) {
		if (bed.sleeps_on[i] == word) {
			bed.sleeps_on[i] = NULL;
			return;
		}
	}
}

void camipc_shm_futex_wake(_Atomic uint32_t *word)
{
	interleave_point();
	end_delay();
	wake(word);
}

int camipc_shm_robust_add(_Atomic uint32_t *word, const void *line,
			  size_t line_size)
{
	(void)word;
	(void)line;
	(void)line_size;
	return 0;
}

void camipc_shm_robust_remove(_Atomic uint32_t *word)
{
	(void)word;
}

struct camipc_shm_pending camipc_shm_robust_begin(_Atomic uint32_t *word)
{
	const struct camipc_shm_pending pending = { &bed, NULL };

	if (bed.mistake != NO_PENDING)
		bed.pending = word;
	return pending;
}

void camipc_shm_robust_end(const struct camipc_shm_pending *pending)
{
	(void)pending;
	bed.pending = NULL;
}

/* As the kernel treats an entry of the list; one that is pending comes last. */
void orders_die(void)
{
	_Atomic uint32_t *word = &bed.words.sleepers[PARENT].word;

	if (bed.delayer == WORKER)
		orders_settle();
	bed.is_dead = true;
	bed.must_notice = bed.sleeps_on[PARENT] == word ||
			  (*word & FUTEX_TID_MASK) == WORKER_TID;
	if (bed.mistake == NO_LIST)
		return;
	if (bed.pending == word && *word == 0) {
		wake(word);
	} else if ((*word & FUTEX_TID_MASK) == WORKER_TID) {
		*word = (*word & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
		wake(word);
	}
}

/* ---- the socket ---------------------------------------------------------- */

static int side_of(const struct camipc_channel *socket)
{
	return socket == &bed.sockets[PARENT] ? PARENT : WORKER;
}

static int socket_send(const struct camipc_channel *socket,
		       struct camipc_message *message)
{
	interleave_point();
	end_delay();
	if (message->header.kind != CAMIPC_MESSAGE_BELL)
		bed.wrong = "something else than a BELL was sent";
	bed.bells[!side_of(socket)]++;
	return 0;
}

static int socket_receive(struct camipc_channel *socket,
			  struct camipc_message *message, bool wait,
			  enum camipc_reason *ret_reason)
{
	const int side = side_of(socket);

	(void)wait;
	(void)ret_reason;
	if (bed.bells[side] > 0) {
		bed.bells[side]--;
		message->header.kind = CAMIPC_MESSAGE_BELL;
		return 0;
	}
	return bed.is_dead && side == PARENT ? -EPIPE : -EAGAIN;
}

static bool socket_is_busy(const struct camipc_channel *socket)
{
	(void)socket;
	return false;
}

static void socket_want_room(struct camipc_channel *socket, bool want)
{
	(void)socket;
	(void)want;
}

static const struct camipc_channel_ops socket_ops = {
	.size = sizeof(socket_ops),
	.send = socket_send,
	.receive = socket_receive,
	.is_busy = socket_is_busy,
	.want_room = socket_want_room,
};

/* ---- making -------------------------------------------------------------- */

static void make_side(int side)
{
	const struct camipc_shm_options options = {
		.side = (enum camipc_shm_side)side,
		.limits = { .max_message_size = 4096, .untrusted = !side },
		.robust_thread = side == PARENT ? WORKER_TID : 0,
		.sleeps_alone = side == WORKER,
	};
	struct camipc_shm_area *area = &bed.areas[side];
	struct shm_channel *old = (struct shm_channel *)(void *)
		bed.channels[side];

	/* A dead task leaves everything as it was. */
	free(old);
	atomic_init(&area->users, 1000);
	atomic_init(&area->interrupted, false);
	area->words = &bed.words;
	area->rings[PARENT] = bed.rings[PARENT];
	area->rings[WORKER] = bed.rings[WORKER];
	bed.sockets[side].ops = &socket_ops;
	if (camipc_shm_channel_create(&bed.sockets[side], area, &options,
				      &bed.channels[side]) < 0)
		abort();
	camipc_message_init(&bed.message[side]);
	bed.message[side].bytes = bed.bytes[side];
	bed.message[side].room = sizeof(bed.bytes[side]) - CAMIPC_HEADER_SIZE;
}

void orders_set_up(void)
{
	memset(&bed.words, 0, sizeof(bed.words));
	memset(bed.sleeps_on, 0, sizeof(bed.sleeps_on));
	memset(bed.bells, 0, sizeof(bed.bells));
	bed.pending = NULL;
	bed.is_dead = false;
	bed.must_notice = false;
	bed.delayer = -1;
	bed.n_sent = 0;
	bed.n_got = 0;
	bed.is_cancelled = false;
	bed.wrong = NULL;
	make_side(PARENT);
	make_side(WORKER);
}

int orders_send(int side, uint32_t body_size)
{
	struct camipc_message *message = &bed.message[side];

	message->header.kind = CAMIPC_MESSAGE_CREDIT;
	message->header.body_size = body_size;
	return camipc_channel_send(bed.channels[side], message);
}

int orders_send_one(int side)
{
	return orders_send(side, 0);
}

/* From @side to the other one, which has read nothing: @n messages, and then so
 * many bytes that nothing more fits. */
static void fill_ring(int side, unsigned int n)
{
	struct shm_channel *shm = as_shm(bed.channels[side]);

	while (n-- > 0) {
		if (orders_send_one(side) < 0)
			abort();
	}
	shm->out.at = CAMIPC_SHM_RING_SIZE;
	bed.words.rings[side].head = shm->out.at;
}

void orders_fill_parents_ring(void)
{
	orders_set_up();
	fill_ring(PARENT, 1);
}

void orders_fill_parents_ring_twice(void)
{
	orders_set_up();
	fill_ring(PARENT, 2);
}

void orders_fill_workers_ring(void)
{
	orders_set_up();
	fill_ring(WORKER, 1);
}

void orders_fill_workers_ring_twice(void)
{
	orders_set_up();
	fill_ring(WORKER, 2);
}

void orders_tear_down(void)
{
	for (int i = 0; i < 2; i++)
		free(bed.channels[i]);
}
