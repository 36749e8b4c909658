/* SPDX-License-Identifier: MIT */
/*
 * How cost grows: tables of up to 4 MiB in messages and in shared buffers, and
 * calls to one of many proxies in turn.
 */
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"
#include "bench_ipa_proxy.h"
#include "cam_buffers.h"
#include "cpus.h"
#include "fail.h"
#include "manager.h"
#include "peer.h"
#include "proc_number.h"

#define BUFFER_ID 1u
#define MAX_PROXIES 64u
#define KIB 1024u
#define MIB (1024u * KIB)

/* What a case measures. */
struct scale_case {
	const char *isolation;
	uint32_t transport;
	bool shared; /* the table is in a buffer */
	uint32_t bytes; /* of the table */
	uint32_t proxies;
};

struct scale {
	const struct scale_case *what;
	struct camipc_manager *manager;
	struct ipa_bench *ipas[MAX_PROXIES];
	uint32_t next; /* proxy to call */
	float *values;
	uint32_t n_values;
	struct cam_shared_buffer *buffer;
};

static void expect(int ret, const char *what)
{
	if (ret < 0)
		bench_fail("%s: %s", what, camipc_strerror(ret));
}

/* ---- setting up ---------------------------------------------------------- */

static void open_ipa(struct scale *scale, struct ipa_bench **ret_ipa)
{
	static const struct camipc_budget budget = {
		.size = sizeof(budget),
		.max_message_size = CAMIPC_MAX_MESSAGE_SIZE_CEILING,
	};
	const struct camipc_match match = {
		.path = BENCH_MODULE_PATH,
		.isolation = scale->what->isolation,
		.transport = scale->what->transport,
		.budget = &budget,
	};

	expect(ipa_bench_create(scale->manager, &match, NULL, NULL, ret_ipa),
	       "create");
	expect(ipa_bench_init(*ret_ipa), "init");
	expect(ipa_bench_start(*ret_ipa), "start");
	bench_pin_threads(
		camipc_proxy_get_pid(ipa_bench_get_proxy(*ret_ipa)));
}

static void open_table(struct scale *scale)
{
	const uint32_t bytes = scale->what->bytes;
	struct cam_frame_buffer_plane plane;
	const struct cam_buffer buffer = {
		.id = BUFFER_ID,
		.planes = &plane,
		.n_planes = 1,
	};

	if (bytes == 0)
		return;
	scale->n_values = bytes / (uint32_t)sizeof(float);
	scale->values = malloc(bytes);
	if (!scale->values)
		bench_fail("out of memory");
	for (uint32_t i = 0; i < scale->n_values; i++)
		scale->values[i] = (float)i;
	expect(cam_shared_buffer_create(BUFFER_ID, "table", bytes,
					CAM_ACCESS_READ, &plane,
					&scale->buffer),
	       "buffer");
	expect(ipa_bench_map_buffers(scale->ipas[0], &buffer, 1),
	       "mapBuffers");
	close(plane.fd);
}

static void *open_scale(const struct bench_case *bench)
{
	struct scale *scale = calloc(1, sizeof(*scale));

	if (!scale)
		bench_fail("out of memory");
	scale->what = bench->parameter;
	scale->manager = bench_open_manager();
	for (uint32_t i = 0; i < scale->what->proxies; i++)
		open_ipa(scale, &scale->ipas[i]);
	open_table(scale);
	return scale;
}

static void close_scale(void *state)
{
	struct scale *scale = state;

	for (uint32_t i = 0; i < scale->what->proxies; i++)
		ipa_bench_destroy(scale->ipas[i]);
	camipc_manager_destroy(scale->manager);
	cam_shared_buffer_destroy(scale->buffer);
	free(scale->values);
	free(scale);
}

/* ---- measured operations ------------------------------------------------- */

/* The host makes the table anew, as it does in each frame. */
static void run_table(void *state, uint32_t n)
{
	struct scale *scale = state;
	const struct ipa_bench_table table = {
		.values = scale->values,
		.n_values = scale->n_values,
	};
	int ret;

	for (uint32_t i = 0; i < n; i++) {
		scale->values[0] = (float)i;
		if (scale->what->shared) {
			expect(cam_shared_buffer_write(scale->buffer,
						       scale->values,
						       scale->what->bytes),
			       "write");
			ret = ipa_bench_read_shared(scale->ipas[0], BUFFER_ID,
						    scale->n_values);
		} else {
			ret = ipa_bench_read_table(scale->ipas[0], &table);
		}
		if (ret != (int)scale->n_values)
			bench_fail("a table was not read: %s",
				   camipc_result_to_string(ret));
	}
}

static void run_in_turn(void *state, uint32_t n)
{
	struct scale *scale = state;

	for (uint32_t i = 0; i < n; i++) {
		if (ipa_bench_call(scale->ipas[scale->next], i) != (int)i)
			bench_fail("a call returned a wrong number");
		scale->next = (scale->next + 1) % scale->what->proxies;
	}
}

/* What a worker has of memory, on average. */
static void describe_workers(void *state, char *text, size_t size)
{
	const struct scale *scale = state;
	const uint32_t n = scale->what->proxies;
	uint64_t pss = 0;
	uint64_t own = 0;

	for (uint32_t i = 0; i < n; i++) {
		const int pid = camipc_proxy_get_pid(
			ipa_bench_get_proxy(scale->ipas[i]));

		pss += proc_number(pid, "smaps_rollup", "Pss:");
		own += proc_number(pid, "smaps_rollup", "Anonymous:");
	}
	snprintf(text, size, "a worker has %llu KiB (PSS), %llu of them its own",
		 (unsigned long long)pss / n, (unsigned long long)own / n);
}

/* ---- the floor of many --------------------------------------------------- */

enum { IDLE, ASKED, LAST };

/* A word for each peer, in cache lines of their own. */
struct word {
	_Alignas(64) atomic_uint value;
	struct bench_peer peer;
};

struct words {
	uint32_t n;
	uint32_t next;
	struct word *words;
};

static void wake(struct word *word)
{
	syscall(SYS_futex, &word->value, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static unsigned int wait_while(struct word *word, unsigned int value)
{
	unsigned int now;

	while ((now = atomic_load_explicit(&word->value,
					   memory_order_acquire)) == value)
		syscall(SYS_futex, &word->value, FUTEX_WAIT, value, NULL, NULL,
			0);
	return now;
}

static void serve_word(void *state)
{
	struct word *word = state;

	while (wait_while(word, IDLE) != LAST) {
		atomic_store_explicit(&word->value, IDLE, memory_order_release);
		wake(word);
	}
}

static void *open_words(const struct bench_case *bench)
{
	const struct scale_case *what = bench->parameter;
	struct words *words = calloc(1, sizeof(*words));

	if (!words)
		bench_fail("out of memory");
	words->n = what->proxies;
	words->words = mmap(NULL, words->n * sizeof(*words->words),
			    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			    -1, 0);
	if (words->words == MAP_FAILED)
		bench_fail("mmap failed");
	for (uint32_t i = 0; i < words->n; i++)
		bench_peer_fork(&words->words[i].peer, serve_word,
				&words->words[i]);
	return words;
}

static void run_words(void *state, uint32_t n)
{
	struct words *words = state;

	for (uint32_t i = 0; i < n; i++) {
		struct word *word = &words->words[words->next];

		atomic_store_explicit(&word->value, ASKED,
				      memory_order_release);
		wake(word);
		wait_while(word, ASKED);
		words->next = (words->next + 1) % words->n;
	}
}

static void close_words(void *state)
{
	struct words *words = state;

	for (uint32_t i = 0; i < words->n; i++) {
		atomic_store(&words->words[i].value, LAST);
		wake(&words->words[i]);
		bench_peer_join(&words->words[i].peer);
	}
	munmap(words->words, words->n * sizeof(*words->words));
	free(words);
}

/* ---- the table ----------------------------------------------------------- */

#define WHAT(...) (&(const struct scale_case){ __VA_ARGS__ })

#define TABLE(name_and_size, where, size, ...)                            \
	{                                                                 \
		.name = "table." name_and_size "." where,                 \
		.floor = "table." name_and_size ".shared",                \
		.cores = BENCH_SAME_CORE,                                 \
		.batch = 1,                                               \
		.samples = 200,                                           \
		.parameter = WHAT(.bytes = (size), .proxies = 1,          \
				  .isolation = "process", __VA_ARGS__),   \
		.open = open_scale,                                       \
		.run = run_table,                                         \
		.close = close_scale,                                     \
	}

/* What a buffer takes is what the messages are compared with. */
#define TABLES(name_of_size, size)                                        \
	TABLE(name_of_size, "socket", size,                               \
	      .transport = CAMIPC_TRANSPORT_SOCKET),                      \
	TABLE(name_of_size, "shm", size,                                  \
	      .transport = CAMIPC_TRANSPORT_SHM),                         \
	{                                                                 \
		.name = "table." name_of_size ".shared",                  \
		.cores = BENCH_SAME_CORE,                                 \
		.batch = 1,                                               \
		.samples = 200,                                           \
		.parameter = WHAT(.bytes = (size), .proxies = 1,          \
				  .isolation = "process", .shared = true, \
				  .transport = CAMIPC_TRANSPORT_SHM),     \
		.open = open_scale,                                       \
		.run = run_table,                                         \
		.close = close_scale,                                     \
	}

#define MANY(number)                                                      \
	{                                                                 \
		.name = "many.shm." #number,                              \
		.floor = "floor.many." #number,                           \
		.cores = BENCH_SAME_CORE,                                 \
		.batch = 1,                                               \
		.samples = 2000,                                          \
		.parameter = WHAT(.proxies = number,                      \
				  .isolation = "process",                 \
				  .transport = CAMIPC_TRANSPORT_SHM),     \
		.open = open_scale,                                       \
		.run = run_in_turn,                                       \
		.describe = describe_workers,                             \
		.close = close_scale,                                     \
	},                                                                \
	{                                                                 \
		.name = "floor.many." #number,                            \
		.cores = BENCH_SAME_CORE,                                 \
		.batch = 1,                                               \
		.samples = 2000,                                          \
		.parameter = WHAT(.proxies = number),                     \
		.open = open_words,                                       \
		.run = run_words,                                         \
		.close = close_words,                                     \
	}

static const struct bench_case cases[] = {
	TABLES("1k", KIB),
	TABLES("4k", 4 * KIB),
	TABLES("16k", 16 * KIB),
	TABLES("64k", 64 * KIB),
	TABLES("256k", 256 * KIB),
	TABLES("1m", MIB),
	TABLES("4m", 4 * MIB),
	MANY(1),
	MANY(4),
	MANY(16),
	MANY(64),
};

const struct bench_table bench_scale = { cases,
					 sizeof(cases) / sizeof(*cases) };
