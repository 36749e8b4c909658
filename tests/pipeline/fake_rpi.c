/* SPDX-License-Identifier: MIT */
/*
 * A small IPA of the interface ipa.RPi, for tests without libcamera's: it
 * controls exposure, frame length and white balance, fills the table of lens
 * shading, and logs as an error whatever the pipeline handler does in another
 * order than the Raspberry Pi's needs, or measures otherwise.
 */
#include <errno.h>
#include <linux/v4l2-controls.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bcm2835_isp.h"
#include "cam_buffers.h"
#include "cam_controls.h"
#include "controls_ipa_types.h"
#include "rpi_ipa_worker.h"

#define CONTEXTS (IPA_RPI_MAX_CONTEXT + 1)

/* Requested at frame n, settings are those of frame n + 3 and later ones. */
#define DELAY 3

/* Lines of the sensor's margin, and the longest frame that is asked for. */
#define MARGIN 4
#define MAX_LINES 7000.0

/* Wanted mean of green, of 13 bits. */
#define TARGET 1000.0

struct settings {
	int32_t lines;
	int32_t code;
	int32_t blanking;
};

struct fake {
	struct camipc_host *host;
	struct cam_buffer_set buffers;
	struct bcm2835_isp_stats statistics;
	uint16_t *table;
	int32_t height;
	int32_t blanking; /* shortest that is used: 1/30 s */
	uint32_t requests, prepared, measured;
	struct settings first; /* of start() */
	struct settings contexts[CONTEXTS]; /* asked for, by context */
	struct settings taken[CONTEXTS]; /* of frames, by context */
	int64_t time;
	double red, blue;
};

#define WRONG(fake, ...) \
	camipc_host_log((fake)->host, CAMIPC_LOG_ERROR, "wrong: " __VA_ARGS__)

static double gain_of(int32_t code)
{
	return 256.0 / (256 - code);
}

/* ---- set-up -------------------------------------------------------------- */

static int32_t fake_init(void *self, const struct cam_settings *settings,
			 struct ipa_rpi_init_result *ret_result)
{
	struct fake *fake = self;

	if (strcmp(settings->sensor_model, "imx219") != 0)
		WRONG(fake, "sensor '%s'", settings->sensor_model);
	ret_result->sensor_config.exposure_delay = 2;
	ret_result->sensor_config.gain_delay = 1;
	ret_result->sensor_config.vblank_delay = 2;
	return 0;
}

static int map_table(struct fake *fake, int fd)
{
	void *table = mmap(NULL, IPA_RPI_MAX_LS_GRID_SIZE,
			   PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (table == MAP_FAILED)
		return -errno;
	fake->table = table;
	return 0;
}

static void emit_settings(struct fake *fake, const struct settings *settings,
			  uint32_t context)
{
	struct cam_control controls[3];
	struct cam_control_builder builder;
	struct cam_control_list list;

	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_V4L2, controls,
				 3);
	cam_control_builder_set_int32(&builder, V4L2_CID_EXPOSURE,
				      settings->lines);
	cam_control_builder_set_int32(&builder, V4L2_CID_ANALOGUE_GAIN,
				      settings->code);
	cam_control_builder_set_int32(&builder, V4L2_CID_VBLANK,
				      settings->blanking);
	fake->contexts[context] = *settings;
	if (cam_control_builder_finish(&builder, &list) < 0 ||
	    ipa_rpi_emit_set_delayed_controls(fake->host, &list, context) < 0)
		WRONG(fake, "setDelayedControls was not accepted");
}

static int32_t
fake_configure(void *self, const struct cam_camera_sensor_info *sensor_info,
	       const struct ipa_rpi_uint32_stream_entry *streams,
	       size_t n_streams,
	       const struct ipa_rpi_uint32_control_info_map_entry *entities,
	       size_t n_entities, const struct ipa_rpi_config *config,
	       struct cam_control_list *ret_controls,
	       struct ipa_rpi_config_result *ret_result)
{
	struct fake *fake = self;
	const struct cam_control_info *blanking;

	(void)streams;
	(void)ret_controls;
	(void)ret_result;
	if (n_streams != 1 || n_entities != 2 || entities[0].key != 0 ||
	    entities[1].key != 1 || entities[1].value.n_infos != 12)
		return -EINVAL;
	blanking = cam_uint32_control_info_find(entities[0].value.infos,
						entities[0].value.n_infos,
						V4L2_CID_VBLANK);
	if (!blanking)
		return -EINVAL;
	fake->height = (int32_t)sensor_info->output_size.height;
	fake->blanking = blanking->def.integer32;
	return map_table(fake, config->ls_table_handle);
}

static void fake_map_buffers(void *self, const struct cam_buffer *buffers,
			     size_t n_buffers)
{
	struct fake *fake = self;
	int ret = cam_buffer_set_add(&fake->buffers, buffers, n_buffers,
				     CAM_ACCESS_READ_WRITE,
				     sizeof(fake->statistics));

	if (ret < 0)
		WRONG(fake, "mapBuffers: %d", ret);
}

static void fake_unmap_buffers(void *self, const uint32_t *ids, size_t n_ids)
{
	struct fake *fake = self;

	cam_buffer_set_remove(&fake->buffers, ids, n_ids);
}

static void fake_start(void *self, const struct cam_control_list *controls,
		       struct ipa_rpi_start_config *ret_start_config)
{
	struct fake *fake = self;
	const struct settings first = { 200, 0, fake->blanking };
	struct cam_control *list =
		camipc_host_alloc(fake->host, 3, sizeof(*list));
	struct cam_control_builder builder;

	(void)controls;
	if (!list)
		return;
	fake->first = first;
	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_V4L2, list, 3);
	cam_control_builder_set_int32(&builder, V4L2_CID_EXPOSURE, first.lines);
	cam_control_builder_set_int32(&builder, V4L2_CID_ANALOGUE_GAIN,
				      first.code);
	cam_control_builder_set_int32(&builder, V4L2_CID_VBLANK,
				      first.blanking);
	(void)!cam_control_builder_finish(&builder,
					  &ret_start_config->controls);
}

static void fake_stop(void *self)
{
	(void)self;
}

/* ---- frames -------------------------------------------------------------- */

static void fake_signal_queue_request(void *self,
				      const struct cam_control_list *controls)
{
	struct fake *fake = self;

	(void)controls;
	fake->requests++;
}

static int32_t get(struct fake *fake, const struct cam_control_list *list,
		   uint32_t id)
{
	int32_t value = 0;

	if (cam_control_list_get_int32(list, CAM_CONTROL_ID_SPACE_V4L2, id,
				       &value) < 0)
		WRONG(fake, "control 0x%08x is missing", id);
	return value;
}

/* The frame has the settings of the request that its delay context names. */
static void check_frame(struct fake *fake,
			const struct ipa_rpi_isp_config *data)
{
	/* The first frames have no request yet. */
	const struct settings *asked =
		fake->prepared < DELAY ? &fake->first
				       : &fake->contexts[data->delay_context];
	struct settings *taken = &fake->taken[data->ipa_context];
	int64_t time = 0;

	taken->lines = get(fake, &data->controls, V4L2_CID_EXPOSURE);
	taken->code = get(fake, &data->controls, V4L2_CID_ANALOGUE_GAIN);
	taken->blanking = get(fake, &data->controls, V4L2_CID_VBLANK);
	(void)get(fake, &data->controls, V4L2_CID_HBLANK);
	if (cam_control_list_get_int64(
		    &data->controls, CAM_CONTROL_ID_SPACE_CONTROLS,
		    CAM_CONTROL_ID_SENSOR_TIMESTAMP, &time) < 0 ||
	    (fake->prepared && time <= fake->time))
		WRONG(fake, "time %lld after %lld", (long long)time,
		      (long long)fake->time);
	fake->time = time;
	if (taken->lines != asked->lines || taken->code != asked->code ||
	    taken->blanking != asked->blanking)
		WRONG(fake, "frame %u has %d, %d, %d, not %d, %d, %d",
		      fake->prepared, taken->lines, taken->code,
		      taken->blanking, asked->lines, asked->code,
		      asked->blanking);
}

static void set_bytes(struct cam_control *control, uint32_t id,
		      const void *bytes, size_t size)
{
	*control = (struct cam_control){ CAM_CONTROL_ID_SPACE_V4L2, id, { 0 } };
	control->value.tag = CAM_CONTROL_VALUE_BYTE_ARRAY;
	control->value.byte_array.items = bytes;
	control->value.byte_array.n_items = size;
}

static void set_milli(struct cam_control *control, uint32_t id, double gain)
{
	*control = (struct cam_control){ CAM_CONTROL_ID_SPACE_V4L2, id, { 0 } };
	control->value.tag = CAM_CONTROL_VALUE_INTEGER32;
	control->value.integer32 = (int32_t)(gain * 1000 + 0.5);
}

/* Corrects the lens of the imx219, about, in a frame of 320 x 240. */
static void fill_table(struct fake *fake,
		       struct bcm2835_isp_lens_shading *shading)
{
	static const double falloff[4] = { 1.45, 0.92, 0.92, 0.83 };

	*shading = (struct bcm2835_isp_lens_shading){
		.enabled = 1,
		.grid_cell_size = 20,
		.grid_width = 17,
		.grid_stride = 17,
		.grid_height = 13,
		.corner_sampled = 1,
		.gain_format = BCM2835_ISP_GAIN_U4P10,
	};
	for (int plane = 0; plane < 4; plane++)
		for (int y = 0; y < 13; y++)
			for (int x = 0; x < 17; x++) {
				double right = x / 8.0 - 1;
				double down = y / 6.0 - 1;
				double gain =
					1 + falloff[plane] *
						    (right * right +
						     0.43 * down * down);

				fake->table[(plane * 13 + y) * 17 + x] =
					(uint16_t)(gain * 1024);
			}
}

static void fake_signal_isp_prepare(void *self,
				    const struct ipa_rpi_isp_config *data)
{
	const struct bcm2835_isp_black_level black = { 1, 4096, 4096, 4096,
						       { 0 } };
	struct bcm2835_isp_lens_shading shading;
	struct fake *fake = self;
	struct cam_control controls[4];
	const struct cam_control_list list = { controls, 4 };

	if (fake->requests != fake->prepared + 1)
		WRONG(fake, "signalIspPrepare without its signalQueueRequest");
	if (data->ipa_context != fake->prepared % CONTEXTS)
		WRONG(fake, "context %u of frame %u", data->ipa_context,
		      fake->prepared);
	check_frame(fake, data);
	fake->prepared++;
	fill_table(fake, &shading);
	set_bytes(&controls[0], BCM2835_ISP_BLACK_LEVEL, &black, sizeof(black));
	set_bytes(&controls[1], BCM2835_ISP_LENS_SHADING, &shading,
		  sizeof(shading));
	set_milli(&controls[2], V4L2_CID_RED_BALANCE, fake->red);
	set_milli(&controls[3], V4L2_CID_BLUE_BALANCE, fake->blue);
	if (ipa_rpi_emit_set_isp_controls(fake->host, &list) < 0 ||
	    ipa_rpi_emit_run_isp(fake->host, data->bayer_buffer_id) < 0)
		WRONG(fake, "runIsp was not accepted");
}

static void control_exposure(struct fake *fake, uint32_t context)
{
	const struct settings *taken = &fake->taken[context];
	struct settings wanted = { 0, 0, fake->blanking };
	double exposure = taken->lines * gain_of(taken->code);
	double sum = 0;
	double n = 0;

	for (int i = 0; i < BCM2835_ISP_AGC_REGIONS; i++) {
		sum += (double)fake->statistics.agc_stats[i].g_sum;
		n += fake->statistics.agc_stats[i].counted;
	}
	if (n < 1)
		WRONG(fake, "no region of exposure");
	exposure *= TARGET / (sum / n < 10 ? 10 : sum / n);
	exposure = exposure > MAX_LINES ? MAX_LINES : exposure;
	wanted.lines = (int32_t)(exposure < 4 ? 4 : exposure);
	if (wanted.lines + MARGIN - fake->height > wanted.blanking)
		wanted.blanking = wanted.lines + MARGIN - fake->height;
	emit_settings(fake, &wanted, context);
}

static void control_balance(struct fake *fake)
{
	double red = 0;
	double green = 0;
	double blue = 0;

	for (int i = 0; i < BCM2835_ISP_AWB_REGIONS; i++) {
		red += (double)fake->statistics.awb_stats[i].r_sum;
		green += (double)fake->statistics.awb_stats[i].g_sum;
		blue += (double)fake->statistics.awb_stats[i].b_sum;
	}
	if (red > 0 && blue > 0) {
		fake->red = green / red;
		fake->blue = green / blue;
	}
}

static void fake_signal_stat_ready(void *self, uint32_t buffer_id,
				   uint32_t ipa_context)
{
	struct fake *fake = self;
	struct cam_control control;
	struct cam_control_list list = { &control, 1 };

	if (fake->prepared != fake->measured + 1 ||
	    ipa_context != fake->measured % CONTEXTS)
		WRONG(fake, "signalStatReady of context %u after %u frames",
		      ipa_context, fake->prepared);
	fake->measured++;
	if (cam_shared_buffer_read(
		    cam_buffer_set_find(&fake->buffers, buffer_id),
		    &fake->statistics, sizeof(fake->statistics)) < 0 ||
	    fake->statistics.size != sizeof(fake->statistics))
		WRONG(fake, "statistics buffer %u", buffer_id);
	control_exposure(fake, ipa_context);
	control_balance(fake);
	control = (struct cam_control){ CAM_CONTROL_ID_SPACE_CONTROLS,
					CAM_CONTROL_ID_EXPOSURE_TIME,
					{ 0 } };
	control.value.tag = CAM_CONTROL_VALUE_INTEGER32;
	control.value.integer32 = fake->taken[ipa_context].lines;
	if (ipa_rpi_emit_stats_metadata_complete(fake->host, buffer_id,
						 &list) < 0)
		WRONG(fake, "statsMetadataComplete was not accepted");
}

static const struct ipa_rpi_ops fake_ops = IPA_RPI_OPS(fake);

static int fake_create(struct camipc_host *host, void **ret_ipa)
{
	struct fake *fake = calloc(1, sizeof(*fake));

	if (!fake)
		return -ENOMEM;
	fake->host = host;
	fake->red = 1;
	fake->blue = 1;
	*ret_ipa = fake;
	return 0;
}

static void fake_destroy(void *self)
{
	struct fake *fake = self;

	cam_buffer_set_fini(&fake->buffers);
	if (fake->table)
		munmap(fake->table, IPA_RPI_MAX_LS_GRID_SIZE);
	free(fake);
}

IPA_RPI_MODULE("fake-rpi", 1, "MIT", fake_create, fake_destroy, &fake_ops);
