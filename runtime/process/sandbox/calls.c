/* SPDX-License-Identifier: MIT */
/* The layers "calls" and "seal": the two seccomp filters. */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "filter.h"
#include "layer.h"
#include "learn.h"
#include "unwinder.h"

/*
 * Made before the module is loaded, so that the seal does not depend on code
 * that the module could have changed. What honest modules rely on: a hostile one
 * was never bound by the seal.
 */
static struct {
	bool is_pending;
	struct camipc_filter filter;
} seal;

static struct camipc_filter_values
values_of(const struct camipc_sandbox_request *request)
{
	return (struct camipc_filter_values){
		.pid = (uint32_t)getpid(),
		.life_line_fd = (uint32_t)request->life_line_fd,
		/* Landlock says which files those are. Without it, a device
		 * can be read only. */
		.opens_devices = request->has_files &&
				 (request->n_devices > 0 ||
				  request->grants & CAMIPC_GRANT_GPU),
		.ioctls = request->ioctls,
		.n_ioctls = request->n_ioctls,
		.learns = request->note != NULL,
		.has_gpu = request->grants & CAMIPC_GRANT_GPU,
	};
}

static struct camipc_layer_result not_made(int error)
{
	return camipc_layer_missing(CAMIPC_LAYER_NOT_BUILT, error);
}

/* Whether the first filter could be installed; the second needs the same. */
static struct camipc_layer_result first_filter;

static struct camipc_layer_result
install_first(const struct camipc_sandbox_request *request)
{
	const struct camipc_filter_values values = values_of(request);
	struct camipc_filter filter;
	int ret = camipc_filter_make(&filter, CAMIPC_PHASE_LOAD, &values);

	if (ret < 0)
		return not_made(-ret);
	ret = camipc_filter_install(&filter);
	if (ret < 0)
		return ret == -EINVAL ?
			       camipc_layer_missing(CAMIPC_LAYER_NO_KERNEL,
						    EINVAL) :
			       camipc_layer_failed(-ret);
	return camipc_layer_reached();
}

static struct camipc_layer_result
enter_calls(const struct camipc_sandbox_request *request)
{
	first_filter = install_first(request);
	return first_filter;
}

/* A socket, and a signal to everybody else: signal 0 only asks. */
static bool probe_calls(const struct camipc_sandbox_request *request)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)request;
	if (fd >= 0) {
		close(fd);
		return false;
	}
	return errno == EPERM && kill(getppid(), 0) < 0 && errno == EPERM;
}

const struct camipc_layer camipc_layer_calls = {
	.layer = CAMIPC_SANDBOX_CALLS,
	.enter = enter_calls,
	.probe = probe_calls,
};

static struct camipc_layer_result
prepare_seal(const struct camipc_sandbox_request *request)
{
	const struct camipc_filter_values values = values_of(request);
	int ret;

	if (first_filter.state == CAMIPC_LAYER_MISSING)
		return first_filter;
	ret = camipc_filter_make(&seal.filter, CAMIPC_PHASE_RUN, &values);
	if (ret < 0)
		return not_made(-ret);
	seal.is_pending = true;
	return (struct camipc_layer_result){ .state = CAMIPC_LAYER_PENDING };
}

const struct camipc_layer camipc_layer_seal = {
	.layer = CAMIPC_SANDBOX_SEAL,
	.enter = prepare_seal,
};

int camipc_sandbox_seal(void)
{
	if (!seal.is_pending)
		return 0;
	seal.is_pending = false;
	camipc_unwinder_load();
	camipc_learn_after_init();
	return camipc_filter_install(&seal.filter);
}
