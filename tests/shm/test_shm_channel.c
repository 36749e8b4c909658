/* SPDX-License-Identifier: MIT */
/* Tests the channel over shared memory between two honest ends. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shm_fixture.h"
#include "shm_ring.h"
#include "under_valgrind.h"

/* ---- messages ----------------------------------------------------------- */

/* Every size, so that records wrap at every place, in both directions. */
static void messages_of_every_size_arrive(void **state)
{
	const uint32_t step = (uint32_t)test_amount(1, 3, 97);
	struct shm_fixture f;

	(void)state;
	shm_set_up(&f, 0);
	for (uint32_t size = 0; size < 2000; size += step) {
		assert_int_equal(shm_send(f.worker, size + 1, size), 0);
		assert_int_equal(shm_send(f.parent, size + 2, size), 0);
		shm_expect(&f, f.parent, size + 1, size);
		shm_expect(&f, f.worker, size + 2, size);
	}
	assert_int_equal(shm_receive(&f, f.parent), -EAGAIN);
	shm_tear_down(&f);
}

/* A position wraps at 2^32: the ring begins shortly before that. */
static void positions_wrap(void **state)
{
	struct camipc_shm_ring_words words;
	static uint8_t bytes[CAMIPC_SHM_RING_SIZE];
	struct camipc_shm_ring producer;
	struct camipc_shm_ring consumer;
	uint8_t message[CAMIPC_HEADER_SIZE] = { 0 };
	uint8_t read[CAMIPC_HEADER_SIZE];
	uint32_t size;

	(void)state;
	memset(&words, 0, sizeof(words));
	camipc_shm_ring_init(&producer, &words, bytes);
	camipc_shm_ring_init(&consumer, &words, bytes);
	producer.at = producer.seen = UINT32_MAX - 99 * 8 - 7;
	consumer.at = consumer.seen = producer.at;
	atomic_store(&words.head, producer.at);
	atomic_store(&words.tail, producer.at);
	producer.number = consumer.number = UINT32_MAX - 5;
	for (uint32_t i = 0; i < 1000; i++) {
		message[0] = (uint8_t)i;
		assert_int_equal(camipc_shm_ring_check_room(
					 &producer, camipc_shm_ring_cost(32)),
				 0);
		camipc_shm_ring_put(&producer, message, sizeof(message));
		assert_int_equal(camipc_shm_ring_peek(&consumer, &size), 0);
		assert_int_equal(size, sizeof(message));
		camipc_shm_ring_copy(&consumer, 0, read, size);
		assert_int_equal(read[0], (uint8_t)i);
		camipc_shm_ring_take(&consumer, size);
		assert_int_equal(camipc_shm_ring_peek(&consumer, &size),
				 -EAGAIN);
	}
}

/* Many at once, until there is no room; then the rest, in order. */
static void a_full_ring_refuses_and_goes_on(void **state)
{
	struct shm_fixture f;
	uint32_t sent = 0;
	uint32_t got = 0;

	(void)state;
	shm_set_up(&f, 0);
	while (shm_send(f.worker, sent + 1, 500) == 0)
		sent++;
	assert_in_range(sent, 64, CAMIPC_SHM_RING_SIZE / 500);
	for (int round = 0; round < 100; round++) {
		shm_expect(&f, f.parent, ++got, 500);
		assert_int_equal(shm_send(f.worker, ++sent, 500), 0);
		assert_int_equal(shm_send(f.worker, sent + 1, 500), -EAGAIN);
	}
	while (got < sent)
		shm_expect(&f, f.parent, ++got, 500);
	assert_int_equal(shm_receive(&f, f.parent), -EAGAIN);
	shm_tear_down(&f);
}

/* Through the socket, and those above 32 KiB through a memfd. */
static void large_messages_keep_their_place(void **state)
{
	static const uint32_t sizes[] = {
		10, CAMIPC_SHM_MAX_MESSAGE - CAMIPC_HEADER_SIZE,
		CAMIPC_SHM_MAX_MESSAGE - CAMIPC_HEADER_SIZE + 1, 20,
		CAMIPC_MAX_INLINE_SIZE, CAMIPC_MAX_INLINE_SIZE + 1, 30,
		SHM_MAX_SIZE, 0,
	};
	const uint32_t n = sizeof(sizes) / sizeof(sizes[0]);
	struct shm_fixture f;

	(void)state;
	shm_set_up(&f, 0);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(shm_send(f.worker, i, sizes[i]), 0);
	for (uint32_t i = 0; i < n; i++)
		shm_expect(&f, f.parent, i, sizes[i]);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(shm_send(f.parent, i, sizes[i]), 0);
	for (uint32_t i = 0; i < n; i++)
		shm_expect(&f, f.worker, i, sizes[i]);
	shm_tear_down(&f);
}

static int send_fds(struct camipc_channel *channel, uint32_t id, uint32_t n)
{
	struct camipc_message message;
	int ret;

	camipc_message_init(&message);
	message.header.kind = CAMIPC_MESSAGE_EVENT;
	message.header.id = id;
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(
			camipc_message_take_fd(&message,
					       open("/dev/null",
						    O_RDWR | O_CLOEXEC)),
			0);
	ret = camipc_channel_send(channel, &message);
	camipc_message_fini(&message);
	return ret;
}

/* Descriptors come with their message, between those without. */
static void descriptors_keep_their_place(void **state)
{
	struct shm_fixture f;

	(void)state;
	shm_set_up(&f, 0);
	for (uint32_t id = 0; id < 20; id++)
		assert_int_equal(send_fds(f.worker, id, id % 4), 0);
	for (uint32_t id = 0; id < 20; id++) {
		assert_int_equal(shm_receive(&f, f.parent), 0);
		assert_int_equal(f.message.header.id, id);
		assert_int_equal(f.message.fds.n, id % 4);
	}
	shm_tear_down(&f);
}

/* The datagram may be seen before its record: it waits for that. */
static void a_datagram_before_its_record_waits(void **state)
{
	struct shm_fixture f;
	_Atomic uint32_t *head;
	uint32_t before;
	uint32_t after;

	(void)state;
	shm_set_up(&f, 0);
	head = &f.worker_area->words->rings[CAMIPC_SHM_WORKER].head;
	before = atomic_load(head);
	assert_int_equal(send_fds(f.worker, 7, 1), 0);
	after = atomic_exchange(head, before);
	camipc_channel_look(f.parent);
	assert_int_equal(shm_receive(&f, f.parent), -EAGAIN);
	assert_int_equal(shm_receive(&f, f.parent), -EAGAIN);
	atomic_store(head, after);
	assert_int_equal(shm_receive(&f, f.parent), 0);
	assert_int_equal(f.message.header.id, 7);
	assert_int_equal(f.message.fds.n, 1);
	shm_tear_down(&f);
}

/* ---- waking ------------------------------------------------------------- */

/* A sleeper that polls is woken once, however much is sent. */
static void a_bell_rings_once_per_announcement(void **state)
{
	struct shm_fixture f;

	(void)state;
	shm_set_up(&f, 0);
	assert_int_equal(shm_send(f.worker, 1, 8), 0);
	assert_false(shm_is_readable(f.parent));
	assert_true(camipc_channel_announce(f.parent));
	shm_expect(&f, f.parent, 1, 8);
	for (uint32_t round = 0; round < 5; round++) {
		assert_false(camipc_channel_announce(f.parent));
		assert_false(shm_is_readable(f.parent));
		for (uint32_t i = 0; i < 3; i++)
			assert_int_equal(shm_send(f.worker, i, 8), 0);
		assert_true(shm_is_readable(f.parent));
		camipc_channel_attend(f.parent);
		for (uint32_t i = 0; i < 3; i++)
			shm_expect(&f, f.parent, i, 8);
		assert_int_equal(shm_receive(&f, f.parent), -EAGAIN);
		/* One bell came, and it was read. */
		assert_false(shm_is_readable(f.parent));
	}
	shm_tear_down(&f);
}

/* A side that is awake costs the peer no system call, and gets no bell. */
static void nobody_rings_for_one_who_is_awake(void **state)
{
	struct shm_fixture f;

	(void)state;
	shm_set_up(&f, 0);
	assert_false(camipc_channel_announce(f.parent));
	camipc_channel_attend(f.parent);
	assert_int_equal(shm_send(f.worker, 1, 8), 0);
	assert_false(shm_is_readable(f.parent));
	shm_expect(&f, f.parent, 1, 8);
	shm_tear_down(&f);
}

/* A producer that waits for room is woken by the consumer. */
static void room_wakes_who_waits_for_it(void **state)
{
	struct shm_fixture f;
	uint32_t sent = 0;

	(void)state;
	shm_set_up(&f, 0);
	while (shm_send(f.parent, sent, 4000) == 0)
		sent++;
	camipc_channel_want_room(f.parent, true);
	assert_false(camipc_channel_announce(f.parent));
	assert_false(shm_is_readable(f.parent));
	shm_expect(&f, f.worker, 0, 4000);
	assert_true(shm_is_readable(f.parent));
	camipc_channel_attend(f.parent);
	assert_int_equal(shm_receive(&f, f.parent), -EAGAIN);
	assert_int_equal(shm_send(f.parent, sent, 4000), 0);
	camipc_channel_want_room(f.parent, false);
	assert_false(shm_is_readable(f.parent));
	shm_tear_down(&f);
}

/* Without room on the socket, its room is what wakes. */
static void room_on_the_socket_wakes(void **state)
{
	struct shm_fixture f;
	uint32_t sent = 0;

	(void)state;
	shm_set_up(&f, 0);
	while (shm_send(f.parent, sent, CAMIPC_MAX_INLINE_SIZE) == 0)
		sent++;
	assert_in_range(sent, 1, 100);
	camipc_channel_want_room(f.parent, true);
	assert_false(camipc_channel_announce(f.parent));
	assert_false(shm_is_readable(f.parent));
	for (uint32_t id = 0; id < sent; id++)
		shm_expect(&f, f.worker, id, CAMIPC_MAX_INLINE_SIZE);
	assert_true(shm_is_readable(f.parent));
	shm_tear_down(&f);
}

static uint32_t fill_socket(struct shm_fixture *f, uint32_t id)
{
	while (shm_send(f->parent, id, CAMIPC_MAX_INLINE_SIZE) == 0)
		id++;
	camipc_channel_want_room(f->parent, true);
	return id;
}

static uint32_t fill_ring(struct shm_fixture *f, uint32_t id)
{
	while (shm_send(f->parent, id, 4000) == 0)
		id++;
	camipc_channel_want_room(f->parent, true);
	return id;
}

/* While the ring is full, room on the socket wakes nobody, and the other way
 * round: the place that was full before does not count. */
static void the_place_that_is_full_changes(void **state)
{
	struct shm_fixture f;
	uint32_t large;
	uint32_t small;

	(void)state;
	shm_set_up(&f, 0);
	large = fill_socket(&f, 0);
	for (uint32_t id = 0; id < large; id++)
		shm_expect(&f, f.worker, id, CAMIPC_MAX_INLINE_SIZE);
	small = fill_ring(&f, 0);
	assert_false(camipc_channel_announce(f.parent));
	assert_false(shm_is_readable(f.parent));
	for (uint32_t id = 0; id < small; id++)
		shm_expect(&f, f.worker, id, 4000);
	assert_true(shm_is_readable(f.parent));
	camipc_channel_attend(f.parent);
	assert_int_equal(shm_receive(&f, f.parent), -EAGAIN);
	large = fill_socket(&f, 0);
	assert_false(camipc_channel_announce(f.parent));
	assert_false(shm_is_readable(f.parent));
	for (uint32_t id = 0; id < large; id++)
		shm_expect(&f, f.worker, id, CAMIPC_MAX_INLINE_SIZE);
	assert_true(shm_is_readable(f.parent));
	shm_tear_down(&f);
}

/* ---- the end ------------------------------------------------------------ */

/* What was sent before the end is read first, on either way. */
static void the_end_follows_the_messages(void **state)
{
	struct shm_fixture f;

	(void)state;
	shm_set_up(&f, 0);
	assert_false(camipc_channel_announce(f.parent));
	assert_int_equal(shm_send(f.worker, 1, 8), 0);
	assert_int_equal(send_fds(f.worker, 2, 1), 0);
	assert_int_equal(shm_send(f.worker, 3, 8), 0);
	camipc_channel_destroy(f.worker);
	f.worker = NULL;
	assert_true(shm_is_readable(f.parent));
	shm_expect(&f, f.parent, 1, 8);
	assert_int_equal(shm_receive(&f, f.parent), 0);
	assert_int_equal(f.message.fds.n, 1);
	shm_expect(&f, f.parent, 3, 8);
	assert_int_equal(shm_receive(&f, f.parent), -EPIPE);
	assert_int_equal(shm_receive(&f, f.parent), -EPIPE);
	shm_tear_down(&f);
}

/* A peer that only closes its socket, as one that was killed. */
static void a_closed_socket_is_the_end(void **state)
{
	struct shm_fixture f;

	(void)state;
	shm_set_up(&f, 0);
	assert_int_equal(shm_send(f.worker, 1, 8), 0);
	camipc_channel_destroy(f.worker);
	f.worker = NULL;
	atomic_store(&f.worker_area->words->rings[CAMIPC_SHM_WORKER].closed, 0);
	camipc_channel_look(f.parent);
	shm_expect(&f, f.parent, 1, 8);
	assert_int_equal(shm_receive(&f, f.parent), -EPIPE);
	shm_tear_down(&f);
}

/* After end_at() nobody else who has the mapping can keep the link alive. */
static void nothing_counts_after_the_end(void **state)
{
	struct shm_fixture f;

	(void)state;
	shm_set_up(&f, 0);
	assert_int_equal(shm_send(f.worker, 1, 8), 0);
	camipc_channel_end_at(f.parent);
	assert_int_equal(shm_send(f.worker, 2, 8), 0);
	assert_int_equal(send_fds(f.worker, 3, 1), 0);
	shm_expect(&f, f.parent, 1, 8);
	assert_int_equal(shm_receive(&f, f.parent), -EPIPE);
	shm_tear_down(&f);
}

/* A crash is reported without the lock; a log line without waiting for it. */
static void notes_need_no_record(void **state)
{
	static const uint8_t kinds[] = { CAMIPC_MESSAGE_CRASH,
					 CAMIPC_MESSAGE_LOG };
	struct camipc_message note;
	struct shm_fixture f;

	(void)state;
	shm_set_up(&f, 0);
	assert_int_equal(shm_send(f.worker, 1, 8), 0);
	for (size_t i = 0; i < 2; i++) {
		camipc_message_init(&note);
		note.header.kind = kinds[i];
		assert_int_equal(camipc_channel_send(f.worker, &note), 0);
		camipc_message_fini(&note);
	}
	camipc_channel_look(f.parent);
	shm_expect(&f, f.parent, 1, 8);
	/* The log line was in the ring. */
	assert_int_equal(shm_receive(&f, f.parent), 0);
	assert_int_equal(f.message.header.kind, CAMIPC_MESSAGE_LOG);
	assert_int_equal(shm_receive(&f, f.parent), 0);
	assert_int_equal(f.message.header.kind, CAMIPC_MESSAGE_CRASH);
	assert_int_equal(shm_receive(&f, f.parent), -EAGAIN);
	shm_tear_down(&f);
}

/* ---- the memory --------------------------------------------------------- */

/* Nobody can cut the memory off, and a child has no part in it. */
static void the_memory_is_sealed_and_not_inherited(void **state)
{
	struct camipc_shm_area *area;
	unsigned char there;
	pid_t child;
	int status;
	int fd;

	(void)state;
	assert_int_equal(camipc_shm_area_create(&area, &fd), 0);
	assert_int_equal(ftruncate(fd, 4096), -1);
	assert_int_equal(ftruncate(fd, 2 * CAMIPC_SHM_SIZE), -1);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(mincore(area->words, 4096, &there) < 0 &&
				      errno == ENOMEM ?
			      0 :
			      1);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!under_valgrind())
		assert_int_equal(status, 0);
	close(fd);
	camipc_shm_area_unref(area);
}

/* Only a file with the seals and the size is mapped. */
static void other_files_are_refused(void **state)
{
	struct camipc_shm_area *area;
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	(void)state;
	assert_int_equal(ftruncate(fd, CAMIPC_SHM_SIZE), 0);
	assert_int_equal(camipc_shm_area_map(fd, &area), -EPROTO);
	assert_int_equal(ftruncate(fd, CAMIPC_SHM_SIZE - 4096), 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS,
			       F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL),
			 0);
	assert_int_equal(camipc_shm_area_map(fd, &area), -EPROTO);
	close(fd);
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_int_equal(camipc_shm_area_map(fd, &area), -EPROTO);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_of_every_size_arrive),
		cmocka_unit_test(positions_wrap),
		cmocka_unit_test(a_full_ring_refuses_and_goes_on),
		cmocka_unit_test(large_messages_keep_their_place),
		cmocka_unit_test(descriptors_keep_their_place),
		cmocka_unit_test(a_datagram_before_its_record_waits),
		cmocka_unit_test(a_bell_rings_once_per_announcement),
		cmocka_unit_test(nobody_rings_for_one_who_is_awake),
		cmocka_unit_test(room_wakes_who_waits_for_it),
		cmocka_unit_test(room_on_the_socket_wakes),
		cmocka_unit_test(the_place_that_is_full_changes),
		cmocka_unit_test(the_end_follows_the_messages),
		cmocka_unit_test(a_closed_socket_is_the_end),
		cmocka_unit_test(nothing_counts_after_the_end),
		cmocka_unit_test(notes_need_no_record),
		cmocka_unit_test(the_memory_is_sealed_and_not_inherited),
		cmocka_unit_test(other_files_are_refused),
	};

	return cmocka_run_group_tests_name("shm_channel", tests, NULL, NULL);
}
