/* SPDX-License-Identifier: MIT */
/* Lies until the module is loaded: instead of hello, and instead of loaded. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <camipc/log.h>

#include "control_message.h"
#include "handshake.h"
#include "lie_scene.h"

int act_silent_hello(struct scene *scene)
{
	(void)scene;
	return scene_hang();
}

int act_exit_instead_of_hello(struct scene *scene)
{
	(void)scene;
	_exit(0);
}

int act_abort_instead_of_hello(struct scene *scene)
{
	(void)scene;
	return scene_die_of(SIGABRT);
}

int act_close_instead_of_hello(struct scene *scene)
{
	(void)scene;
	return scene_close_channel();
}

/* hostile_worker.c has done it, if it could. */
int act_run_something_else(struct scene *scene)
{
	return scene_be_honest(scene);
}

static int send_hello(struct scene *scene, uint8_t nonce_bits, bool no_layers)
{
	struct camipc_worker_hello hello = { .build_id_size = 0 };
	int ret = camipc_worker_hello_read(scene->message, &hello);

	if (ret < 0)
		return ret;
	hello.nonce[0] ^= nonce_bits;
	for (size_t i = 0; no_layers && i < CAMIPC_N_SANDBOX_LAYERS; i++)
		hello.layers[i] = (struct camipc_layer_result){
			.state = CAMIPC_LAYER_MISSING,
			.error = -EPERM,
			.why = CAMIPC_LAYER_SYSTEM,
		};
	return camipc_worker_hello_write(scene->channel, &hello);
}

int act_wrong_nonce(struct scene *scene)
{
	return send_hello(scene, 1, false);
}

int act_no_layers_reached(struct scene *scene)
{
	return send_hello(scene, 0, true);
}

int act_event_before_hello(struct scene *scene)
{
	return scene_send_event(scene) < 0 ? -EPIPE : scene_be_honest(scene);
}

int act_reply_before_hello(struct scene *scene)
{
	(void)!scene_send(scene, CAMIPC_MESSAGE_REPLY, 1, NULL, 0);
	return scene_be_honest(scene);
}

int act_call_before_hello(struct scene *scene)
{
	(void)!scene_send(scene, CAMIPC_MESSAGE_CALL, 1, NULL, 0);
	return scene_be_honest(scene);
}

int act_loaded_before_hello(struct scene *scene)
{
	(void)!scene_send(scene, CAMIPC_MESSAGE_LOADED, 0, NULL, 0);
	return scene_be_honest(scene);
}

int act_large_hello(struct scene *scene)
{
	static const uint8_t body[CAMIPC_MAX_CONTROL_SIZE + 1];

	return scene_send(scene, CAMIPC_MESSAGE_HELLO, 0, body, sizeof(body));
}

int act_hello_twice(struct scene *scene)
{
	int ret = scene_be_honest(scene);

	return ret < 0 ? ret : scene_be_honest(scene);
}

int act_log_flood_before_hello(struct scene *scene)
{
	return scene_flood_log(scene);
}

int act_escapes_before_hello(struct scene *scene)
{
	return scene_send_escapes(scene);
}

int act_silent_loaded(struct scene *scene)
{
	(void)scene;
	return scene_hang();
}

int act_exit_instead_of_loaded(struct scene *scene)
{
	(void)scene;
	_exit(0);
}

int act_segv_instead_of_loaded(struct scene *scene)
{
	(void)scene;
	return scene_die_of(SIGSEGV);
}

int act_stop_instead_of_loaded(struct scene *scene)
{
	raise(SIGSTOP);
	return scene_be_honest(scene);
}

int act_bye_instead_of_loaded(struct scene *scene)
{
	(void)!scene_send(scene, CAMIPC_MESSAGE_BYE, 0, NULL, 0);
	return scene_hang();
}

/* Another "loaded". Without @pairs, the methods are the honest ones. */
static int send_loaded(struct scene *scene, int error, const char *text,
		       const uint32_t *pairs, size_t n_pairs)
{
	Camipc__Control__Loaded body = CAMIPC__CONTROL__LOADED__INIT;
	struct camipc_loaded honest = { .error = 0 };
	uint32_t *own = NULL;
	uint8_t bytes[CAMIPC_MAX_CONTROL_SIZE];
	int size = -ENOMEM;

	if (camipc_loaded_read(scene->message, &honest) < 0)
		return -EPROTO;
	body.error = error;
	body.text = (char *)(uintptr_t)text;
	body.wire_fingerprint = honest.wire_fingerprint;
	if (pairs) {
		body.methods = (uint32_t *)(uintptr_t)pairs;
		body.n_methods = n_pairs;
	} else {
		own = malloc(2u * honest.n_methods * sizeof(*own) + 1);
		body.methods = own;
		if (own)
			body.n_methods = camipc_control_pack_ids(
				honest.methods, honest.n_methods, own);
	}
	if (pairs || own)
		size = camipc_control_pack(&body.base, bytes);
	free(own);
	free(honest.methods);
	return size < 0 ? size :
			  scene_send(scene, CAMIPC_MESSAGE_LOADED, 0, bytes,
				    (size_t)size);
}

int act_loaded_with_error_of_host(struct scene *scene)
{
	return send_loaded(scene, -EMFILE, "", NULL, 0);
}

int act_loaded_with_positive_error(struct scene *scene)
{
	return send_loaded(scene, EIO, "", NULL, 0);
}

int act_loaded_with_low_error(struct scene *scene)
{
	return send_loaded(scene, -5000, "", NULL, 0);
}

int act_loaded_with_escapes(struct scene *scene)
{
	return send_loaded(scene, -ENOEXEC, "\033[2J\033]0;owned\007\r\n", NULL,
			   0);
}

int act_other_fingerprint(struct scene *scene)
{
	struct camipc_loaded loaded = { .error = 0 };
	int ret = camipc_loaded_read(scene->message, &loaded);

	if (ret < 0)
		return ret;
	loaded.wire_fingerprint ^= 1;
	ret = camipc_loaded_write(scene->channel, &loaded);
	free(loaded.methods);
	return ret;
}

int act_no_methods(struct scene *scene)
{
	static const uint32_t none[1];

	return send_loaded(scene, 0, "", none, 0);
}

int act_more_methods(struct scene *scene)
{
	static const uint32_t more[] = { 1, 1000 };

	return send_loaded(scene, 0, "", more, 2);
}

int act_methods_backwards(struct scene *scene)
{
	static const uint32_t backwards[] = { 5, 6, 1, 2 };

	return send_loaded(scene, 0, "", backwards, 4);
}

int act_too_many_methods(struct scene *scene)
{
	static const uint32_t many[] = { 1, UINT32_MAX };

	return send_loaded(scene, 0, "", many, 2);
}

int act_half_a_range(struct scene *scene)
{
	static const uint32_t half[] = { 1 };

	return send_loaded(scene, 0, "", half, 1);
}

int act_loaded_twice(struct scene *scene)
{
	int ret = scene_be_honest(scene);

	return ret < 0 ? ret : scene_be_honest(scene);
}
