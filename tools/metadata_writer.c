/* SPDX-License-Identifier: MIT */
/* Formats metadata as JSON, by the generated table of controls. */
#include "metadata_writer.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cam_controls.h"
#include "cam_fourcc.h"
#include "text.h"
#include "virtual_frame.h"

/* Nine digits distinguish every float from every other. */
static void write_number(FILE *stream, double value)
{
	char text[40];
	char *comma;

	if (!isfinite(value)) {
		fputs("null", stream);
		return;
	}
	snprintf(text, sizeof(text), "%.9g", value);
	comma = strchr(text, ',');
	if (comma)
		*comma = '.';
	fputs(text, stream);
}

/* A module may have chosen it, and it may be printed on a terminal. */
static void write_string(FILE *stream, const char *text)
{
	putc('"', stream);
	while (*text) {
		char piece[CAMIPC_JSON_ESCAPED_SIZE];

		text += camipc_escape_json(text, strlen(text), piece);
		fputs(piece, stream);
	}
	putc('"', stream);
}

static void write_rectangle(FILE *stream, const struct cam_rectangle *r)
{
	fprintf(stream, "[%" PRId32 ",%" PRId32 ",%" PRIu32 ",%" PRIu32 "]",
		r->x, r->y, r->width, r->height);
}

/* @write: a macro or function that writes one element. */
#define WRITE_ARRAY(stream, array, write)                  \
	do {                                               \
		size_t i;                                  \
		putc('[', stream);                         \
		for (i = 0; i < (array).n_items; i++) {    \
			if (i)                             \
				putc(',', stream);         \
			write((stream), (array).items[i]); \
		}                                          \
		putc(']', stream);                         \
	} while (0)

#define WRITE_BOOL(stream, e) fputs((e) ? "true" : "false", stream)
#define WRITE_INT(stream, e) fprintf(stream, "%" PRId64, (int64_t)(e))
#define WRITE_FLOAT(stream, e) write_number(stream, (double)(e))
#define WRITE_STRING(stream, e) write_string(stream, e)
#define WRITE_RECTANGLE(stream, e) write_rectangle(stream, &(e))
#define WRITE_SIZE(stream, e) \
	fprintf(stream, "[%" PRIu32 ",%" PRIu32 "]", (e).width, (e).height)
#define WRITE_POINT(stream, e) \
	fprintf(stream, "[%" PRId32 ",%" PRId32 "]", (e).x, (e).y)

#define CASES(TAG, arm, write)                                  \
	case CAM_CONTROL_VALUE_##TAG:                           \
		write(stream, value->arm);                      \
		break;                                          \
	case CAM_CONTROL_VALUE_##TAG##_ARRAY:                   \
		WRITE_ARRAY(stream, value->arm##_array, write); \
		break

static void write_value(FILE *stream, const struct cam_control_value *value)
{
	switch (value->tag) {
	case CAM_CONTROL_VALUE_NONE:
		fputs("null", stream);
		break;
		CASES(BOOLEAN, boolean, WRITE_BOOL);
		CASES(BYTE, byte, WRITE_INT);
		CASES(UNSIGNED16, unsigned16, WRITE_INT);
		CASES(UNSIGNED32, unsigned32, WRITE_INT);
		CASES(INTEGER32, integer32, WRITE_INT);
		CASES(INTEGER64, integer64, WRITE_INT);
		CASES(FLOAT32, float32, WRITE_FLOAT);
		CASES(STRING, string, WRITE_STRING);
		CASES(RECTANGLE, rectangle, WRITE_RECTANGLE);
		CASES(SIZE, size, WRITE_SIZE);
		CASES(POINT, point, WRITE_POINT);
	}
}

/* Only controls.mojom has names; others are "V4L2.9963793" or "300.7". */
static void write_name(FILE *stream, const struct cam_control *control)
{
	const struct camipc_control_type *type = cam_control_by_id(control->id);
	int32_t space = control->id_space;

	if (space == CAM_CONTROL_ID_SPACE_CONTROLS && type)
		fprintf(stream, ",\"%s\":", type->name);
	else if (space == CAM_CONTROL_ID_SPACE_CONTROLS)
		fprintf(stream, ",\"%" PRIu32 "\":", control->id);
	else if (space == CAM_CONTROL_ID_SPACE_PROPERTIES ||
		 space == CAM_CONTROL_ID_SPACE_V4L2)
		fprintf(stream, ",\"%s.%" PRIu32 "\":",
			cam_control_id_space_to_string(
				(enum cam_control_id_space)space),
			control->id);
	else
		fprintf(stream, ",\"%" PRId32 ".%" PRIu32 "\":", space,
			control->id);
}

static void write_controls(FILE *stream, const struct cam_control_list *list)
{
	size_t i;

	for (i = 0; i < list->n_controls; i++) {
		const struct cam_control *control = &list->controls[i];

		write_name(stream, control);
		write_value(stream, &control->value);
	}
}

/* Only the light of a virtual camera is known. */
static void write_light(FILE *stream, const struct virtual_light *light)
{
	fputs(",\"light\":{\"brightness\":", stream);
	write_number(stream, light->brightness);
	fputs(",\"kelvin\":", stream);
	write_number(stream, light->kelvin);
	fputs("}", stream);
}

/* Its numbers, or its bytes if nobody knows what they mean. */
static void write_driver(FILE *stream,
			 const struct camera_driver_metadata *driver)
{
	char name[CAM_FOURCC_STRING_SIZE];
	size_t i;

	fputs(",\"driver\":{\"format\":", stream);
	write_string(stream, cam_fourcc_to_string(driver->fourcc, name));
	for (i = 0; i < driver->n_values; i++)
		fprintf(stream, ",\"%s\":%" PRIu64, driver->values[i].name,
			driver->values[i].value);
	if (driver->n_values == 0) {
		fputs(",\"bytes\":\"", stream);
		for (i = 0; i < driver->size; i++)
			fprintf(stream, "%02x", driver->bytes[i]);
		putc('"', stream);
	}
	putc('}', stream);
}

void metadata_write(FILE *stream, const struct camera_frame *frame,
		    bool realtime)
{
	static const char *const reasons[] = {
		[CAMERA_PARAMETERS_ON_TIME] = "onTime",
		[CAMERA_PARAMETERS_LATE] = "late",
		[CAMERA_PARAMETERS_NO_IPA] = "noIpa",
	};

	fprintf(stream, "{\"frame\":%" PRIu32 ",\"SensorTimestamp\":%" PRIu64,
		frame->number, frame->timestamp_ns);
	if (frame->model)
		write_light(stream, &frame->model->light);
	fprintf(stream,
		",\"sensor\":{\"lines\":%" PRId32 ",\"gain\":%" PRId32 "}",
		frame->exposure_lines, frame->gain_code);
	if (realtime)
		fprintf(stream, ",\"late\":%s",
			frame->late ? "true" : "false");
	fprintf(stream,
		",\"parametersFrame\":%" PRIu32 ",\"parametersReason\":\"%s\"",
		frame->parameters_frame, reasons[frame->parameters_reason]);
	if (frame->driver)
		write_driver(stream, frame->driver);
	if (frame->has_raw_hash)
		fprintf(stream, ",\"rawHash\":\"%016" PRIx64 "\"",
			frame->raw_hash);
	write_controls(stream, frame->metadata);
	fputs("}\n", stream);
}
