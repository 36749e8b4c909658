/* SPDX-License-Identifier: MIT */
/* Creates, starts, stops and destroys the camera's IPA. */
#include "ipa_session.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/error.h>

#include "cam_configuration.h"

/* An IPA that hangs sends no events: its frame would time out, and the camera
 * with it, so it is ended and restarted before. */
static int set_restart(struct virtual_ipa *ipa)
{
	int wanted = ipa->options.max_restarts;
	const struct camipc_restart_policy policy = {
		.size = sizeof(policy),
		.max_restarts = wanted ? (uint32_t)wanted : CAMIPC_RESTARTS,
		.window_ms = CAMIPC_RESTART_WINDOW_MS,
	};
	int ret;

	if (wanted < 0)
		return 0;
	ret = camipc_proxy_set_restart(ipa->proxy, &policy);
	if (ret == -EOPNOTSUPP)
		return 0; /* its crash is this process's own */
	if (ret < 0)
		return virtual_error_set(ipa->error, ret,
					 "cannot have the IPA restarted: %s",
					 camipc_strerror(ret));
	camipc_proxy_set_watchdog(ipa->proxy,
				  (uint32_t)ipa->options.timeout_ms);
	ipa->options.timeout_ms *= 2;
	return 0;
}

static int create_ipa(struct virtual_ipa *ipa, struct camipc_manager *manager)
{
	const char *module = ipa->options.module ? ipa->options.module
						 : ipa->imager->isp->module;
	bool is_path = strchr(module, '/') != NULL;
	const struct camipc_match match = {
		.isolation = ipa->options.isolation,
		.transport = ipa->options.transport,
		.path = is_path ? module : NULL,
		.module = is_path ? NULL : module,
		.argument = ipa->options.argument,
	};
	const char *origin = ipa->imager->isp->module_origin;
	int ret = ipa->imager->isp->create(ipa, manager, &match, &ipa->proxy);

	if (ret == 0)
		return 0;
	if (ret != -ENOENT || ipa->options.module || !origin)
		origin = NULL;
	return virtual_error_set(ipa->error, ret,
				 "cannot run the IPA module '%s': %s%s%s",
				 module,
				 /* Of a call it would mean too many calls. */
				 ret == -EAGAIN ? camipc_errno_to_string(ret) :
						  camipc_strerror(ret),
				 origin ? "; " : "", origin ? origin : "");
}

/* Opens the file that the image processor's own IPA has for this sensor, if
 * there is one. */
static int open_default_tuning(struct virtual_ipa *ipa,
			       struct cam_configuration *file)
{
	const struct virtual_isp *isp = ipa->imager->isp;
	char path[PATH_MAX];
	int ret;

	/* Another module has files of its own. */
	if (!isp->tuning_folder ||
	    (ipa->options.module && strcmp(ipa->options.module, isp->module)))
		return 0;
	snprintf(path, sizeof(path), "%s/%s%s", isp->tuning_folder,
		 ipa->imager->sensor.model->name, isp->tuning_ending);
	ret = cam_configuration_open(path, file);
	if (ret == 0 || ret == -ENOENT)
		return 0;
	return virtual_error_set(ipa->error, ret,
				 "cannot open the tuning file '%s': %s", path,
				 camipc_errno_to_string(ret));
}

/* Opens the tuning file, so that a wrong name starts nothing. */
static int open_tuning(struct virtual_ipa *ipa, struct cam_configuration *file)
{
	int ret;

	file->fd = -1;
	if (!ipa->options.tuning)
		return open_default_tuning(ipa, file);
	ret = cam_configuration_open(ipa->options.tuning, file);
	if (ret < 0)
		return virtual_error_set(ipa->error, ret,
					 "cannot open the tuning file '%s': %s",
					 ipa->options.tuning,
					 ret == -EINVAL ?
						 "not a regular file" :
						 camipc_errno_to_string(ret));
	return 0;
}

static int init_ipa(struct virtual_ipa *ipa,
		    const struct cam_configuration *tuning)
{
	struct cam_settings settings;

	cam_settings_init(&settings);
	settings.sensor_model = ipa->imager->sensor.model->name;
	if (tuning->fd >= 0)
		cam_configuration_apply(tuning, &settings);
	return ipa->imager->isp->init(ipa, &settings);
}

static int map_buffers(struct virtual_ipa *ipa)
{
	const struct virtual_isp *isp = ipa->imager->isp;
	struct virtual_buffer_offer offer;
	int ret = virtual_shared_buffers_init(&ipa->buffers, isp, &offer);

	if (ret < 0)
		virtual_error_set(ipa->error, ret,
				  "cannot make shared memory: %s",
				  camipc_errno_to_string(ret));
	else
		ret = isp->map_buffers(ipa, &offer);
	virtual_buffer_offer_fini(&offer);
	return ret;
}

int virtual_ipa_init(struct virtual_ipa *ipa, struct camipc_manager *manager,
		     const struct virtual_ipa_options *options,
		     struct virtual_imager *imager,
		     struct virtual_error *error)
{
	struct cam_configuration tuning;
	int ret;

	ipa->imager = imager;
	ipa->error = error;
	ipa->options = *options;
	cam_control_list_init(&ipa->metadata);
	cam_control_list_init(&ipa->request.list);
	cam_control_list_init(&ipa->settings.list);
	camipc_arena_init(&ipa->metadata_arena, VIRTUAL_IPA_LIST_BUDGET);
	camipc_arena_init(&ipa->request.arena, VIRTUAL_IPA_LIST_BUDGET);
	camipc_arena_init(&ipa->settings.arena, VIRTUAL_IPA_LIST_BUDGET);
	ipa->parameters = calloc(1, imager->isp->parameters_size);
	if (!ipa->parameters)
		return virtual_error_set(error, -ENOMEM, "out of memory");
	ret = open_tuning(ipa, &tuning);
	if (ret < 0)
		return ret;
	ret = create_ipa(ipa, manager);
	if (ret == 0)
		ret = set_restart(ipa);
	if (ret == 0)
		ret = init_ipa(ipa, &tuning);
	cam_configuration_close(&tuning);
	return ret < 0 ? ret : map_buffers(ipa);
}

void virtual_ipa_fini(struct virtual_ipa *ipa)
{
	camipc_proxy_destroy(ipa->proxy);
	ipa->proxy = NULL;
	if (ipa->handle && ipa->imager->isp->destroy)
		ipa->imager->isp->destroy(ipa);
	ipa->handle = NULL;
	free(ipa->parameters);
	ipa->parameters = NULL;
	cam_control_info_map_clear(&ipa->infos);
	virtual_shared_buffers_fini(&ipa->buffers);
	camipc_arena_fini(&ipa->metadata_arena);
	camipc_arena_fini(&ipa->request.arena);
	camipc_arena_fini(&ipa->settings.arena);
}

int virtual_ipa_start(struct virtual_ipa *ipa)
{
	int ret = ipa->imager->isp->start(ipa);

	while (ret == -EPIPE && virtual_ipa_is_restarting(ipa)) {
		ret = virtual_ipa_wait_restart(ipa);
		if (ret < 0)
			return ret;
		virtual_error_reset(ipa->error);
		ret = ipa->imager->isp->start(ipa);
	}
	if (ret < 0)
		return ret;
	/* start raises the first sensor controls before it returns. */
	return virtual_ipa_dispatch(ipa);
}

int virtual_ipa_stop(struct virtual_ipa *ipa)
{
	int ret = ipa->imager->isp->stop(ipa);

	memset(ipa->answers, 0, sizeof(ipa->answers));
	return ret;
}
