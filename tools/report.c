/* SPDX-License-Identifier: MIT */
/* Prints errors together with what the library logged about them. */
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/log.h>

#include "output_target.h"
#include "text.h"

/* A value of an option is shortened to this many bytes. */
#define MAX_VALUE 200

static struct {
	pthread_mutex_t mutex;
	bool verbose;
	bool running;
	bool line_is_open; /* stderr has a line without its end */
	unsigned int n_lines; /* that have got their end */
	void (*settle)(void *user); /* before that */
	void *settler;
	char held[512]; /* the latest error or warning of the library */
	enum camipc_log_level held_level;
	bool (*takes)(void *user, const char *text); /* lines, away from here */
	void *taker;
} report = { .mutex = PTHREAD_MUTEX_INITIALIZER };

const char *report_level_name(uint32_t level)
{
	static const char *const names[] = {
		[CAMIPC_LOG_ERROR] = "error",
		[CAMIPC_LOG_WARNING] = "warning",
		[CAMIPC_LOG_INFO] = "info",
		[CAMIPC_LOG_DEBUG] = "debug",
	};

	return level <= CAMIPC_LOG_DEBUG ? names[level] : "unknown";
}

/* Returns true for messages that are kept for a failure's line. */
static bool hold(enum camipc_log_level level)
{
	if (report.verbose)
		return false;
	return level == CAMIPC_LOG_ERROR ||
	       (level == CAMIPC_LOG_WARNING && !report.running);
}

/* With the mutex held. */
static void end_line(void)
{
	if (!report.line_is_open)
		return;
	if (report.settle)
		report.settle(report.settler);
	fputc('\n', stderr);
	report.line_is_open = false;
	report.n_lines++;
}

void report_open_line(void)
{
	pthread_mutex_lock(&report.mutex);
	report.line_is_open = true;
	pthread_mutex_unlock(&report.mutex);
}

void report_settle_with(void (*settle)(void *user), void *user)
{
	pthread_mutex_lock(&report.mutex);
	report.settle = settle;
	report.settler = user;
	pthread_mutex_unlock(&report.mutex);
}

unsigned int report_count_lines(void)
{
	unsigned int n;

	pthread_mutex_lock(&report.mutex);
	n = report.n_lines;
	pthread_mutex_unlock(&report.mutex);
	return n;
}

void report_end_line(void)
{
	pthread_mutex_lock(&report.mutex);
	end_line();
	pthread_mutex_unlock(&report.mutex);
}

static void on_log(void *user, enum camipc_log_level level, const char *topic,
		   const char *text)
{
	(void)user;
	pthread_mutex_lock(&report.mutex);
	if (report.takes && report.takes(report.taker, text)) {
		/* Its taker prints it. */
	} else if (hold(level)) {
		/* An error says more than the warnings after it. */
		if (!report.held[0] || level <= report.held_level) {
			snprintf(report.held, sizeof(report.held), "%s", text);
			report.held_level = level;
		}
	} else {
		end_line();
		fprintf(stderr, "camipc: %s: %s: %s\n", report_level_name(level),
			topic, text);
	}
	pthread_mutex_unlock(&report.mutex);
}

void report_prepare_streams(void)
{
	int fd;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	/* open() takes the lowest free number. */
	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null",
				    fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int report_lost_stdout(int error)
{
	clearerr(stdout);
	report_error("cannot write to standard output: %s",
		     output_error_text(-error));
	return EXIT_FAILED;
}

int report_finish_stdout(int code)
{
	int error = 0;

	errno = 0;
	/* What a failed write leaves in the buffer is not tried again. */
	if (fflush(stdout) != 0 || ferror(stdout))
		error = errno ? errno : EIO;
	if (!error)
		return code;
	(void)report_lost_stdout(error);
	return code == EXIT_OK ? EXIT_FAILED : code;
}

void report_init(bool verbose)
{
	const char *chosen = getenv("CAMIPC_LOG");

	report.verbose = verbose || (chosen && chosen[0]);
	camipc_log_set(on_log, NULL,
		       verbose ? CAMIPC_LOG_DEBUG : CAMIPC_LOG_WARNING);
}

void report_divert(bool (*takes)(void *user, const char *text), void *user)
{
	pthread_mutex_lock(&report.mutex);
	report.takes = takes;
	report.taker = user;
	pthread_mutex_unlock(&report.mutex);
}

void report_forget(void)
{
	pthread_mutex_lock(&report.mutex);
	report.held[0] = '\0';
	pthread_mutex_unlock(&report.mutex);
}

void report_line(const char *format, ...)
{
	char raw[8192];
	char line[8192];
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	camipc_sanitise(line, sizeof(line), raw, strlen(raw));
	printf("%s\n", line);
}

void report_error(const char *format, ...)
{
	char raw[2048];
	char line[8192]; /* an escape is longer than what it replaces */
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	/* Names of files and values of options may have any bytes. */
	camipc_sanitise(line, sizeof(line), raw, strlen(raw));
	pthread_mutex_lock(&report.mutex);
	end_line();
	if (report.held[0] && !strstr(line, report.held))
		fprintf(stderr, "camipc: %s (%s)\n", line, report.held);
	else
		fprintf(stderr, "camipc: %s\n", line);
	report.held[0] = '\0';
	pthread_mutex_unlock(&report.mutex);
}

void report_option(const char *name, const char *value, const char *format, ...)
{
	const bool is_long = strlen(value) > MAX_VALUE;
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	report_error("--%s %.*s%s: %s", name, MAX_VALUE, value,
		     is_long ? "..." : "", text);
}

void report_running(void)
{
	pthread_mutex_lock(&report.mutex);
	if (report.held[0])
		fprintf(stderr, "camipc: %s: %s\n",
			report_level_name(report.held_level), report.held);
	report.held[0] = '\0';
	report.running = true;
	pthread_mutex_unlock(&report.mutex);
}
