/* SPDX-License-Identifier: MIT */
#include "cam_buffers.h"

#include <errno.h>
#include <stdlib.h>

struct cam_mapped_buffer {
	uint32_t id;
	struct cam_mapping mapping;
};

struct cam_mapping *cam_buffer_set_find(const struct cam_buffer_set *set,
					uint32_t id)
{
	size_t i;

	for (i = 0; i < set->n_buffers; i++)
		if (set->buffers[i].id == id)
			return &set->buffers[i].mapping;
	return NULL;
}

static int set_reserve(struct cam_buffer_set *set, size_t n)
{
	struct cam_mapped_buffer *buffers;

	if (n <= set->room)
		return 0;
	buffers = reallocarray(set->buffers, n, sizeof(*buffers));
	if (!buffers)
		return -ENOMEM;
	set->buffers = buffers;
	set->room = n;
	return 0;
}

static int set_add_one(struct cam_buffer_set *set,
		       const struct cam_buffer *buffer, enum cam_access access,
		       size_t min_length)
{
	struct cam_mapped_buffer *slot = &set->buffers[set->n_buffers];
	int ret;

	if (cam_buffer_set_find(set, buffer->id))
		return -EEXIST;
	if (!buffer->n_planes)
		return -EINVAL;
	if (buffer->planes[0].length < min_length)
		return -ERANGE;
	ret = cam_mapping_init(&slot->mapping, &buffer->planes[0], access);
	if (ret < 0)
		return ret;
	slot->id = buffer->id;
	set->n_buffers++;
	return 0;
}

int cam_buffer_set_add(struct cam_buffer_set *set,
		       const struct cam_buffer *buffers, size_t n_buffers,
		       enum cam_access access, size_t min_length)
{
	size_t n_before = set->n_buffers;
	size_t i;
	int ret;

	if (n_buffers > SIZE_MAX - n_before)
		return -ENOMEM;
	ret = set_reserve(set, n_before + n_buffers);
	for (i = 0; ret == 0 && i < n_buffers; i++)
		ret = set_add_one(set, &buffers[i], access, min_length);
	if (ret < 0)
		while (set->n_buffers > n_before)
			cam_mapping_fini(
				&set->buffers[--set->n_buffers].mapping);
	return ret;
}

void cam_buffer_set_remove(struct cam_buffer_set *set, const uint32_t *ids,
			   size_t n_ids)
{
	size_t i;
	size_t k;

	for (k = 0; k < n_ids; k++) {
		for (i = 0; i < set->n_buffers; i++)
			if (set->buffers[i].id == ids[k])
				break;
		if (i == set->n_buffers)
			continue;
		cam_mapping_fini(&set->buffers[i].mapping);
		set->buffers[i] = set->buffers[--set->n_buffers];
	}
}

void cam_buffer_set_fini(struct cam_buffer_set *set)
{
	while (set->n_buffers)
		cam_mapping_fini(&set->buffers[--set->n_buffers].mapping);
	free(set->buffers);
	set->buffers = NULL;
	set->room = 0;
}
