/* SPDX-License-Identifier: MIT */
/* Creates the buffers that the camera shares with its IPA. */
#include "shared_buffers.h"

#include <string.h>
#include <unistd.h>

/* Creates one buffer, and adds its plane to the offer. */
static int make_buffer(struct virtual_buffer_offer *offer, uint32_t id,
		       const char *name, uint32_t length, enum cam_access peer,
		       struct cam_shared_buffer **ret_memory,
		       struct cam_buffer *buffer)
{
	struct cam_frame_buffer_plane *plane = &offer->planes[offer->n_planes];
	int ret;

	if (!length)
		return 0;
	ret = cam_shared_buffer_create(id, name, length, peer, plane,
				       ret_memory);
	if (ret < 0)
		return ret;
	offer->n_planes++;
	buffer->id = id;
	buffer->planes = plane;
	buffer->n_planes = 1;
	return 0;
}

int virtual_shared_buffers_init(struct virtual_shared_buffers *buffers,
				const struct virtual_isp *isp,
				struct virtual_buffer_offer *ret_offer)
{
	uint32_t i;
	int ret;

	memset(ret_offer, 0, sizeof(*ret_offer));
	for (i = 0; i < VIRTUAL_N_BUFFERS; i++) {
		ret = make_buffer(ret_offer, VIRTUAL_STATISTICS_ID + i,
				  "camipc-statistics", isp->statistics_size,
				  isp->statistics_access,
				  &buffers->statistics[i],
				  &ret_offer->statistics[i]);
		if (ret < 0)
			return ret;
		ret = make_buffer(ret_offer, VIRTUAL_PARAMETERS_ID + i,
				  "camipc-parameters",
				  isp->parameters_by_event
					  ? 0
					  : isp->parameters_size,
				  CAM_ACCESS_READ_WRITE,
				  &buffers->parameters[i],
				  &ret_offer->parameters[i]);
		if (ret < 0)
			return ret;
	}
	return 0;
}

void virtual_shared_buffers_fini(struct virtual_shared_buffers *buffers)
{
	int i;

	for (i = 0; i < VIRTUAL_N_BUFFERS; i++) {
		cam_shared_buffer_destroy(buffers->statistics[i]);
		cam_shared_buffer_destroy(buffers->parameters[i]);
	}
}

void virtual_buffer_offer_fini(struct virtual_buffer_offer *offer)
{
	while (offer->n_planes)
		close(offer->planes[--offer->n_planes].fd);
}
