/* SPDX-License-Identifier: MIT */
/* Plays time, and watches over some system calls of the side under test. */
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define NS_PER_S INT64_C(1000000000)

/* What a system call takes, and a turn of the peer. */
#define CALL_NS INT64_C(2000)
#define TURN_NS INT64_C(50000)

/*
 * Calls of one kind between two ends of a session. A side that makes more reads
 * or waits without end because of what its peer does.
 */
#define MAX_CALLS 200000u

#define MAX_TIMERS 4

/* What a timer takes that was set to the past, on a machine with much to do. */
#define REAL_EXPIRY_MS 1000

/* Real time of another thread, before played time jumps over what it does. */
#define REAL_TURN_MS 1

struct timer {
	int fd;
	int64_t when; /* 0: not armed */
};

static struct {
	unsigned int in_peer;
	struct stage_peer peer;
	int64_t now;
	uint32_t n_calls;
	struct timer timers[MAX_TIMERS];
	bool is_shared; /* another thread acts on the side under test, too */
	int slow_fd; /* read end of the pipe that is slow to close; -1 */
	bool slow_came; /* the side under test has received its other end */
} stage = { .slow_fd = -1 };

/* Other threads have the real functions, and do not look at the stage. */
static _Thread_local bool on_stage;

int __real_poll(struct pollfd *fds, nfds_t n, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout);
ssize_t __real_recvmsg(int fd, struct msghdr *msg, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags);
int __real_close(int fd);
int __wrap_close(int fd);
int __real_clock_gettime(clockid_t clock, struct timespec *ret_time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time);
int __real_timerfd_settime(int fd, int flags, const struct itimerspec *when,
			   struct itimerspec *ret_old);
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *when,
			   struct itimerspec *ret_old);

static bool is_played(void)
{
	return on_stage && stage.in_peer == 0;
}

/* ---- time ------------------------------------------------------------------ */

int64_t stage_now(void)
{
	return stage.now;
}

/*
 * A real timer that is due has expired when this returns, for which it needs an
 * interrupt; one that is not due never does.
 */
static void set_timer(const struct timer *timer, bool is_due)
{
	struct itimerspec when = { .it_value.tv_nsec = is_due ? 1 : 0 };
	struct pollfd pfd = { .fd = timer->fd, .events = POLLIN };

	(void)__real_timerfd_settime(timer->fd, TFD_TIMER_ABSTIME, &when, NULL);
	if (is_due)
		(void)__real_poll(&pfd, 1, REAL_EXPIRY_MS);
}

static void set_time(int64_t now)
{
	stage.now = now;
	for (int i = 0; i < MAX_TIMERS; i++) {
		struct timer *timer = &stage.timers[i];

		if (timer->when == 0 || timer->when > now)
			continue;
		set_timer(timer, true);
		timer->when = 0;
	}
}

void stage_pass(int64_t ns)
{
	set_time(stage.now + ns);
}

static int64_t next_timer(void)
{
	int64_t next = STAGE_NEVER;

	for (int i = 0; i < MAX_TIMERS; i++) {
		if (stage.timers[i].when && stage.timers[i].when < next)
			next = stage.timers[i].when;
	}
	return next;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	if (!on_stage ||
	    (clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_COARSE))
		return __real_clock_gettime(clock, ret_time);
	ret_time->tv_sec = (time_t)(stage.now / NS_PER_S);
	ret_time->tv_nsec = (long)(stage.now % NS_PER_S);
	return 0;
}

int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *when,
			   struct itimerspec *ret_old)
{
	int64_t ns = (int64_t)when->it_value.tv_sec * NS_PER_S +
		     when->it_value.tv_nsec;
	struct timer *timer = NULL;

	if (!is_played())
		return __real_timerfd_settime(fd, flags, when, ret_old);
	for (int i = 0; i < MAX_TIMERS; i++) {
		if (stage.timers[i].fd == fd)
			timer = &stage.timers[i];
	}
	for (int i = 0; !timer && i < MAX_TIMERS; i++) {
		if (stage.timers[i].fd < 0)
			timer = &stage.timers[i];
	}
	FUZZ_REQUIRE(timer && !ret_old);
	timer->fd = fd;
	timer->when = 0;
	if (ns > 0 && !(flags & TFD_TIMER_ABSTIME))
		ns += stage.now;
	set_timer(timer, ns > 0 && ns <= stage.now);
	if (ns > stage.now)
		timer->when = ns;
	return 0;
}

/* ---- waiting ---------------------------------------------------------------- */

static void count_call(void)
{
	stage_pass(CALL_NS);
	FUZZ_REQUIRE(++stage.n_calls < MAX_CALLS);
}

void stage_begin_peer(void)
{
	stage.in_peer++;
}

void stage_end_peer(void)
{
	stage.in_peer--;
}

static bool turn(void)
{
	bool did;

	stage_begin_peer();
	did = stage.peer.turn();
	stage_end_peer();
	if (did)
		stage_pass(TURN_NS);
	return did;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Without anything to do until @until, time jumps. */
static void jump(int64_t until)
{
	int64_t next = earlier(stage.peer.next(), next_timer());

	next = earlier(next, until);
	/* Nobody would ever wake it up. */
	FUZZ_REQUIRE(next != STAGE_NEVER);
	if (next > stage.now)
		set_time(next);
	else
		stage_pass(TURN_NS);
}

/* As poll(), for what another thread may be doing right now. */
static int wait_for_others(struct pollfd *fds, nfds_t n)
{
	return stage.is_shared ? __real_poll(fds, n, REAL_TURN_MS) : 0;
}

int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	int64_t until = timeout < 0 ? STAGE_NEVER
				    : stage.now + timeout * STAGE_MS;
	int ret;

	if (!is_played())
		return __real_poll(fds, n, timeout);
	for (;;) {
		count_call();
		ret = __real_poll(fds, n, 0);
		if (ret != 0 || timeout == 0 || stage.now >= until)
			return ret;
		if (turn())
			continue;
		ret = wait_for_others(fds, n);
		if (ret != 0)
			return ret;
		jump(until);
	}
}

void stage_share(bool is_shared)
{
	stage.is_shared = is_shared;
}

bool stage_is_readable(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return __real_poll(&pfd, 1, 0) > 0;
}

bool stage_wait(int fd, int64_t until)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	while (!stage_is_readable(fd)) {
		if (stage.now >= until)
			return false;
		count_call();
		if (!turn() && wait_for_others(&pfd, 1) == 0)
			jump(until);
	}
	return true;
}

/* ---- descriptors that are slow to close -------------------------------------- */

int stage_make_slow_fd(void)
{
	int fds[2];

	FUZZ_REQUIRE(pipe2(fds, O_CLOEXEC) == 0);
	if (stage.slow_fd >= 0)
		__real_close(stage.slow_fd);
	stage.slow_fd = fds[0];
	stage.slow_came = false;
	return fds[1];
}

/* Nobody holds the other end any more. */
static bool slow_fd_is_closed(void)
{
	struct pollfd pfd = { .fd = stage.slow_fd };

	return stage.slow_fd >= 0 && __real_poll(&pfd, 1, 0) > 0;
}

/* A thread that waited for it would have waited as long as the peer likes. */
static void expect_not_closed(bool was_closed)
{
	FUZZ_REQUIRE(stage.peer.is_trusted || was_closed ||
		     !slow_fd_is_closed());
}

static bool is_slow_fd(int fd)
{
	struct stat status;
	struct stat slow;

	return stage.slow_fd >= 0 && fstat(fd, &status) == 0 &&
	       fstat(stage.slow_fd, &slow) == 0 &&
	       status.st_dev == slow.st_dev && status.st_ino == slow.st_ino;
}

static void look_for_slow_fd(struct msghdr *msg)
{
	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg;
	     cmsg = CMSG_NXTHDR(msg, cmsg)) {
		const size_t n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(fd),
			       sizeof(fd));
			stage.slow_came |= is_slow_fd(fd);
		}
	}
}

/*
 * Until it has come, only what this thread does to the socket can close it.
 * Afterwards another thread may do so at any time.
 */
ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags)
{
	bool was_closed;
	ssize_t ret;

	if (!is_played())
		return __real_recvmsg(fd, msg, flags);
	count_call();
	if (!(flags & MSG_DONTWAIT))
		(void)stage_wait(fd, STAGE_NEVER);
	was_closed = stage.slow_came || slow_fd_is_closed();
	ret = __real_recvmsg(fd, msg, flags);
	expect_not_closed(was_closed);
	if (ret >= 0 && msg->msg_controllen > 0 && stage.slow_fd >= 0)
		look_for_slow_fd(msg);
	if (stage.peer.was_read) {
		stage_begin_peer();
		stage.peer.was_read();
		stage_end_peer();
	}
	return ret;
}

/* A socket may hold it unread. */
static bool may_hold_slow_fd(int fd)
{
	struct stat status;

	return stage.slow_fd >= 0 && !stage.slow_came &&
	       fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

int __wrap_close(int fd)
{
	bool was_closed;
	int ret;

	if (!is_played() || (!is_slow_fd(fd) && !may_hold_slow_fd(fd)))
		return __real_close(fd);
	was_closed = slow_fd_is_closed();
	ret = __real_close(fd);
	expect_not_closed(was_closed);
	return ret;
}

/* ---- coming and going --------------------------------------------------------- */

/* Time is played: however slow the machine is, no deadline is stretched. The
 * library reads the variable once, at its first deadline. */
__attribute__((constructor)) static void forget_scale(void)
{
	unsetenv("CAMIPC_DEADLINE_SCALE");
}

void stage_enter(const struct stage_peer *peer)
{
	FUZZ_REQUIRE(!on_stage);
	stage.peer = *peer;
	/* Early: a thread of the library whose clock is real is ahead, and
	 * nothing of its seems late here. */
	stage.now = NS_PER_S;
	stage.n_calls = 0;
	stage.is_shared = false;
	for (int i = 0; i < MAX_TIMERS; i++)
		stage.timers[i] = (struct timer){ .fd = -1 };
	on_stage = true;
}

void stage_leave(void)
{
	on_stage = false;
	if (stage.slow_fd >= 0)
		__real_close(stage.slow_fd);
	stage.slow_fd = -1;
}
