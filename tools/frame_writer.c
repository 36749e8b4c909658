/* SPDX-License-Identifier: MIT */
/* Writes frames as PNG, PPM or YUV4MPEG2. */
#include "frame_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tools_config.h"
#include "y4m.h"

#if TOOLS_HAVE_PNG
#include <png.h>
#include <zlib.h>
#endif

/* Leaves room for a number in the path. */
#define MAX_PATTERN 4063

CAMIPC_STATIC_ASSERT(MAX_PATTERN + 33 == OUTPUT_PATH_SIZE,
		     "a pattern and a number fit into a path");

static const struct {
	const char *text;
	enum frame_format format;
} endings[] = {
	{ ".png", FRAME_FORMAT_PNG },
	{ ".ppm", FRAME_FORMAT_PPM },
	{ ".y4m", FRAME_FORMAT_Y4M },
};

static enum frame_format format_of_ending(const char *name)
{
	size_t n = strlen(name);
	size_t i;

	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t m = strlen(endings[i].text);

		if (n > m && !strcasecmp(name + n - m, endings[i].text))
			return endings[i].format;
	}
	return FRAME_FORMAT_NONE;
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

/* Streams, devices and pipes need no ending: they get one picture or a movie. */
static const char *choose_format(struct frame_writer *writer,
				 const char *pattern, uint32_t n_frames)
{
	writer->format = format_of_ending(pattern);
	if (writer->format == FRAME_FORMAT_NONE && !writer->numbered &&
	    output_target_needs_no_ending(pattern))
		writer->format = n_frames == 1 ? FRAME_FORMAT_PNG
					       : FRAME_FORMAT_Y4M;
	if (writer->format == FRAME_FORMAT_NONE)
		return "expected a name that ends in .png, .ppm or .y4m, '-' "
		       "for standard output, or none";
	if (writer->format == FRAME_FORMAT_Y4M && writer->numbered)
		return "a .y4m file holds all frames: remove the %d";
	if (writer->format != FRAME_FORMAT_Y4M && !writer->numbered &&
	    n_frames != 1)
		return "several frames would overwrite each other: put %d into "
		       "the name, use .y4m, or --frames 1";
#if !TOOLS_HAVE_PNG
	if (writer->format == FRAME_FORMAT_PNG)
		return "camipc was built without libpng; use a name that ends "
		       "in .ppm or .y4m";
#endif
	return NULL;
}

int frame_writer_init(struct frame_writer *writer, const char *pattern,
		      uint32_t n_frames, const char **reterr_error)
{
	memset(writer, 0, sizeof(*writer));
	if (!strcmp(pattern, "none"))
		return 0;
	*reterr_error = parse_pattern(writer, pattern);
	if (!*reterr_error)
		*reterr_error = choose_format(writer, pattern, n_frames);
	return *reterr_error ? -EINVAL : 0;
}

int frame_writer_path(const struct frame_writer *writer, uint32_t number,
		      char *ret_path)
{
	int n = writer->numbered
			? snprintf(ret_path, OUTPUT_PATH_SIZE, "%s%0*u%s",
				   writer->before, writer->digits, number,
				   writer->after)
			: snprintf(ret_path, OUTPUT_PATH_SIZE, "%s",
				   writer->before);

	return n < 0 || n >= OUTPUT_PATH_SIZE ? -ENAMETOOLONG : 0;
}

bool frame_writer_writes(const struct frame_writer *writer, uint32_t n_frames,
			 const struct output_target *target)
{
	const char *slash = strrchr(writer->before, '/');
	const char *stem = slash ? slash + 1 : writer->before;
	unsigned long long number;
	char path[OUTPUT_PATH_SIZE];
	struct output_target one;

	if (!writer->numbered || strchr(writer->after, '/') ||
	    strncmp(target->name, stem, strlen(stem)) != 0)
		return false;
	/* A name that differs from all those of frames stops here, too. */
	number = strtoull(target->name + strlen(stem), NULL, 10);
	if (number >= (n_frames ? n_frames : UINT32_MAX))
		return false;
	return frame_writer_path(writer, (uint32_t)number, path) == 0 &&
	       output_target_find(path, &one) == 0 &&
	       output_target_same(&one, target);
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
		      const struct camera_frame *frame)
{
	uint32_t y;

	if (setjmp(png_jmpbuf(png)))
		return errno ? -errno : -EIO;
	errno = 0;
	png_init_io(png, stream);
	png_set_IHDR(png, info, frame->width, frame->height, 8,
		     PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
		     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	/* Noise has no repetitions: looking for them costs only time. */
	png_set_compression_level(png, 1);
	png_set_compression_strategy(png, Z_HUFFMAN_ONLY);
	png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
	png_write_info(png, info);
	for (y = 0; y < frame->height; y++)
		png_write_row(png, frame->rgb + (size_t)3 * frame->width * y);
	png_write_end(png, info);
	return 0;
}

static int write_png(FILE *stream, const struct camera_frame *frame)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
						  on_error, on_warning);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	int ret = info ? write_rows(png, info, stream, frame) : -ENOMEM;

	png_destroy_write_struct(&png, &info);
	return ret;
}

#else

static int write_png(FILE *stream, const struct camera_frame *frame)
{
	(void)stream;
	(void)frame;
	return -ENOSYS;
}

#endif

static int write_ppm(FILE *stream, const struct camera_frame *frame)
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
		     const struct camera_frame *frame)
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
		     const struct camera_frame *frame, char *ret_path)
{
	struct output_file file;
	int ret;

	ret_path[0] = '\0';
	if (writer->format == FRAME_FORMAT_NONE)
		return 0;
	ret = frame_writer_path(writer, frame->number, ret_path);
	if (ret < 0)
		return ret;
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
