/* SPDX-License-Identifier: MIT */
/* Writes frames as PNG, PPM or YUV4MPEG2. */
#include "frame_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools_config.h"
#include "y4m.h"

#if TOOLS_HAVE_PNG
#include <png.h>
#endif

/* Leaves room for a number in the path. */
#define MAX_PATTERN 4063

CAMIPC_STATIC_ASSERT(MAX_PATTERN + 33 == OUTPUT_PATH_SIZE,
		     "a pattern and a number fit into a path");

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text);
	size_t m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

/* Finds the %d. The pattern is not given to printf(): it may be wrong. */
static const char *parse_pattern(struct frame_writer *writer,
				 const char *pattern)
{
	const char *percent = strchr(pattern, '%');
	const char *p;

	if (strlen(pattern) > MAX_PATTERN)
		return "the name is longer than 4063 bytes";
	if (!percent) {
		strcpy(writer->before, pattern);
		return NULL;
	}
	p = percent + 1;
	if (*p == '0')
		p++;
	for (; *p >= '0' && *p <= '9' && writer->digits < 10; p++)
		writer->digits = writer->digits * 10 + (*p - '0');
	if (*p != 'd' || strchr(p, '%') || writer->digits > 10)
		return "the name may contain one %d or %04d, and no other %";
	memcpy(writer->before, pattern, (size_t)(percent - pattern));
	strcpy(writer->after, p + 1);
	writer->numbered = true;
	return NULL;
}

int frame_writer_init(struct frame_writer *writer, const char *pattern,
		      const char **reterr_error)
{
	memset(writer, 0, sizeof(*writer));
	if (!strcmp(pattern, "none"))
		return 0;
	*reterr_error = parse_pattern(writer, pattern);
	if (*reterr_error)
		return -EINVAL;
	if (ends_with(pattern, ".ppm")) {
		writer->format = FRAME_FORMAT_PPM;
		return 0;
	}
	if (ends_with(pattern, ".y4m")) {
		writer->format = FRAME_FORMAT_Y4M;
		*reterr_error = "a .y4m file holds all frames: remove the %d";
		return writer->numbered ? -EINVAL : 0;
	}
	writer->format = FRAME_FORMAT_PNG;
#if TOOLS_HAVE_PNG
	return 0;
#else
	*reterr_error = "camipc was built without libpng; use a name that ends "
			"in .ppm or .y4m";
	return -ENOSYS;
#endif
}

#if TOOLS_HAVE_PNG

static void on_error(png_structp png, png_const_charp text)
{
	(void)text; /* the errno of the stream is more exact */
	png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
	(void)png;
	(void)text;
}

/* Contains every call that may longjmp(). */
static int write_rows(png_structp png, png_infop info, FILE *stream,
		      const struct virtual_frame *frame)
{
	uint32_t y;

	if (setjmp(png_jmpbuf(png)))
		return errno ? -errno : -EIO;
	errno = 0;
	png_init_io(png, stream);
	png_set_IHDR(png, info, frame->width, frame->height, 8,
		     PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
		     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	/* Noise hardly compresses; a higher level costs only time. */
	png_set_compression_level(png, 1);
	png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
	png_write_info(png, info);
	for (y = 0; y < frame->height; y++)
		png_write_row(png, frame->rgb + (size_t)3 * frame->width * y);
	png_write_end(png, info);
	return 0;
}

static int write_png(FILE *stream, const struct virtual_frame *frame)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
						  on_error, on_warning);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	int ret = info ? write_rows(png, info, stream, frame) : -ENOMEM;

	png_destroy_write_struct(&png, &info);
	return ret;
}

#else

static int write_png(FILE *stream, const struct virtual_frame *frame)
{
	(void)stream;
	(void)frame;
	return -ENOSYS;
}

#endif

static int write_ppm(FILE *stream, const struct virtual_frame *frame)
{
	size_t size = (size_t)3 * frame->width * frame->height;

	errno = 0;
	if (fprintf(stream, "P6\n%u %u\n255\n", frame->width, frame->height) >
		    0 &&
	    fwrite(frame->rgb, 1, size, stream) == size)
		return 0;
	return errno ? -errno : -EIO;
}

static int put_movie(struct frame_writer *writer,
		     const struct virtual_frame *frame)
{
	int ret;

	if (!writer->movie.stream) {
		writer->planes = malloc(y4m_frame_size(frame));
		if (!writer->planes)
			return -ENOMEM;
		ret = output_file_open(&writer->movie, writer->before);
		if (ret < 0)
			return ret;
		ret = y4m_write_header(writer->movie.stream, frame);
		if (ret < 0)
			return ret;
	}
	return y4m_write_frame(writer->movie.stream, frame, writer->planes);
}

int frame_writer_finish(struct frame_writer *writer, bool keep)
{
	free(writer->planes);
	writer->planes = NULL;
	if (keep && writer->movie.stream)
		return output_file_commit(&writer->movie);
	output_file_abandon(&writer->movie);
	return 0;
}

int frame_writer_put(struct frame_writer *writer,
		     const struct virtual_frame *frame, char *ret_path)
{
	struct output_file file;
	int n;
	int ret;

	ret_path[0] = '\0';
	if (writer->format == FRAME_FORMAT_NONE)
		return 0;
	if (writer->numbered)
		n = snprintf(ret_path, OUTPUT_PATH_SIZE, "%s%0*u%s",
			     writer->before, writer->digits, frame->number,
			     writer->after);
	else
		n = snprintf(ret_path, OUTPUT_PATH_SIZE, "%s", writer->before);
	if (n < 0 || n >= OUTPUT_PATH_SIZE)
		return -ENAMETOOLONG;
	if (writer->format == FRAME_FORMAT_Y4M)
		return put_movie(writer, frame);
	ret = output_file_open(&file, ret_path);
	if (ret < 0)
		return ret;
	ret = writer->format == FRAME_FORMAT_PNG
		      ? write_png(file.stream, frame)
		      : write_ppm(file.stream, frame);
	if (ret < 0) {
		output_file_abandon(&file);
		return ret;
	}
	return output_file_commit(&file);
}
