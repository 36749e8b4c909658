/* SPDX-License-Identifier: MIT */
/* Sends and receives a peer's messages. */
#include "port.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "letter.h"
#include "stage.h"

void port_init(struct port *port, int fd, const struct lie *lie)
{
	memset(port, 0, sizeof(*port));
	port->fd = fd;
	port->lie = *lie;
	port->last = &port->first;
}

static void drop_letters(struct port *port)
{
	while (port->first) {
		struct letter *letter = port->first;

		port->first = letter->next;
		letter_free(letter);
	}
	port->last = &port->first;
	letter_free(port->swapped);
	port->swapped = NULL;
}

void port_close(struct port *port)
{
	drop_letters(port);
	if (port->fd >= 0)
		close(port->fd);
	port->fd = -1;
}

void port_fini(struct port *port)
{
	port_close(port);
}

bool port_lies(const struct port *port, enum lie_what what)
{
	return port->told && port->lie.what == what;
}

/* ---- sending ---------------------------------------------------------------- */

static void post(struct port *port, struct letter *letter)
{
	letter->due = port->late > 0 ? stage_now() + port->late : 0;
	*port->last = letter;
	port->last = &letter->next;
}

bool port_flush(struct port *port)
{
	bool did = false;

	while (port->fd >= 0 && port->first &&
	       port->first->due <= stage_now()) {
		struct letter *letter = port->first;

		if (letter_send(letter, port->fd) == -EAGAIN)
			break;
		did = true;
		port->first = letter->next;
		if (!port->first)
			port->last = &port->first;
		letter_free(letter);
	}
	return did;
}

int64_t port_next(const struct port *port)
{
	if (port->fd < 0 || !port->first || port->first->due <= stage_now())
		return STAGE_NEVER;
	return port->first->due;
}

/* A message that nobody asked for: kinds beyond the last are events. */
static void post_extra(struct port *port)
{
	static const char body[] = "\x08\x01 nobody asked for this";
	struct camipc_header header = {
		.kind = 1 + port->lie.field % 12,
		.id = port->lie.value & 0xffff,
	};
	size_t size = (port->lie.value >> 16) % sizeof(body);

	if (header.kind > CAMIPC_MESSAGE_BELL)
		header.kind = CAMIPC_MESSAGE_EVENT;
	port->on_extra(&header);
	post(port, letter_make(&header, body, size, 0));
}

bool port_make_noise(struct port *port)
{
	if (!port->noisy || port->fd < 0)
		return false;
	post_extra(port);
	return port_flush(port);
}

static void apply(struct port *port, struct letter *letter)
{
	const struct lie *lie = &port->lie;
	uint32_t n = 0;

	switch (lie->what) {
	case LIE_LOST:
		letter_free(letter);
		return;
	case LIE_TWICE:
		post(port, letter_copy(letter));
		break;
	case LIE_LATE:
		port->late = (int64_t)(lie->value % 20000u) * STAGE_MS;
		break;
	case LIE_SWAPPED:
		port->swapped = letter;
		return;
	case LIE_FLOOD:
		n = lie->value % 300u;
		/* fallthrough */
	case LIE_EXTRA:
		for (uint32_t i = 0; i <= n; i++)
			post_extra(port);
		break;
	case LIE_NOISE:
		port->noisy = true;
		break;
	default:
		letter_lie(letter, lie);
	}
	post(port, letter);
}

void port_send(struct port *port, const struct camipc_header *header,
	       const void *body, size_t size, uint32_t n_fds)
{
	const bool lies = port->n_sent++ == port->lie.at && port->lie.what;
	struct letter *swapped = port->swapped;
	struct letter *letter;

	if (port->fd < 0)
		return;
	if (lies) {
		port->told = true;
		port->on_lie(&port->lie, true);
		if (port->fd < 0)
			return;
	}
	letter = letter_make(header, body, size, n_fds);
	if (lies)
		apply(port, letter);
	else
		post(port, letter);
	if (swapped) {
		post(port, swapped);
		port->swapped = NULL;
	}
	(void)port_flush(port);
	if (lies)
		port->on_lie(&port->lie, false);
}

/* ---- receiving --------------------------------------------------------------- */

static uint32_t close_fds(struct msghdr *msg)
{
	uint32_t n = 0;

	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg;
	     cmsg = CMSG_NXTHDR(msg, cmsg)) {
		size_t left = cmsg->cmsg_len - CMSG_LEN(0);

		for (; left >= sizeof(int); left -= sizeof(int), n++) {
			int fd;

			memcpy(&fd, CMSG_DATA(cmsg) + n * sizeof(fd),
			       sizeof(fd));
			close(fd);
		}
	}
	return n;
}

int port_receive(struct port *port, struct camipc_header *ret_header,
		 uint8_t *body, size_t room)
{
	uint8_t bytes[CAMIPC_HEADER_SIZE];
	union {
		struct cmsghdr align;
		uint8_t bytes[CMSG_SPACE(PORT_MAX_FDS * sizeof(int))];
	} control;
	struct iovec iov[2] = { { bytes, sizeof(bytes) }, { body, room } };
	struct msghdr msg = { .msg_iov = iov,
			      .msg_iovlen = 2,
			      .msg_control = control.bytes,
			      .msg_controllen = sizeof(control.bytes) };
	uint32_t n_fds;
	ssize_t n;

	if (port->fd < 0)
		return -1;
	n = recvmsg(port->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return errno == EAGAIN ? -1 : -2;
	if (n == 0)
		return -2;
	n_fds = close_fds(&msg);
	FUZZ_REQUIRE(!(msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)));
	FUZZ_REQUIRE((size_t)n >= sizeof(bytes));
	FUZZ_REQUIRE(camipc_header_decode(bytes, ret_header) == 0);
	if (ret_header->flags & CAMIPC_MESSAGE_SPILLED)
		n_fds--;
	else
		FUZZ_REQUIRE((size_t)n - sizeof(bytes) ==
			     ret_header->body_size);
	FUZZ_REQUIRE(n_fds == ret_header->n_fds);
	return (int)n - (int)sizeof(bytes);
}
