/* SPDX-License-Identifier: MIT */
/* Lies that are the same in any state: late, about the log, crashes and files. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <camipc/log.h>

#include "crash_record.h"
#include "lie_scene.h"
#include "worker.h"

/* Longer than a call of the built-in camera may take. */
#define LATE_S 2

#define LOG_SIZE 20000

int act_late_reply(struct scene *scene)
{
	const struct timespec time = { .tv_sec = LATE_S };

	nanosleep(&time, NULL);
	return scene_be_honest(scene);
}

int act_log_flood(struct scene *scene)
{
	return scene_flood_log(scene);
}

int act_stderr_flood(struct scene *scene)
{
	char text[4096];

	(void)scene;
	memset(text, 'x', sizeof(text));
	for (size_t i = 79; i < sizeof(text); i += 80)
		text[i] = '\n';
	for (;;)
		(void)!write(2, text, sizeof(text));
}

int act_log_with_escapes(struct scene *scene)
{
	return scene_send_escapes(scene);
}

int act_log_of_no_level(struct scene *scene)
{
	(void)!scene_send_log(scene, UINT32_MAX, "line", 4);
	return scene_be_honest(scene);
}

int act_long_log(struct scene *scene)
{
	static char text[LOG_SIZE];

	memset(text, 'l', sizeof(text));
	(void)!scene_send_log(scene, CAMIPC_LOG_WARNING, text, sizeof(text));
	return scene_be_honest(scene);
}

static int send_false_crash(struct scene *scene, uint32_t n_frames)
{
	struct camipc_crash_record record;

	memset(&record, 0, sizeof(record));
	record.signal = SIGSEGV;
	record.n_frames = n_frames;
	record.n_modules = 1;
	memset(record.modules[0].path, '\033', sizeof(record.modules[0].path));
	return scene_interject(scene, CAMIPC_MESSAGE_CRASH, 0, &record,
			 sizeof(record));
}

int act_false_crash(struct scene *scene)
{
	return send_false_crash(scene, 1);
}

int act_impossible_crash(struct scene *scene)
{
	return send_false_crash(scene, CAMIPC_CRASH_FRAMES + 1);
}

/* The answer, with its body said to be in @fd. */
static int spill(struct scene *scene, int fd, uint32_t size)
{
	struct camipc_header header = scene->message->header;

	header.flags |= CAMIPC_MESSAGE_SPILLED;
	raw_frame_make(&scene->frame, header, NULL, 0);
	raw_frame_put(&scene->frame, 16, 4, size);
	if (fd >= 0)
		scene->frame.fds[scene->frame.n_fds++] = fd;
	return raw_frame_send(&scene->frame);
}

/* A file in memory of @size bytes with @seals. */
static int make_file(size_t size, int seals)
{
	int fd = memfd_create("lie", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, (off_t)size) < 0 ||
	    (seals && fcntl(fd, F_ADD_SEALS, seals) < 0))
		_exit(99);
	return fd;
}

#define ALL_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)
#define SPILLED_SIZE 40000

int act_spilled_without_file(struct scene *scene)
{
	return spill(scene, -1, SPILLED_SIZE);
}

int act_spilled_pipe(struct scene *scene)
{
	int fds[2];

	if (pipe(fds) < 0)
		_exit(99);
	return spill(scene, fds[0], SPILLED_SIZE);
}

int act_spilled_channel(struct scene *scene)
{
	return spill(scene, CAMIPC_WORKER_CHANNEL_FD, SPILLED_SIZE);
}

int act_spilled_unsealed(struct scene *scene)
{
	return spill(scene, make_file(SPILLED_SIZE, 0), SPILLED_SIZE);
}

int act_spilled_writable(struct scene *scene)
{
	return spill(scene,
		     make_file(SPILLED_SIZE, F_SEAL_SHRINK | F_SEAL_GROW),
		     SPILLED_SIZE);
}

int act_spilled_short(struct scene *scene)
{
	return spill(scene, make_file(SPILLED_SIZE - 1, ALL_SEALS),
		     SPILLED_SIZE);
}

int act_spilled_long(struct scene *scene)
{
	return spill(scene, make_file(SPILLED_SIZE + 1, ALL_SEALS),
		     SPILLED_SIZE);
}

int act_spilled_huge(struct scene *scene)
{
	return spill(scene, make_file(SPILLED_SIZE, ALL_SEALS), UINT32_MAX);
}

/* The honest answer, with another descriptor. */
static int send_other_file(struct scene *scene, int fd)
{
	if (fd < 0)
		_exit(99);
	raw_frame_copy(&scene->frame, scene->message);
	scene->frame.fds[0] = fd;
	scene->frame.n_fds = 1;
	return raw_frame_send(&scene->frame);
}

int act_file_is_pipe(struct scene *scene)
{
	int fds[2];

	return send_other_file(scene, pipe(fds) < 0 ? -1 : fds[0]);
}

int act_file_is_event(struct scene *scene)
{
	return send_other_file(scene, eventfd(0, EFD_CLOEXEC));
}

int act_file_is_poll(struct scene *scene)
{
	return send_other_file(scene, epoll_create1(EPOLL_CLOEXEC));
}

int act_file_is_channel(struct scene *scene)
{
	return send_other_file(scene, CAMIPC_WORKER_CHANNEL_FD);
}

/* Descriptors that were opened before files could not be any more. */
int act_file_is_folder(struct scene *scene)
{
	return send_other_file(scene, open("/usr/lib", O_RDONLY | O_DIRECTORY));
}

int act_file_is_path(struct scene *scene)
{
	return send_other_file(scene, open("/usr/lib", O_PATH));
}

int act_file_is_missing(struct scene *scene)
{
	raw_frame_copy(&scene->frame, scene->message);
	scene->frame.n_fds = 0;
	return raw_frame_send(&scene->frame);
}

int act_file_is_twice_there(struct scene *scene)
{
	raw_frame_copy(&scene->frame, scene->message);
	scene->frame.fds[1] = scene->frame.fds[0];
	scene->frame.n_fds = 2;
	raw_frame_put(&scene->frame, 24, 2, 2);
	return raw_frame_send(&scene->frame);
}
