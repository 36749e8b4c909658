/* SPDX-License-Identifier: MIT */
/* Enters the layers of the sandbox one after the other, and tries each. */
#include "sandbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "layer.h"
#include "learn.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
	__has_feature(memory_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED false
#endif

/* In the order in which they are entered: later ones would refuse the calls of
 * earlier ones. */
static const struct camipc_layer *const layers[] = {
	&camipc_layer_surroundings, &camipc_layer_limits,
	&camipc_layer_identity,	    &camipc_layer_namespaces,
	&camipc_layer_privileges,   &camipc_layer_files,
	&camipc_layer_calls,	    &camipc_layer_seal,
};
CAMIPC_STATIC_ASSERT(sizeof(layers) / sizeof(layers[0]) ==
			     CAMIPC_N_SANDBOX_LAYERS,
		     "every layer has its place in the order");

/*
 * valgrind preloads a library of its own into what it runs. A host cannot hand
 * on this variable (environment_list.c), so nothing else sets it.
 */
static bool is_under_valgrind(void)
{
	const char *preload = secure_getenv("LD_PRELOAD");

	return preload && strstr(preload, "/vgpreload_");
}

static struct camipc_layer_result off(enum camipc_layer_why why)
{
	return (struct camipc_layer_result){
		.state = CAMIPC_LAYER_OFF,
		.why = why,
	};
}

static struct camipc_layer_result
enter(const struct camipc_layer *layer,
      const struct camipc_sandbox_request *request, bool under_valgrind)
{
	struct camipc_layer_result result;

	if (!(request->layers & 1u << layer->layer))
		return off(CAMIPC_LAYER_BY_REQUEST);
	if (IS_SANITIZED && !layer->fits_tools)
		return off(CAMIPC_LAYER_SANITIZED);
	if (under_valgrind && !layer->fits_tools)
		return off(CAMIPC_LAYER_VALGRIND);
	result = layer->enter(request);
	if (result.state == CAMIPC_LAYER_REACHED && layer->probe &&
	    !layer->probe(request))
		return camipc_layer_missing(CAMIPC_LAYER_PROBE_PASSED, EPERM);
	return result;
}

/* The layers that learning does not enforce. */
static bool is_learnt(enum camipc_sandbox_layer layer)
{
	return layer == CAMIPC_SANDBOX_FILES || layer == CAMIPC_SANDBOX_CALLS ||
	       layer == CAMIPC_SANDBOX_SEAL;
}

static void begin_to_learn(const struct camipc_sandbox_request *request,
			   struct camipc_sandbox_report *report)
{
	for (int i = 0; i < CAMIPC_N_SANDBOX_LAYERS; i++) {
		struct camipc_layer_result *result = &report->layers[i];

		if (is_learnt((enum camipc_sandbox_layer)i) &&
		    (result->state == CAMIPC_LAYER_REACHED ||
		     result->state == CAMIPC_LAYER_PENDING))
			*result = off(CAMIPC_LAYER_LEARNING);
	}
	camipc_learn_begin(request);
}

void camipc_sandbox_enter(const struct camipc_sandbox_request *request,
			  struct camipc_sandbox_report *ret_report)
{
	const bool under_valgrind = is_under_valgrind();
	struct camipc_sandbox_request so_far = *request;

	so_far.has_files = false;
	for (size_t i = 0; i < CAMIPC_N_SANDBOX_LAYERS; i++) {
		struct camipc_layer_result result;

		/* Before Landlock, which the thread made here escapes. */
		if (layers[i]->layer == CAMIPC_SANDBOX_FILES && so_far.note &&
		    camipc_learn_prepare() < 0)
			so_far.note = NULL;
		result = enter(layers[i], &so_far, under_valgrind);
		ret_report->layers[layers[i]->layer] = result;
		if (layers[i]->layer == CAMIPC_SANDBOX_FILES)
			so_far.has_files = result.state ==
					   CAMIPC_LAYER_REACHED;
	}
	if (so_far.note)
		begin_to_learn(&so_far, ret_report);
}
