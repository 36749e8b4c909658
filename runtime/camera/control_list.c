/* SPDX-License-Identifier: MIT */
/* Builds control lists without allocating, and reads them. */
#include "cam_controls.h"

#include <errno.h>
#include <string.h>

void cam_control_builder_init(struct cam_control_builder *builder,
			      int32_t id_space, struct cam_control *controls,
			      size_t room)
{
	builder->id_space = id_space;
	builder->controls = controls;
	builder->n_controls = 0;
	builder->room = room;
	builder->error = 0;
}

void cam_control_builder_set_id_space(struct cam_control_builder *builder,
				      int32_t id_space)
{
	builder->id_space = id_space;
}

/* 1 or 0: a number, as callers combine several without a branch for each. */
static unsigned int is_control(const struct cam_control *control, int32_t id_space,
			       uint32_t id)
{
	return (((uint32_t)control->id_space ^ (uint32_t)id_space) |
		(control->id ^ id)) == 0;
}

/* Returns the control's slot in the list, old or new; NULL if it is full. */
static struct cam_control_value *
control_slot(struct cam_control_builder *builder, uint32_t id)
{
	struct cam_control *control;
	size_t i;

	for (i = 0; i < builder->n_controls; i++)
		if (is_control(&builder->controls[i], builder->id_space, id))
			return &builder->controls[i].value;
	if (builder->n_controls == builder->room) {
		builder->error = -ENOSPC;
		return NULL;
	}
	control = &builder->controls[builder->n_controls++];
	control->id_space = builder->id_space;
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

/* Sets one value: of arm @arm, whose tag is @TAG. */
#define SETTER(name, type, TAG, arm)                                         \
	void cam_control_builder_set_##name(                                 \
		struct cam_control_builder *builder, uint32_t id,            \
		type value)                                                  \
	{                                                                    \
		struct cam_control_value v;                                  \
									     \
		control_value_begin(&v, CAM_CONTROL_VALUE_##TAG);            \
		v.arm = value;                                               \
		cam_control_builder_set(builder, id, &v);                    \
	}

SETTER(bool, bool, BOOLEAN, boolean)
SETTER(int32, int32_t, INTEGER32, integer32)
SETTER(int64, int64_t, INTEGER64, integer64)
SETTER(float, float, FLOAT32, float32)
SETTER(string, const char *, STRING, string)
SETTER(rectangle, struct cam_rectangle, RECTANGLE, rectangle)

#define ARRAY_SETTER(name, type, TAG, arm)                                   \
	void cam_control_builder_set_##name##_array(                         \
		struct cam_control_builder *builder, uint32_t id,            \
		const type *items, size_t n_items)                           \
	{                                                                    \
		struct cam_control_value v;                                  \
									     \
		control_value_begin(&v, CAM_CONTROL_VALUE_##TAG##_ARRAY);    \
		v.arm##_array.items = items;                                 \
		v.arm##_array.n_items = n_items;                             \
		cam_control_builder_set(builder, id, &v);                    \
	}

ARRAY_SETTER(byte, uint8_t, BYTE, byte)
ARRAY_SETTER(int32, int32_t, INTEGER32, integer32)
ARRAY_SETTER(int64, int64_t, INTEGER64, integer64)
ARRAY_SETTER(float, float, FLOAT32, float32)

int cam_control_builder_finish(const struct cam_control_builder *builder,
			       struct cam_control_list *ret_list)
{
	if (builder->error)
		return builder->error;
	memset(ret_list, 0, sizeof(*ret_list));
	ret_list->controls = builder->controls;
	ret_list->n_controls = builder->n_controls;
	return 0;
}

/*
 * Lists are short and not sorted, so scan them; four controls at a time, as a
 * branch for each costs more than its load.
 */
const struct cam_control_value *
cam_control_list_find(const struct cam_control_list *list, int32_t id_space,
		      uint32_t id)
{
	const struct cam_control *c = list->controls;
	size_t n = list->n_controls;

	for (; n >= 4; n -= 4, c += 4)
		if (CAMIPC_UNLIKELY(is_control(&c[0], id_space, id) |
				    is_control(&c[1], id_space, id) |
				    is_control(&c[2], id_space, id) |
				    is_control(&c[3], id_space, id)))
			break;
	for (; n; n--, c++)
		if (is_control(c, id_space, id))
			return &c->value;
	return NULL;
}

/* Returns the control if it has this type; else NULL, and sets @reterr. */
static const struct cam_control_value *
typed_value(const struct cam_control_list *list, int32_t id_space, uint32_t id,
	    enum cam_control_value_tag tag, int *reterr)
{
	const struct cam_control_value *value =
		cam_control_list_find(list, id_space, id);

	*reterr = 0;
	if (!value)
		*reterr = -ENOENT;
	else if (value->tag != tag)
		*reterr = -EINVAL;
	return *reterr ? NULL : value;
}

#define GETTER(name, type, TAG, arm)                                         \
	int cam_control_list_get_##name(const struct cam_control_list *list, \
					int32_t id_space, uint32_t id,       \
					type *ret_value)                     \
	{                                                                    \
		int error;                                                   \
		const struct cam_control_value *value =                      \
			typed_value(list, id_space, id,                      \
				    CAM_CONTROL_VALUE_##TAG, &error);        \
									     \
		if (value)                                                   \
			*ret_value = value->arm;                             \
		return error;                                                \
	}

GETTER(bool, bool, BOOLEAN, boolean)
GETTER(int32, int32_t, INTEGER32, integer32)
GETTER(int64, int64_t, INTEGER64, integer64)
GETTER(float, float, FLOAT32, float32)
GETTER(string, const char *, STRING, string)
GETTER(rectangle, struct cam_rectangle, RECTANGLE, rectangle)

#define ARRAY_GETTER(name, type, TAG, arm)                                   \
	int cam_control_list_get_##name(const struct cam_control_list *list, \
					int32_t id_space, uint32_t id,       \
					type *ret_items, size_t n_items)     \
	{                                                                    \
		int error;                                                   \
		const struct cam_control_value *value =                      \
			typed_value(list, id_space, id,                      \
				    CAM_CONTROL_VALUE_##TAG##_ARRAY,         \
				    &error);                                 \
									     \
		if (!value)                                                  \
			return error;                                        \
		if (value->arm##_array.n_items != n_items)                   \
			return -EINVAL;                                      \
		if (n_items)                                                 \
			memcpy(ret_items, value->arm##_array.items,          \
			       n_items * sizeof(*ret_items));                \
		return 0;                                                    \
	}

ARRAY_GETTER(bytes, uint8_t, BYTE, byte)
ARRAY_GETTER(int64s, int64_t, INTEGER64, integer64)
ARRAY_GETTER(floats, float, FLOAT32, float32)
