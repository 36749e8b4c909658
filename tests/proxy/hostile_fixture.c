/* SPDX-License-Identifier: MIT */
/* Whole proxies with a worker that plays for time. */
#include "hostile_fixture.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backend.h"
#include "message.h"

#define FINGERPRINT "1122334455667788"
#define HOST_WORK_MS 10

/* Ids as the fake worker serves them. */
static const struct camipc_method methods[] = {
	{ .name = "poke", .id = 1, .when = CAMIPC_WHEN_ANY },
	{ .name = "push",
	  .id = 2,
	  .role = CAMIPC_ROLE_ASYNC,
	  .when = CAMIPC_WHEN_ANY },
};

static const struct camipc_method event_rows[] = {
	{ .name = "event",
	  .id = 1,
	  .role = CAMIPC_ROLE_EVENT,
	  .flags = CAMIPC_METHOD_ARGS_FDS,
	  .max_fds_args = 4 },
};

#define INTERFACE(n)                                               \
	{                                                          \
		.size = sizeof(struct camipc_interface),           \
		.version = 2, .name = "ipa.plain",                 \
		.compatible_since = 1,                             \
		.codegen_revision = CAMIPC_CODEGEN_REVISION,       \
		.wire_fingerprint = UINT64_C(0x1122334455667788),  \
		.methods = methods, .n_methods = 2,                \
		.events = event_rows, .n_events = (n),               \
	}

/* Where a descriptor is welcome, and where the kernel may refuse all. */
const struct camipc_interface hostile_with_fds = INTERFACE(1);
const struct camipc_interface hostile_without_fds = INTERFACE(0);

struct camipc_closed_info hostile_closed;
unsigned int hostile_n_closed;

static void on_closed(const void *events, void *user,
		      const struct camipc_closed_info *info)
{
	(void)events;
	(void)user;
	hostile_closed = *info;
	hostile_n_closed++;
}

struct camipc_client hostile_client = {
	.size = sizeof(hostile_client),
	.descriptor = &hostile_without_fds,
	.invoke_closed = on_closed,
};

int hostile_create(struct create_fixture *f, const char *birth,
		  const char *life, struct camipc_proxy **ret_proxy)
{
	const char *backend = getenv("CAMIPC_TEST_BACKEND");
	char argument[128];
	struct camipc_match match = {
		.path = test_path(MODULES_FOLDER, "argument.so"),
		.isolation = "process",
		.argument = argument,
		.transport = test_backend_transport(backend ? backend :
							      "process"),
	};

	snprintf(argument, sizeof(argument), "%s/%s/%s", birth, life,
		 FINGERPRINT);
	create_use_worker(f, FAKE_WORKER, true);
	hostile_n_closed = 0;
	return camipc_proxy_create(f->manager, &match, &hostile_client,
				   &hostile_client, NULL, ret_proxy);
}

struct camipc_proxy *hostile_born(struct create_fixture *f, const char *life)
{
	struct camipc_proxy *proxy = NULL;

	assert_int_equal(hostile_create(f, "two", life, &proxy), 0);
	return proxy;
}

static void complete(void (*done)(void), void *user, int ret, const void *outs)
{
	struct hostile_done *result = user;

	(void)done;
	(void)outs;
	result->n++;
	result->ret = ret;
}

static void nothing(void)
{
}

void hostile_begin(struct camipc_proxy *proxy, struct hostile_done *done)
{
	memset(done, 0, sizeof(*done));
	assert_int_equal(camipc_proxy_begin(proxy, 1, NULL, complete, nothing,
					    done),
			 0);
}

/** Dispatches as a host does, until *flag; fails after a while. */
void hostile_dispatch_until(struct camipc_proxy *proxy,
			    const unsigned int *flag)
{
	const int64_t end = camipc_now() + HOSTILE_LIMIT_NS;
	struct pollfd pfd = { .fd = camipc_proxy_get_fd(proxy),
			      .events = POLLIN };

	while (!*flag) {
		if (camipc_now() > end)
			fail_msg("nothing came");
		/* A host has other work; meanwhile a flood fills its socket. */
		poll(NULL, 0, HOST_WORK_MS);
		if (poll(&pfd, 1, SLOW_CLOSE_LIMIT_MS) > 0)
			(void)!camipc_proxy_dispatch(proxy);
	}
}
