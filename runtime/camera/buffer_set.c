/* SPDX-License-Identifier: MIT */
/* Imported buffers by id: a short array, searched from its beginning. */
#include "cam_buffers.h"

#include <errno.h>
#include <stdlib.h>

struct cam_shared_buffer *cam_buffer_set_find(const struct cam_buffer_set *set,
					      uint32_t id)
{
	size_t i;

	for (i = 0; i < set->n_buffers; i++)
		if (cam_shared_buffer_get_id(set->buffers[i]) == id)
			return set->buffers[i];
	return NULL;
}

static int reserve(struct cam_buffer_set *set, size_t n)
{
	struct cam_shared_buffer **buffers;

	if (n <= set->room)
		return 0;
	buffers = reallocarray(set->buffers, n, sizeof(*buffers));
	if (!buffers)
		return -ENOMEM;
	set->buffers = buffers;
	set->room = n;
	return 0;
}

static int add_one(struct cam_buffer_set *set, const struct cam_buffer *buffer,
		   enum cam_access access, size_t min_length)
{
	int ret;

	if (cam_buffer_set_find(set, buffer->id))
		return -EEXIST;
	if (!buffer->n_planes)
		return -EINVAL;
	ret = cam_shared_buffer_import(buffer->id, &buffer->planes[0], access,
				       min_length,
				       &set->buffers[set->n_buffers]);
	if (ret < 0)
		return ret;
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
	ret = reserve(set, n_before + n_buffers);
	if (ret < 0)
		return ret;
	for (i = 0; i < n_buffers; i++) {
		ret = add_one(set, &buffers[i], access, min_length);
		if (ret < 0)
			goto remove_added;
	}
	return 0;

remove_added:
	while (set->n_buffers > n_before)
		cam_shared_buffer_destroy(set->buffers[--set->n_buffers]);
	return ret;
}

void cam_buffer_set_remove(struct cam_buffer_set *set, const uint32_t *ids,
			   size_t n_ids)
{
	size_t i;
	size_t k;

	for (k = 0; k < n_ids; k++) {
		for (i = 0; i < set->n_buffers; i++)
			if (cam_shared_buffer_get_id(set->buffers[i]) == ids[k])
				break;
		if (i == set->n_buffers)
			continue;
		cam_shared_buffer_destroy(set->buffers[i]);
		set->buffers[i] = set->buffers[--set->n_buffers];
	}
}

void cam_buffer_set_fini(struct cam_buffer_set *set)
{
	while (set->n_buffers)
		cam_shared_buffer_destroy(set->buffers[--set->n_buffers]);
	free(set->buffers);
	set->buffers = NULL;
	set->room = 0;
}
