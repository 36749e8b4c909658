/* SPDX-License-Identifier: MIT */
/* The command monitor: shows the proxies of running processes. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <camipc/proxy.h>

#include "clock.h"
#include "commands.h"
#include "interrupt.h"
#include "monitor_pages.h"
#include "report.h"

/* Of a terminal that does not say its size. */
#define DEFAULT_LINES 24
#define DEFAULT_COLUMNS 80

/* The title, the line that counts what does not fit, and the cursor's. */
#define OTHER_LINES 3

/* Lines of the log beneath the table; fewer on a low terminal. */
#define LOG_LINES 6

/* More than a line of the table, whatever its numbers are. */
#define LINE_SIZE 512

/* Seconds; a page with a longer time is wrong. */
#define MAX_IDLE 1e6

/* To the top left corner; to the end of a line or of the screen, empty. */
#define TO_TOP "\033[H"
#define CLEAR_LINE "\033[K"
#define CLEAR_REST "\033[J"

struct monitor {
	const struct options *options;
	int pid; /* 0: all processes */
	bool on_terminal;
	bool has_printed; /* a table, so that lines of the log are not new */
	unsigned int n_lines; /* of a terminal, for proxies */
	unsigned int n_columns; /* of a terminal */
	struct monitored *now;
	struct monitored *before;
};

/* Prints a line, and no more of it than a terminal is wide. */
CAMIPC_PRINTF(2, 3)
static void print_table_line(const struct monitor *monitor, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (monitor->on_terminal)
		printf("%.*s" CLEAR_LINE "\n", (int)monitor->n_columns, line);
	else
		printf("%s\n", line);
}

/* ---- a row --------------------------------------------------------------- */

/* Returns the same proxy in the table before; NULL: it is new. */
static const struct camipc_monitor_proxy *
find_before(const struct monitor *monitor, const struct monitored_proxy *proxy)
{
	for (unsigned int i = 0; i < monitor->before->n_proxies; i++) {
		const struct monitored_proxy *one =
			&monitor->before->proxies[i];

		if (one->pid == proxy->pid && one->start == proxy->start &&
		    one->slot.serial == proxy->slot.serial)
			return &one->slot;
	}
	return NULL;
}

/* A page may contain anything: counters that decrease, for example. */
static uint64_t grown_by(uint64_t before, uint64_t now)
{
	return now > before ? now - before : 0;
}

/* Per second, between the times at which the proxy wrote its counters. */
static double rate(double seconds, uint64_t before, uint64_t now)
{
	return seconds > 0 ? (double)grown_by(before, now) / seconds : 0;
}

/* Writes "64", ">4194304" or "-" microseconds. */
static void write_percentile(const uint64_t latency[CAMIPC_LATENCY_BUCKETS],
			     unsigned int percent, char text[24])
{
	const uint64_t us = camipc_latency_percentile(latency, percent);

	if (us == UINT64_MAX)
		snprintf(text, 24, ">%llu",
			 1ull << (CAMIPC_LATENCY_BUCKETS - 2));
	else if (us)
		snprintf(text, 24, "%" PRIu64, us);
	else
		snprintf(text, 24, "-");
}

static void write_memory(int worker, char text[24])
{
	const uint64_t bytes = monitored_memory(worker);

	if (bytes)
		snprintf(text, 24, "%.1f", (double)bytes / (1024 * 1024));
	else
		snprintf(text, 24, "-");
}

static const char *state_of(const struct camipc_monitor_proxy *slot)
{
	return slot->state <= CAMIPC_STATE_DEAD
		       ? camipc_state_to_string((enum camipc_state)slot->state)
		       : "?";
}

static double idle_of(const struct camipc_monitor_proxy *slot)
{
	const double idle = ((double)camipc_now_ns() - (double)slot->time) / 1e9;

	return idle > 0 && idle < MAX_IDLE ? idle : 0;
}

static void print_monitored(const struct monitor *monitor,
		      const struct monitored_proxy *proxy)
{
	const struct camipc_monitor_proxy *slot = &proxy->slot;
	const struct camipc_monitor_proxy *before = find_before(monitor, proxy);
	const struct camipc_proxy_stats *now = &slot->stats;
	/* The rates of a new proxy begin with the next table. */
	const struct camipc_proxy_stats *was = before ? &before->stats : now;
	const double seconds =
		before ? (double)grown_by(before->time, slot->time) / 1e9 : 0;
	uint64_t latency[CAMIPC_LATENCY_BUCKETS];
	char memory[24];
	char half[24];
	char most[24];

	for (unsigned int i = 0; i < CAMIPC_LATENCY_BUCKETS; i++)
		latency[i] = grown_by(was->latency[i], now->latency[i]);
	write_percentile(latency, 50, half);
	write_percentile(latency, 99, most);
	write_memory(slot->worker, memory);
	print_table_line(monitor,
		   "%7d %-16.16s %-8.8s %-10.10s %7.1f %7.1f %8.1f %7s %7s %5" PRIu32
		   " %6" PRIu64 " %6" PRIu64 " %8" PRIu64 " %6s %6.1f",
		   proxy->pid, slot->name, slot->isolation, state_of(slot),
		   rate(seconds, was->calls, now->calls),
		   rate(seconds, was->async_calls, now->async_calls),
		   rate(seconds, was->events, now->events), half, most,
		   slot->depth,
		   now->async_refused + now->async_dropped +
			   now->events_dropped + now->events_refused,
		   now->errors, now->restarts, memory, idle_of(slot));
}

/* ---- a table ------------------------------------------------------------- */

static void look_at_terminal(struct monitor *monitor)
{
	struct winsize size;
	const bool is_known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
			      size.ws_row > OTHER_LINES && size.ws_col > 0;

	monitor->n_columns = is_known ? size.ws_col : DEFAULT_COLUMNS;
	monitor->n_lines = (is_known ? size.ws_row : DEFAULT_LINES) -
			   OTHER_LINES;
}

/* Returns true if the line was there at the last table. */
static bool was_shown(const struct monitor *monitor,
		      const struct monitored_line *line)
{
	const struct monitored *before = monitor->before;

	for (unsigned int i = 0; i < before->n_lines; i++)
		if (before->lines[i].pid == line->pid &&
		    before->lines[i].start == line->start &&
		    before->lines[i].number >= line->number)
			return true;
	return false;
}

/* The latest @most lines of the log; without a terminal, each of them once. */
static void print_monitored_lines(const struct monitor *monitor, unsigned int most)
{
	const struct monitored *now = monitor->now;
	const unsigned int first = now->n_lines > most ? now->n_lines - most : 0;

	for (unsigned int i = first; i < now->n_lines; i++) {
		const struct monitored_line *line = &now->lines[i];

		if (monitor->on_terminal || !monitor->has_printed ||
		    !was_shown(monitor, line))
			print_table_line(
				monitor, "%7d %s: %s", line->pid,
				report_level_name(line->line.level),
				line->line.text);
	}
}

static void print_monitored_table(struct monitor *monitor)
{
	const unsigned int n = monitor->now->n_proxies;
	unsigned int n_lines = monitor->now->n_lines;
	unsigned int most = n;

	if (monitor->on_terminal) {
		look_at_terminal(monitor);
		if (n_lines > LOG_LINES)
			n_lines = LOG_LINES;
		if (n_lines > monitor->n_lines / 2)
			n_lines = monitor->n_lines / 2;
		most = monitor->n_lines - n_lines;
		fputs(TO_TOP, stdout);
	}
	print_table_line(monitor, "%7s %-16s %-8s %-10s %7s %7s %8s %7s %7s %5s %6s "
			    "%6s %8s %6s %6s",
		   "pid", "module", "runs in", "state", "calls/s", "async/s",
		   "events/s", "p50 us", "p99 us", "queue", "drops", "errors",
		   "restarts", "MiB", "idle s");
	for (unsigned int i = 0; i < n && i < most; i++)
		print_monitored(monitor, &monitor->now->proxies[i]);
	if (n == 0)
		print_table_line(monitor, "no proxies");
	if (n > most)
		print_table_line(monitor, "%u more proxies", n - most);
	print_monitored_lines(monitor, n_lines);
	monitor->has_printed = true;
	fputs(monitor->on_terminal ? CLEAR_REST : "\n", stdout);
	fflush(stdout);
}

static int report_none(const struct monitor *monitor)
{
	if (monitor->pid)
		report_error("process %d shows no statistics: start it with "
			     "CAMIPC_MONITOR=1",
			     monitor->pid);
	else
		report_error("no process shows statistics: start one with "
			     "CAMIPC_MONITOR=1");
	return EXIT_FAILED;
}

/* Reads the next table. Returns an exit code. */
static int read_next(struct monitor *monitor)
{
	struct monitored *last = monitor->now;
	int ret;

	monitor->now = monitor->before;
	monitor->before = last;
	ret = monitored_read(monitor->now, monitor->pid);
	if (ret == -ENOENT)
		report_error("XDG_RUNTIME_DIR is not set: statistics are in a "
			     "folder below it");
	else if (ret < 0)
		report_error("the folder camipc in XDG_RUNTIME_DIR can be "
			     "written by other users");
	return ret < 0 ? EXIT_FAILED : EXIT_OK;
}

/* Waits for a signal. Returns true if one has come. */
static bool wait_for_table(const struct monitor *monitor, int interrupt_fd)
{
	struct pollfd pollfd = { .fd = interrupt_fd, .events = POLLIN };

	(void)!poll(&pollfd, 1, (int)monitor->options->interval_s * 1000);
	return interrupt_signal() != 0;
}

static int monitor_all(struct monitor *monitor, int interrupt_fd)
{
	int code = read_next(monitor);

	if (code == EXIT_OK && monitor->now->n_processes == 0)
		return report_none(monitor);
	for (uint32_t n = 1; code == EXIT_OK; n++) {
		if (wait_for_table(monitor, interrupt_fd))
			return EXIT_SIGNAL + interrupt_signal();
		code = read_next(monitor);
		if (monitor->now->n_processes == 0)
			break;
		print_monitored_table(monitor);
		if (n == monitor->options->n_tables || ferror(stdout))
			break;
	}
	return code;
}

static bool parse_pid(const char *text, int *ret_pid)
{
	char *end;
	const long pid = strtol(text, &end, 10);

	*ret_pid = (int)pid;
	return text[0] >= '0' && text[0] <= '9' && !*end && pid > 0 &&
	       pid <= INT32_MAX;
}

int command_monitor(const struct options *options)
{
	struct monitor monitor = { .options = options,
				   .on_terminal = isatty(STDOUT_FILENO) };
	int interrupt_fd;
	int code = EXIT_FAILED;

	if (options->argument && !parse_pid(options->argument, &monitor.pid)) {
		report_error("invalid PID '%.100s': expected the number of a "
			     "process",
			     options->argument);
		return EXIT_USAGE;
	}
	monitor.now = calloc(1, sizeof(*monitor.now));
	monitor.before = calloc(1, sizeof(*monitor.before));
	interrupt_fd = interrupt_init();
	if (!monitor.now || !monitor.before || interrupt_fd < 0)
		report_error("out of memory");
	else
		code = monitor_all(&monitor, interrupt_fd);
	if (interrupt_fd >= 0)
		interrupt_fini();
	free(monitor.now);
	free(monitor.before);
	return report_finish_stdout(code);
}
