/* SPDX-License-Identifier: MIT */
/* Finds controls of controls.mojom by name and by number. */
#include <string.h>

#include "cam_controls.h"
#include "controls_ipa_types.h"

const struct camipc_control_type *cam_control_by_name(const char *name)
{
	const struct camipc_control_type *control;

	for (control = cam_control_ids; control->name; control++)
		if (!strcmp(control->name, name))
			return control;
	return NULL;
}

const struct camipc_control_type *cam_control_by_id(uint32_t id)
{
	const struct camipc_control_type *control;

	for (control = cam_control_ids; control->name; control++)
		if (control->id == id)
			return control;
	return NULL;
}

enum cam_control_type
cam_control_type_of(const struct camipc_control_type *control)
{
	static const struct {
		const char *name;
		enum cam_control_type type;
	} types[] = {
		{ "bool", CAM_CONTROL_TYPE_BOOLEAN },
		{ "uint8", CAM_CONTROL_TYPE_BYTE },
		{ "uint16", CAM_CONTROL_TYPE_UNSIGNED16 },
		{ "uint32", CAM_CONTROL_TYPE_UNSIGNED32 },
		{ "int32", CAM_CONTROL_TYPE_INTEGER32 },
		{ "int64", CAM_CONTROL_TYPE_INTEGER64 },
		{ "float", CAM_CONTROL_TYPE_FLOAT32 },
		{ "string", CAM_CONTROL_TYPE_STRING },
		{ "Rectangle", CAM_CONTROL_TYPE_RECTANGLE },
		{ "Size", CAM_CONTROL_TYPE_SIZE },
		{ "Point", CAM_CONTROL_TYPE_POINT },
	};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(types[i].name, control->type))
			return types[i].type;
	return CAM_CONTROL_TYPE_NONE;
}

/* The named values of all controls, in the order of cam_control_ids. */
static const struct cam_control_enumerator named_values[] = {
#define NAMED(number, text) { .value = number, .name = text },
	CAM_CONTROL_ID_VALUES(NAMED)
#undef NAMED
};

static void describe_values(struct cam_control_info *info,
			    const struct camipc_control_type *control)
{
	const struct camipc_control_type *other;
	size_t before = 0;

	if (!control->values)
		return;
	for (other = cam_control_ids; other != control; other++)
		before += other->values ? other->values->n_enumerators : 0;
	info->enumerators = &named_values[before];
	info->n_enumerators = control->values->n_enumerators;
}

void cam_control_info_describe(struct cam_control_info *info, uint32_t id)
{
	const struct camipc_control_type *control = cam_control_by_id(id);

	if (!control)
		return;
	info->name = control->name;
	info->type = cam_control_type_of(control);
	info->size = control->size;
	describe_values(info, control);
}
