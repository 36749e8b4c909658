/* SPDX-License-Identifier: MIT */
/* Polls descriptors: by select() where RLIMIT_NOFILE, or a container, forbids
 * poll(). */
#include "fd_poll.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/select.h>

#include "refusal.h"

#define SET_WORD_BITS (8 * sizeof(unsigned long))

/* Sets of descriptors of any number; fd_set ends at 1,024. */
struct sets {
	size_t words; /* of each */
	unsigned long *readable;
	unsigned long *writable;
};

static bool has(const unsigned long *set, int fd)
{
	return set[(size_t)fd / SET_WORD_BITS] >> ((size_t)fd % SET_WORD_BITS) & 1;
}

static void add(unsigned long *set, int fd)
{
	set[(size_t)fd / SET_WORD_BITS] |= 1ul << ((size_t)fd % SET_WORD_BITS);
}

/* Returns the highest number plus one, or -1 without memory. */
static int make_sets(struct sets *sets, const struct pollfd *pfds, nfds_t n)
{
	int highest = -1;

	for (nfds_t i = 0; i < n; i++) {
		if (pfds[i].fd > highest)
			highest = pfds[i].fd;
	}
	sets->words = (size_t)(highest + 1) / SET_WORD_BITS + 1;
	/* At least the size that select() declares. */
	if (sets->words < sizeof(fd_set) / sizeof(unsigned long))
		sets->words = sizeof(fd_set) / sizeof(unsigned long);
	sets->readable = calloc(2 * sets->words, sizeof(unsigned long));
	if (!sets->readable)
		return -1;
	sets->writable = sets->readable + sets->words;
	for (nfds_t i = 0; i < n; i++) {
		if (pfds[i].fd < 0)
			continue;
		if (pfds[i].events & (POLLIN | POLLRDHUP))
			add(sets->readable, pfds[i].fd);
		if (pfds[i].events & POLLOUT)
			add(sets->writable, pfds[i].fd);
	}
	return highest + 1;
}

static int take_sets(const struct sets *sets, struct pollfd *pfds, nfds_t n)
{
	int ready = 0;

	for (nfds_t i = 0; i < n; i++) {
		const short in =
			(short)(pfds[i].events & (POLLIN | POLLRDHUP));

		pfds[i].revents = 0;
		if (pfds[i].fd < 0)
			continue;
		if (in && has(sets->readable, pfds[i].fd))
			pfds[i].revents = in;
		if ((pfds[i].events & POLLOUT) &&
		    has(sets->writable, pfds[i].fd))
			pfds[i].revents |= POLLOUT;
		ready += pfds[i].revents != 0;
	}
	return ready;
}

static int poll_by_select(struct pollfd *pfds, nfds_t n, int timeout_ms)
{
	struct timeval timeout = { timeout_ms / 1000,
				   timeout_ms % 1000 * 1000 };
	struct sets sets;
	int end = make_sets(&sets, pfds, n);
	int ret;

	if (end < 0) {
		errno = ENOMEM;
		return -1;
	}
	ret = select(end, (fd_set *)(void *)sets.readable,
		     (fd_set *)(void *)sets.writable, NULL,
		     timeout_ms < 0 ? NULL : &timeout);
	if (ret >= 0)
		ret = take_sets(&sets, pfds, n);
	free(sets.readable);
	return ret;
}

int camipc_poll(struct pollfd *pfds, nfds_t n, int timeout_ms)
{
	static atomic_flag said = ATOMIC_FLAG_INIT;
	int ret = poll(pfds, n, timeout_ms);

	if (ret < 0 && camipc_is_refusal(errno)) {
		camipc_say_refused(&said, "poll", errno, "select() is used");
		return poll_by_select(pfds, n, timeout_ms);
	}
	if (ret < 0 && errno == EINVAL)
		return poll_by_select(pfds, n, timeout_ms);
	return ret;
}
