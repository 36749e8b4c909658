/* SPDX-License-Identifier: MIT */
/*
 * Lies in shared memory: positions, records, and the words through which sides
 * wake each other. Most of them are followed by the honest message, so that a
 * lie that is believed shows.
 */
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lie_scene.h"
#include "shm_channel-internal.h"
#include "shm_futex.h"

/* Long enough for the camera process to fall asleep again. */
#define MOMENT_NS 1000000

/* Wakes that change nothing, or room that is asked for. */
#define TIMES 100

static struct shm_channel *get_shm(void)
{
	return raw_frame_get_ring();
}

static struct camipc_shm_sleeper *get_sleeper(enum camipc_shm_side side)
{
	return &get_shm()->area->words->sleepers[side];
}

static long futex(_Atomic uint32_t *word, int operation, uint32_t value,
		  const void *timeout, _Atomic uint32_t *other)
{
	return syscall(SYS_futex, word, operation, value, timeout, other, 0);
}

static void wait_a_moment(void)
{
	const struct timespec time = { .tv_nsec = MOMENT_NS };

	nanosleep(&time, NULL);
}

/* ---- positions ----------------------------------------------------------- */

static int move_head(struct scene *scene, uint32_t by)
{
	struct shm_channel *shm = get_shm();

	(void)scene;
	atomic_fetch_add(&shm->out.words->head, by);
	camipc_shm_wake_peer(shm);
	return scene_hang();
}

int act_ring_head_far(struct scene *scene)
{
	return move_head(scene, CAMIPC_SHM_RING_SIZE + CAMIPC_SHM_ALIGN);
}

int act_ring_head_back(struct scene *scene)
{
	return move_head(scene, (uint32_t)-CAMIPC_SHM_ALIGN);
}

int act_ring_head_not_aligned(struct scene *scene)
{
	return move_head(scene, 1);
}

int act_ring_head_without_record(struct scene *scene)
{
	return move_head(scene, 4096);
}

/* The camera process looks at it when it is short of room. */
static int move_tail(struct scene *scene, uint32_t by)
{
	atomic_fetch_add(&get_shm()->in.words->tail, by);
	return scene_be_honest(scene);
}

int act_ring_tail_far(struct scene *scene)
{
	return move_tail(scene, CAMIPC_SHM_RING_SIZE);
}

int act_ring_tail_back(struct scene *scene)
{
	return move_tail(scene, (uint32_t)-CAMIPC_SHM_ALIGN);
}

/* ---- records ------------------------------------------------------------- */

/* Publishes @bytes of a record that says this. */
static int put_record(uint32_t size, uint32_t number, uint32_t bytes)
{
	struct shm_channel *shm = get_shm();
	const struct camipc_shm_record record = { size, number };

	memcpy(shm->out.bytes + shm->out.at % CAMIPC_SHM_RING_SIZE, &record,
	       sizeof(record));
	atomic_store(&shm->out.words->head, shm->out.at + bytes);
	camipc_shm_wake_peer(shm);
	return scene_hang();
}

int act_ring_record_empty(struct scene *scene)
{
	(void)scene;
	return put_record(0, get_shm()->out.number + 1, 8);
}

int act_ring_record_long(struct scene *scene)
{
	(void)scene;
	return put_record(CAMIPC_SHM_MAX_MESSAGE + 1,
			  get_shm()->out.number + 1, CAMIPC_SHM_RING_SIZE);
}

int act_ring_record_torn(struct scene *scene)
{
	(void)scene;
	return put_record(200, get_shm()->out.number + 1, 64);
}

int act_ring_record_again(struct scene *scene)
{
	(void)scene;
	return put_record(CAMIPC_HEADER_SIZE, get_shm()->out.number, 40);
}

int act_ring_record_missing(struct scene *scene)
{
	(void)scene;
	return put_record(CAMIPC_HEADER_SIZE, get_shm()->out.number + 2, 40);
}

int act_ring_mark_without_datagram(struct scene *scene)
{
	(void)scene;
	return put_record(CAMIPC_SHM_ON_SOCKET, get_shm()->out.number + 1,
			  CAMIPC_SHM_RECORD_SIZE);
}

/* One may come before its mark is seen; a second one may not. */
int act_ring_datagrams_without_mark(struct scene *scene)
{
	raw_frame_copy(&scene->frame, scene->message);
	for (int i = 0; i < 2; i++)
		(void)!raw_frame_send_on_socket(&scene->frame);
	camipc_shm_wake_peer(get_shm());
	return scene_hang();
}

/* Nobody has asked for as many. */
int act_ring_bells(struct scene *scene)
{
	struct camipc_header header = { .kind = CAMIPC_MESSAGE_BELL };

	raw_frame_make(&scene->frame, header, NULL, 0);
	while (raw_frame_send_on_socket(&scene->frame) == 0)
		;
	return -EPIPE;
}

int act_ring_closed(struct scene *scene)
{
	(void)scene;
	atomic_store(&get_shm()->out.words->closed, 1);
	camipc_shm_wake_peer(get_shm());
	return scene_hang();
}

/* ---- the whole memory ---------------------------------------------------- */

/* Holes in the file read as zeros; where that is refused, zeros are written. */
int act_ring_removed(struct scene *scene)
{
	struct camipc_shm_words *words = get_shm()->area->words;

	(void)scene;
	if (madvise(words, CAMIPC_SHM_SIZE, MADV_REMOVE) < 0)
		memset(words, 0, CAMIPC_SHM_SIZE);
	return scene_hang();
}

int act_ring_garbage(struct scene *scene)
{
	(void)scene;
	memset(get_shm()->area->words, 0xff, CAMIPC_SHM_SIZE);
	return scene_hang();
}

/* ---- the words ----------------------------------------------------------- */

int act_ring_wakes_without_end(struct scene *scene)
{
	(void)scene;
	for (;;)
		futex(&get_sleeper(CAMIPC_SHM_PARENT)->word, FUTEX_WAKE, 1,
		      NULL, NULL);
}

/* Publishes the honest message, as if nobody slept. */
static int publish_silently(struct scene *scene)
{
	struct shm_channel *shm = get_shm();

	raw_frame_copy(&scene->frame, scene->message);
	camipc_shm_ring_put(&shm->out, scene->frame.bytes,
			    (uint32_t)scene->frame.size);
	return 0;
}

int act_ring_never_wakes(struct scene *scene)
{
	wait_a_moment();
	return publish_silently(scene);
}

int act_ring_word_scribbled(struct scene *scene)
{
	wait_a_moment();
	atomic_store(&get_sleeper(CAMIPC_SHM_PARENT)->word,
		     UINT32_C(0x12345678));
	return publish_silently(scene);
}

int act_ring_dies_out_of_list(struct scene *scene)
{
	(void)scene;
	wait_a_moment();
	camipc_shm_channel_end_robust(get_shm()->area);
	return scene_die_of(SIGKILL);
}

/* To this side's own word, on which nobody wakes. */
int act_ring_sleeper_requeued(struct scene *scene)
{
	wait_a_moment();
	futex(&get_sleeper(CAMIPC_SHM_PARENT)->word, FUTEX_REQUEUE, 0,
	      (const void *)(intptr_t)1, /* in the place of a timeout */
	      &get_sleeper(CAMIPC_SHM_WORKER)->word);
	return scene_be_honest(scene);
}

/* Locks with priority inheritance, whose owner would be the camera process. */
int act_ring_word_locked(struct scene *scene)
{
	static const int operations[] = { FUTEX_LOCK_PI, FUTEX_TRYLOCK_PI,
					  FUTEX_UNLOCK_PI,
					  FUTEX_CMP_REQUEUE_PI };
	_Atomic uint32_t *word = &get_sleeper(CAMIPC_SHM_PARENT)->word;
	_Atomic uint32_t *other = &get_sleeper(CAMIPC_SHM_WORKER)->word;

	for (int i = 0; i < TIMES; i++) {
		/* Of the clock of the day: it is over at once. */
		const struct timespec past = { .tv_sec = 1 };

		if (i % 2)
			atomic_store(word, (uint32_t)getppid() | FUTEX_WAITERS);
		for (size_t j = 0; j < sizeof(operations) / sizeof(int); j++)
			futex(word, operations[j], 1,
			      operations[j] == FUTEX_LOCK_PI ?
				      (const void *)&past :
				      (const void *)(intptr_t)1,
			      other);
	}
	atomic_store(other, CAMIPC_SHM_AWAKE);
	return scene_be_honest(scene);
}

int act_ring_wants_room_without_end(struct scene *scene)
{
	struct shm_channel *shm = get_shm();

	for (int i = 0; i < TIMES; i++) {
		atomic_store(&shm->out.words->wants_room, 1);
		if (scene_send_log(scene, 1, "line", 4) < 0)
			return -EPIPE;
	}
	return scene_be_honest(scene);
}
