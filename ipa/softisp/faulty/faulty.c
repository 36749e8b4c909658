/* SPDX-License-Identifier: MIT */
/*
 * The module faulty: softisp until the frame that the pipeline handler's
 * argument names, "FAULT@FRAME", and then a bug or an attack. It shows what an
 * isolated IPA can do to a camera process; ./dev demo and tests run it. Without
 * an argument it is softisp.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/v4l2-controls.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "softisp.h"

/* In an attacker's own words, as the wire has them. */
#define HEADER_SIZE 32
#define EVENT_KIND 5

/* An attacker guesses: one of the first descriptors is the worker's channel. */
#define MAX_CHANNEL_FD 16

/* More than a camera process logs, and more than a second's worth of it. */
#define FLOOD_LINES 50000
#define FLOOD_STDERR_LINES 10000

/* An instance. */
struct faulty {
	struct softisp softisp; /* first: the ops of softisp take it */
	const struct fault *fault; /* NULL: none, or it has happened */
	uint32_t frame; /* of the fault */
	bool is_wild; /* this frame's parameters are */
};

/* ---- bugs ---------------------------------------------------------------- */

static void hang(struct softisp *ipa, uint32_t frame)
{
	volatile uint32_t spins = frame;

	(void)ipa;
	for (;;)
		spins++;
}

/* Returns the table of a lens, or NULL: this camera has none. */
__attribute__((noinline)) static const uint32_t *
find_lens_table(const struct softisp *ipa)
{
	return ipa->n_infos > SOFTISP_MAX_CONTROLS ? &ipa->frame : NULL;
}

/* A careless function: it does not check what it got. */
__attribute__((noinline)) static uint32_t
correct_shading(const struct softisp *ipa)
{
	const volatile uint32_t *table = find_lens_table(ipa);

	return table[3];
}

static void crash(struct softisp *ipa, uint32_t frame)
{
	(void)frame;
	ipa->luminance += correct_shading(ipa);
}

static void flood_log(struct softisp *ipa, uint32_t frame)
{
	int i;

	for (i = 0; i < FLOOD_LINES; i++)
		camipc_host_log(ipa->host, CAMIPC_LOG_INFO,
				"faulty: frame %u, line %d", frame, i);
	for (i = 0; i < FLOOD_STDERR_LINES; i++)
		fprintf(stderr, "faulty: frame %u, line %d of stderr\n", frame,
			i);
}

/* ---- attacks ------------------------------------------------------------- */

/* Returns the worker's channel, or -1: never one of a camera process. */
static int find_channel(void)
{
	int fd;

	if (!strstr(program_invocation_short_name, "camipc-worker"))
		return -1;
	for (fd = 3; fd < MAX_CHANNEL_FD; fd++) {
		socklen_t size = sizeof(int);
		int type;

		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
		    type == SOCK_SEQPACKET)
			return fd;
	}
	return -1;
}

/* Calls that the pipeline handler sends for a frame. */
#define CALLS_PER_FRAME 3

/*
 * Writes the header of an event that has a body of @size bytes. All of it is
 * right: also how many calls were consumed before this frame's statistics.
 */
static void forge_event(uint8_t header[HEADER_SIZE], uint32_t frame,
			uint8_t event, uint8_t size)
{
	static const uint8_t begin[] = { 'C', 'I', 'P', 'C', 1, EVENT_KIND };
	const uint32_t consumed = CALLS_PER_FRAME * frame;
	int i;

	memset(header, 0, HEADER_SIZE);
	memcpy(header, begin, sizeof(begin));
	header[8] = event;
	header[16] = size;
	for (i = 0; i < 4; i++)
		header[20 + i] = (uint8_t)(consumed >> 8 * i);
	header[28] = 1; /* the first start */
}

/*
 * Events that are right by themselves, past all credit: while the pipeline
 * handler waits for an answer, it does not consume them. Events that are
 * consumed at once would only be many.
 */
static void flood_events(struct softisp *ipa, uint32_t frame)
{
	int fd = find_channel();
	uint8_t event[HEADER_SIZE];

	(void)ipa;
	forge_event(event, frame, IPA_SOFTISP_EVENT_PARAMS_READY, 0);
	while (fd >= 0 && (send(fd, event, sizeof(event), MSG_NOSIGNAL) > 0 ||
			   errno == EAGAIN || errno == EINTR))
		;
}

static void send_garbage(struct softisp *ipa, uint32_t frame)
{
	uint8_t garbage[200];
	size_t i;

	(void)ipa;
	for (i = 0; i < sizeof(garbage); i++)
		garbage[i] = (uint8_t)(i * 37 + frame);
	(void)!send(find_channel(), garbage, sizeof(garbage), MSG_NOSIGNAL);
}

/* A header without a fault; in its body, a field that is longer than the body. */
static void send_bad_body(struct softisp *ipa, uint32_t frame)
{
	uint8_t event[HEADER_SIZE + 24] = { 0 };

	(void)ipa;
	forge_event(event, frame, IPA_SOFTISP_EVENT_METADATA_READY,
		    sizeof(event) - HEADER_SIZE);
	event[HEADER_SIZE] = 2 << 3 | 2; /* field 2 is a message */
	event[HEADER_SIZE + 1] = 100; /* of 100 bytes */
	(void)!send(find_channel(), event, sizeof(event), MSG_NOSIGNAL);
}

/* Values that the interface allows and no sensor does; compute_params() too. */
static void send_wild_controls(struct softisp *ipa, uint32_t frame)
{
	struct cam_control controls[2];
	struct cam_control_builder builder;
	struct cam_control_list list;

	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_V4L2, controls,
				 2);
	cam_control_builder_set_int32(&builder, V4L2_CID_EXPOSURE, -5);
	cam_control_builder_set_int32(&builder, V4L2_CID_ANALOGUE_GAIN,
				      INT32_MAX);
	if (cam_control_builder_finish(&builder, &list) == 0)
		(void)!ipa_softisp_emit_set_sensor_controls(ipa->host, frame,
							    &list);
}

/* ---- ways out ------------------------------------------------------------ */

/* Each returns true if the module came out of its sandbox. */

static bool close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool can_read_file(void)
{
	return close_if_open(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static bool can_write_file(void)
{
	char path[64];
	bool is_open;

	snprintf(path, sizeof(path), "/tmp/camipc-faulty-%d", (int)getpid());
	is_open = close_if_open(
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
	if (is_open)
		unlink(path);
	return is_open;
}

static bool can_open_socket(void)
{
	return close_if_open(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

/* Signal 0 harms nobody; who may send it may send another one. */
static bool can_signal_camera(void)
{
	return kill(getppid(), 0) == 0;
}

static bool can_read_camera(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)getppid());
	return close_if_open(open(path, O_RDONLY | O_CLOEXEC));
}

/* Tries to leave the sandbox, and logs what it could do. */
static void escape(struct softisp *ipa, uint32_t frame)
{
	static const struct {
		const char *what;
		bool (*succeeds)(void);
	} ways[] = {
		{ "read /etc/passwd", can_read_file },
		{ "write a file", can_write_file },
		{ "open a socket", can_open_socket },
		{ "signal the camera process", can_signal_camera },
		{ "read the camera process's memory", can_read_camera },
	};
	const int n = sizeof(ways) / sizeof(ways[0]);
	char done[256] = "";
	int refused = 0;
	int i;

	(void)frame;
	for (i = 0; i < n; i++) {
		size_t used = strlen(done);

		if (!ways[i].succeeds())
			refused++;
		else
			snprintf(done + used, sizeof(done) - used, "%s %s",
				 used ? "," : ": could", ways[i].what);
	}
	camipc_host_log(ipa->host, CAMIPC_LOG_INFO, "refused %d of %d%s",
			refused, n, done);
}

/* Starts a process, which no honest IPA does once it runs. */
static void start_process(struct softisp *ipa, uint32_t frame)
{
	pid_t pid = fork();

	(void)frame;
	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	camipc_host_log(ipa->host, CAMIPC_LOG_INFO, "fork: %s",
			pid > 0 ? "succeeded" : "failed");
}

/* ---- the module ---------------------------------------------------------- */

static const struct fault {
	const char *name;
	void (*run)(struct softisp *ipa, uint32_t frame);
	bool in_call; /* the next unmapBuffers from that frame on */
} faults[] = {
	{ .name = "hang", .run = hang },
	{ .name = "crash", .run = crash },
	{ .name = "flood-log", .run = flood_log },
	{ .name = "flood-events", .run = flood_events, .in_call = true },
	{ .name = "garbage", .run = send_garbage },
	{ .name = "bad-body", .run = send_bad_body },
	{ .name = "escape", .run = escape },
	{ .name = "fork", .run = start_process },
	{ .name = "wild-values", .run = send_wild_controls },
};

/* Splits "FAULT@FRAME". Returns NULL for another argument. */
static const struct fault *find_fault(const char *argument, uint32_t *ret_frame)
{
	const char *at = strchr(argument, '@');
	size_t i;

	for (i = 0; at && i < sizeof(faults) / sizeof(faults[0]); i++) {
		const struct fault *fault = &faults[i];

		if (strlen(fault->name) != (size_t)(at - argument) ||
		    strncmp(fault->name, argument, strlen(fault->name)) != 0)
			continue;
		*ret_frame = (uint32_t)strtoul(at + 1, NULL, 10);
		return fault;
	}
	return NULL;
}

static void process_stats(void *self, uint32_t frame, uint32_t buffer_id,
			  const struct cam_control_list *sensor_controls)
{
	struct faulty *ipa = self;
	const struct fault *fault = ipa->fault;

	softisp_ops.process_stats(self, frame, buffer_id, sensor_controls);
	if (!fault || fault->in_call || frame != ipa->frame)
		return;
	/* Once: a frame that was spoiled may be asked for again. */
	ipa->fault = NULL;
	ipa->is_wild = fault->run == send_wild_controls;
	fault->run(&ipa->softisp, frame);
}

static void unmap_buffers(void *self, const uint32_t *ids, size_t n_ids)
{
	struct faulty *ipa = self;

	if (ipa->fault && ipa->fault->in_call &&
	    ipa->softisp.frame + 1 >= ipa->frame)
		ipa->fault->run(&ipa->softisp, ipa->frame);
	softisp_ops.unmap_buffers(self, ids, n_ids);
}

/* Writes parameters without sense, which claim to be another frame's. */
static void send_wild_parameters(struct softisp *ipa, uint32_t frame,
				 uint32_t buffer_id)
{
	int ret;

	memset(&ipa->parameters, 0xff, sizeof(ipa->parameters));
	ipa->parameters.magic = IPA_SOFTISP_PARAMETERS_MAGIC;
	ipa->parameters.frame = frame + 1000;
	ret = cam_shared_buffer_write(
		cam_buffer_set_find(&ipa->parameters_buffers, buffer_id),
		&ipa->parameters, sizeof(ipa->parameters));
	(void)!ipa_softisp_emit_params_ready(ipa->host, frame, buffer_id, ret);
	(void)!softisp_emit_metadata(ipa, frame);
}

static void compute_params(void *self, uint32_t frame, uint32_t buffer_id)
{
	struct faulty *ipa = self;

	if (ipa->is_wild)
		send_wild_parameters(&ipa->softisp, frame, buffer_id);
	else
		softisp_ops.compute_params(self, frame, buffer_id);
	ipa->is_wild = false;
}

static struct ipa_softisp_ops faulty_ops;

__attribute__((constructor)) static void copy_ops(void)
{
	faulty_ops = softisp_ops;
	faulty_ops.unmap_buffers = unmap_buffers;
	faulty_ops.process_stats = process_stats;
	faulty_ops.compute_params = compute_params;
}

static int faulty_create(struct camipc_host *host, void **ret_ipa)
{
	const struct fault *fault = NULL;
	uint32_t frame = 0;
	struct faulty *ipa;
	int ret;

	if (host->argument[0]) {
		fault = find_fault(host->argument, &frame);
		if (!fault) {
			camipc_host_log(host, CAMIPC_LOG_ERROR,
					"faulty: unknown argument '%s': "
					"expected FAULT@FRAME",
					host->argument);
			return -EINVAL;
		}
	}
	ret = softisp_allocate(host, sizeof(*ipa), ret_ipa);
	if (ret < 0)
		return ret;
	ipa = *ret_ipa;
	ipa->fault = fault;
	ipa->frame = frame;
	return 0;
}

CAMIPC_MODULE_MANIFEST("argument: true\n");

IPA_SOFTISP_MODULE("faulty", 1, "MIT", faulty_create, softisp_destroy,
		   &faulty_ops);
