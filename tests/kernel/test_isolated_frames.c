/* SPDX-License-Identifier: MIT */
/*
 * Tests frames of the kernel's drivers that cross into the worker as dma-bufs:
 * both sides see the same bytes, the worker cannot change them, and metadata and
 * images are the same bit for bit in a thread, in a process and after a restart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/videodev2.h>

#include "camera_fixture.h"
#include "cam_fourcc.h"
#include "frame_hash.h"
#include "vimc_fixture.h"
#include "vimc_ipa_proxy.h"

#define N_FRAMES 8

/* Until the IPA was restarted, at most. */
#define MAX_FRAMES 40

#define WAIT_MS 60000

static const char *const isolations[] = { "thread", "process", "loopback",
					  NULL };

/* ---- an error on this side of the border --------------------------------- */

static bool reads_wrong;

int __wrap_cam_shared_buffer_hash(struct cam_shared_buffer *buffer, size_t size,
				  uint64_t *ret_hash);
int __real_cam_shared_buffer_hash(struct cam_shared_buffer *buffer, size_t size,
				  uint64_t *ret_hash);

/* As if the camera saw other bytes; the module has its own function. */
int __wrap_cam_shared_buffer_hash(struct cam_shared_buffer *buffer, size_t size,
				  uint64_t *ret_hash)
{
	int ret = __real_cam_shared_buffer_hash(buffer, size, ret_hash);

	*ret_hash ^= reads_wrong;
	return ret;
}

/* ---- the IPA vimc reads the frames of a camera ---------------------------- */

static struct camera *start(struct camera_fixture *f, const char *name,
			    const char *module, const char *isolation)
{
	const struct camera_options options = {
		.size = sizeof(options),
		.width = CAMERA_FIXTURE_WIDTH,
		.height = CAMERA_FIXTURE_HEIGHT,
		.module = module,
		.isolation = isolation,
		.frame_timeout_ms = WAIT_MS,
	};
	struct camera *camera = NULL;
	char error[1024];

	if (camera_create(name, f->manager, &options, error, sizeof(error),
			  &camera) < 0)
		fail_msg("no camera %s: %s", name, error);
	assert_string_equal(
		camipc_proxy_get_isolation(camera_get_proxy(camera)),
		isolation);
	if (camera_start(camera) < 0)
		fail_msg("%s does not start: %s", name, camera_error(camera));
	return camera;
}

/* Takes frames that both sides have seen. The driver writes the time into its
 * frames, so their hashes differ. */
static void take_hashed(struct camera *camera, uint32_t first)
{
	struct camera_frame frame;
	unsigned int n_others = 0;
	uint64_t last = 0;

	for (uint32_t i = 0; i < N_FRAMES; i++) {
		camera_fixture_take(camera, &frame);
		assert_int_equal(frame.number, first + i);
		assert_int_equal(frame.parameters_frame, frame.number);
		assert_int_equal(frame.metadata->n_controls, 0);
		assert_true(frame.has_raw_hash);
		assert_true(camera_fixture_mean(&frame) > 20);
		n_others += frame.raw_hash != last;
		last = frame.raw_hash;
	}
	assert_true(n_others > 1);
}

static void both_sides_see_frames_of(struct camera_fixture *f, const char *name)
{
	for (unsigned int i = 0; isolations[i]; i++) {
		struct camera *camera = start(f, name, "vimc", isolations[i]);

		take_hashed(camera, 0);
		/* Once more: these are other buffers. */
		assert_int_equal(camera_stop(camera), 0);
		assert_string_equal(camera_error(camera), "");
		assert_int_equal(camera_start(camera), 0);
		take_hashed(camera, N_FRAMES);
		camera_destroy(camera);
	}
}

static void both_sides_see_frames_of_vimc(void **state)
{
	both_sides_see_frames_of(*state, "vimc-a");
}

/* Its buffers come back in requests. */
static void both_sides_see_frames_of_vivid(void **state)
{
	both_sides_see_frames_of(*state, "vivid-000");
}

static void a_difference_is_an_error(void **state)
{
	struct camera *camera = start(*state, "vimc-b", "vimc", "process");
	struct camera_frame frame;

	camera_fixture_take(camera, &frame);
	reads_wrong = true;
	assert_int_equal(camera_capture(camera, &frame), -EBADMSG);
	assert_non_null(strstr(camera_error(camera),
			       "the IPA saw another frame 1 than the camera"));
	reads_wrong = false;
	camera_fixture_take(camera, &frame);
	assert_true(frame.has_raw_hash);
	camera_destroy(camera);
}

/* A new worker gets the same buffers again, by itself. */
static void a_restarted_ipa_reads_on(void **state)
{
	struct camera *camera = start(*state, "vimc-a", "vimc", "process");
	struct camera_counts counts;
	struct camera_frame frame;
	pid_t pid = camipc_proxy_get_pid(camera_get_proxy(camera));

	camera_fixture_take(camera, &frame);
	assert_int_equal(kill(pid, SIGKILL), 0);
	for (int i = 0; i < MAX_FRAMES; i++) {
		camera_fixture_take(camera, &frame);
		camera_get_counts(camera, &counts);
		if (counts.restarts)
			break;
	}
	assert_int_equal(counts.restarts, 1);
	take_hashed(camera, frame.number + 1);
	/* One that dies while the camera is stopped, too. */
	assert_int_equal(camera_stop(camera), 0);
	pid = camipc_proxy_get_pid(camera_get_proxy(camera));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(camera_start(camera), 0);
	take_hashed(camera, frame.number + 1 + N_FRAMES);
	camera_destroy(camera);
}

/* ---- what the worker can do ----------------------------------------------- */

static void nobody_writes_to_exported_frames(void **state)
{
	struct vimc vimc;
	struct video_capture capture;
	void *bytes;
	int fd = -1;

	(void)state;
	vimc_open(&vimc);
	vimc_set_sensor(&vimc, true);
	vimc_open_raw(&vimc, &capture);
	assert_int_equal(video_capture_allocate(&capture, VIDEO_MEMORY_DRIVER,
						2),
			 0);
	assert_int_equal(video_capture_export(&capture, 0, &fd), 0);
	assert_ptr_equal(mmap(NULL, capture.format.size,
			      PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
			 MAP_FAILED);
	assert_int_equal(errno, EACCES);
	bytes = mmap(NULL, capture.format.size, PROT_READ, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(bytes, MAP_FAILED);
	assert_int_equal(mprotect(bytes, capture.format.size,
				  PROT_READ | PROT_WRITE),
			 -1);
	munmap(bytes, capture.format.size);
	close(fd);
	assert_int_equal(video_capture_export(&capture, 9, &fd), -EINVAL);
	assert_int_equal(fd, -1);
	video_capture_close(&capture);
	vimc_close(&vimc);
}

/* ---- memory that others allocated ----------------------------------------- */

struct seen {
	unsigned int n;
	uint32_t frame;
	uint64_t hash;
	int32_t status;
};

static void on_frame_processed(void *user, uint32_t frame, uint64_t hash,
			       int32_t status)
{
	struct seen *seen = user;

	*seen = (struct seen){ seen->n + 1, frame, hash, status };
}

static const struct ipa_vimc_events vimc_events = {
	.size = sizeof(vimc_events),
	.frame_processed = on_frame_processed,
};

static struct ipa_vimc *start_ipa(struct camera_fixture *f, struct seen *seen)
{
	const struct camipc_match match = { .module = "vimc",
					    .isolation = "process" };
	struct ipa_vimc_uint32_stream_entry stream = {
		.key = 0,
		.value = { CAM_FOURCC_RGB888, { VIMC_WIDTH, VIMC_HEIGHT } },
	};
	struct cam_camera_sensor_info sensor;
	struct cam_settings settings;
	struct ipa_vimc *ipa;
	uint32_t flags;

	cam_settings_init(&settings);
	cam_camera_sensor_info_init(&sensor);
	sensor.output_size = stream.value.size;
	assert_int_equal(ipa_vimc_create(f->manager, &match, &vimc_events, seen,
					 &ipa),
			 0);
	assert_int_equal(ipa_vimc_init(ipa, &settings, -1,
				       IPA_VIMC_OPERATION_INIT, 0, &flags),
			 0);
	assert_int_equal(ipa_vimc_configure(ipa, &sensor, &stream, 1, NULL, 0),
			 0);
	assert_int_equal(ipa_vimc_start(ipa), 0);
	return ipa;
}

static void expect_same(struct ipa_vimc *ipa, const struct seen *seen,
			struct cam_shared_buffer *buffer, uint32_t frame,
			uint32_t size)
{
	const unsigned int n = seen->n;
	uint64_t hash;

	assert_int_equal(cam_shared_buffer_hash(buffer, size, &hash), 0);
	assert_int_equal(ipa_vimc_process_frame(ipa, frame,
						cam_shared_buffer_get_id(buffer),
						size),
			 0);
	while (seen->n == n) {
		struct pollfd fd = { .fd = ipa_vimc_get_fd(ipa),
				     .events = POLLIN };

		assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
		assert_true(ipa_vimc_dispatch(ipa) >= 0);
	}
	assert_int_equal(seen->status, 0);
	assert_int_equal(seen->frame, frame);
	assert_true(seen->hash == hash);
}

#define N_IMPORTED 3

/* The driver writes into memory of @allocate, and the worker reads it. */
static void import_from(struct camera_fixture *f, int (*allocate)(size_t size))
{
	struct cam_frame_buffer_plane planes[N_IMPORTED];
	struct cam_shared_buffer *memory[N_IMPORTED];
	struct cam_buffer buffers[N_IMPORTED];
	struct video_capture capture;
	struct seen seen = { .n = 0 };
	struct ipa_vimc *ipa = start_ipa(f, &seen);
	struct vimc vimc;

	vimc_open(&vimc);
	vimc_set_sensor(&vimc, true);
	vimc_open_raw(&vimc, &capture);
	assert_int_equal(video_capture_allocate(&capture, VIDEO_MEMORY_IMPORTED,
						N_IMPORTED),
			 0);
	for (uint32_t i = 0; i < N_IMPORTED; i++) {
		planes[i] = (struct cam_frame_buffer_plane){
			allocate(VIMC_WIDTH * VIMC_HEIGHT), 0,
			VIMC_WIDTH * VIMC_HEIGHT
		};
		assert_true(planes[i].fd >= 0);
		buffers[i] = (struct cam_buffer){ i + 1, &planes[i], 1 };
		assert_int_equal(cam_shared_buffer_import(
					 i + 1, &planes[i], CAM_ACCESS_READ,
					 VIMC_WIDTH * VIMC_HEIGHT, &memory[i]),
				 0);
		assert_int_equal(video_capture_queue(&capture, i, planes[i].fd),
				 0);
	}
	assert_int_equal(ipa_vimc_map_frames(ipa, buffers, N_IMPORTED), 0);
	assert_int_equal(video_capture_start(&capture), 0);
	for (uint32_t n = 0; n < N_FRAMES; n++) {
		struct video_frame frame;

		assert_int_equal(vimc_wait(&capture, &frame), 1);
		expect_same(ipa, &seen, memory[frame.index], n, frame.bytes);
		assert_int_equal(video_capture_queue(&capture, frame.index,
						     planes[frame.index].fd),
				 0);
	}
	video_capture_close(&capture);
	ipa_vimc_destroy(ipa);
	for (uint32_t i = 0; i < N_IMPORTED; i++) {
		cam_shared_buffer_destroy(memory[i]);
		close(planes[i].fd);
	}
	vimc_close(&vimc);
}

static void a_dma_heap_is_shared(void **state)
{
	VIMC_NEED("/dev/dma_heap/system");
	import_from(*state, vimc_from_heap);
}

static void a_udmabuf_is_shared(void **state)
{
	VIMC_NEED("/dev/udmabuf");
	import_from(*state, vimc_from_memfd);
}

/* ---- the IPA softisp computes the same everywhere ------------------------- */

/* Takes frames, and makes a number of each: image, settings and metadata. */
static void hash_frames(struct camera *camera, uint64_t hashes[N_FRAMES])
{
	for (uint32_t i = 0; i < N_FRAMES; i++) {
		struct camera_frame frame;
		uint64_t hash = FRAME_HASH_BEGIN;

		camera_fixture_take(camera, &frame);
		assert_int_equal(frame.parameters_frame, frame.number);
		assert_true(frame.metadata->n_controls > 10);
		hash = frame_hash_bytes(hash, frame.rgb,
					(size_t)3 * frame.width * frame.height);
		hash = frame_hash_bytes(hash, &frame.exposure_lines,
					sizeof(frame.exposure_lines));
		hash = frame_hash_bytes(hash, &frame.gain_code,
					sizeof(frame.gain_code));
		hashes[i] = frame_hash_list(hash, frame.metadata);
	}
}

/* vivid applies the settings of a request to exactly its frame, so with a picture
 * that stands still all depends on the IPA. */
static void set_text(int32_t mode)
{
	struct device_node node;

	vivid_open(&node);
	camera_fixture_set_control(node.path, "OSD Text Mode", mode);
	device_node_close(&node);
}

static void metadata_are_the_same_everywhere(void **state)
{
	struct camera_fixture *f = *state;
	uint64_t expected[N_FRAMES];
	uint64_t hashes[N_FRAMES];
	struct camera *camera;
	pid_t pid;

	set_text(2); /* none */
	for (unsigned int i = 0; isolations[i]; i++) {
		camera = start(f, "vivid-000", "softisp", isolations[i]);
		hash_frames(camera, i ? hashes : expected);
		if (i && memcmp(hashes, expected, sizeof(hashes)) != 0)
			fail_msg("%s differs", isolations[i]);
		camera_destroy(camera);
	}
	/* The exposure moves, so frames are not all the same. */
	assert_true(expected[0] != expected[N_FRAMES - 1]);

	/* A new worker begins as a new camera does. */
	camera = start(f, "vivid-000", "softisp", "process");
	hash_frames(camera, hashes);
	assert_int_equal(camera_stop(camera), 0);
	pid = camipc_proxy_get_pid(camera_get_proxy(camera));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(camera_start(camera), 0);
	assert_int_not_equal(camipc_proxy_get_pid(camera_get_proxy(camera)),
			     pid);
	hash_frames(camera, hashes);
	assert_memory_equal(hashes, expected, sizeof(hashes));
	camera_destroy(camera);
	set_text(0);
}

int main(void)
{
#define TEST(name)                                                   \
	cmocka_unit_test_setup_teardown(name, camera_fixture_set_up, \
					camera_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(both_sides_see_frames_of_vimc),
		TEST(both_sides_see_frames_of_vivid),
		TEST(a_difference_is_an_error),
		TEST(a_restarted_ipa_reads_on),
		TEST(nobody_writes_to_exported_frames),
		TEST(a_dma_heap_is_shared),
		TEST(a_udmabuf_is_shared),
		TEST(metadata_are_the_same_everywhere),
	};

	if (access("/dev/media0", F_OK) < 0) {
		print_message("skipped: this kernel has no camera\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
