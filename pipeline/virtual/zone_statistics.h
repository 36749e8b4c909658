/* SPDX-License-Identifier: MIT */
/* Statistics of raw frames, as an image processor would make them. */
#ifndef VIRTUAL_ZONE_STATISTICS_H
#define VIRTUAL_ZONE_STATISTICS_H

#include "sensor.h"
#include "softisp_ipa_types.h"

/**
 * virtual_zone_statistics() - measure a frame
 * @frame: the frame's number
 * @raw: the frame as virtual_sensor_expose() wrote it, with its dark lines
 * @statistics: overwritten
 *
 * Thread word: reentrant.
 */
void virtual_zone_statistics(const struct virtual_sensor *sensor,
			     uint32_t frame, const uint16_t *raw,
			     struct ipa_softisp_statistics *statistics);

#endif /* VIRTUAL_ZONE_STATISTICS_H */
