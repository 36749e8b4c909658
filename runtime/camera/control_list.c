/* SPDX-License-Identifier: MIT */
/* Builds control lists without allocating, and reads them. */
#include "cam_controls.h"

#include <errno.h>
#include <string.h>

void cam_control_builder_init(struct cam_control_builder *builder,
			      enum cam_control_id_space id_space,
			      struct cam_control *controls, size_t room)
{
	builder->id_space = id_space;
	builder->controls = controls;
	builder->n_controls = 0;
	builder->room = room;
	builder->error = 0;
}

/* Returns the control's slot in the list, old or new; NULL if it is full. */
static struct cam_control_value *
control_slot(struct cam_control_builder *builder, uint32_t id)
{
	struct cam_control *control;
	size_t i;

	for (i = 0; i < builder->n_controls; i++)
		if (builder->controls[i].id == id)
			return &builder->controls[i].value;
	if (builder->n_controls == builder->room) {
		builder->error = -ENOSPC;
		return NULL;
	}
	control = &builder->controls[builder->n_controls++];
	control->id = id;
	return &control->value;
}

void cam_control_builder_set(struct cam_control_builder *builder, uint32_t id,
			     const struct cam_control_value *value)
{
	struct cam_control_value *slot = control_slot(builder, id);

	if (slot)
		*slot = *value;
}

/* Clears all of the value, so that equal lists have equal bytes. */
static void control_value_begin(struct cam_control_value *value,
				enum cam_control_value_tag tag)
{
	memset(value, 0, sizeof(*value));
	value->tag = tag;
}

void cam_control_builder_set_bool(struct cam_control_builder *builder,
				  uint32_t id, bool value)
{
	struct cam_control_value v;

	control_value_begin(&v, CAM_CONTROL_VALUE_BOOLEAN);
	v.boolean = value;
	cam_control_builder_set(builder, id, &v);
}

void cam_control_builder_set_int32(struct cam_control_builder *builder,
				   uint32_t id, int32_t value)
{
	struct cam_control_value v;

	control_value_begin(&v, CAM_CONTROL_VALUE_INTEGER32);
	v.integer32 = value;
	cam_control_builder_set(builder, id, &v);
}

void cam_control_builder_set_int64(struct cam_control_builder *builder,
				   uint32_t id, int64_t value)
{
	struct cam_control_value v;

	control_value_begin(&v, CAM_CONTROL_VALUE_INTEGER64);
	v.integer64 = value;
	cam_control_builder_set(builder, id, &v);
}

void cam_control_builder_set_float(struct cam_control_builder *builder,
				   uint32_t id, float value)
{
	struct cam_control_value v;

	control_value_begin(&v, CAM_CONTROL_VALUE_FLOAT32);
	v.float32 = value;
	cam_control_builder_set(builder, id, &v);
}

void cam_control_builder_set_int32_array(struct cam_control_builder *builder,
					 uint32_t id, const int32_t *items,
					 size_t n_items)
{
	struct cam_control_value v;

	control_value_begin(&v, CAM_CONTROL_VALUE_INTEGER32_ARRAY);
	v.integer32_array.items = items;
	v.integer32_array.n_items = n_items;
	cam_control_builder_set(builder, id, &v);
}

void cam_control_builder_set_float_array(struct cam_control_builder *builder,
					 uint32_t id, const float *items,
					 size_t n_items)
{
	struct cam_control_value v;

	control_value_begin(&v, CAM_CONTROL_VALUE_FLOAT32_ARRAY);
	v.float32_array.items = items;
	v.float32_array.n_items = n_items;
	cam_control_builder_set(builder, id, &v);
}

int cam_control_builder_finish(const struct cam_control_builder *builder,
			       struct cam_control_list *ret_list)
{
	if (builder->error)
		return builder->error;
	memset(ret_list, 0, sizeof(*ret_list));
	ret_list->id_space = builder->id_space;
	ret_list->controls = builder->controls;
	ret_list->n_controls = builder->n_controls;
	return 0;
}

/*
 * Lists are short and not sorted, so scan them; four controls at a time, as a
 * branch for each costs more than its load.
 */
const struct cam_control_value *
cam_control_list_find(const struct cam_control_list *list, uint32_t id)
{
	const struct cam_control *c = list->controls;
	size_t n = list->n_controls;

	for (; n >= 4; n -= 4, c += 4) {
		if (CAMIPC_LIKELY((c[0].id != id) & (c[1].id != id) &
				  (c[2].id != id) & (c[3].id != id)))
			continue;
		if (c[0].id == id)
			return &c[0].value;
		if (c[1].id == id)
			return &c[1].value;
		return c[2].id == id ? &c[2].value : &c[3].value;
	}
	for (; n; n--, c++)
		if (c->id == id)
			return &c->value;
	return NULL;
}

/* Returns the control if it has this type; else NULL, and sets @reterr. */
static const struct cam_control_value *
typed_value(const struct cam_control_list *list, uint32_t id,
	    enum cam_control_value_tag tag, int *reterr)
{
	const struct cam_control_value *value = cam_control_list_find(list, id);

	*reterr = 0;
	if (!value)
		*reterr = -ENOENT;
	else if (value->tag != tag)
		*reterr = -EINVAL;
	return *reterr ? NULL : value;
}

int cam_control_list_get_bool(const struct cam_control_list *list, uint32_t id,
			      bool *ret_value)
{
	int error;
	const struct cam_control_value *value =
		typed_value(list, id, CAM_CONTROL_VALUE_BOOLEAN, &error);

	if (value)
		*ret_value = value->boolean;
	return error;
}

int cam_control_list_get_int32(const struct cam_control_list *list, uint32_t id,
			       int32_t *ret_value)
{
	int error;
	const struct cam_control_value *value =
		typed_value(list, id, CAM_CONTROL_VALUE_INTEGER32, &error);

	if (value)
		*ret_value = value->integer32;
	return error;
}

int cam_control_list_get_int64(const struct cam_control_list *list, uint32_t id,
			       int64_t *ret_value)
{
	int error;
	const struct cam_control_value *value =
		typed_value(list, id, CAM_CONTROL_VALUE_INTEGER64, &error);

	if (value)
		*ret_value = value->integer64;
	return error;
}

int cam_control_list_get_float(const struct cam_control_list *list, uint32_t id,
			       float *ret_value)
{
	int error;
	const struct cam_control_value *value =
		typed_value(list, id, CAM_CONTROL_VALUE_FLOAT32, &error);

	if (value)
		*ret_value = value->float32;
	return error;
}

int cam_control_list_get_floats(const struct cam_control_list *list,
				uint32_t id, float *ret_items, size_t n_items)
{
	int error;
	const struct cam_control_value *value =
		typed_value(list, id, CAM_CONTROL_VALUE_FLOAT32_ARRAY, &error);

	if (!value)
		return error;
	if (value->float32_array.n_items != n_items)
		return -EINVAL;
	memcpy(ret_items, value->float32_array.items,
	       n_items * sizeof(*ret_items));
	return 0;
}
