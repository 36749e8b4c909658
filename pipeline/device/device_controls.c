/* SPDX-License-Identifier: MIT */
/* Asks a node for its controls, reads their values and sets them. */
#include "device_controls.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cam_v4l2.h"

/** A batch as the kernel takes it. */
struct batch {
	struct v4l2_ext_control controls[DEVICE_MAX_CONTROL_BATCH];
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

static bool is_menu(const struct v4l2_query_ext_ctrl *query)
{
	return query->type == V4L2_CTRL_TYPE_MENU ||
	       query->type == V4L2_CTRL_TYPE_INTEGER_MENU;
}

/* Asks for the entries of a menu, some of which may be missing. */
static int read_menu(struct device_controls *controls,
		     const struct v4l2_query_ext_ctrl *query,
		     struct v4l2_querymenu **ret_menu, size_t *ret_n)
{
	struct v4l2_querymenu *menu;
	size_t n = 0;

	if (query->minimum < 0 || query->maximum < query->minimum ||
	    query->maximum - query->minimum >= DEVICE_MAX_MENU)
		return device_node_fail(controls->node, -EPROTO,
					"the menu of the control %.31s is "
					"larger than %d entries",
					query->name, DEVICE_MAX_MENU);
	menu = calloc((size_t)(query->maximum - query->minimum) + 1,
		      sizeof(*menu));
	if (!menu)
		return device_node_fail(controls->node, -ENOMEM,
					"no memory for a menu");
	for (int64_t i = query->minimum; i <= query->maximum; i++) {
		menu[n] = (struct v4l2_querymenu){
			.id = query->id,
			.index = (uint32_t)i,
		};
		n += device_node_ioctl(controls->node, VIDIOC_QUERYMENU,
				       "VIDIOC_QUERYMENU", &menu[n]) == 0;
	}
	*ret_menu = menu;
	*ret_n = n;
	return 0;
}

/* Room for one more. */
static int make_room(struct device_controls *controls)
{
	const size_t n = controls->infos.n_infos + 1;
	struct cam_uint32_control_info_entry *entries;

	if (n > DEVICE_MAX_CONTROLS)
		return device_node_fail(controls->node, -EMSGSIZE,
					"the node has more than %d controls",
					DEVICE_MAX_CONTROLS);
	entries = realloc(entries_of(controls), n * sizeof(*entries));
	if (!entries)
		return device_node_fail(controls->node, -ENOMEM,
					"no memory for its controls");
	controls->infos.infos = entries;
	return 0;
}

/* Classes are headings, and what is disabled is not there. */
static bool is_control(const struct v4l2_query_ext_ctrl *query)
{
	return query->type != V4L2_CTRL_TYPE_CTRL_CLASS &&
	       !(query->flags & V4L2_CTRL_FLAG_DISABLED);
}

static int add_control(struct device_controls *controls,
		       const struct v4l2_query_ext_ctrl *query)
{
	struct cam_uint32_control_info_entry entry = { .key = query->id };
	struct v4l2_querymenu *menu = NULL;
	size_t n_menu = 0;
	int ret = 0;

	if (is_menu(query))
		ret = read_menu(controls, query, &menu, &n_menu);
	if (ret < 0)
		return ret;
	ret = cam_v4l2_get_info(query, menu, n_menu, &controls->arena,
				&entry.value);
	free(menu);
	if (ret < 0 && controls->arena.error)
		return device_node_fail(controls->node, ret,
					"no memory for its controls");
	if (ret < 0) {
		controls->n_left_out++;
		return 0;
	}
	ret = make_room(controls);
	if (ret == 0)
		entries_of(controls)[controls->infos.n_infos++] = entry;
	return ret;
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
	*controls = (struct device_controls){
		.node = node,
		.infos.id_space = CAM_CONTROL_ID_SPACE_V4L2,
	};
	camipc_arena_init(&controls->arena, DEVICE_CONTROLS_MEMORY);
	return read_controls(controls);
}

void device_controls_clear(struct device_controls *controls)
{
	free(entries_of(controls));
	camipc_arena_fini(&controls->arena);
	*controls = (struct device_controls){ .node = NULL };
}

/* ---- values -------------------------------------------------------------- */

static int find_control(struct device_controls *controls, uint32_t id,
			const struct cam_control_info **ret_info)
{
	*ret_info = cam_uint32_control_info_find(controls->infos.infos,
						 controls->infos.n_infos, id);
	return *ret_info ? 0 :
			   device_node_fail(controls->node, -ENOENT,
					    "the node has no control 0x%08" PRIx32,
					    id);
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
	const struct cam_control_info *info;
	char text[DEVICE_ERROR_SIZE];
	int ret;

	if (batch->n == 0)
		return 0;
	if (batch->request_fd) {
		all.which = V4L2_CTRL_WHICH_REQUEST_VAL;
		all.request_fd = *batch->request_fd;
	}
	ret = device_node_ioctl(controls->node, request, name, &all);
	if (ret == 0 || all.error_idx >= batch->n ||
	    find_control(controls, batch->controls[all.error_idx].id, &info) <
		    0)
		return ret;
	memcpy(text, controls->node->error, sizeof(text));
	return device_node_fail(controls->node, ret, "control '%s': %s",
				info->name, text + strlen(controls->node->path) + 2);
}

/* Explains why a value cannot be read. */
static int fail_get(struct device_controls *controls,
		    const struct cam_control_info *info, int error)
{
	const char *why = error == -EACCES ? "can only be written" :
			  error == -ERANGE || error == -EBADMSG ?
					     "has a value that its type does not "
					     "have" :
			  error == -EILSEQ ? "has a string that is not UTF-8" :
					     NULL;

	if (!why)
		return device_node_fail(controls->node, error,
					"no memory for the control '%s'",
					info->name);
	return device_node_fail(controls->node, error, "the control '%s' %s",
				info->name, why);
}

static int prepare_get(struct device_controls *controls, uint32_t id,
		       struct camipc_arena *arena, struct v4l2_ext_control *out)
{
	const struct cam_control_info *info;
	int ret = find_control(controls, id, &info);

	if (ret < 0)
		return ret;
	ret = cam_v4l2_prepare_get(info, id, arena, out);
	return ret < 0 ? fail_get(controls, info, ret) : 0;
}

int device_controls_get(struct device_controls *controls, const uint32_t *ids,
			size_t n, struct camipc_arena *arena,
			struct cam_control_list *ret_list)
{
	const struct cam_control_info *info;
	struct batch batch = { .n = n };
	size_t failed = 0;
	int ret = 0;

	*ret_list = (struct cam_control_list){ NULL, 0 };
	if (n > DEVICE_MAX_CONTROL_BATCH)
		return device_node_fail(controls->node, -E2BIG,
					"more than %d controls at once",
					DEVICE_MAX_CONTROL_BATCH);
	for (size_t i = 0; i < n && ret == 0; i++)
		ret = prepare_get(controls, ids[i], arena, &batch.controls[i]);
	if (ret == 0)
		ret = exchange(controls, &batch, VIDIOC_G_EXT_CTRLS,
			       "VIDIOC_G_EXT_CTRLS");
	if (ret < 0)
		return ret;
	ret = cam_v4l2_get_list(&controls->infos, batch.controls, n, arena,
				ret_list, &failed);
	if (ret == 0)
		return 0;
	if (n == 0 || find_control(controls, ids[failed], &info) < 0)
		return device_node_fail(controls->node, ret,
					"no memory for values");
	return fail_get(controls, info, ret);
}

/* Explains why a value cannot be set. */
static int fail_set(struct device_controls *controls,
		    const struct cam_control_info *info, int error)
{
	char text[DEVICE_ERROR_SIZE];

	if (error == -EACCES)
		return device_node_fail(controls->node, error,
					"the control '%s' can only be read",
					info->name);
	if (error != -EINVAL && error != -ERANGE)
		return device_node_fail(controls->node, error,
					"no memory for the control '%s'",
					info->name);
	if (error == -EINVAL)
		return device_node_fail(controls->node, error,
					"the control '%s' has another type or "
					"number of elements",
					info->name);
	cam_control_range_to_string(info, text, sizeof(text));
	if (info->n_enumerators)
		return device_node_fail(controls->node, error,
					"the control '%s' has no such value; "
					"expected %s",
					info->name, text);
	return device_node_fail(controls->node, error,
				"the value of the control '%s' is out of "
				"range; expected %s",
				info->name, text);
}

static int prepare_set(struct device_controls *controls,
		       const struct cam_control *control,
		       struct camipc_arena *arena, struct v4l2_ext_control *out)
{
	const struct cam_control_info *info;
	int ret = find_control(controls, control->id, &info);

	if (ret < 0)
		return ret;
	ret = cam_v4l2_put_value(info, control->id, &control->value, arena,
				 out);
	return ret < 0 ? fail_set(controls, info, ret) : 0;
}

static int set_all(struct device_controls *controls,
		   const struct cam_control_list *list, struct batch *batch,
		   struct camipc_arena *arena)
{
	for (size_t i = 0; i < list->n_controls; i++) {
		int ret;

		if (list->controls[i].id_space != CAM_CONTROL_ID_SPACE_V4L2)
			return device_node_fail(controls->node, -ENOENT,
						"the control %" PRIu32
						" has another id space than V4L2",
						list->controls[i].id);
		ret = prepare_set(controls, &list->controls[i],
				  arena, &batch->controls[i]);
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
	struct camipc_arena arena;
	int ret;

	if (batch.n > DEVICE_MAX_CONTROL_BATCH)
		return device_node_fail(controls->node, -E2BIG,
					"more than %d controls at once",
					DEVICE_MAX_CONTROL_BATCH);
	camipc_arena_init(&arena, DEVICE_CONTROLS_MEMORY);
	ret = set_all(controls, list, &batch, &arena);
	camipc_arena_fini(&arena);
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
