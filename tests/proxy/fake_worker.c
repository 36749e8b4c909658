/* SPDX-License-Identifier: MIT */
/*
 * A worker program that misbehaves. Its module's "path", or the argument of a
 * real module, chooses how: a deviation from a clean birth, or "born" and then
 * what it does when the first message comes.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <camipc/log.h>

#include "child_process.h"
#include "crash_record.h"
#include "control_message.h"
#include "fake_ring.h"
#include "handshake.h"
#include "life_line.h"
#include "slow_close.h"
#include "socket_channel.h"
#include "worker.h"

static struct camipc_channel *channel;
static struct camipc_parent_hello hello;

static bool is(const char *what, const char *role)
{
	return strcmp(what, role) == 0;
}

/* All bytes of a datagram as they are; whether it arrives is not our care. */
static void send_bytes(const void *bytes, size_t size)
{
	if (fake_ring_put(bytes, size))
		return;
	if (send(CAMIPC_WORKER_CHANNEL_FD, bytes, size, MSG_NOSIGNAL) < 0)
		_exit(99);
}

static void send_frame(struct camipc_header header, const void *body,
		       size_t size)
{
	uint8_t bytes[65536];

	header.body_size = (uint32_t)size;
	camipc_header_encode(&header, bytes);
	memcpy(bytes + CAMIPC_HEADER_SIZE, body, size);
	send_bytes(bytes, CAMIPC_HEADER_SIZE + size);
}

static void send_kind(enum camipc_message_kind kind)
{
	const struct camipc_header header = { .kind = (uint8_t)kind };

	send_frame(header, "", 0);
}

static void send_log(const char *text, size_t size)
{
	const struct camipc_header header = { .kind = CAMIPC_MESSAGE_LOG,
					      .id = CAMIPC_LOG_WARNING };

	send_frame(header, text, size);
}

static void hang(void)
{
	for (;;)
		pause();
}

static void flood_log(void)
{
	for (;;)
		send_log("again and again", 15);
}

static void flood_stderr(void)
{
	struct pollfd pfd = { .fd = 2, .events = POLLOUT };
	char text[4096];

	memset(text, 'x', sizeof(text));
	for (size_t i = 79; i < sizeof(text); i += 80)
		text[i] = '\n';
	for (;;) {
		if (write(2, text, sizeof(text)) < 0)
			poll(&pfd, 1, -1);
	}
}

static void receive(struct camipc_message *message)
{
	enum camipc_reason reason;

	camipc_message_reset(message);
	if (camipc_channel_receive(channel, message, true, &reason) < 0)
		_exit(98);
}

/** Ends, in one of the ways of tests/contract/test_death_matrix.c. */
static void die(const char *how)
{
	static const struct {
		const char *how;
		int number;
	} signals[] = {
		{ "SIGKILL", SIGKILL },
		{ "SIGSEGV", SIGSEGV },
		{ "SIGABRT", SIGABRT },
		{ "SIGSTOP", SIGSTOP },
	};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (is(how, signals[i].how)) {
			signal(signals[i].number, SIG_DFL);
			raise(signals[i].number);
			hang();
		}
	}
	if (is(how, "exit"))
		_exit(0);
	close(CAMIPC_WORKER_CHANNEL_FD);
	hang();
}

/* A message without a body, and a descriptor beside it. */
static void send_fd(struct camipc_header header, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	uint8_t bytes[CAMIPC_HEADER_SIZE];
	struct iovec iov = { bytes, sizeof(bytes) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control.bytes,
			      .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *cmsg;

	camipc_header_encode(&header, bytes);
	memset(&control, 0, sizeof(control));
	cmsg = CMSG_FIRSTHDR(&msg);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	/* A kernel that was asked to refuses it. */
	if (sendmsg(CAMIPC_WORKER_CHANNEL_FD, &msg, MSG_NOSIGNAL) < 0)
		fprintf(stderr, "refused\n");
	else if (header.kind != CAMIPC_MESSAGE_LOG)
		fake_ring_put_mark();
}

/* One whose close is slow. */
static void send_slow_close(enum camipc_message_kind kind, uint16_t port,
			    const struct camipc_message *call)
{
	struct camipc_header header = { .kind = (uint8_t)kind, .id = 1 };
	int fd = slow_close_open(port);

	if (fd < 0)
		_exit(90);
	if (call && kind == CAMIPC_MESSAGE_REPLY) {
		header = call->header;
		header.kind = CAMIPC_MESSAGE_REPLY;
		header.flags = 0;
		header.body_size = 0;
	}
	send_fd(header, fd);
	close(fd);
}

/* "slow KIND PORT". */
static bool send_slow_of(const char *what, const struct camipc_message *call)
{
	unsigned int kind;
	unsigned int port;

	if (sscanf(what, "slow %u %u", &kind, &port) != 2)
		return false;
	send_slow_close((enum camipc_message_kind)kind, (uint16_t)port, call);
	return true;
}

#define RUN_LENGTH 8

/* "run PORT": a descriptor, and then many whose close is slow. */
static bool send_run_of(const char *what)
{
	const struct camipc_header header = { .kind = CAMIPC_MESSAGE_EVENT,
					      .id = 1,
					      .n_fds = 1 };
	unsigned int port;

	if (sscanf(what, "run %u", &port) != 1)
		return false;
	send_fd(header, 2);
	for (int i = 0; i < RUN_LENGTH; i++) {
		int fd = slow_close_open((uint16_t)port);

		if (fd < 0)
			_exit(90);
		send_fd(header, fd);
		close(fd);
	}
	return true;
}

/* ---- births ------------------------------------------------------------ */

static void be_born_badly(const char *what)
{
	struct camipc_worker_hello answer;
	uint8_t large[CAMIPC_MAX_CONTROL_SIZE + 1];

	memset(&answer, 0, sizeof(answer));
	memset(large, 0xff, sizeof(large));
	memcpy(answer.nonce, hello.nonce, sizeof(answer.nonce));
	if (strncmp(what, "hello ", 6) == 0)
		die(what + 6);
	if (is(what, "silent"))
		hang();
	/* And then a clean birth. */
	if (is(what, "two late"))
		poll(NULL, 0, 400);
	if (strncmp(what, "two slow", 8) == 0)
		(void)send_slow_of(what + 4, NULL);
	if (is(what, "stderr flood"))
		flood_stderr();
	if (is(what, "log flood"))
		flood_log();
	if (is(what, "exit"))
		_exit(3);
	if (is(what, "abort")) {
		fprintf(stderr, "about to \033[31mabort\n");
		signal(SIGABRT, SIG_DFL);
		abort();
	}
	if (is(what, "close")) {
		close(CAMIPC_WORKER_CHANNEL_FD);
		hang();
	}
	if (is(what, "wrong nonce")) {
		answer.nonce[0] ^= 1;
		exit(camipc_worker_hello_write(channel, &answer));
	}
	if (is(what, "old version")) {
		uint8_t bytes[CAMIPC_HEADER_SIZE] = { 'C', 'I', 'P', 'C', 9 };

		send_bytes(bytes, sizeof(bytes));
		hang();
	}
	if (is(what, "garbage")) {
		send_frame((struct camipc_header){ .kind =
							   CAMIPC_MESSAGE_HELLO },
			   large, 100);
		hang();
	}
	if (is(what, "large hello")) {
		send_frame((struct camipc_header){ .kind =
							   CAMIPC_MESSAGE_HELLO },
			   large, sizeof(large));
		hang();
	}
	if (is(what, "empty hello")) {
		send_kind(CAMIPC_MESSAGE_HELLO);
		hang();
	}
	if (is(what, "event first")) {
		send_kind(CAMIPC_MESSAGE_EVENT);
		hang();
	}
	if (is(what, "trace first")) {
		send_kind(CAMIPC_MESSAGE_TRACE);
		hang();
	}
	fake_ring_say_hello(&channel, &hello, &answer);
}

static void load_badly(const char *what, const char *fingerprint)
{
	Camipc__Control__Loaded body = CAMIPC__CONTROL__LOADED__INIT;
	uint8_t bytes[CAMIPC_MAX_CONTROL_SIZE];
	uint32_t backwards[] = { 5, 6, 1, 2 };
	uint32_t half[] = { 1 };
	uint32_t huge[] = { 1, UINT32_MAX };
	uint32_t good[] = { 1, 1 };
	uint32_t two[] = { 1, 2 };
	uint32_t more[] = { 1, 3, 7, 7 };
	uint32_t other[] = { 2, 2 };
	uint32_t without_stop[] = { 1, 3 };
	int size;

	body.wire_fingerprint = strtoull(fingerprint, NULL, 16);
	body.methods = good;
	body.n_methods = 2;
	if (strncmp(what, "two", 3) == 0)
		body.methods = two;
	if (is(what, "load error")) {
		body.error = -ENOEXEC;
		body.text = (char *)(uintptr_t) "no \033[31mmodule\n";
	} else if (is(what, "positive error")) {
		body.error = 5;
	} else if (is(what, "low error")) {
		body.error = -5000;
	} else if (strncmp(what, "chosen ", 7) == 0) {
		body.error = -atoi(what + 7);
	} else if (is(what, "no methods")) {
		body.n_methods = 0;
	} else if (is(what, "more methods")) {
		body.methods = more;
		body.n_methods = 4;
	} else if (is(what, "no stop")) {
		body.methods = without_stop;
	} else if (is(what, "other methods")) {
		body.methods = other;
	} else if (is(what, "backwards")) {
		body.methods = backwards;
		body.n_methods = 4;
	} else if (is(what, "half")) {
		body.methods = half;
		body.n_methods = 1;
	} else if (is(what, "huge")) {
		body.methods = huge;
		body.n_methods = 2;
	} else if (strncmp(what, "replaced", 8) == 0) {
		body.wire_fingerprint ^= 1;
	} else if (strncmp(what, "load ", 5) == 0 && !is(what, "load error")) {
		die(what + 5);
	} else if (is(what, "crash in load")) {
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
	} else if (is(what, "bye in load")) {
		send_kind(CAMIPC_MESSAGE_BYE);
		hang();
	}
	size = camipc_control_pack(&body.base, bytes);
	if (size < 0)
		_exit(96);
	send_frame((struct camipc_header){ .kind = CAMIPC_MESSAGE_LOADED },
		   bytes, (size_t)size);
	if (strncmp(what, "replaced ", 9) == 0)
		die(what + 9);
}

/* ---- lives ------------------------------------------------------------- */

static void reply_to(const struct camipc_message *call)
{
	struct camipc_header header = call->header;

	header.kind = CAMIPC_MESSAGE_REPLY;
	header.flags = 0;
	send_frame(header, call->bytes + CAMIPC_HEADER_SIZE,
		   call->header.body_size);
}

static void send_events(int n)
{
	for (int i = 0; i < n; i++)
		send_frame((struct camipc_header){ .kind = CAMIPC_MESSAGE_EVENT,
						   .id = 1 },
			   "event", 5);
}

static void hold_channel_in_grandchild(void)
{
	pid_t pid = fork();

	/* Out of the process group, so that it outlives its parent. */
	if (pid == 0) {
		setsid();
		hang();
	}
	dprintf(2, "grandchild %d\n", (int)pid);
	_exit(0);
}

/* A crash that never was. */
static void send_false_crash(uint32_t n_frames)
{
	struct camipc_crash_record record;

	memset(&record, 0, sizeof(record));
	record.signal = SIGSEGV;
	record.n_frames = n_frames;
	record.n_modules = 1;
	memset(record.modules[0].path, '\033', sizeof(record.modules[0].path));
	send_frame((struct camipc_header){ .kind = CAMIPC_MESSAGE_CRASH },
		   &record, sizeof(record));
}

/* No message waits for credit here; when the socket is full, it is full. */
static void flood_credit(void)
{
	for (;;)
		send_kind(CAMIPC_MESSAGE_CREDIT);
}

/* The worker ends, and its child goes on writing. */
static void write_from_the_grave(void)
{
	if (fork() > 0)
		_exit(0);
	/* Out of the process group, so that it outlives its parent. */
	setsid();
	alarm(20);
	/* It has the socket, but not the memory. */
	fake_ring_drop();
	flood_credit();
}

/* Every one of them is as it should be. */
static void flood_trace(void)
{
	uint8_t bytes[CAMIPC_TRACE_SPAN_SIZE];

	camipc_span_encode(&(struct camipc_span){ .id = 1 }, bytes);
	for (;;)
		send_frame((struct camipc_header){ .kind =
							   CAMIPC_MESSAGE_TRACE },
			   bytes, sizeof(bytes));
}

static void live_badly(const char *what, struct camipc_message *call)
{
	static const uint8_t span[CAMIPC_TRACE_SPAN_SIZE] = { 1 };
	static const char escapes[] = "red \033[31m\r\n\x9b \xff";

	if (is(what, "call"))
		send_kind(CAMIPC_MESSAGE_CALL);
	if (is(what, "hello again"))
		send_kind(CAMIPC_MESSAGE_HELLO);
	if (is(what, "trace"))
		send_frame((struct camipc_header){ .kind =
							   CAMIPC_MESSAGE_TRACE },
			   span, sizeof(span));
	if (is(what, "loaded again"))
		send_kind(CAMIPC_MESSAGE_LOADED);
	if (is(what, "short"))
		send_bytes("x", 1);
	if (is(what, "bad magic"))
		send_bytes("0123456789abcdef0123456789abcdef", 32);
	if (is(what, "bye"))
		send_kind(CAMIPC_MESSAGE_BYE);
	if (is(what, "empty crash"))
		send_kind(CAMIPC_MESSAGE_CRASH);
	if (is(what, "impossible crash"))
		send_false_crash(CAMIPC_CRASH_FRAMES + 1);
	if (is(what, "no crash")) {
		send_false_crash(1);
		reply_to(call);
		_exit(4);
	}
	if (is(what, "close")) {
		close(CAMIPC_WORKER_CHANNEL_FD);
		hang();
	}
	if (is(what, "events and exit")) {
		send_events(3);
		_exit(0);
	}
	if (is(what, "grandchild")) {
		send_events(1);
		hold_channel_in_grandchild();
	}
	if (is(what, "segv")) {
		fprintf(stderr, "last\nwords \033[31m\n");
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
	}
	if (is(what, "stop"))
		raise(SIGSTOP);
	if (is(what, "log")) {
		send_log(escapes, sizeof(escapes) - 1);
		fprintf(stderr, "%s\n", escapes);
		reply_to(call);
	}
	if (is(what, "long log")) {
		char text[20000];

		memset(text, 'l', sizeof(text));
		send_log(text, sizeof(text));
		reply_to(call);
	}
	if (is(what, "log burst")) {
		for (int i = 0; i < 100; i++)
			send_log("again", 5);
		reply_to(call);
		_exit(0);
	}
	if (is(what, "log flood"))
		flood_log();
	if (is(what, "credit flood"))
		flood_credit();
	if (is(what, "trace flood"))
		flood_trace();
	if (is(what, "from the grave"))
		write_from_the_grave();
	if (is(what, "silent"))
		hang();
	if (send_slow_of(what, call) || send_run_of(what))
		hang();
	if (is(what, "stderr flood"))
		flood_stderr();
	if (is(what, "slow reader")) {
		struct pollfd pfd = { .fd = CAMIPC_CHILD_LIFE_LINE_FD,
				      .events = POLLIN };

		/* Till the other side has filled the socket. */
		poll(&pfd, 1, 200);
		for (;;) {
			receive(call);
			if (call->header.cookie)
				reply_to(call);
		}
	}
	if (is(what, "reply"))
		reply_to(call);
	if (is(what, "late reply")) {
		poll(NULL, 0, 300);
		reply_to(call);
	}
	if (is(what, "ignore bye"))
		reply_to(call);
}

int main(int argc, char **argv)
{
	const struct camipc_channel_limits limits = {
		.max_message_size = 1 << 20,
		.max_fds = CAMIPC_MAX_FDS,
	};
	struct camipc_message message;
	char *birth;
	char *life;
	char *fingerprint;

	if (argc != 2)
		return 95;
	if (camipc_socket_channel_create(CAMIPC_WORKER_CHANNEL_FD, &limits,
					 &channel) < 0)
		return 94;
	if (camipc_life_line_attach(CAMIPC_CHILD_LIFE_LINE_FD) < 0)
		return 93;
	camipc_message_init(&message);
	receive(&message);
	if (camipc_parent_hello_read(&message, &hello) < 0)
		return 92;
	/* "/birth/life/fingerprint" */
	if (hello.argument && *hello.argument)
		argv[1] = hello.argument;
	if (!(birth = strtok(argv[1], "/")) || !(life = strtok(NULL, "/")) ||
	    !(fingerprint = strtok(NULL, "/")))
		return 91;
	be_born_badly(birth);
	load_badly(birth, fingerprint);
	receive(&message);
	live_badly(life, &message);
	if (is(life, "ignore bye"))
		hang();
	for (;;) {
		receive(&message);
		if (message.header.kind == CAMIPC_MESSAGE_BYE)
			return 0;
		reply_to(&message);
	}
}
