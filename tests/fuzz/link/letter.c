/* SPDX-License-Identifier: MIT */
/* Datagrams of a peer, and what can be wrong with one. */
#include "letter.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stage.h"

/* Longest datagram: a header, a body that is not spilled, and a lie. */
#define MAX_SIZE (CAMIPC_HEADER_SIZE + CAMIPC_MAX_INLINE_SIZE + 4096u)

static const struct {
	uint8_t offset;
	uint8_t size;
} header_fields[] = {
	{ 5, 1 },  /* kind */
	{ 6, 2 },  /* flags */
	{ 8, 4 },  /* id */
	{ 12, 4 }, /* cookie */
	{ 16, 4 }, /* body */
	{ 20, 4 }, /* consumed */
	{ 24, 2 }, /* fds */
	{ 26, 2 }, /* status */
	{ 28, 4 }, /* epoch */
	{ 4, 1 },  /* version */
	{ 0, 4 },  /* magic */
};
#define N_FIELDS (sizeof(header_fields) / sizeof(header_fields[0]))

static struct letter *new_letter(size_t size)
{
	struct letter *letter = calloc(1, sizeof(*letter));

	FUZZ_REQUIRE(letter && size <= MAX_SIZE);
	letter->bytes = malloc(size + 4096u);
	FUZZ_REQUIRE(letter->bytes);
	letter->size = size;
	return letter;
}

static void add_fd(struct letter *letter, int fd)
{
	FUZZ_REQUIRE(fd >= 0);
	if (letter->n_fds == PORT_MAX_FDS)
		close(fd);
	else
		letter->fds[letter->n_fds++] = fd;
}

static int dup_fd(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

struct letter *letter_make(const struct camipc_header *header, const void *body,
			   size_t size, uint32_t n_fds)
{
	struct letter *letter = new_letter(CAMIPC_HEADER_SIZE + size);
	struct camipc_header whole = *header;

	whole.body_size = (uint32_t)size;
	whole.n_fds = (uint16_t)n_fds;
	camipc_header_encode(&whole, letter->bytes);
	if (size > 0)
		memcpy(letter->bytes + CAMIPC_HEADER_SIZE, body, size);
	for (uint32_t i = 0; i < n_fds; i++)
		add_fd(letter, dup_fd(fuzz_open_fd()));
	return letter;
}

struct letter *letter_copy(const struct letter *letter)
{
	struct letter *copy = new_letter(letter->size);

	memcpy(copy->bytes, letter->bytes, letter->size);
	for (uint32_t i = 0; i < letter->n_fds; i++)
		add_fd(copy, dup_fd(letter->fds[i]));
	return copy;
}

void letter_free(struct letter *letter)
{
	if (!letter)
		return;
	for (uint32_t i = 0; i < letter->n_fds; i++)
		close(letter->fds[i]);
	free(letter->bytes);
	free(letter);
}

/* ---- lies --------------------------------------------------------------------- */

static int make_pipe_end(void)
{
	int fds[2];

	FUZZ_REQUIRE(pipe2(fds, O_CLOEXEC) == 0);
	close(fds[1]);
	return fds[0];
}

static int make_socket(void)
{
	int fds[2];

	FUZZ_REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
				fds) == 0);
	close(fds[1]);
	return fds[0];
}

static int make_fd(uint8_t kind)
{
	switch (kind % 10) {
	case 0:
		return dup_fd(fuzz_open_fd());
	case 1:
		return make_pipe_end();
	case 2:
		return make_socket();
	case 3:
		return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	case 4:
		return open("/", O_PATH | O_CLOEXEC);
	case 5:
		return eventfd(0, EFD_CLOEXEC);
	case 6:
		return epoll_create1(EPOLL_CLOEXEC);
	case 7:
		return open("/dev/null", O_RDWR | O_CLOEXEC);
	case 8:
		return memfd_create("unsealed", MFD_CLOEXEC);
	default:
		return stage_make_slow_fd();
	}
}

static void change_field(struct letter *letter, const struct lie *lie)
{
	const uint8_t offset = header_fields[lie->field % N_FIELDS].offset;
	const uint8_t size = header_fields[lie->field % N_FIELDS].size;
	uint8_t *p = letter->bytes + offset;
	uint32_t value = lie->value;

	for (uint8_t i = 0; i < size && lie->what == LIE_ADD; i++)
		value += (uint32_t)p[i] << (8 * i);
	for (uint8_t i = 0; i < size; i++)
		p[i] = (uint8_t)(value >> (8 * i));
}

static void change_body(struct letter *letter, uint32_t value)
{
	size_t size = letter->size - CAMIPC_HEADER_SIZE;

	if (size > 0)
		letter->bytes[CAMIPC_HEADER_SIZE + (value >> 8) % size] ^=
			(uint8_t)(value % 255u + 1);
}

/* In a sealed memfd, as it should be, or with one thing wrong. */
static void spill(struct letter *letter, uint8_t how)
{
	size_t size = letter->size - CAMIPC_HEADER_SIZE;
	int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	int fd = memfd_create("body", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	FUZZ_REQUIRE(fd >= 0);
	if (how % 6 == 1)
		seals = 0;
	if (how % 6 == 2)
		seals &= ~F_SEAL_WRITE;
	if (how % 6 == 3 && size > 0)
		size--;
	FUZZ_REQUIRE(write(fd, letter->bytes + CAMIPC_HEADER_SIZE, size) ==
		     (ssize_t)size);
	FUZZ_REQUIRE(seals == 0 || fcntl(fd, F_ADD_SEALS, seals) == 0);
	letter->bytes[6] |= CAMIPC_MESSAGE_SPILLED;
	if (how % 6 == 4) {
		close(fd);
		fd = make_fd((uint8_t)(how / 6));
	}
	add_fd(letter, fd);
	if (how % 6 != 5)
		letter->size = CAMIPC_HEADER_SIZE;
}

static void lie_about_fds(struct letter *letter, const struct lie *lie)
{
	uint32_t n = lie->value % PORT_MAX_FDS + 1;

	if (lie->what == LIE_FDS_NONE || lie->what == LIE_FDS_KIND) {
		n = lie->what == LIE_FDS_KIND ? letter->n_fds : 0;
		while (letter->n_fds > 0)
			close(letter->fds[--letter->n_fds]);
	}
	for (uint32_t i = 0; i < n && letter->n_fds < PORT_MAX_FDS; i++)
		add_fd(letter, i == 0 ? make_fd(lie->field)
				      : dup_fd(letter->fds[letter->n_fds - 1]));
	if (lie->what == LIE_FDS_DECLARED)
		fuzz_put_u16(letter->bytes + 24, (uint16_t)letter->n_fds);
}

void letter_lie(struct letter *letter, const struct lie *lie)
{
	size_t more = lie->value % 4096u + 1;

	switch (lie->what) {
	case LIE_ADD:
	case LIE_SET:
		change_field(letter, lie);
		break;
	case LIE_BODY:
		change_body(letter, lie->value);
		break;
	case LIE_CUT:
		letter->size -= more < letter->size ? more : letter->size;
		break;
	case LIE_LONGER:
		memset(letter->bytes + letter->size, lie->field, more);
		letter->size += more;
		break;
	case LIE_FDS_MORE:
	case LIE_FDS_DECLARED:
	case LIE_FDS_NONE:
	case LIE_FDS_KIND:
		lie_about_fds(letter, lie);
		break;
	case LIE_SPILLED:
		spill(letter, lie->field);
		break;
	default:
		break;
	}
}

/* ---- sending ------------------------------------------------------------------ */

int letter_send(const struct letter *letter, int fd)
{
	union {
		struct cmsghdr align;
		uint8_t bytes[CMSG_SPACE(PORT_MAX_FDS * sizeof(int))];
	} control;
	struct iovec iov = { letter->bytes, letter->size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (letter->n_fds > 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(letter->n_fds * sizeof(int));
		memset(control.bytes, 0, msg.msg_controllen);
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(letter->n_fds * sizeof(int));
		memcpy(CMSG_DATA(&control.align), letter->fds,
		       letter->n_fds * sizeof(int));
	}
	if (sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
	    errno == EAGAIN)
		return -EAGAIN;
	/* A lie that the kernel refuses is not told; what its reader has
	 * closed nobody reads. */
	return 0;
}
