/* SPDX-License-Identifier: MIT */
/* The phoenix module: does and notes what its book says (phoenix_book.h). */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "phoenix_book.h"
#include "phoenix_ipa_worker.h"

/* Another build is another version of the module. */
#ifndef PHOENIX_EDITION
#define PHOENIX_EDITION 1
#endif

/* Of the worker program, proxy/servant/worker.h. */
#define CHANNEL_FD 4

struct phoenix {
	struct camipc_host *host;
	struct phoenix_book *book; /* NULL before init */
	uint32_t worker;
};

static void sleep_for_good(void)
{
	for (;;)
		pause();
}

static void flood_log(struct phoenix *phoenix)
{
	for (;;)
		camipc_host_log(phoenix->host, CAMIPC_LOG_WARNING,
				"again and again");
}

static void flood_stderr(void)
{
	for (;;)
		(void)!write(STDERR_FILENO, "again and again\n", 16);
}

static void end(struct phoenix *phoenix, enum phoenix_act act)
{
	switch (act) {
	case PHOENIX_KILL:
		kill(getpid(), SIGKILL);
		sleep_for_good();
		break;
	case PHOENIX_SEGV:
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
		break;
	case PHOENIX_ABORT:
		signal(SIGABRT, SIG_DFL);
		raise(SIGABRT);
		break;
	case PHOENIX_EXIT:
		_exit(0);
	case PHOENIX_FREEZE:
		kill(getpid(), SIGSTOP);
		sleep_for_good();
		break;
	case PHOENIX_CLOSE:
		shutdown(CHANNEL_FD, SHUT_RDWR);
		close(CHANNEL_FD);
		sleep_for_good();
		break;
	case PHOENIX_GARBAGE:
		(void)!send(CHANNEL_FD, "garbage", 7, MSG_NOSIGNAL);
		sleep_for_good();
		break;
	case PHOENIX_LOG_FLOOD:
		flood_log(phoenix);
		break;
	case PHOENIX_STDERR_FLOOD:
		flood_stderr();
		break;
	default:
		break;
	}
}

/** True if this call of @op is the one in which the worker ends. */
static int is_planned(struct phoenix_book *book, enum phoenix_op op)
{
	if (atomic_load(&book->op) != (unsigned int)op ||
	    atomic_load(&book->countdown) == 0)
		return 0;
	if (atomic_fetch_sub(&book->countdown, 1) != 1)
		return 0;
	if (atomic_load(&book->again) > 0) {
		atomic_fetch_sub(&book->again, 1);
		atomic_store(&book->countdown, 1);
	}
	return 1;
}

/** Notes an op. Returns the act that is to follow its work. */
static enum phoenix_act begin(struct phoenix *phoenix, enum phoenix_op op,
			      uint32_t number)
{
	struct phoenix_book *book = phoenix->book;
	const unsigned int n = atomic_fetch_add(&book->n, 1);
	enum phoenix_act act;

	book->notes[n % PHOENIX_NOTES] = (struct phoenix_note){
		.op = (uint32_t)op,
		.number = number,
		.worker = phoenix->worker,
	};
	if (!is_planned(book, op))
		return PHOENIX_LIVE;
	act = (enum phoenix_act)atomic_load(&book->act);
	if (atomic_load(&book->after))
		return act;
	end(phoenix, act);
	return PHOENIX_LIVE;
}

static int32_t phoenix_init(void *ipa, int book, uint32_t seed,
			    uint32_t *ret_token)
{
	struct phoenix *phoenix = ipa;
	enum phoenix_act act;

	phoenix->book = mmap(NULL, sizeof(*phoenix->book),
			     PROT_READ | PROT_WRITE, MAP_SHARED, book, 0);
	if (phoenix->book == MAP_FAILED) {
		phoenix->book = NULL;
		return -EINVAL;
	}
	phoenix->worker = atomic_fetch_add(&phoenix->book->workers, 1) + 1;
	act = begin(phoenix, PHOENIX_INIT, seed);
	usleep(atomic_load(&phoenix->book->slow_init_ms) * 1000);
	for (unsigned int i = atomic_load(&phoenix->book->init_lines); i; i--)
		fputs("noise\n", stderr);
	*ret_token = atomic_load(&phoenix->book->token);
	end(phoenix, act);
	return 0;
}

static int32_t phoenix_configure(void *ipa, uint32_t width,
				 uint32_t *ret_stride, const char **ret_name)
{
	struct phoenix *phoenix = ipa;
	const enum phoenix_act act = begin(phoenix, PHOENIX_CONFIGURE, width);

	*ret_stride = atomic_load(&phoenix->book->stride) + width;
	*ret_name = "phoenix";
	end(phoenix, act);
	return (int32_t)width;
}

static int32_t phoenix_start(void *ipa, uint32_t mode, uint32_t *ret_run)
{
	struct phoenix *phoenix = ipa;
	const enum phoenix_act act = begin(phoenix, PHOENIX_START, mode);
	const unsigned int n = atomic_load(&phoenix->book->starts_with);

	for (unsigned int i = 0; i < n; i++)
		(void)test_phoenix_emit_started(phoenix->host,
						phoenix->worker);
	*ret_run = atomic_load(&phoenix->book->run);
	end(phoenix, act);
	return 0;
}

static void phoenix_stop(void *ipa, struct test_phoenix_marker *ret_marker)
{
	struct phoenix *phoenix = ipa;
	const enum phoenix_act act = begin(phoenix, PHOENIX_STOP, 0);

	usleep(atomic_load(&phoenix->book->slow_stop_ms) * 1000);
	end(phoenix, act);
	ret_marker->value = 9;
}

static int32_t phoenix_map(void *ipa, const struct test_phoenix_item *items,
			   size_t n_items,
			   const struct test_phoenix_item *others,
			   size_t n_others)
{
	enum phoenix_act act = PHOENIX_LIVE;

	for (size_t i = 0; i < n_items; i++)
		act = begin(ipa, PHOENIX_MAP, items[i].id);
	for (size_t i = 0; i < n_others; i++)
		act = begin(ipa, PHOENIX_MAP, 1000 + others[i].id);
	end(ipa, act);
	return 0;
}

static void phoenix_unmap(void *ipa, const uint32_t *ids, size_t n_ids)
{
	for (size_t i = 0; i < n_ids; i++)
		end(ipa, begin(ipa, PHOENIX_UNMAP, ids[i]));
}

static int32_t phoenix_set(void *ipa, const char *name, uint32_t value,
			   uint32_t *ret_count)
{
	struct phoenix *phoenix = ipa;

	(void)name;
	end(ipa, begin(ipa, PHOENIX_SET, value));
	*ret_count = atomic_load(&phoenix->book->set_result);
	return (int32_t)*ret_count;
}

static void phoenix_forget(void *ipa)
{
	end(ipa, begin(ipa, PHOENIX_FORGET, 0));
}

static int32_t phoenix_read(void *ipa, uint32_t word, int file)
{
	struct phoenix *phoenix = ipa;
	uint32_t got = 0;

	(void)!read(file, &got, sizeof(got));
	atomic_store(&phoenix->book->last_read, got);
	end(ipa, begin(ipa, PHOENIX_READ, word));
	return 0;
}

static int32_t phoenix_ask(void *ipa, uint32_t number, uint32_t *ret_answer)
{
	struct phoenix *phoenix = ipa;
	const enum phoenix_act act = begin(phoenix, PHOENIX_ASK, number);

	usleep(atomic_load(&phoenix->book->slow_ask_ms) * 1000);
	*ret_answer = number + PHOENIX_EDITION;
	end(phoenix, act);
	return 0;
}

static int32_t phoenix_patient(void *ipa, uint32_t number,
			       uint32_t *ret_answer)
{
	const enum phoenix_act act = begin(ipa, PHOENIX_PATIENT, number);

	*ret_answer = number + 1;
	end(ipa, act);
	return 0;
}

static void phoenix_frame(void *ipa, uint32_t number)
{
	struct phoenix *phoenix = ipa;
	const enum phoenix_act act = begin(phoenix, PHOENIX_FRAME, number);

	(void)test_phoenix_emit_done(phoenix->host, number);
	atomic_fetch_add(&phoenix->book->frames, 1);
	end(phoenix, act);
}

static void phoenix_kept(void *ipa, uint32_t number, int fd)
{
	(void)fd;
	end(ipa, begin(ipa, PHOENIX_KEPT, number));
}

static void phoenix_raise(void *ipa, uint32_t count)
{
	struct phoenix *phoenix = ipa;
	const enum phoenix_act act = begin(phoenix, PHOENIX_RAISE, count);

	for (uint32_t i = 0; i < count; i++)
		(void)test_phoenix_emit_burst(phoenix->host, i);
	end(phoenix, act);
}

static void phoenix_tune(void *ipa, uint32_t id, uint32_t value)
{
	(void)id;
	end(ipa, begin(ipa, PHOENIX_TUNE, value));
}

static const struct test_phoenix_ops ops = TEST_PHOENIX_OPS(phoenix);

static int create(struct camipc_host *host, void **ret_ipa)
{
	struct phoenix *phoenix = calloc(1, sizeof(*phoenix));

#ifdef PHOENIX_MUTTERS
	fputs("muttering\n", stderr);
	sleep_for_good();
#endif
	if (!phoenix)
		return -ENOMEM;
	phoenix->host = host;
	*ret_ipa = phoenix;
	return 0;
}

static void destroy(void *ipa)
{
	struct phoenix *phoenix = ipa;

	if (phoenix->book)
		munmap(phoenix->book, sizeof(*phoenix->book));
	free(phoenix);
}

TEST_PHOENIX_MODULE("phoenix", 1, "MIT", create, destroy, &ops);
