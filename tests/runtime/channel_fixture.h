/* SPDX-License-Identifier: MIT */
/*
 * The test bed of channel tests: a channel, and its other end as the plain
 * socket that a peer has.
 */
#ifndef CAMIPC_TEST_CHANNEL_FIXTURE_H
#define CAMIPC_TEST_CHANNEL_FIXTURE_H

#include <fcntl.h>

#include "fd_leak.h"
#include "socket_channel.h"

#define CHANNEL_MAX_SIZE (64u * 1024u)
#define CHANNEL_MAX_FDS 4

/** Of a body that is in a memfd. */
#define CHANNEL_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

struct channel_fixture {
	struct camipc_channel *channel;
	struct camipc_message message; /* the last that was received */
	struct fd_leak before;
	enum camipc_reason reason;
	int peer;
};

/** What peers mostly send. */
extern const struct camipc_header event_header;

void channel_set_up_with(struct channel_fixture *fixture, size_t max_size,
			 uint32_t max_fds);

/** The same with a peer whose descriptors others close. */
void channel_set_up_untrusted(struct channel_fixture *fixture, size_t max_size,
			      uint32_t max_fds);

/** With the limits above. */
void channel_set_up(struct channel_fixture *fixture);

/** Fails unless everything is as it was before it was set up. */
void channel_tear_down(struct channel_fixture *fixture);

/** One datagram, whatever it is. */
void peer_sends(int peer, const void *bytes, size_t size, const int *fds,
		size_t n_fds);

/** A frame whose header says what it likes; @size bytes of body follow. */
void peer_sends_frame(int peer, const struct camipc_header *header,
		      size_t size, const int *fds, size_t n_fds);

/** What receiving says; the message and the reason are in the fixture. */
int channel_receive(struct channel_fixture *fixture);

/** Fails unless the next message is refused for this, and nothing is kept. */
void channel_expect_bad(struct channel_fixture *fixture,
			enum camipc_reason reason);

/** A descriptor of /dev/null, which the caller closes. */
int channel_open_null(void);

#endif /* CAMIPC_TEST_CHANNEL_FIXTURE_H */
