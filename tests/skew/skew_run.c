/* SPDX-License-Identifier: MIT */
/*
 * A pipeline of any version of the skew interface, which it knows by its
 * descriptor alone. It reads calls from standard input, a line for each, in the
 * notation of ipa/mock, and prints their results.
 *
 * usage: skew_run BACKEND MODULE WORKER
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <camipc/log.h>
#include <camipc/proxy.h>

#include "backend.h"
#include "mock_value.h"
#include "print_value.h"
#include SKEW_INTERFACE

#define LINE_SIZE 4096

struct pipeline {
	const char *backend;
	const char *module;
	const char *worker;
	struct camipc_manager *manager;
	struct camipc_proxy *proxy;
	uint8_t *lent; /* arguments of raise(): what "$fd" stands for */
	char error[LINE_SIZE]; /* the log's latest one */
};

static void fail(const char *what, int error)
{
	printf("%s: %s\n", what, strerror(-error));
	exit(1);
}

static void print_message(const char *name,
			  const struct camipc_message_type *type,
			  const void *value)
{
	char text[LINE_SIZE];
	struct camipc_printer printer;

	camipc_printer_init(&printer, text, sizeof(text));
	if (type && value)
		camipc_print_fields(&printer, type->info, value);
	printf("%s(%s)", name, text);
}

/* ---- events ------------------------------------------------------------- */

static void on_event(const struct camipc_method *event, const void *table,
		     void *user, const void *args, void *outs)
{
	(void)table;
	(void)user;
	(void)outs;
	printf("    event ");
	print_message(event->name, event->args, args);
	printf("\n");
}

static const camipc_invoke_fn invoke_event[] = {
	on_event,
	on_event,
	on_event,
	on_event,
};

static void on_closed(const void *events, void *user,
		      const struct camipc_closed_info *info)
{
	(void)events;
	(void)user;
	printf("    closed: %s\n", camipc_reason_to_string(info->reason));
}

static const struct camipc_client client = {
	.size = sizeof(client),
	.descriptor = &test_skew_interface,
	.invoke_event = invoke_event,
	.invoke_closed = on_closed,
};

/* ---- birth and death ---------------------------------------------------- */

static void keep_error(void *user, enum camipc_log_level level,
		       const char *topic, const char *text)
{
	struct pipeline *pipeline = user;

	(void)topic;
	if (level == CAMIPC_LOG_ERROR)
		snprintf(pipeline->error, sizeof(pipeline->error), "%s", text);
}

static int create(struct pipeline *pipeline)
{
	const struct camipc_match match = {
		.path = pipeline->module,
		.isolation = test_backend_isolation(pipeline->backend),
		.transport = test_backend_transport(pipeline->backend),
		/* The module reads its script, and writes its calls. */
		.sandbox = CAMIPC_SANDBOX_OFF,
	};

	/* The events are told apart by their rows, not by a table. */
	return camipc_proxy_create(pipeline->manager, &match, &client, &client,
				   pipeline, &pipeline->proxy);
}

static void dispatch(struct pipeline *pipeline)
{
	int ret;

	do
		ret = camipc_proxy_dispatch(pipeline->proxy);
	while (ret > 0);
	if (ret == 0)
		return;
	/* What comes next shall not suffer from it. */
	camipc_proxy_destroy(pipeline->proxy);
	pipeline->proxy = NULL;
	ret = create(pipeline);
	if (ret < 0)
		fail("created again", ret);
}

/* ---- calls -------------------------------------------------------------- */

static void *make_message(const struct camipc_message_type *type)
{
	void *message = calloc(1, type ? type->size : 1);

	if (!message)
		abort();
	if (type && type->init)
		type->init(message);
	return message;
}

static const struct camipc_method *find(const char *name)
{
	const struct camipc_interface *interface = &test_skew_interface;

	for (uint16_t i = 0; i < interface->n_methods; i++) {
		if (strcmp(interface->methods[i].name, name) == 0)
			return &interface->methods[i];
	}
	printf("there is no method %s\n", name);
	exit(1);
}

static void call(struct pipeline *pipeline, const struct camipc_method *method,
		 const void *args)
{
	void *outs = make_message(method->outs);
	int ret;

	print_message(method->name, method->args, args);
	ret = camipc_proxy_call(pipeline->proxy, method->id,
				method->args ? args : NULL,
				method->outs ? outs : NULL);
	if (camipc_proxy_last_error(pipeline->proxy) < 0) {
		printf(": %s\n", camipc_strerror(
			camipc_proxy_last_error(pipeline->proxy)));
	} else if (!method->outs) {
		printf(": done\n");
	} else {
		print_message(": returned ", method->outs, outs);
		printf("\n");
	}
	if (ret >= 0 && method->outs && method->outs->clear)
		method->outs->clear(outs);
	free(outs);
	dispatch(pipeline);
}

static void run_line(struct pipeline *pipeline, char *line)
{
	char *space = strchr(line, ' ');
	struct mock_text text = { .at = space ? space + 1 : "", .line = 1 };
	const struct mock_arguments arguments = {
		.info = find("raise")->args->info,
		.values = pipeline->lent,
	};
	const struct camipc_method *method;
	struct camipc_arena arena;
	void *args;

	if (space)
		*space = '\0';
	method = find(line);
	args = make_message(method->args);
	camipc_arena_init(&arena, SIZE_MAX);
	if (method->args &&
	    mock_read_fields(&text, &arena, &arguments, method->args->info,
			     args) < 0) {
		printf("%s: %s\n", line, text.error);
		exit(1);
	}
	call(pipeline, method, args);
	camipc_arena_fini(&arena);
	free(args);
}

int main(int argc, char **argv)
{
	struct pipeline pipeline = { .backend = "" };
	const char *workers[] = { NULL, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.no_install_paths = true,
	};
	const struct camipc_message_type *lend = find("raise")->args;
	char line[LINE_SIZE];
	int lent_fd;
	int ret;

	if (argc != 4) {
		fprintf(stderr, "usage: skew_run BACKEND MODULE WORKER\n");
		return 2;
	}
	pipeline.backend = argv[1];
	pipeline.module = argv[2];
	workers[0] = argv[3];
	camipc_log_set(keep_error, &pipeline, CAMIPC_LOG_ERROR);
	lent_fd = memfd_create("lent", MFD_CLOEXEC);
	pipeline.lent = make_message(lend);
	memcpy(pipeline.lent + lend->info->fields[0].offset, &lent_fd,
	       sizeof(lent_fd));
	ret = camipc_manager_create(&options, &pipeline.manager);
	if (ret < 0)
		fail("no manager", ret);
	ret = create(&pipeline);
	if (ret < 0)
		printf("refused: %s\n%s\n", camipc_strerror(ret),
		       pipeline.error);
	while (ret == 0 && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		run_line(&pipeline, line);
	}
	camipc_proxy_destroy(pipeline.proxy);
	camipc_manager_destroy(pipeline.manager);
	free(pipeline.lent);
	close(lent_fd);
	return 0;
}
