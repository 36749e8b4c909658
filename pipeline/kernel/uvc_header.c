/* SPDX-License-Identifier: MIT */
/* Parses the header that a driver for USB cameras writes for each payload. */
#include "uvc_header.h"

#include <string.h>

/* Where things are: time and USB frame of the host, in its byte order; then the
 * header of the camera, which begins with its own length. */
#define AT_SOF 8
#define AT_LENGTH 10
#define AT_FLAGS 11
#define AT_OPTIONAL 12

/* Flags, and what follows the flags if they are set. */
#define HAS_PTS 0x04
#define HAS_SCR 0x08
#define PTS_SIZE 4
#define SCR_SIZE 6

static uint32_t read_le32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

size_t uvc_header_parse(const uint8_t *bytes, size_t size,
			struct camera_driver_value values[UVC_HEADER_MAX_VALUES])
{
	size_t at = AT_OPTIONAL;
	size_t end;
	size_t n = 0;
	uint64_t time_ns;
	uint16_t sof;
	uint8_t flags;

	if (size < AT_OPTIONAL)
		return 0;
	memcpy(&time_ns, bytes, sizeof(time_ns));
	memcpy(&sof, bytes + AT_SOF, sizeof(sof));
	flags = bytes[AT_FLAGS];
	end = AT_LENGTH + (size_t)bytes[AT_LENGTH];
	if (end < AT_OPTIONAL || end > size)
		return 0;
	values[n++] = (struct camera_driver_value){ "hostTime", time_ns };
	values[n++] = (struct camera_driver_value){ "hostSof", sof };
	values[n++] = (struct camera_driver_value){ "flags", flags };
	if (flags & HAS_PTS && end - at >= PTS_SIZE) {
		values[n++] = (struct camera_driver_value){
			"pts", read_le32(bytes + at)
		};
		at += PTS_SIZE;
	}
	if (flags & HAS_SCR && end - at >= SCR_SIZE) {
		values[n++] = (struct camera_driver_value){
			"stc", read_le32(bytes + at)
		};
		/* 11 bits. */
		values[n++] = (struct camera_driver_value){
			"sof",
			(bytes[at + 4] | (uint32_t)bytes[at + 5] << 8) & 0x7ff
		};
	}
	return n;
}
