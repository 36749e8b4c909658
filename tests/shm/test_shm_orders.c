/* SPDX-License-Identifier: MIT */
/*
 * Tests sleeping and waking of a shm channel in every order of the steps of both
 * sides, with the death of the worker before each step: no wake-up is lost. The
 * code under test is the channel's own, compiled into this program with atomics
 * that stop (interleave.h), on a model of the kernel's futexes and robust lists.
 * Sleeps have no slices here.
 *
 * Mistakes that are planted, one at a time, must be found: a store that another
 * access overtakes, and a death that nobody reports.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "interleave.h"
#include "under_valgrind.h"

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

/* ---- the bed ------------------------------------------------------------- */

enum { PARENT, WORKER, CANCELLER = 1 };

#define WORKER_TID 77u
#define LONG_SLEEP (INT64_C(1) << 50)

/* What a scene's tasks share: only there the order matters. */
enum {
	HEADS = 1,
	TAILS = 2, /* and what says that room is wanted */
	WORDS = 4,
	INTERRUPTS = 8,
};

/* Mistakes that are planted. */
enum mistake {
	NO_MISTAKE,
	LATE_ANNOUNCEMENT, /* the sleeper's store of its word is overtaken */
	LATE_RECORD, /* the producer's store of the head is overtaken */
	LATE_ROOM, /* the consumer's store of the tail is overtaken */
	LATE_INTERRUPT,
	NO_PENDING, /* a death between clearing the word and waking */
	NO_LIST, /* the word is in no robust list */
	N_MISTAKES,
};

static const char *const mistake_names[N_MISTAKES] = {
	"none",	     "late announcement", "late record", "late room",
	"late interrupt", "no list_op_pending", "no robust list",
};

static struct {
	enum mistake mistake;
	unsigned int watched;
	struct camipc_shm_words words;
	_Alignas(8) uint8_t rings[2][CAMIPC_SHM_RING_SIZE];
	struct camipc_shm_area areas[2]; /* by side */
	struct camipc_channel sockets[2];
	struct camipc_channel *channels[2];
	struct camipc_message message[2];
	uint8_t bytes[2][256];

	/* The kernel. */
	const volatile void *sleeps_on[INTERLEAVE_MAX_TASKS];
	_Atomic uint32_t *pending; /* list_op_pending of the worker */
	bool is_dead;
	bool must_notice; /* the death: the parent had announced itself */
	unsigned int bells[2]; /* on the socket, for this side */

	/* A store that is overtaken. */
	int delayer; /* the task; -1: none */
	void *delayed;
	uint32_t delayed_value;

	/* What tasks have done. */
	unsigned int n_sent;
	unsigned int n_got;
	bool is_cancelled;
	const char *wrong;
} bed;

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

static void settle(void)
{
	if (bed.delayer >= 0 && kind_of(bed.delayed) == INTERRUPTS)
		*(atomic_bool *)bed.delayed = true;
	else if (bed.delayer >= 0)
		*(_Atomic uint32_t *)bed.delayed = bed.delayed_value;
	bed.delayer = -1;
}

static bool can_settle(void)
{
	return bed.delayer >= 0;
}

static void delay(void *address, uint32_t value)
{
	settle();
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
		settle();
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
static void die(void)
{
	_Atomic uint32_t *word = &bed.words.sleepers[PARENT].word;

	if (bed.delayer == WORKER)
		settle();
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

static void set_up(void)
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

static int send_one(int side)
{
	struct camipc_message *message = &bed.message[side];

	message->header.kind = CAMIPC_MESSAGE_CREDIT;
	message->header.body_size = 0;
	return camipc_channel_send(bed.channels[side], message);
}

/* From @side to the other one, which has read nothing: one message, and then so
 * many bytes that nothing more fits. */
static void fill_ring(int side)
{
	struct shm_channel *shm = as_shm(bed.channels[side]);

	if (send_one(side) < 0)
		abort();
	shm->out.at = CAMIPC_SHM_RING_SIZE;
	bed.words.rings[side].head = shm->out.at;
}

static void fill_parents_ring(void)
{
	set_up();
	fill_ring(PARENT);
}

static void fill_workers_ring(void)
{
	set_up();
	fill_ring(WORKER);
}

/* ---- tasks ---------------------------------------------------------------- */

#define N_MESSAGES 2

static int receive_one(int side, bool wait)
{
	struct camipc_message *message = &bed.message[side];
	enum camipc_reason reason;
	int ret;

	camipc_message_reset(message);
	ret = camipc_channel_receive(bed.channels[side], message, wait,
				     &reason);
	if (ret == 0)
		bed.n_got++;
	else if (ret != -EAGAIN && ret != -EPIPE)
		bed.wrong = "an honest peer was found at fault";
	return ret;
}

static void send_messages(int side)
{
	while (bed.n_sent < N_MESSAGES && !bed.wrong) {
		bed.n_sent++;
		if (send_one(side) < 0)
			bed.wrong = "a message could not be sent";
	}
}

static void worker_sends(void)
{
	send_messages(WORKER);
}

static void worker_sends_one(void)
{
	bed.n_sent = N_MESSAGES - 1;
	send_messages(WORKER);
}

static void parent_sends_one(void)
{
	bed.n_sent = N_MESSAGES - 1;
	send_messages(PARENT);
}

static void worker_receives_one(void)
{
	bed.n_got = N_MESSAGES - 1;
	while (bed.n_got < N_MESSAGES && !bed.wrong)
		(void)receive_one(WORKER, true);
}

/* Sleeps on the word until all messages have come, or the worker has ended. */
static void parent_sleeps(void)
{
	int ret = 0;

	while (bed.n_got < N_MESSAGES && !bed.wrong && ret != -EOPNOTSUPP) {
		if (receive_one(PARENT, false) != 0)
			ret = camipc_channel_sleep(bed.channels[PARENT],
						   LONG_SLEEP);
	}
	/* What came before the end is there. */
	while (ret == -EOPNOTSUPP && receive_one(PARENT, false) == 0)
		;
}

static void parent_sleeps_for_one(void)
{
	bed.n_got = N_MESSAGES - 1;
	parent_sleeps();
}

static bool is_readable(int task)
{
	return bed.bells[task] > 0 || bed.is_dead;
}

/* As an event loop does. */
static void parent_polls_for_one(void)
{
	struct camipc_channel *channel = bed.channels[PARENT];
	int ret = 0;

	bed.n_got = N_MESSAGES - 1;
	while (bed.n_got < N_MESSAGES && !bed.wrong && ret != -EPIPE) {
		ret = receive_one(PARENT, false);
		if (ret != -EAGAIN || camipc_channel_announce(channel))
			continue;
		interleave_wait(is_readable);
		camipc_channel_attend(channel);
		camipc_channel_look(channel);
	}
}

static void parent_waits_for_room(void)
{
	int ret = 0;

	camipc_channel_want_room(bed.channels[PARENT], true);
	while (send_one(PARENT) == -EAGAIN && ret != -EOPNOTSUPP)
		ret = camipc_channel_sleep(bed.channels[PARENT], LONG_SLEEP);
}

static void worker_takes_one(void)
{
	(void)receive_one(WORKER, false);
}

static void worker_waits_for_room(void)
{
	while (send_one(WORKER) == -EAGAIN)
		(void)!camipc_channel_wait_room(bed.channels[WORKER], false,
						-1);
}

static void parent_takes_one(void)
{
	(void)receive_one(PARENT, false);
}

static void parent_waits_for_cancel(void)
{
	while (!bed.is_cancelled && !bed.wrong) {
		if (receive_one(PARENT, false) != 0)
			(void)!camipc_channel_sleep(bed.channels[PARENT],
						    LONG_SLEEP);
	}
}

static void cancel(void)
{
	bed.is_cancelled = true;
	camipc_shm_area_interrupt(&bed.areas[PARENT], CAMIPC_SHM_PARENT);
}

/* ---- what must hold -------------------------------------------------------- */

/*
 * A worker that dies before the parent announces itself is found at the end of the
 * first slice. In all other runs the parent goes on without one.
 */
static const char *judge_parent(void)
{
	if (bed.wrong)
		return bed.wrong;
	if (!interleave_has_ended(PARENT) &&
	    !(bed.is_dead && !bed.must_notice))
		return "the camera process sleeps for ever";
	return NULL;
}

/* It polls the worker's end, too. */
static const char *judge_loop(void)
{
	if (!bed.wrong && !interleave_has_ended(PARENT))
		return "the event loop sleeps for ever";
	return bed.wrong;
}

static const char *judge_worker(void)
{
	if (!bed.wrong && !interleave_has_ended(WORKER))
		return "the worker sleeps for ever";
	return bed.wrong;
}

struct case_of_orders {
	struct interleave_scene scene;
	unsigned int watched;
	unsigned int mistakes; /* bits: which are found here */
};

#define FINDS(mistake) (1u << (mistake))
#define MAY_SETTLE .may_happen = can_settle, .happen = settle

static const struct case_of_orders cases[] = {
	{ { "a message, a worker that dies", 2,
	    { parent_sleeps_for_one, worker_sends_one }, WORKER, set_up, die,
	    MAY_SETTLE, judge_parent },
	  HEADS | WORDS,
	  FINDS(LATE_ANNOUNCEMENT) | FINDS(LATE_RECORD) | FINDS(NO_PENDING) |
		  FINDS(NO_LIST) },
	{ { "two messages", 2, { parent_sleeps, worker_sends }, -1, set_up, die,
	    MAY_SETTLE, judge_parent },
	  HEADS | WORDS,
	  FINDS(LATE_ANNOUNCEMENT) | FINDS(LATE_RECORD) },
	{ { "an event loop, a worker that dies", 2,
	    { parent_polls_for_one, worker_sends_one }, WORKER, set_up, die, MAY_SETTLE,
	    judge_loop },
	  HEADS | WORDS,
	  FINDS(LATE_ANNOUNCEMENT) | FINDS(LATE_RECORD) },
	{ { "a worker that waits for a call", 2,
	    { parent_sends_one, worker_receives_one }, -1, set_up, die, MAY_SETTLE,
	    judge_worker },
	  HEADS | WORDS,
	  FINDS(LATE_ANNOUNCEMENT) | FINDS(LATE_RECORD) },
	{ { "room for a call, a worker that dies", 2,
	    { parent_waits_for_room, worker_takes_one }, WORKER,
	    fill_parents_ring, die, MAY_SETTLE, judge_parent },
	  TAILS | WORDS,
	  FINDS(LATE_ROOM) | FINDS(NO_PENDING) | FINDS(NO_LIST) },
	{ { "room for an event", 2,
	    { parent_takes_one, worker_waits_for_room }, -1, fill_workers_ring,
	    die, MAY_SETTLE, judge_worker },
	  TAILS | WORDS,
	  FINDS(LATE_ROOM) },
	{ { "a cancellation", 2, { parent_waits_for_cancel, cancel }, -1,
	    set_up, die, MAY_SETTLE, judge_parent },
	  WORDS | INTERRUPTS,
	  FINDS(LATE_ANNOUNCEMENT) | FINDS(LATE_INTERRUPT) },
};

#define N_CASES (sizeof(cases) / sizeof(cases[0]))

static void explore(const struct case_of_orders *one, enum mistake mistake,
		    struct interleave_result *ret_result)
{
	bed.mistake = mistake;
	bed.watched = one->watched;
	interleave_explore(&one->scene, 5000000, ret_result);
	print_message("%s, %s: %lu orders, %u steps: %s%s%s\n", one->scene.name,
		      mistake_names[mistake], ret_result->runs,
		      ret_result->longest,
		      ret_result->wrong ? ret_result->wrong : "all is well",
		      ret_result->wrong ? " in " : "", ret_result->order);
}

static void no_order_loses_a_wake_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_CASES; i++) {
		struct interleave_result result;

		explore(&cases[i], NO_MISTAKE, &result);
		assert_null(result.wrong);
		assert_true(result.runs > 20);
	}
}

static void each_mistake_is_found(void **state)
{
	unsigned int found = 0;

	(void)state;
	for (size_t i = 0; i < N_CASES; i++) {
		for (int m = NO_MISTAKE + 1; m < N_MISTAKES; m++) {
			struct interleave_result result;

			if (!(cases[i].mistakes & FINDS(m)))
				continue;
			explore(&cases[i], (enum mistake)m, &result);
			assert_non_null(result.wrong);
			found |= FINDS(m);
		}
	}
	for (int m = NO_MISTAKE + 1; m < N_MISTAKES; m++)
		assert_true(found & FINDS(m));
}

static int free_channels(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		free(bed.channels[i]);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_order_loses_a_wake_up),
		cmocka_unit_test(each_mistake_is_found),
	};

	if (under_valgrind()) {
		print_message("skipped: valgrind does not follow stacks\n");
		return 77;
	}
	return cmocka_run_group_tests_name("shm_orders", tests, NULL,
					   free_channels);
}
