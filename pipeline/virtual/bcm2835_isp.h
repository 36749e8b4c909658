/* SPDX-License-Identifier: MIT */
/*
 * The Raspberry Pi's image processor as its kernel describes it in
 * linux/bcm2835-isp.h, which distributions do not package: ids of V4L2 controls
 * and the layouts of their payloads and of statistics, written down from these
 * facts. Sums and bins have 13 bits per pixel.
 */
#ifndef VIRTUAL_BCM2835_ISP_H
#define VIRTUAL_BCM2835_ISP_H

#include <linux/v4l2-controls.h>
#include <stdint.h>

/** The controls of this processor begin here. */
#define BCM2835_ISP_CID(n) (V4L2_CID_USER_BASE + 0x10e0 + (n))

#define BCM2835_ISP_CC_MATRIX BCM2835_ISP_CID(1)
#define BCM2835_ISP_LENS_SHADING BCM2835_ISP_CID(2)
#define BCM2835_ISP_BLACK_LEVEL BCM2835_ISP_CID(3)
#define BCM2835_ISP_GEQ BCM2835_ISP_CID(4)
#define BCM2835_ISP_GAMMA BCM2835_ISP_CID(5)
#define BCM2835_ISP_DENOISE BCM2835_ISP_CID(6)
#define BCM2835_ISP_SHARPEN BCM2835_ISP_CID(7)
#define BCM2835_ISP_DPC BCM2835_ISP_CID(8)
#define BCM2835_ISP_CDN BCM2835_ISP_CID(9)

#define BCM2835_ISP_HISTOGRAMS 2
#define BCM2835_ISP_BINS 128
#define BCM2835_ISP_AWB_COLUMNS 16
#define BCM2835_ISP_AWB_ROWS 12
#define BCM2835_ISP_AWB_REGIONS 192
#define BCM2835_ISP_FLOATING_REGIONS 16
#define BCM2835_ISP_AGC_REGIONS 16
#define BCM2835_ISP_FOCUS_REGIONS 12
#define BCM2835_ISP_GAMMA_POINTS 33

/** Payload of the colour matrix. */
struct bcm2835_isp_rational {
	int32_t num;
	uint32_t den;
};
struct bcm2835_isp_custom_ccm {
	uint32_t enabled;
	struct bcm2835_isp_rational ccm[3][3];
	int32_t offsets[3];
};

/** Payload of lens shading; the factors are in shared memory: planes of R, Gr,
 *  Gb and B, row by row. */
struct bcm2835_isp_lens_shading {
	uint32_t enabled;
	uint32_t grid_cell_size; /* in pixels */
	uint32_t grid_width; /* cells in a row */
	uint32_t grid_stride;
	uint32_t grid_height;
	int32_t dmabuf;
	uint32_t ref_transform;
	uint32_t corner_sampled; /* nodes are the corners of cells */
	uint32_t gain_format;
};

/** gain_format: 14 bits, 1024 is 1. */
#define BCM2835_ISP_GAIN_U4P10 7

/** Payload of the black level; 16 bits per pixel. */
struct bcm2835_isp_black_level {
	uint32_t enabled;
	uint16_t black_level_r;
	uint16_t black_level_g;
	uint16_t black_level_b;
	uint8_t padding[2];
};

/** Payload of the tone curve; 16 bits. */
struct bcm2835_isp_gamma {
	uint32_t enabled;
	uint16_t x[BCM2835_ISP_GAMMA_POINTS];
	uint16_t y[BCM2835_ISP_GAMMA_POINTS];
};

/** Statistics of a frame. */
struct bcm2835_isp_stats_hist {
	uint32_t r_hist[BCM2835_ISP_BINS];
	uint32_t g_hist[BCM2835_ISP_BINS];
	uint32_t b_hist[BCM2835_ISP_BINS];
};
struct bcm2835_isp_stats_region {
	uint32_t counted;
	uint32_t notcounted;
	uint64_t r_sum;
	uint64_t g_sum;
	uint64_t b_sum;
};
struct bcm2835_isp_stats_focus {
	uint64_t contrast_val[2][2];
	uint32_t contrast_val_num[2][2];
};
struct bcm2835_isp_stats {
	uint32_t version;
	uint32_t size;
	struct bcm2835_isp_stats_hist hist[BCM2835_ISP_HISTOGRAMS];
	struct bcm2835_isp_stats_region awb_stats[BCM2835_ISP_AWB_REGIONS];
	struct bcm2835_isp_stats_region
		floating_stats[BCM2835_ISP_FLOATING_REGIONS];
	struct bcm2835_isp_stats_region agc_stats[BCM2835_ISP_AGC_REGIONS];
	struct bcm2835_isp_stats_focus focus_stats[BCM2835_ISP_FOCUS_REGIONS];
};

#endif /* VIRTUAL_BCM2835_ISP_H */
