/* SPDX-License-Identifier: MIT */
/*
 * The stage of a session between a camera process and a worker: both play in
 * one thread, over a real socket pair, and time is played, too. Whenever the
 * side under test would sleep, the other side acts; when neither has anything
 * to do, the clock jumps. A session of many seconds thus takes microseconds and
 * is the same each time.
 *
 * stage.c takes the place of poll(), recvmsg(), close(), clock_gettime() and
 * timerfd_settime() by the linker, in the thread that entered the stage; other
 * threads have the real ones.
 */
#ifndef CAMIPC_TEST_FUZZ_STAGE_H
#define CAMIPC_TEST_FUZZ_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#define STAGE_MS INT64_C(1000000)

/** No appointment. */
#define STAGE_NEVER INT64_MAX

/** The other side. */
struct stage_peer {
	/** Does one thing, if there is one to do; returns whether it did. */
	bool (*turn)(void);

	/** When it has something to do without being asked; STAGE_NEVER. */
	int64_t (*next)(void);

	/** The side under test has read from its socket. May be NULL. */
	void (*was_read)(void);

	/** The side under test may wait for descriptors of the peer's to
	 * close. */
	bool is_trusted;
};

/** From now on this thread's time is played, and @peer acts. */
void stage_enter(const struct stage_peer *peer);
void stage_leave(void);

/**
 * From now on, another thread acts on the side under test, too, or does so no more.
 * It has real time, of which some passes before played time jumps.
 */
void stage_share(bool is_shared);

/** The time of the stage, in nanoseconds. */
int64_t stage_now(void);

/** Time passes; the peer does not act. */
void stage_pass(int64_t ns);

/** True if @fd has something to read now. */
bool stage_is_readable(int fd);

/**
 * Lets the peer act until @fd is readable or the stage's time is @until.
 * Returns whether it is readable.
 */
bool stage_wait(int fd, int64_t until);

/**
 * Sends one write end of a pipe along with the session: the kernel might take
 * any time to close it. Returns a descriptor to send and close.
 */
int stage_make_slow_fd(void);

/** What the peer does with its own descriptors is nobody else's fault. */
void stage_begin_peer(void);
void stage_end_peer(void);

#endif /* CAMIPC_TEST_FUZZ_STAGE_H */
