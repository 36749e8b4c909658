/* SPDX-License-Identifier: MIT */
/* Writes one line again and again: frames, rate, drops, gain and exposure. */
#include "live_line.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "controls_ipa_types.h"
#include "report.h"

/* Between two writes, and between two measurements of the rate. */
#define WRITE_S 0.1
#define RATE_S 1.0

/* Where the terminal does not say how wide it is. */
#define DEFAULT_COLUMNS 80

static double now_s(void)
{
	return (double)camipc_now_ns() / 1e9;
}

void live_line_init(struct live_line *line, bool quiet)
{
	line->is_shown = !quiet && isatty(STDERR_FILENO);
	line->since_s = now_s();
}

/* Measures over a second; the first second is measured as it goes. */
static void measure(struct live_line *line, uint32_t n_done, double at_s)
{
	const double seconds = at_s - line->since_s;

	if (seconds <= 0 || (seconds < RATE_S && line->since_frames > 0))
		return;
	line->rate = (double)(n_done - line->since_frames) / seconds;
	if (seconds < RATE_S)
		return;
	line->since_s = at_s;
	line->since_frames = n_done;
}

static int columns(void)
{
	struct winsize size = { .ws_col = 0 };

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 2)
		return DEFAULT_COLUMNS - 1;
	/* In the last column, some terminals begin the next line. */
	return size.ws_col - 1;
}

/* The settings in the IPA's units, or in the sensor's. */
static void format_settings(const struct camera_frame *frame, char *text,
			    size_t size)
{
	float gain;
	int32_t exposure_us;

	if (cam_control_list_get_float(frame->metadata,
				       CAM_CONTROL_ID_SPACE_CONTROLS,
				       CAM_CONTROL_ID_ANALOGUE_GAIN,
				       &gain) == 0 &&
	    cam_control_list_get_int32(frame->metadata,
				       CAM_CONTROL_ID_SPACE_CONTROLS,
				       CAM_CONTROL_ID_EXPOSURE_TIME,
				       &exposure_us) == 0)
		snprintf(text, size, "gain %.2f, exposure %.2f ms",
			 (double)gain, (double)exposure_us / 1000);
	else
		snprintf(text, size, "gain code %d, exposure %d lines",
			 frame->gain_code, frame->exposure_lines);
}

void live_line_frame(struct live_line *line, const struct camera *camera,
		     const struct camera_frame *frame, uint32_t n_done,
		     uint32_t n_frames)
{
	const double at_s = now_s();
	struct camera_counts counts;
	char settings[64];
	char of[24] = "";
	char text[192];
	int n;

	if (!line->is_shown)
		return;
	measure(line, n_done, at_s);
	if (at_s - line->shown_s < WRITE_S && n_done != n_frames)
		return;
	line->shown_s = at_s;
	camera_get_counts(camera, &counts);
	format_settings(frame, settings, sizeof(settings));
	if (n_frames)
		snprintf(of, sizeof(of), " of %u", n_frames);
	n = snprintf(text, sizeof(text),
		     "frame %u%s, %.1f frames/s, %llu dropped, %s", n_done, of,
		     line->rate,
		     (unsigned long long)(counts.lost + counts.damaged +
					  counts.late_host),
		     settings);
	if (n > columns())
		n = columns();
	/* Blanks cover what was longer before. */
	fprintf(stderr, "\r%.*s%*s", n, text,
		line->width > n ? line->width - n : 0, "");
	fflush(stderr);
	line->width = n;
	report_open_line();
}
