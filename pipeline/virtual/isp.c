/* SPDX-License-Identifier: MIT */
/* The kinds of image processors, which register themselves. */
#include "isp.h"

#include <string.h>

#include <camipc/log.h>

#define TOPIC "virtual"

/* Nobody has a dozen of them. */
#define MAX_ISPS 16

static const struct virtual_isp *isps[MAX_ISPS]; /* by name */
static size_t n_isps;

static bool is_complete(const struct virtual_isp *isp)
{
	return isp->size >= sizeof(*isp) && isp->name && isp->name[0] &&
	       strlen(isp->name) < VIRTUAL_ISP_NAME_SIZE &&
	       isp->description && isp->interface_name && isp->module && isp->sensor &&
	       isp->parameters_size && isp->configure && isp->release &&
	       isp->measure && isp->apply && isp->create && isp->init &&
	       isp->map_buffers && isp->start && isp->stop &&
	       (isp->before_frame || isp->frame_taken);
}

void virtual_isp_register(const struct virtual_isp *isp)
{
	size_t at = 0;

	if (!is_complete(isp) || n_isps == MAX_ISPS ||
	    virtual_isp_find(isp->name)) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "image processor \"%s\" not registered: it is "
			   "incomplete, one too many, or its name is taken",
			   isp->name ? isp->name : "");
		return;
	}
	while (at < n_isps && strcmp(isps[at]->name, isp->name) < 0)
		at++;
	memmove(&isps[at + 1], &isps[at], (n_isps - at) * sizeof(isps[0]));
	isps[at] = isp;
	n_isps++;
}

const struct virtual_isp *virtual_isp_find(const char *name)
{
	for (size_t i = 0; i < n_isps; i++)
		if (strcmp(isps[i]->name, name) == 0)
			return isps[i];
	return NULL;
}

const struct virtual_isp *virtual_isp_get(size_t i)
{
	return i < n_isps ? isps[i] : NULL;
}

const char *virtual_isp_name(size_t i)
{
	return i < n_isps ? isps[i]->name : NULL;
}
