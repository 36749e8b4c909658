/* SPDX-License-Identifier: MIT */
/* Draws a plot with cairo: three panels, one above the other. */
#include "plot_draw.h"

#include <cairo.h>
#include <errno.h>
#include <stdio.h>

#include "output_file.h"

#define WIDTH 1000
#define HEIGHT 900
#define LEFT 80
#define RIGHT 30
#define TOP 60
#define PANEL 235
#define GAP 35

struct curve {
	const char *name;
	size_t offset; /* of a double in a point */
	double rgb[3];
};

struct panel {
	const char *title;
	double target; /* a dashed line; 0: no line */
	struct curve curves[2];
	size_t n_curves;
};

static double value_at(const struct plot *plot, const struct curve *curve,
		       size_t i)
{
	const char *point = (const char *)&plot->points[i];

	return *(const double *)(const void *)(point + curve->offset);
}

static double x_of(const struct plot *plot, size_t i)
{
	double n = plot->n_points > 1 ? (double)(plot->n_points - 1) : 1;

	return LEFT + (WIDTH - LEFT - RIGHT) * (double)i / n;
}

static void put_text(cairo_t *cr, double x, double y, const char *text)
{
	cairo_move_to(cr, x, y);
	cairo_show_text(cr, text);
}

/* Returns a round step that divides @range into ten steps at most. */
static double step_of(double range)
{
	static const double factors[] = { 2, 2.5, 2 };
	double step = 0.01;
	size_t i;

	for (i = 0; step * 10 < range; i++)
		step *= factors[i % 3];
	return step;
}

static double top_of(const struct plot *plot, const struct panel *panel)
{
	double top = panel->target;
	size_t c, i;

	for (c = 0; c < panel->n_curves; c++)
		for (i = 0; i < plot->n_points; i++)
			if (value_at(plot, &panel->curves[c], i) > top)
				top = value_at(plot, &panel->curves[c], i);
	/* Texts are above the curves. */
	return top > 0 ? top * 1.25 : 1;
}

static void draw_axes(cairo_t *cr, const struct plot *plot, double y0,
		      double top)
{
	size_t frames = (plot->n_points + 11) / 12;
	double step = step_of(top);
	char text[40];
	size_t i;

	cairo_set_line_width(cr, 1);
	for (i = 0; (double)i * step <= top; i++) {
		double y = y0 + PANEL - PANEL * (double)i * step / top;

		cairo_set_source_rgb(cr, 0.88, 0.88, 0.88);
		cairo_move_to(cr, LEFT, y);
		cairo_line_to(cr, WIDTH - RIGHT, y);
		cairo_stroke(cr);
		cairo_set_source_rgb(cr, 0.2, 0.2, 0.2);
		snprintf(text, sizeof(text), "%g", (double)i * step);
		put_text(cr, LEFT - 45, y + 4, text);
	}
	if (frames > 5)
		frames = (frames + 9) / 10 * 10;
	for (i = 0; i < plot->n_points; i += frames ? frames : 1) {
		snprintf(text, sizeof(text), "%zu", i);
		put_text(cr, x_of(plot, i) - 4, y0 + PANEL + 15, text);
	}
	cairo_new_path(cr);
	cairo_rectangle(cr, LEFT, y0, WIDTH - LEFT - RIGHT, PANEL);
	cairo_stroke(cr);
}

static void draw_light(cairo_t *cr, const struct plot *plot, double y0,
		       bool named)
{
	static const double dashes[] = { 2, 4 };
	char text[60];
	size_t i;

	for (i = 0; i < plot->n_points; i++) {
		const struct virtual_light *light = &plot->points[i].light;
		const struct virtual_light *before =
			&plot->points[i ? i - 1 : 0].light;

		/* Light that changes evenly has a mark per frame, but no text. */
		if (i && light->kelvin - before->kelvin == 0 &&
		    light->brightness - before->brightness == 0)
			continue;
		cairo_set_source_rgb(cr, 0.45, 0.45, 0.45);
		cairo_set_dash(cr, dashes, 2, 0);
		cairo_move_to(cr, x_of(plot, i), y0);
		cairo_line_to(cr, x_of(plot, i), y0 + PANEL);
		cairo_stroke(cr);
		cairo_set_dash(cr, NULL, 0, 0);
		snprintf(text, sizeof(text), "light %g, %.0f K",
			 light->brightness, light->kelvin);
		if (named &&
		    (i == 0 || i + 1 == plot->n_points ||
		     (plot->points[i + 1].light.kelvin - light->kelvin == 0 &&
		      plot->points[i + 1].light.brightness - light->brightness ==
			      0)))
			put_text(cr, x_of(plot, i) + 4, y0 - 5, text);
	}
}

static void draw_curves(cairo_t *cr, const struct plot *plot,
			const struct panel *panel, double y0, double top)
{
	static const double dashes[] = { 8, 5 };
	double x = LEFT + 300;
	size_t c, i;

	if (panel->target > 0) {
		double y = y0 + PANEL - PANEL * panel->target / top;

		cairo_set_source_rgb(cr, 0.2, 0.2, 0.2);
		cairo_set_dash(cr, dashes, 2, 0);
		cairo_move_to(cr, LEFT, y);
		cairo_line_to(cr, WIDTH - RIGHT, y);
		cairo_stroke(cr);
		cairo_set_dash(cr, NULL, 0, 0);
		put_text(cr, x + 400, y0 + 18, "- - target");
	}
	cairo_set_line_width(cr, 2);
	for (c = 0; c < panel->n_curves; c++) {
		const struct curve *curve = &panel->curves[c];

		cairo_set_source_rgb(cr, curve->rgb[0], curve->rgb[1],
				     curve->rgb[2]);
		/* cairo_show_text() leaves a current point. */
		cairo_new_path(cr);
		for (i = 0; i < plot->n_points; i++)
			cairo_line_to(cr, x_of(plot, i),
				      y0 + PANEL -
					      PANEL * value_at(plot, curve, i) /
						      top);
		cairo_stroke(cr);
		put_text(cr, x + 200 * (double)c, y0 + 18, curve->name);
	}
}

static void draw(cairo_t *cr, const struct plot *plot)
{
#define AT(member) offsetof(struct plot_point, member)
	const struct panel panels[] = {
		{ "mean luma (linear, 1 is full)",
		  plot->has_target ? PLOT_TARGET : 0,
		  { { "mean luma", AT(luma), { 0.1, 0.35, 0.75 } } },
		  1 },
		{ "exposure (ms) and analogue gain (x)",
		  0,
		  { { "exposure (ms)", AT(exposure), { 0.8, 0.45, 0 } },
		    { "analogue gain (x)", AT(gain), { 0.45, 0.2, 0.6 } } },
		  2 },
		{ plot->has_neutral ? "neutral patch, balanced (ratio)"
				    : "white balance gains (x)",
		  plot->has_neutral ? 1 : 0,
		  { { plot->has_neutral ? "R/G" : "red gain",
		      AT(red),
		      { 0.8, 0.1, 0.1 } },
		    { plot->has_neutral ? "B/G" : "blue gain",
		      AT(blue),
		      { 0.1, 0.3, 0.8 } } },
		  2 },
	};
#undef AT
	size_t i;

	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_paint(cr);
	cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
			       CAIRO_FONT_WEIGHT_NORMAL);
	cairo_set_font_size(cr, 13);
	for (i = 0; i < 3; i++) {
		double y0 = TOP + (double)i * (PANEL + GAP);
		double top = top_of(plot, &panels[i]);

		draw_axes(cr, plot, y0, top);
		if (plot->has_light)
			draw_light(cr, plot, y0, i == 0);
		cairo_set_source_rgb(cr, 0, 0, 0);
		put_text(cr, LEFT + 8, y0 + 18, panels[i].title);
		draw_curves(cr, plot, &panels[i], y0, top);
	}
	cairo_set_source_rgb(cr, 0, 0, 0);
	put_text(cr, WIDTH / 2 - 20, HEIGHT - 15, "frame");
}

static cairo_status_t write_bytes(void *closure, const unsigned char *data,
				  unsigned int size)
{
	return fwrite(data, 1, size, closure) == size
		       ? CAIRO_STATUS_SUCCESS
		       : CAIRO_STATUS_WRITE_ERROR;
}

bool plot_is_available(void)
{
	return true;
}

int plot_write(const struct plot *plot, const char *path)
{
	cairo_surface_t *surface =
		cairo_image_surface_create(CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
	cairo_t *cr = cairo_create(surface);
	struct output_file file;
	int ret;

	draw(cr, plot);
	if (cairo_status(cr) != CAIRO_STATUS_SUCCESS) {
		ret = -ENOMEM;
		goto destroy;
	}
	ret = output_file_open(&file, path);
	if (ret < 0)
		goto destroy;
	errno = 0;
	if (cairo_surface_write_to_png_stream(surface, write_bytes,
					      file.stream) !=
	    CAIRO_STATUS_SUCCESS) {
		ret = errno ? -errno : -EIO;
		output_file_abandon(&file);
		goto destroy;
	}
	ret = output_file_commit(&file);

destroy:
	cairo_destroy(cr);
	cairo_surface_destroy(surface);
	return ret;
}
