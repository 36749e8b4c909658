/* SPDX-License-Identifier: MIT */
/* The names of layers and modes, and the reasons for missing layers in words. */
#include "layer_result.h"

#include <errno.h>

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Bits of a packed result: 8 of the state, 8 of the reason, 16 of the errno. */
#define WHY_SHIFT 8
#define ERROR_SHIFT 16

/* The highest errno of the kernel's. */
#define MAX_ERRNO 4095u

static const char *const layers[] = {
	[CAMIPC_SANDBOX_SURROUNDINGS] = "surroundings",
	[CAMIPC_SANDBOX_LIMITS] = "limits",
	[CAMIPC_SANDBOX_IDENTITY] = "identity",
	[CAMIPC_SANDBOX_NAMESPACES] = "namespaces",
	[CAMIPC_SANDBOX_PRIVILEGES] = "privileges",
	[CAMIPC_SANDBOX_FILES] = "files",
	[CAMIPC_SANDBOX_CALLS] = "calls",
	[CAMIPC_SANDBOX_SEAL] = "seal",
};
CAMIPC_STATIC_ASSERT(N_OF(layers) == CAMIPC_N_SANDBOX_LAYERS,
		     "every layer has a name");

static const char *const modes[] = {
	[CAMIPC_SANDBOX_REQUIRED] = "required",
	[CAMIPC_SANDBOX_BEST_EFFORT] = "best-effort",
	[CAMIPC_SANDBOX_OFF] = "off",
	[CAMIPC_SANDBOX_LEARN] = "learn",
};
CAMIPC_STATIC_ASSERT(N_OF(modes) == CAMIPC_N_SANDBOX_MODES,
		     "every mode has a name");

static const char *const whys[] = {
	[CAMIPC_LAYER_NO_WHY] = "",
	[CAMIPC_LAYER_BY_REQUEST] = "the host turned it off",
	[CAMIPC_LAYER_WRAPPED] = "CAMIPC_WORKER_WRAPPER is set",
	[CAMIPC_LAYER_SANITIZED] = "the worker was built with a sanitizer",
	[CAMIPC_LAYER_VALGRIND] = "the worker runs under valgrind",
	[CAMIPC_LAYER_NOT_BUILT] =
		"this version has no filter for this processor",
	[CAMIPC_LAYER_NO_KERNEL] = "the kernel does not have it",
	[CAMIPC_LAYER_OLD_KERNEL] = "the kernel has only a part of it",
	[CAMIPC_LAYER_SYSTEM] = "the system refused it",
	[CAMIPC_LAYER_NOT_ROOT] = "the host is not root",
	[CAMIPC_LAYER_NO_OTHER_USER] =
		"the host's user namespace has no other user",
	[CAMIPC_LAYER_NO_CAPABILITY] =
		"the host lacks CAP_SETUID, CAP_SETGID or CAP_KILL",
	[CAMIPC_LAYER_CLOSED_FILE] =
		"other users cannot read the module's file",
	[CAMIPC_LAYER_PROBE_PASSED] =
		"the worker could do what the layer must refuse",
	[CAMIPC_LAYER_CONTRADICTED] = "/proc/PID/status contradicts the worker",
	[CAMIPC_LAYER_OLD_WORKER] = "the worker program did not report it",
	[CAMIPC_LAYER_NO_INIT] = "init has not succeeded",
	[CAMIPC_LAYER_OPTIONAL] =
		"it is optional, and the host did not ask for it",
	[CAMIPC_LAYER_NO_PROC] =
		"/proc is not mounted, which would show whether it is there",
	[CAMIPC_LAYER_LEARNING] = "it notes what it would refuse",
};
CAMIPC_STATIC_ASSERT(N_OF(whys) == CAMIPC_N_LAYER_WHYS,
		     "every reason has a text");

const char *camipc_sandbox_layer_to_name(enum camipc_sandbox_layer layer)
{
	return (size_t)layer < N_OF(layers) ? layers[layer] : NULL;
}

const char *camipc_sandbox_mode_to_name(enum camipc_sandbox_mode mode)
{
	return (size_t)mode < N_OF(modes) ? modes[mode] : NULL;
}

const char *camipc_layer_why_to_string(enum camipc_layer_why why)
{
	return (size_t)why < N_OF(whys) ? whys[why] : "";
}

uint32_t camipc_layer_result_pack(const struct camipc_layer_result *result)
{
	return (uint32_t)result->state | (uint32_t)result->why << WHY_SHIFT |
	       (uint32_t)-result->error << ERROR_SHIFT;
}

struct camipc_layer_result camipc_layer_result_unpack(uint32_t number)
{
	const uint32_t state = number & 0xff;
	const uint32_t why = number >> WHY_SHIFT & 0xff;
	const uint32_t error = number >> ERROR_SHIFT;
	struct camipc_layer_result result = {
		.state = CAMIPC_LAYER_MISSING,
		.error = -EPROTO,
		.why = CAMIPC_LAYER_OLD_WORKER,
	};

	if (state > CAMIPC_LAYER_PENDING || why >= CAMIPC_N_LAYER_WHYS ||
	    error > MAX_ERRNO)
		return result;
	result.state = (enum camipc_layer_state)state;
	result.why = (enum camipc_layer_why)why;
	result.error = -(int)error;
	return result;
}
