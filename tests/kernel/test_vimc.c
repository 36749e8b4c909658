/* SPDX-License-Identifier: MIT */
/*
 * Tests pipeline/device on the kernel's virtual camera: links, formats, queues of
 * buffers of each kind of memory, what is said of each mistake, and a camera that
 * vanishes while it streams.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/dma-heap.h>
#include <linux/media.h>
#include <linux/udmabuf.h>
#include <linux/v4l2-subdev.h>
#include <linux/videodev2.h>

#include "fd_leak.h"
#include "media_links.h"
#include "subdevice.h"
#include "vimc_fixture.h"

#define N_BUFFERS 3
#define N_FRAMES 6
#define DRIVER_FOLDER "/sys/bus/platform/drivers/vimc/"
#define NOBODY 65534

struct fixture {
	struct vimc vimc;
	struct fd_leak before;
};

static int set_up(void **state)
{
	static struct fixture f;

	fd_leak_take(&f.before);
	vimc_open(&f.vimc);
	vimc_set_sensor(&f.vimc, true);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	vimc_close(&f->vimc);
	fd_leak_assert_none(&f->before);
	return 0;
}

static void assert_text(const struct device_node *node, const char *text)
{
	if (!strstr(node->error, text))
		fail_msg("\"%s\" has no \"%s\"", node->error, text);
	assert_non_null(strstr(node->error, node->path));
}

/* ---- frames -------------------------------------------------------------- */

static void start(struct video_capture *capture, enum video_memory memory,
		  const int *dmabufs)
{
	assert_int_equal(video_capture_allocate(capture, memory, N_BUFFERS), 0);
	assert_true(capture->n_buffers >= N_BUFFERS);
	for (uint32_t i = 0; i < N_BUFFERS; i++)
		assert_int_equal(video_capture_queue(capture, i,
						     dmabufs ? dmabufs[i] : -1),
				 0);
	assert_int_equal(video_capture_start(capture), 0);
}

/* Takes frames. Their numbers and times grow; their lower halves are the same
 * picture, whose hash is returned, and their upper halves change. */
static uint64_t take_frames(struct video_capture *capture, const int *dmabufs)
{
	const int *fds = dmabufs ? dmabufs : capture->fds;
	struct video_frame last = { .sequence = 0 };
	uint64_t first_still = 0;
	uint64_t first = 0;
	unsigned int n_others = 0;

	for (unsigned int i = 0; i < N_FRAMES; i++) {
		struct video_frame frame;
		uint64_t still;
		uint64_t all;

		assert_int_equal(vimc_wait(capture, &frame), 1);
		assert_false(frame.is_damaged);
		assert_int_equal(frame.bytes, VIMC_WIDTH * VIMC_HEIGHT);
		assert_true(i == 0 || frame.sequence > last.sequence);
		assert_true(frame.timestamp_ns > last.timestamp_ns);
		all = vimc_hash(fds[frame.index], 0, frame.bytes);
		still = vimc_hash(fds[frame.index], frame.bytes / 2,
				  frame.bytes);
		if (i == 0) {
			first_still = still;
			first = all;
		}
		assert_true(still == first_still);
		n_others += all != first;
		assert_int_equal(video_capture_queue(capture, frame.index,
						     dmabufs ?
							     fds[frame.index] :
							     -1),
				 0);
		last = frame;
	}
	assert_true(n_others > 0);
	return first_still;
}

static uint64_t raw_hash(struct fixture *f)
{
	struct video_capture capture;
	uint64_t hash;

	vimc_open_raw(&f->vimc, &capture);
	start(&capture, VIDEO_MEMORY_DRIVER, NULL);
	hash = take_frames(&capture, NULL);
	assert_int_equal(video_capture_stop(&capture), 0);
	video_capture_close(&capture);
	return hash;
}

static void raw_frames_come(void **state)
{
	const uint64_t hash = raw_hash(*state);

	/* Again, after everything was given back. */
	assert_true(raw_hash(*state) == hash);
}

static void a_queue_can_be_made_anew(void **state)
{
	struct fixture *f = *state;
	struct video_capture capture;

	vimc_open_raw(&f->vimc, &capture);
	for (int i = 0; i < 3; i++) {
		start(&capture, VIDEO_MEMORY_DRIVER, NULL);
		take_frames(&capture, NULL);
		assert_int_equal(video_capture_stop(&capture), 0);
		assert_int_equal(video_capture_stop(&capture), 0);
		video_capture_free(&capture);
	}
	video_capture_close(&capture);
}

/* Fills a message of one byte, with room for one descriptor. */
static struct msghdr *message_of(struct iovec *byte, char *control, size_t size)
{
	static struct msghdr message;

	message = (struct msghdr){
		.msg_iov = byte,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = size,
	};
	return &message;
}

static void send_fd(int channel, int fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	char letter = 'f';
	struct iovec byte = { &letter, 1 };
	struct msghdr *message = message_of(&byte, control, sizeof(control));
	struct cmsghdr *header = CMSG_FIRSTHDR(message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	assert_int_equal(sendmsg(channel, message, 0), 1);
}

/* The other process: gets a dma-buf, and answers with the hash of its picture. */
static void hash_there(int channel)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	char letter;
	struct iovec byte = { &letter, 1 };
	struct msghdr *message = message_of(&byte, control, sizeof(control));
	uint64_t hash;
	int fd;

	if (recvmsg(channel, message, 0) != 1 || !CMSG_FIRSTHDR(message))
		_exit(1);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(message)), sizeof(fd));
	hash = vimc_hash(fd, 0, VIMC_WIDTH * VIMC_HEIGHT);
	_exit(write(channel, &hash, sizeof(hash)) != sizeof(hash));
}

static void another_process_sees_the_same_frame(void **state)
{
	struct fixture *f = *state;
	struct video_capture capture;
	struct video_frame frame;
	uint64_t there = 0;
	int channel[2];
	int status;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
				    channel),
			 0);
	/* Before anything is open that it could have inherited. */
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		hash_there(channel[1]);
	close(channel[1]);
	vimc_open_raw(&f->vimc, &capture);
	start(&capture, VIDEO_MEMORY_DRIVER, NULL);
	assert_int_equal(vimc_wait(&capture, &frame), 1);
	send_fd(channel[0], capture.fds[frame.index]);
	assert_int_equal(read(channel[0], &there, sizeof(there)),
			 sizeof(there));
	assert_true(there ==
		    vimc_hash(capture.fds[frame.index], 0, frame.bytes));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(channel[0]);
	video_capture_close(&capture);
}

/* ---- imported memory ----------------------------------------------------- */

static void import_from(struct fixture *f, int (*allocate)(size_t size))
{
	const uint64_t hash = raw_hash(f);
	struct video_capture capture;
	int fds[N_BUFFERS];

	for (unsigned int i = 0; i < N_BUFFERS; i++) {
		/* A multiple of the size of pages, as both demand. */
		fds[i] = allocate(VIMC_WIDTH * VIMC_HEIGHT);
		assert_true(fds[i] >= 0);
	}
	vimc_open_raw(&f->vimc, &capture);
	start(&capture, VIDEO_MEMORY_IMPORTED, fds);
	assert_true(take_frames(&capture, fds) == hash);
	video_capture_close(&capture);
	for (unsigned int i = 0; i < N_BUFFERS; i++)
		close(fds[i]);
}

static void frames_land_in_a_dma_heap(void **state)
{
	VIMC_NEED("/dev/dma_heap/system");
	import_from(*state, vimc_from_heap);
}

static void frames_land_in_a_memfd(void **state)
{
	VIMC_NEED("/dev/udmabuf");
	import_from(*state, vimc_from_memfd);
}

/* ---- mistakes ------------------------------------------------------------ */

static void formats_that_do_not_fit_are_explained(void **state)
{
	struct fixture *f = *state;
	struct video_capture capture;

	vimc_open_raw(&f->vimc, &capture);
	vimc_set_sensor(&f->vimc, false);
	assert_int_equal(video_capture_allocate(&capture, VIDEO_MEMORY_DRIVER,
						N_BUFFERS),
			 0);
	for (uint32_t i = 0; i < N_BUFFERS; i++)
		assert_int_equal(video_capture_queue(&capture, i, -1), 0);
	assert_int_equal(video_capture_start(&capture), -EPIPE);
	assert_text(&capture.node, "VIDIOC_STREAMON failed (broken pipe): ");
	assert_text(&capture.node, "set the same size and media-bus code");
	/* Once this is done, the same buffers are used. */
	vimc_set_sensor(&f->vimc, true);
	assert_int_equal(video_capture_queue(&capture, 0, -1), -EINVAL);
	assert_int_equal(video_capture_start(&capture), 0);
	take_frames(&capture, NULL);
	video_capture_close(&capture);
}

static void formats_are_exact(void **state)
{
	struct fixture *f = *state;
	struct pad_format pad = { 0xffff, 641, 481 };
	struct video_format format = {
		.fourcc = V4L2_PIX_FMT_SBGGR8,
		.width = 1,
		.height = 1,
	};
	struct video_capture capture;
	struct device_node sensor;

	vimc_open_raw(&f->vimc, &capture);
	assert_int_equal(video_capture_set_format(&capture, &format), -ERANGE);
	assert_text(&capture.node, "cannot do ");
	assert_text(&capture.node, " 1x1; the nearest is ");
	format.width = VIMC_WIDTH;
	format.height = VIMC_HEIGHT;
	assert_int_equal(video_capture_set_format(&capture, &format), 0);
	assert_int_equal(video_capture_allocate(&capture, VIDEO_MEMORY_DRIVER,
						1),
			 0);
	assert_int_equal(video_capture_set_format(&capture, &format), -EBUSY);
	assert_text(&capture.node, "free them before");
	video_capture_close(&capture);

	assert_int_equal(device_node_open(&sensor,
					  vimc_path(&f->vimc, "Sensor A")),
			 0);
	assert_int_equal(subdevice_set_format(&sensor, 0, &pad), -ERANGE);
	assert_text(&sensor, "pad 0 cannot do 641x481 with media-bus code "
			     "0xffff; the nearest is ");
	assert_int_equal(subdevice_get_format(&sensor, 7, &pad), -EINVAL);
	assert_text(&sensor, "VIDIOC_SUBDEV_G_FMT failed");
	device_node_close(&sensor);
}

static void selections_and_intervals(void **state)
{
	struct fixture *f = *state;
	struct pad_rectangle crop = { 8, 16, 320, 240 };
	struct pad_rectangle got;
	struct device_node node;
	uint32_t numerator;
	uint32_t denominator;

	assert_int_equal(device_node_open(&node, vimc_path(&f->vimc, "Scaler")),
			 0);
	assert_int_equal(subdevice_set_selection(&node, 0, V4L2_SEL_TGT_CROP,
						 &crop),
			 0);
	assert_int_equal(subdevice_get_selection(&node, 0, V4L2_SEL_TGT_CROP,
						 &got),
			 0);
	assert_memory_equal(&got, &crop, sizeof(got));
	assert_int_equal(subdevice_get_selection(&node, 1, V4L2_SEL_TGT_CROP,
						 &got),
			 -EINVAL);
	assert_text(&node, "VIDIOC_SUBDEV_G_SELECTION failed");
	/* vimc has no intervals to set, which is an answer, too. */
	assert_int_equal(subdevice_get_interval(&node, 0, &numerator,
						&denominator),
			 -ENOTTY);
	assert_text(&node, "the driver does not support this");
	device_node_close(&node);
}

static void links_are_set_by_name(void **state)
{
	struct vimc *vimc = &((struct fixture *)*state)->vimc;
	const struct media_graph *graph = vimc->device->graph;
	struct media_graph *after;

	assert_int_equal(media_link_enable(&vimc->media, graph, "Sensor A", 0,
					   "Scaler", 0, true),
			 -ENOENT);
	assert_text(&vimc->media, "no link 'Sensor A':0 -> 'Scaler':0 exists");
	assert_int_equal(media_link_enable(&vimc->media, graph, "Sensor A", 0,
					   "Raw Capture 0", 0, false),
			 -EPERM);
	assert_text(&vimc->media, "is immutable");
	/* The scaler has another source afterwards, and then the first again. */
	assert_int_equal(media_link_enable(&vimc->media, graph, "Debayer A", 1,
					   "Scaler", 0, false),
			 0);
	assert_int_equal(media_graph_read(&media_io_system, NULL,
					  vimc->media.fd, &after),
			 0);
	assert_false(media_link_find(after, "Debayer A", 1, "Scaler", 0)->flags &
		     MEDIA_LNK_FL_ENABLED);
	assert_int_equal(media_link_enable(&vimc->media, after, "Debayer A", 1,
					   "Scaler", 0, true),
			 0);
	media_graph_destroy(after);
}

/* Another program sees what was set. */
static void media_ctl_is_a_witness(void **state)
{
	struct vimc *vimc = &((struct fixture *)*state)->vimc;
	char command[128];
	char line[256] = "";
	FILE *stream;

	if (access("/usr/bin/media-ctl", X_OK) < 0) {
		print_message("skipped: media-ctl is not installed\n");
		return;
	}
	snprintf(command, sizeof(command),
		 "/usr/bin/media-ctl -d %s --get-v4l2 '\"Sensor A\":0'",
		 vimc->media.path);
	stream = popen(command, "r");
	assert_non_null(stream);
	assert_true(fread(line, 1, sizeof(line) - 1, stream) > 0);
	assert_int_equal(pclose(stream), 0);
	if (!strstr(line, "fmt:SBGGR8_1X8/640x480"))
		fail_msg("media-ctl says %s", line);
}

static void wrong_nodes_are_explained(void **state)
{
	static const struct {
		const char *path;
		int error;
		const char *text;
	} wrong[] = {
		{ "/dev/null", -ENOTTY, "the driver does not support this" },
		{ "/dev/video99", -ENOENT, "was unplugged, or never existed" },
		{ "/etc/passwd", -EROFS, "open failed" },
		{ "/dev", -EISDIR, "open failed" },
	};
	struct fixture *f = *state;
	struct video_capture capture;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(video_capture_open(&capture, wrong[i].path),
				 wrong[i].error);
		assert_text(&capture.node, wrong[i].text);
		video_capture_close(&capture);
	}
	assert_int_equal(video_capture_open(&capture,
					    vimc_path(&f->vimc, "Sensor A")),
			 -ENOTTY);
	video_capture_close(&capture);
}

static void permission_is_needed(void **state)
{
	struct fixture *f = *state;
	const char *path = vimc_path(&f->vimc, "Raw Capture 0");
	struct device_node node;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (setuid(NOBODY) < 0 || device_node_open(&node, path) != -EACCES)
			_exit(1);
		_exit(strstr(node.error, "has no permission") ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void write_driver(const char *name)
{
	char path[64] = DRIVER_FOLDER;
	int fd;

	strcat(path, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "vimc.0", 6), 6);
	close(fd);
}

static void a_camera_vanishes_while_it_streams(void **state)
{
	struct fixture *f = *state;
	struct video_capture capture;
	struct video_frame frame;
	int ret;

	vimc_open_raw(&f->vimc, &capture);
	start(&capture, VIDEO_MEMORY_DRIVER, NULL);
	assert_int_equal(vimc_wait(&capture, &frame), 1);
	write_driver("unbind");
	do {
		ret = vimc_wait(&capture, &frame);
	} while (ret == 1);
	assert_int_equal(ret, -ENODEV);
	assert_text(&capture.node, "the device was unplugged");
	assert_int_equal(video_capture_queue(&capture, frame.index, -1),
			 -ENODEV);
	assert_int_equal(video_capture_stop(&capture), -ENODEV);
	video_capture_close(&capture);
	vimc_close(&f->vimc);
	write_driver("bind");
	vimc_open(&f->vimc);
	vimc_set_sensor(&f->vimc, true);
	raw_hash(f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(raw_frames_come),
		TEST(a_queue_can_be_made_anew),
		TEST(another_process_sees_the_same_frame),
		TEST(frames_land_in_a_dma_heap),
		TEST(frames_land_in_a_memfd),
		TEST(formats_that_do_not_fit_are_explained),
		TEST(formats_are_exact),
		TEST(selections_and_intervals),
		TEST(links_are_set_by_name),
		TEST(media_ctl_is_a_witness),
		TEST(wrong_nodes_are_explained),
		TEST(permission_is_needed),
		TEST(a_camera_vanishes_while_it_streams),
	};

	if (access(DRIVER_FOLDER, F_OK) < 0) {
		print_message("skipped: this kernel has no vimc\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
