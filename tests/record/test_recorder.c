/* SPDX-License-Identifier: MIT */
/*
 * Tests a recorder beside a proxy: what a session records, in every backend; and
 * that whatever happens to the recording, the session goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <camipc/record.h>

#include "access_watch.h"
#include "backend.h"
#include "chunk_item.h"
#include "contract.h"
#include "recording_reader.h"
#include "test_files.h"
#include "under_valgrind.h"
#include "value_tree.h"

static char folder[TEST_PATH_SIZE];
static char path[TEST_PATH_SIZE + 16];

static struct camipc_recorder *begin(const struct camipc_record_options *with)
{
	struct camipc_record_options options = *with;
	struct camipc_recorder *recorder;

	options.size = sizeof(options);
	options.path = path;
	options.replace = true;
	assert_int_equal(camipc_recorder_create(&options, &recorder), 0);
	return recorder;
}

static struct camipc_recorder *begin_plain(void)
{
	return begin(&(struct camipc_record_options){ .no_buffers = false });
}

/** Appends words to a text. */
static void note(char text[8192], const char *what, const char *name)
{
	const size_t used = strlen(text);

	snprintf(text + used, 8192 - used, "%s%s %s", used ? ", " : "", what,
		 name);
}

static const char *kind_of(const struct camipc_recorded *item)
{
	if (item->message_kind == CAMIPC_WIRE_CALL)
		return item->is_async ? "async" : "call";
	if (item->message_kind == CAMIPC_WIRE_EVENT)
		return "event";
	return item->status ? "error" : "reply";
}

/** Notes an item; messages with their values if @values. */
static void note_item(char text[8192], const struct camipc_recorded *item,
		      bool values)
{
	struct camipc_value_tree tree = { .error = 0 };
	struct camipc_bytes body = { .error = 0 };

	switch (item->kind) {
	case CAMIPC_ITEM_MESSAGE:
		assert_int_equal(!!(item->flags & CAMIPC_ITEM_FROM_IPA),
				 item->message_kind != CAMIPC_WIRE_CALL);
		note(text, kind_of(item), item->method->name);
		assert_int_equal(camipc_value_tree_read(&tree, item->type,
							item->body,
							item->body_size),
				 0);
		camipc_value_print(&tree, 1, CAMIPC_VALUE_PLAIN, &body);
		camipc_bytes_print(&body, "%c", 0);
		if (values)
			note(text, (char *)body.data, "");
		camipc_value_tree_fini(&tree);
		camipc_bytes_fini(&body);
		break;
	case CAMIPC_ITEM_STATE:
		note(text, "state",
		     camipc_state_to_string(
			     (enum camipc_state)(item->value & 0xff)));
		break;
	case CAMIPC_ITEM_DROPPED:
		note(text, "dropped", item->method->name);
		break;
	case CAMIPC_ITEM_ENDED:
		note(text, "ended", camipc_reason_to_string(item->reason));
		break;
	case CAMIPC_ITEM_CLOSED:
		note(text, "closed", "");
		break;
	default:
		break; /* credits depend on timing */
	}
}

/** Reads the whole file into @text. */
static enum camipc_recording_end read_back(char text[8192], bool values)
{
	char why[CAMIPC_RECORDING_WHY_SIZE];
	struct camipc_recording *recording;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct camipc_recorded item;
	enum camipc_recording_end end;
	const char *reason;
	uint64_t last = 0;

	text[0] = '\0';
	assert_true(fd >= 0);
	assert_int_equal(camipc_recording_open(fd, &recording, why), 0);
	while (camipc_recording_next(recording, &item) == 1) {
		assert_true(item.time >= last);
		last = item.time;
		assert_int_not_equal(item.thread, 0);
		if (item.of)
			assert_string_equal(
				item.of->isolation,
				test_backend_isolation(contract_backend));
		note_item(text, &item, values);
	}
	end = camipc_recording_get_end(recording, &reason);
	assert_int_not_equal(end, CAMIPC_RECORDING_DAMAGED);
	camipc_recording_close(recording);
	close(fd);
	return end;
}

static void a_session(void **state)
{
	struct camipc_recorder *recorder = begin_plain();
	struct contract *c = *state;
	char text[8192];

	assert_int_equal(camipc_proxy_record(c->proxy, recorder), 0);
	contract_running(c);
	assert_int_equal(test_echo_push(c->ipa, 7), 0);
	contract_dispatch_events(c, 1);
	contract_plan(c, TEST_ECHO_STOP, TEST_ECHO_TICK, 1);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	assert_int_equal(camipc_recorder_destroy(recorder), 0);
	assert_int_equal(read_back(text, false), CAMIPC_RECORDING_COMPLETE);
	assert_string_equal(text,
			    "call init, reply init, state ready, "
			    "state starting, call start, reply start, "
			    "state running, async push, event pushed, "
			    "call plan, reply plan, state stopping, call stop, "
			    "dropped tick, reply stop, state stopped");
	read_back(text, true);
	assert_non_null(strstr(text, "async push, {number: 7} , "
				     "event pushed, {number: 7} "));
}

/** The proxy may outlive its recorder, and the other way round. */
static void lifetimes(void **state)
{
	struct camipc_recorder *recorder = begin_plain();
	struct contract *c = *state;
	char text[8192];

	assert_int_equal(camipc_proxy_record(c->proxy, recorder), 0);
	contract_ready(c);
	assert_int_equal(camipc_recorder_destroy(recorder), 0);
	contract_start(c);
	assert_int_equal(read_back(text, false), CAMIPC_RECORDING_COMPLETE);
	assert_string_equal(text, "call init, reply init, state ready");
	recorder = begin_plain();
	camipc_recorder_set_default(recorder);
	test_echo_destroy(contract_create(c));
	camipc_recorder_set_default(NULL);
	assert_int_equal(camipc_recorder_destroy(recorder), 0);
	assert_int_equal(read_back(text, false), CAMIPC_RECORDING_COMPLETE);
	assert_string_equal(text, "closed ");
}

static void too_late(void **state)
{
	struct camipc_recorder *recorder = begin_plain();
	struct contract *c = *state;

	contract_ready(c);
	assert_int_equal(camipc_proxy_record(c->proxy, recorder), -EBUSY);
	assert_int_equal(camipc_recorder_destroy(recorder), 0);
}

static void redacted(void **state)
{
	static const char *const wrong[] = { "nickname", NULL };
	static const char *const names[] = { "test.echo.PushArgs.number", NULL };
	struct contract *c = *state;
	struct camipc_recorder *recorder =
		begin(&(struct camipc_record_options){ .redact = wrong });
	char text[8192];

	assert_int_equal(camipc_proxy_record(c->proxy, recorder), -EINVAL);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "the interface has no field 'nickname' to redact");
	assert_int_equal(camipc_recorder_destroy(recorder), 0);
	recorder = begin(&(struct camipc_record_options){ .redact = names });
	assert_int_equal(camipc_proxy_record(c->proxy, recorder), 0);
	contract_running(c);
	assert_int_equal(test_echo_push(c->ipa, 7), 0);
	contract_dispatch_events(c, 1);
	assert_int_equal(camipc_recorder_destroy(recorder), 0);
	read_back(text, true);
	assert_non_null(strstr(text, "async push, {number: 0} , "
				     "event pushed, {number: 7} "));
}

/** Pushes until the recorder has written more than a limit allows. */
static void push_many(struct contract *c, unsigned int n)
{
	struct test_echo_everything value;

	test_echo_everything_init(&value);
	for (unsigned int i = 0; i < n; i++) {
		assert_int_equal(test_echo_push_value(c->ipa, &value), 0);
		contract_dispatch_events(c, c->n_events + 1);
	}
}

/** Returns the file's size. */
static off_t file_size(void)
{
	struct stat st;

	return stat(path, &st) < 0 ? -1 : st.st_size;
}

/** Waits until the file is larger than @before. */
static void wait_for_chunk(off_t before)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (int i = 0; i < 10000 && file_size() <= before; i++)
		nanosleep(&pause, NULL);
}

/** A full disk, by the limit of a file's size: the camera goes on. */
static void a_full_disk(void **state)
{
	struct contract *c = *state;
	struct rlimit small = { 0, RLIM_INFINITY };
	struct camipc_recorder *recorder;
	struct rlimit before;
	char text[8192];
	off_t size;

	SKIP_UNDER_VALGRIND();
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	recorder = begin_plain();
	assert_int_equal(camipc_proxy_record(c->proxy, recorder), 0);
	size = file_size();
	contract_running(c);
	wait_for_chunk(size);
	small.rlim_cur = (rlim_t)file_size() + 5000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	/* The writer notices within its delay. */
	while (!log_capture_count(CAMIPC_LOG_ERROR, "has stopped"))
		push_many(c, 20);
	push_many(c, 20);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "recording has stopped after ");
	assert_int_equal(camipc_recorder_destroy(recorder), -EFBIG);
	/* Whole chunks, without an end. */
	assert_int_equal(read_back(text, false), CAMIPC_RECORDING_CUT);
	assert_int_equal(strncmp(text, "call init, reply init", 21), 0);
}

/** The same in the host's own thread, which writes what a proxy begins with. */
static void full_from_the_start(void **state)
{
	struct contract *c = *state;
	struct rlimit small = { 0, RLIM_INFINITY };
	struct camipc_recorder *recorder;
	struct rlimit before;

	SKIP_UNDER_VALGRIND();
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	recorder = begin_plain();
	small.rlim_cur = (rlim_t)file_size() + 100;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(camipc_proxy_record(c->proxy, recorder), 0);
	contract_running(c);
	push_many(c, 5);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(camipc_recorder_get_error(recorder), -EFBIG);
	assert_int_equal(camipc_recorder_destroy(recorder), -EFBIG);
	/* The part of a chunk was taken away again. */
	assert_int_equal(file_size(), CAMIPC_RECORDING_HEADER_SIZE);
}

/** Returns how many items of a kind the file has. */
static unsigned int count(enum camipc_item_kind kind, uint8_t byte)
{
	char why[CAMIPC_RECORDING_WHY_SIZE];
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct camipc_recording *recording;
	struct camipc_recorded item;
	unsigned int n = 0;

	assert_int_equal(camipc_recording_open(fd, &recording, why), 0);
	while (camipc_recording_next(recording, &item) == 1) {
		uint8_t *bytes;

		if (item.kind != kind)
			continue;
		n++;
		if (kind != CAMIPC_ITEM_ACCESS)
			continue;
		bytes = malloc(item.length);
		assert_non_null(bytes);
		assert_int_equal(camipc_recording_read_buffer(recording, &item,
							      bytes),
				 0);
		assert_int_equal(bytes[item.length - 1], byte);
		free(bytes);
	}
	camipc_recording_close(recording);
	close(fd);
	return n;
}

/** What a passed memfd holds, and later accesses; the same contents once. */
static void buffers(void **state)
{
	struct camipc_recorder *recorder = begin_plain();
	struct contract *c = *state;
	const size_t size = 100000;
	const int fd = test_memfd(size, F_SEAL_SHRINK | F_SEAL_GROW);
	struct test_echo_plane plane;
	struct stat st;
	uint8_t *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			      fd, 0);
	struct camipc_access access;

	assert_ptr_not_equal(bytes, MAP_FAILED);
	memset(bytes, 9, size);
	assert_int_equal(fstat(fd, &st), 0);
	access = (struct camipc_access){ st.st_dev, st.st_ino, 0, bytes, size,
					 true };
	assert_int_equal(camipc_proxy_record(c->proxy, recorder), 0);
	contract_running(c);
	/* Unknown until a message carries it. */
	atomic_load(&camipc_access_watcher)(&access);
	test_echo_plane_init(&plane);
	plane.fd = fd;
	assert_int_equal(test_echo_push_plane(c->ipa, &plane, NULL, 0), 0);
	contract_dispatch_events(c, 1);
	for (int i = 0; i < 20; i++)
		atomic_load(&camipc_access_watcher)(&access);
	assert_int_equal(camipc_recorder_destroy(recorder), 0);
	assert_null(atomic_load(&camipc_access_watcher));
	/* Two pieces when it was passed. */
	assert_int_equal(count(CAMIPC_ITEM_ACCESS, 9), 22);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size < 5 * (off_t)size);
	munmap(bytes, size);
	close(fd);
}

static void end_process(struct contract *c)
{
	(void)c;
	raise(SIGKILL);
}

/** A killed recorder leaves what was in the file: all but the last 100 ms. */
static void a_killed_recorder(void **state)
{
	struct contract *c = *state;
	char text[8192];
	int status;
	pid_t pid;

	SKIP_UNDER_VALGRIND();
	/* Threads of the proxy and a fork do not go together. */
	contract_tear_down(state);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct camipc_recorder *recorder;
		off_t before;

		contract_set_up((void **)&c);
		recorder = begin_plain();
		if (camipc_proxy_record(c->proxy, recorder) < 0)
			_exit(1);
		before = file_size();
		contract_running(c);
		wait_for_chunk(before);
		end_process(c);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(read_back(text, false), CAMIPC_RECORDING_CUT);
	assert_int_equal(strncmp(text, "call init, reply init, state ready", 34),
			 0);
	contract_set_up(state);
}

static void a_death(void **state)
{
	struct camipc_recorder *recorder = begin_plain();
	struct contract *c = *state;
	char text[8192];

	if (!contract_is_local()) {
		assert_int_equal(camipc_proxy_record(c->proxy, recorder), 0);
		contract_ready(c);
		contract_kill_worker(c, SIGKILL);
		contract_dispatch_closed(c);
	}
	assert_int_equal(camipc_recorder_destroy(recorder), 0);
	read_back(text, false);
	if (!contract_is_local())
		assert_non_null(strstr(text, "state dead, ended "));
}

static struct camipc_recorder *begin_ring(uint32_t seconds, int save_signal)
{
	return begin(&(struct camipc_record_options){
		.ring_seconds = seconds, .save_signal = save_signal });
}

/** Waits until the file of a ring is complete. */
static void wait_for_file(char text[8192])
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (int i = 0; i < 10000; i++) {
		if (file_size() > 0 &&
		    read_back(text, false) == CAMIPC_RECORDING_COMPLETE)
			return;
		nanosleep(&pause, NULL);
	}
	fail_msg("the ring was not written");
}

/** A ring is a file once it is asked for, and again under another name. */
static void a_ring(void **state)
{
	struct camipc_recorder *recorder;
	struct contract *c = *state;
	char next[sizeof(path) + 2];
	char text[8192];

	unlink(path);
	recorder = begin_ring(100, SIGUSR1);
	assert_int_equal(camipc_proxy_record(c->proxy, recorder), 0);
	contract_running(c);
	assert_int_equal(access(path, F_OK), -1);
	camipc_recorder_save(recorder);
	wait_for_file(text);
	assert_string_equal(text, "call init, reply init, state ready, "
				  "state starting, call start, reply start, "
				  "state running");
	unlink(path);
	raise(SIGUSR1);
	snprintf(next, sizeof(next), "%s.1", path);
	assert_int_equal(camipc_recorder_destroy(recorder), 0);
	/* The request came before the end, which waits for it. */
	assert_int_equal(rename(next, path), 0);
	assert_int_equal(read_back(text, false), CAMIPC_RECORDING_COMPLETE);
	assert_non_null(strstr(text, "state running"));
	unlink(path);
}

/** Nobody asks, so nothing is written. */
static void a_ring_without_a_death(void **state)
{
	struct camipc_recorder *recorder;
	struct contract *c = *state;

	unlink(path);
	recorder = begin_ring(100, 0);
	assert_int_equal(camipc_proxy_record(c->proxy, recorder), 0);
	contract_running(c);
	assert_int_equal(camipc_recorder_destroy(recorder), 0);
	assert_int_equal(access(path, F_OK), -1);
}

static void a_ring_and_a_death(void **state)
{
	struct camipc_recorder *recorder;
	struct contract *c = *state;
	char text[8192];

	if (contract_is_local())
		skip();
	unlink(path);
	recorder = begin_ring(100, 0);
	assert_int_equal(camipc_proxy_record(c->proxy, recorder), 0);
	contract_ready(c);
	contract_kill_worker(c, SIGKILL);
	contract_dispatch_closed(c);
	wait_for_file(text);
	assert_non_null(strstr(text, "state dead, ended "));
	assert_int_equal(camipc_recorder_destroy(recorder), 0);
}

static void wrong_rings(void **state)
{
	struct camipc_record_options options = { .size = sizeof(options),
						 .path = path,
						 .replace = true,
						 .save_signal = SIGUSR1 };
	char gone[TEST_PATH_SIZE + 8];
	char file[sizeof(gone) + 8];
	struct camipc_recorder *recorder;

	(void)state;
	assert_int_equal(camipc_recorder_create(&options, &recorder), -EINVAL);
	options.ring_seconds = CAMIPC_RECORD_RING_MAX_SECONDS + 1;
	assert_int_equal(camipc_recorder_create(&options, &recorder), -EINVAL);
	options.ring_seconds = 1;
	options.save_signal = SIGKILL;
	assert_int_equal(camipc_recorder_create(&options, &recorder), -EINVAL);
	options.save_signal = -1;
	assert_int_equal(camipc_recorder_create(&options, &recorder), -EINVAL);
	options.save_signal = SIGUSR2;
	signal(SIGUSR2, SIG_IGN);
	assert_int_equal(camipc_recorder_create(&options, &recorder), -EBUSY);
	signal(SIGUSR2, SIG_DFL);
	options.path = "/nowhere/at/all";
	assert_int_equal(camipc_recorder_create(&options, &recorder), -ENOENT);
	/* A folder that is gone when the file is written. */
	snprintf(gone, sizeof(gone), "%s/gone", folder);
	snprintf(file, sizeof(file), "%s/file", gone);
	assert_int_equal(mkdir(gone, 0700), 0);
	options.path = file;
	assert_int_equal(camipc_recorder_create(&options, &recorder), 0);
	assert_int_equal(rmdir(gone), 0);
	camipc_recorder_save(recorder);
	assert_int_equal(camipc_recorder_destroy(recorder), -ENOENT);
}

static void wrong_options(void **state)
{
	struct camipc_record_options options = { .path = path };
	struct camipc_recorder *recorder;

	(void)state;
	assert_int_equal(camipc_recorder_create(&options, &recorder), -EINVAL);
	options.size = sizeof(options);
	options.path = NULL;
	assert_int_equal(camipc_recorder_create(&options, &recorder), -EINVAL);
	options.path = "/nowhere/at/all";
	assert_int_equal(camipc_recorder_create(&options, &recorder), -ENOENT);
	options.path = path;
	options.replace = true;
	assert_int_equal(camipc_recorder_create(&options, &recorder), 0);
	assert_int_equal(camipc_recorder_destroy(recorder), 0);
	options.replace = false;
	assert_int_equal(camipc_recorder_create(&options, &recorder), -EEXIST);
	assert_int_equal(camipc_recorder_destroy(NULL), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CONTRACT_TEST(a_session),    CONTRACT_TEST(lifetimes),
		CONTRACT_TEST(too_late),     CONTRACT_TEST(redacted),
		CONTRACT_TEST(a_full_disk),
		CONTRACT_TEST(full_from_the_start),
		CONTRACT_TEST(buffers),
		CONTRACT_TEST(a_killed_recorder),
		CONTRACT_TEST(a_death),      CONTRACT_TEST(wrong_options),
		CONTRACT_TEST(a_ring),       CONTRACT_TEST(wrong_rings),
		CONTRACT_TEST(a_ring_without_a_death),
		CONTRACT_TEST(a_ring_and_a_death),
	};
	int ret;

	test_folder_make(folder);
	snprintf(path, sizeof(path), "%s/recording", folder);
	ret = contract_run(argc, argv, tests, sizeof(tests) / sizeof(*tests));
	test_folder_remove(folder);
	return ret;
}
