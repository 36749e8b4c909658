/* SPDX-License-Identifier: MIT */
/* Shows frames in the terminal, at the pace at which it takes them. */
#include "preview.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "output_target.h"
#include "preview_draw.h"
#include "report.h"

/* Between two drawings. */
#define DRAW_S (1.0 / 15)

/* For a terminal that takes nothing, as after Ctrl-S. */
#define SETTLE_MS 1000

/* Where the terminal does not say how large it is. */
#define DEFAULT_COLUMNS 80
#define DEFAULT_LINES 24

/* Before a drawing. */
#define PREFIX_SIZE 32

static double seconds(void)
{
	return (double)camipc_now_ns() / 1e9;
}

/* ---- the terminal -------------------------------------------------------- */

static bool has_colours(void)
{
	const char *colours = getenv("COLORTERM");
	const char *kind = getenv("TERM");

	if (!kind || !strcmp(kind, "dumb"))
		return false;
	return (colours && (!strcmp(colours, "truecolor") ||
			    !strcmp(colours, "24bit"))) ||
	       strstr(kind, "-direct");
}

/* Opens it once more: a descriptor that does not wait would otherwise change that
 * of the shell, too. */
static int open_terminal(int fd)
{
	char path[256];
	const int error = ttyname_r(fd, path, sizeof(path));
	int own;

	if (error)
		return -error;
	own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return own < 0 ? -errno : own;
}

static void get_size(const struct preview *preview, uint32_t *ret_columns,
		     uint32_t *ret_lines)
{
	struct winsize size = { .ws_col = 0 };

	*ret_columns = DEFAULT_COLUMNS;
	*ret_lines = DEFAULT_LINES;
	if (ioctl(preview->fd, TIOCGWINSZ, &size) < 0 || !size.ws_col ||
	    !size.ws_row)
		return;
	*ret_columns = size.ws_col;
	*ret_lines = size.ws_row;
}

/* Sends what the terminal takes now. Returns true if it has taken all. */
static bool send_text(struct preview *preview)
{
	while (preview->sent < preview->size) {
		const ssize_t n = write(preview->fd,
					preview->text + preview->sent,
					preview->size - preview->sent);

		if (n > 0)
			preview->sent += (size_t)n;
		else if (n == 0 || errno == EAGAIN)
			return false;
		else if (errno != EINTR)
			/* It was closed: there is nobody who looks. */
			preview->size = preview->sent;
	}
	return true;
}

/* ---- drawings ------------------------------------------------------------ */

static bool make_room(struct preview *preview, size_t room)
{
	char *text;

	if (room <= preview->room)
		return true;
	text = realloc(preview->text, room);
	if (!text)
		return false;
	preview->text = text;
	preview->room = room;
	return true;
}

/* Moves to where the last drawing begins. A message after it stays, and the next
 * drawing is below the message. */
static int put_prefix(const struct preview *preview, bool is_resized,
		      unsigned int n_lines, char *text)
{
	if (is_resized)
		return sprintf(text, "\x1b[H\x1b[2J");
	if (!preview->rows || n_lines != preview->n_lines)
		return sprintf(text, "\r");
	return sprintf(text, "\r\x1b[%uA", preview->rows);
}

/* Makes the text of a drawing, unless there is no room for one. @n_lines: see
 * report_count_lines(). */
static void begin_drawing(struct preview *preview,
			  const struct preview_image *image,
			  unsigned int n_lines)
{
	struct preview_size size;
	uint32_t columns;
	uint32_t lines;
	int n;

	get_size(preview, &columns, &lines);
	/* In the last column, some terminals begin the next line; the last line is
	 * that of the capture's progress. */
	size = preview_draw_fit(image, columns - 1, lines > 2 ? lines - 2 : 0);
	if (!size.height ||
	    !make_room(preview, PREFIX_SIZE + preview_draw_room(size)))
		return;
	n = put_prefix(preview,
		       preview->rows && (columns != preview->columns ||
					 lines != preview->lines),
		       n_lines, preview->text);
	preview->size = (size_t)n +
			preview_draw(image, size, preview->text + n);
	preview->sent = 0;
	preview->rows = size.height / 2;
	preview->columns = columns;
	preview->lines = lines;
	preview->n_lines = n_lines;
}

/* With the mutex held. */
static void settle(struct preview *preview)
{
	struct pollfd wait = { .fd = preview->fd, .events = POLLOUT };
	const double until_s = seconds() + SETTLE_MS / 1000.0;

	while (!send_text(preview)) {
		const double left_s = until_s - seconds();

		if (left_s <= 0)
			return;
		/* A signal that ends the wait is one that ends the capture. */
		(void)!poll(&wait, 1, (int)(left_s * 1000) + 1);
	}
}

/* With the mutex held. */
static bool advance(struct preview *preview, const struct preview_image *image,
		    bool is_last, unsigned int n_lines)
{
	const double at_s = seconds();

	if (is_last)
		settle(preview);
	if (!send_text(preview))
		return false;
	if (!is_last && preview->drawn_s > 0 && at_s - preview->drawn_s < DRAW_S)
		return true;
	preview->drawn_s = at_s;
	begin_drawing(preview, image, n_lines);
	if (is_last)
		settle(preview);
	return send_text(preview);
}

bool preview_frame(struct preview *preview, const struct camera_frame *frame,
		   bool is_last)
{
	const struct preview_image image = { frame->rgb, frame->width,
					     frame->height };
	unsigned int n_lines;
	bool is_sent;

	if (!preview->is_shown)
		return true;
	/* A message after this one ends the line, and settles. */
	n_lines = report_count_lines();
	report_open_line();
	pthread_mutex_lock(&preview->mutex);
	is_sent = advance(preview, &image, is_last, n_lines);
	pthread_mutex_unlock(&preview->mutex);
	return is_sent;
}

void preview_settle(struct preview *preview)
{
	if (!preview->is_shown)
		return;
	pthread_mutex_lock(&preview->mutex);
	settle(preview);
	pthread_mutex_unlock(&preview->mutex);
}

static void settle_for_message(void *user)
{
	preview_settle(user);
}

/* ---- begin and end --------------------------------------------------------- */

int preview_open(struct preview *preview, bool uses_stdout)
{
	const char *kind = getenv("TERM");
	int fd = STDERR_FILENO;

	if (!isatty(fd) && !uses_stdout)
		fd = STDOUT_FILENO;
	if (!isatty(fd)) {
		report_error("--preview: neither standard error nor standard "
			     "output is a terminal");
		return EXIT_USAGE;
	}
	if (!has_colours()) {
		report_error("--preview: the terminal '%.40s' does not say that "
			     "it has 24-bit colours: set COLORTERM=truecolor "
			     "if it has them",
			     kind ? kind : "");
		return EXIT_USAGE;
	}
	fd = open_terminal(fd);
	if (fd < 0) {
		report_error("--preview: cannot open the terminal: %s",
			     output_error_text(fd));
		return EXIT_USAGE;
	}
	preview->fd = fd;
	pthread_mutex_init(&preview->mutex, NULL);
	preview->is_shown = true;
	report_settle_with(settle_for_message, preview);
	return EXIT_OK;
}

void preview_close(struct preview *preview)
{
	if (preview->is_shown) {
		report_settle_with(NULL, NULL);
		close(preview->fd);
		pthread_mutex_destroy(&preview->mutex);
	}
	free(preview->text);
	*preview = (struct preview){ .is_shown = false };
}
