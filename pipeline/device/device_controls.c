/* SPDX-License-Identifier: MIT */
/* Asks a node for its controls, reads their values and sets them. */
#include "device_controls.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "control_kinds.h"

/** What is needed beside the description to read and set a control. */
struct device_control {
	const struct control_kind *kind;
	uint32_t flags; /* V4L2_CTRL_FLAG_... */
	uint32_t elems; /* of an array */
	uint32_t payload; /* bytes that are read and set through a pointer; or 0 */
	int64_t min_length; /* of a string */
	bool is_array;
	char name[sizeof(((struct v4l2_query_ext_ctrl *)0)->name) + 1];
};

/** A batch as the kernel takes it. */
struct batch {
	struct v4l2_ext_control controls[DEVICE_MAX_CONTROL_BATCH];
	/* What is set through a pointer: the kernel also writes there. */
	void *copies[DEVICE_MAX_CONTROL_BATCH];
	size_t n;
	const int *request_fd; /* NULL: the current values */
};

/* ---- what there is ------------------------------------------------------- */

static struct cam_uint32_control_info_entry *
entries_of(struct device_controls *controls)
{
	/* The map is our own; its type has the arrays constant for its users. */
	return (struct cam_uint32_control_info_entry *)(uintptr_t)
		controls->infos.infos;
}

static int add_menu(struct device_controls *controls,
		    const struct v4l2_query_ext_ctrl *query,
		    const struct control_kind *kind,
		    struct cam_control_info *info)
{
	struct cam_control_value *values;
	size_t n = 0;

	if (query->minimum < 0 || query->maximum < query->minimum ||
	    query->maximum - query->minimum >= DEVICE_MAX_MENU)
		return device_node_fail(controls->node, -EPROTO,
					"the menu of the control %.31s is "
					"larger than %d entries",
					query->name, DEVICE_MAX_MENU);
	values = calloc((size_t)(query->maximum - query->minimum) + 1,
			sizeof(*values));
	if (!values)
		return device_node_fail(controls->node, -ENOMEM,
					"no memory for a menu");
	for (int64_t i = query->minimum; i <= query->maximum; i++) {
		struct v4l2_querymenu menu = {
			.id = query->id,
			.index = (uint32_t)i,
		};

		/* Entries may be missing in between. */
		if (device_node_ioctl(controls->node, VIDIOC_QUERYMENU,
				      "VIDIOC_QUERYMENU", &menu) == 0)
			values[n++] = control_kind_value(kind, i);
	}
	info->values = values;
	info->n_values = n;
	return 0;
}

/* It can be pressed, and nothing else. */
static int add_button(struct device_controls *controls,
		      struct cam_control_info *info)
{
	struct cam_control_value *pressed = calloc(1, sizeof(*pressed));

	if (!pressed)
		return device_node_fail(controls->node, -ENOMEM,
					"no memory for a button");
	pressed->tag = CAM_CONTROL_VALUE_BOOLEAN;
	pressed->boolean = true;
	info->direction = CAM_CONTROL_DIRECTION_IN;
	info->min = *pressed;
	info->max = *pressed;
	info->def.tag = CAM_CONTROL_VALUE_NONE;
	info->values = pressed;
	info->n_values = 1;
	return 0;
}

static uint32_t directions_of(uint32_t flags)
{
	if (flags & V4L2_CTRL_FLAG_READ_ONLY)
		return CAM_CONTROL_DIRECTION_OUT;
	if (flags & V4L2_CTRL_FLAG_WRITE_ONLY)
		return CAM_CONTROL_DIRECTION_IN;
	return CAM_CONTROL_DIRECTION_IN | CAM_CONTROL_DIRECTION_OUT;
}

static int describe_control(struct device_controls *controls,
		    const struct v4l2_query_ext_ctrl *query,
		    const struct control_kind *kind)
{
	const size_t i = controls->infos.n_infos++;
	struct cam_uint32_control_info_entry *entry = &entries_of(controls)[i];
	struct device_control *detail = &controls->details[i];
	struct cam_control_info *info = &entry->value;

	detail->kind = kind;
	detail->flags = query->flags;
	detail->is_array = query->nr_of_dims > 0;
	detail->elems = query->elems;
	if (query->flags & V4L2_CTRL_FLAG_HAS_PAYLOAD)
		detail->payload = query->elems * query->elem_size;
	memcpy(detail->name, query->name, sizeof(query->name));
	entry->key = query->id;
	info->type = kind->cam_type;
	info->size = detail->is_array ? query->elems : 0;
	info->direction = directions_of(query->flags);
	if (control_kind_is_number(kind)) {
		info->min = control_kind_value(kind, query->minimum);
		info->max = control_kind_value(kind, query->maximum);
		/* The default of a mask is no sign. */
		info->def = control_kind_value(kind, query->default_value);
	}
	if (query->type == V4L2_CTRL_TYPE_STRING)
		detail->min_length = query->minimum;
	if (query->type == V4L2_CTRL_TYPE_BUTTON)
		return add_button(controls, info);
	if (query->type == V4L2_CTRL_TYPE_BITMASK)
		info->max.unsigned32 = (uint32_t)query->maximum;
	if (query->type == V4L2_CTRL_TYPE_MENU ||
	    query->type == V4L2_CTRL_TYPE_INTEGER_MENU)
		return add_menu(controls, query, kind, info);
	return 0;
}

/* Room for one more. Names point into details, so they are set at the end. */
static int make_room(struct device_controls *controls)
{
	const size_t n = controls->infos.n_infos + 1;
	struct cam_uint32_control_info_entry *entries;
	struct device_control *details;

	if (n > DEVICE_MAX_CONTROLS)
		return device_node_fail(controls->node, -EMSGSIZE,
					"the node has more than %d controls",
					DEVICE_MAX_CONTROLS);
	entries = realloc(entries_of(controls), n * sizeof(*entries));
	if (entries)
		controls->infos.infos = entries;
	details = realloc(controls->details, n * sizeof(*details));
	if (details)
		controls->details = details;
	if (!entries || !details)
		return device_node_fail(controls->node, -ENOMEM,
					"no memory for its controls");
	memset(&entries[n - 1], 0, sizeof(*entries));
	memset(&details[n - 1], 0, sizeof(*details));
	return 0;
}

/* Classes are headings, and what is disabled is not there. */
static bool is_control(const struct v4l2_query_ext_ctrl *query)
{
	return query->type != V4L2_CTRL_TYPE_CTRL_CLASS &&
	       !(query->flags & V4L2_CTRL_FLAG_DISABLED);
}

/* Returns NULL if no interface can have values of this size. */
static const struct control_kind *
kind_of(const struct v4l2_query_ext_ctrl *query)
{
	const struct control_kind *kind = control_kind_find(query->type);
	const bool is_array = query->nr_of_dims > 0;

	if (!kind || (is_array && !kind->array_tag))
		return NULL;
	if ((is_array || control_kind_is_struct(kind)) &&
	    kind->element_size != query->elem_size)
		return NULL;
	return kind;
}

static int add_control(struct device_controls *controls,
	       const struct v4l2_query_ext_ctrl *query)
{
	const struct control_kind *kind = kind_of(query);
	int ret;

	if (!kind) {
		controls->n_left_out++;
		return 0;
	}
	ret = make_room(controls);
	return ret < 0 ? ret : describe_control(controls, query, kind);
}

static int read_controls(struct device_controls *controls)
{
	uint32_t last = 0;

	for (;;) {
		struct v4l2_query_ext_ctrl query = {
			.id = last | V4L2_CTRL_FLAG_NEXT_CTRL |
			      V4L2_CTRL_FLAG_NEXT_COMPOUND,
		};
		int ret = device_node_ioctl(controls->node,
					    VIDIOC_QUERY_EXT_CTRL,
					    "VIDIOC_QUERY_EXT_CTRL", &query);

		/* After the last one; and a node without any. */
		if (ret == -EINVAL || (ret == -ENOTTY && last == 0))
			return 0;
		if (ret < 0)
			return ret;
		if (query.id <= last)
			return device_node_fail(controls->node, -EPROTO,
						"the driver lists its controls "
						"in no order");
		last = query.id;
		if (is_control(&query))
			ret = add_control(controls, &query);
		if (ret < 0)
			return ret;
	}
}

int device_controls_read(struct device_controls *controls,
			 struct device_node *node)
{
	int ret;

	*controls = (struct device_controls){
		.node = node,
		.infos.id_space = CAM_CONTROL_ID_SPACE_V4L2,
	};
	ret = read_controls(controls);
	for (size_t i = 0; i < controls->infos.n_infos; i++)
		entries_of(controls)[i].value.name = controls->details[i].name;
	return ret;
}

void device_controls_clear(struct device_controls *controls)
{
	for (size_t i = 0; i < controls->infos.n_infos; i++)
		free((void *)(uintptr_t)controls->infos.infos[i].value.values);
	free(entries_of(controls));
	free(controls->details);
	*controls = (struct device_controls){ .node = NULL };
}

/* ---- values -------------------------------------------------------------- */

static int find_control(struct device_controls *controls, uint32_t id, size_t *ret_i)
{
	*ret_i = 0;
	for (size_t i = 0; i < controls->infos.n_infos; i++) {
		if (controls->infos.infos[i].key != id)
			continue;
		*ret_i = i;
		return 0;
	}
	return device_node_fail(controls->node, -ENOENT,
				"the node has no control 0x%08" PRIx32, id);
}

/* Makes the ioctl; its failure may be that of one control. */
static int exchange(struct device_controls *controls, struct batch *batch,
		    unsigned long request, const char *name)
{
	struct v4l2_ext_controls all = {
		.which = V4L2_CTRL_WHICH_CUR_VAL,
		.count = (uint32_t)batch->n,
		.controls = batch->controls,
	};
	char text[DEVICE_ERROR_SIZE];
	size_t i;
	int ret;

	if (batch->n == 0)
		return 0;
	if (batch->request_fd) {
		all.which = V4L2_CTRL_WHICH_REQUEST_VAL;
		all.request_fd = *batch->request_fd;
	}
	ret = device_node_ioctl(controls->node, request, name, &all);
	if (ret == 0 || all.error_idx >= batch->n ||
	    find_control(controls, batch->controls[all.error_idx].id, &i) < 0)
		return ret;
	memcpy(text, controls->node->error, sizeof(text));
	return device_node_fail(controls->node, ret, "control '%s': %s",
				controls->details[i].name,
				text + strlen(controls->node->path) + 2);
}

static int prepare_get(struct device_controls *controls, uint32_t id,
		       struct camipc_arena *arena, struct v4l2_ext_control *out)
{
	const struct device_control *detail;
	size_t i;
	int ret = find_control(controls, id, &i);

	if (ret < 0)
		return ret;
	detail = &controls->details[i];
	if (detail->flags & V4L2_CTRL_FLAG_WRITE_ONLY)
		return device_node_fail(controls->node, -EACCES,
					"the control '%s' can only be written",
					detail->name);
	*out = (struct v4l2_ext_control){ .id = id, .size = detail->payload };
	if (!detail->payload)
		return 0;
	out->ptr = camipc_arena_alloc(arena, detail->payload);
	return out->ptr ? 0 :
			  device_node_fail(controls->node, arena->error,
					   "no memory for the control '%s'",
					   detail->name);
}

static struct cam_control_value value_of(const struct device_control *detail,
					 const struct v4l2_ext_control *control)
{
	const struct control_kind *kind = detail->kind;
	struct cam_control_value value = { .tag = kind->tag };

	if (detail->is_array)
		return control_kind_array(kind, control->ptr, detail->elems);
	if (kind->tag == CAM_CONTROL_VALUE_STRING) {
		/* The kernel ends it, but nothing here depends on that. */
		control->string[detail->payload - 1] = '\0';
		value.string = control->string;
		return value;
	}
	if (control_kind_is_struct(kind))
		return control_kind_get_struct(kind, control->ptr);
	if (kind->tag == CAM_CONTROL_VALUE_INTEGER64)
		return control_kind_value(kind, control->value64);
	return control_kind_value(kind, control->value);
}

int device_controls_get(struct device_controls *controls, const uint32_t *ids,
			size_t n, struct camipc_arena *arena,
			struct cam_control_list *ret_list)
{
	struct cam_control *values;
	struct batch batch = { .n = n };
	int ret = 0;

	if (n > DEVICE_MAX_CONTROL_BATCH)
		return device_node_fail(controls->node, -E2BIG,
					"more than %d controls at once",
					DEVICE_MAX_CONTROL_BATCH);
	values = camipc_arena_alloc(arena, (n ? n : 1) * sizeof(*values));
	if (!values)
		return device_node_fail(controls->node, arena->error,
					"no memory for values");
	for (size_t i = 0; i < n && ret == 0; i++)
		ret = prepare_get(controls, ids[i], arena, &batch.controls[i]);
	if (ret == 0)
		ret = exchange(controls, &batch, VIDIOC_G_EXT_CTRLS,
			       "VIDIOC_G_EXT_CTRLS");
	for (size_t i = 0; i < n && ret == 0; i++) {
		size_t index;

		ret = find_control(controls, ids[i], &index);
		if (ret < 0)
			break;
		values[i] = (struct cam_control){
			.id_space = CAM_CONTROL_ID_SPACE_V4L2,
			.id = ids[i],
			.value = value_of(&controls->details[index],
					  &batch.controls[i]),
		};
	}
	*ret_list = (struct cam_control_list){ values, ret < 0 ? 0 : n };
	return ret;
}

static int check_number(struct device_controls *controls, size_t i,
			int64_t number)
{
	const struct cam_control_info *info = &controls->infos.infos[i].value;
	const int64_t min = control_kind_number(&info->min);
	const int64_t max = control_kind_number(&info->max);

	if (number < min || number > max)
		return device_node_fail(controls->node, -ERANGE,
					"the control '%s' goes from %" PRId64
					" to %" PRId64 "; %" PRId64
					" is out of range",
					info->name, min, max, number);
	for (size_t j = 0; j < info->n_values; j++) {
		if (control_kind_number(&info->values[j]) == number)
			return 0;
	}
	return info->n_values == 0 ?
		       0 :
		       device_node_fail(controls->node, -ERANGE,
					"the menu of the control '%s' has no "
					"entry %" PRId64,
					info->name, number);
}

/* The driver would move elements into their range, and report success. */
static int check_elements(struct device_controls *controls, size_t i,
			  const struct cam_control_value *value)
{
	size_t n;
	const void *items = control_kind_items(value, &n);
	int ret = 0;

	for (size_t j = 0; j < n && ret == 0; j++)
		ret = check_number(controls, i,
				   control_kind_element(
					   controls->details[i].kind, items,
					   j));
	return ret;
}

/* Returns the bytes of a value; NULL: a wrong number of elements. */
static const void *payload_of(const struct device_control *detail,
			      const struct cam_control_value *value,
			      union control_struct *memory, uint32_t *ret_size)
{
	size_t n = 0;
	const void *items;

	*ret_size = detail->payload;
	if (detail->is_array) {
		items = control_kind_items(value, &n);
		return n == detail->elems ? items : NULL;
	}
	if (control_kind_is_struct(detail->kind)) {
		control_kind_put_struct(value, memory);
		return memory;
	}
	if (value->string)
		*ret_size = (uint32_t)strlen(value->string) + 1;
	return value->string;
}

static int put_payload(const struct device_control *detail,
		       const struct cam_control_value *value,
		       struct v4l2_ext_control *out, void **ret_copy)
{
	union control_struct memory;
	uint32_t size;
	const void *from = payload_of(detail, value, &memory, &size);

	if (!from)
		return -EINVAL;
	if (size > detail->payload ||
	    (detail->kind->tag == CAM_CONTROL_VALUE_STRING &&
	     size - 1 < detail->min_length))
		return -ERANGE;
	*ret_copy = malloc(size);
	if (!*ret_copy)
		return -ENOMEM;
	memcpy(*ret_copy, from, size);
	out->ptr = *ret_copy;
	out->size = size;
	return 0;
}

static int prepare_set(struct device_controls *controls,
		       const struct cam_control *control,
		       struct v4l2_ext_control *out, void **ret_copy)
{
	const struct cam_control_value *value = &control->value;
	const struct device_control *detail;
	size_t i;
	int ret = find_control(controls, control->id, &i);

	if (ret < 0)
		return ret;
	detail = &controls->details[i];
	if (detail->flags & V4L2_CTRL_FLAG_READ_ONLY)
		return device_node_fail(controls->node, -EACCES,
					"the control '%s' can only be read",
					detail->name);
	*out = (struct v4l2_ext_control){ .id = control->id,
					  .size = detail->payload };
	if (value->tag !=
	    (detail->is_array ? detail->kind->array_tag : detail->kind->tag))
		ret = -EINVAL;
	else if (detail->payload)
		ret = put_payload(detail, value, out, ret_copy);
	if (ret == -ENOMEM)
		return device_node_fail(controls->node, ret,
					"no memory for the control '%s'",
					detail->name);
	if (ret == -ERANGE)
		return device_node_fail(controls->node, ret,
					"the control '%s' takes %" PRId64
					" to %" PRIu32 " characters, not %zu",
					detail->name, detail->min_length,
					detail->payload - 1,
					strlen(value->string));
	if (ret < 0)
		return device_node_fail(controls->node, ret,
					"the control '%s' has another type or "
					"number of elements",
					detail->name);
	if (detail->is_array)
		return check_elements(controls, i, value);
	if (detail->payload)
		return 0;
	if (value->tag == CAM_CONTROL_VALUE_INTEGER64)
		out->value64 = value->integer64;
	else
		out->value = (int32_t)control_kind_number(value);
	return check_number(controls, i, control_kind_number(value));
}

static int set_all(struct device_controls *controls,
		   const struct cam_control_list *list, struct batch *batch)
{
	for (size_t i = 0; i < list->n_controls; i++) {
		int ret;

		if (list->controls[i].id_space != CAM_CONTROL_ID_SPACE_V4L2)
			return device_node_fail(controls->node, -ENOENT,
						"the control %" PRIu32
						" has another id space than V4L2",
						list->controls[i].id);
		ret = prepare_set(controls, &list->controls[i],
				  &batch->controls[i], &batch->copies[i]);
		if (ret < 0)
			return ret;
	}
	return exchange(controls, batch, VIDIOC_S_EXT_CTRLS,
			"VIDIOC_S_EXT_CTRLS");
}

static int set_batch(struct device_controls *controls,
		     const struct cam_control_list *list, const int *request_fd)
{
	struct batch batch = { .n = list->n_controls,
			       .request_fd = request_fd };
	int ret;

	if (batch.n > DEVICE_MAX_CONTROL_BATCH)
		return device_node_fail(controls->node, -E2BIG,
					"more than %d controls at once",
					DEVICE_MAX_CONTROL_BATCH);
	ret = set_all(controls, list, &batch);
	for (size_t i = 0; i < batch.n; i++)
		free(batch.copies[i]);
	return ret;
}

int device_controls_set(struct device_controls *controls,
			const struct cam_control_list *list)
{
	return set_batch(controls, list, NULL);
}

int device_controls_set_in(struct device_controls *controls,
			   const struct cam_control_list *list, int request_fd)
{
	return set_batch(controls, list, &request_fd);
}
