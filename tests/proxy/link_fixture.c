/* SPDX-License-Identifier: MIT */
/* The test bed of tests of the link to a worker. */
#include "link_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipa_manager.h"
#include "log_capture.h"
#include "module_info.h"

#define FINGERPRINT UINT64_C(0x1122334455667788)

/* Those of tests/support/modules and of fake_worker.c. */
static const struct camipc_method methods[] = {
	{ .name = "poke", .id = 1 },
};

static const struct camipc_interface interface = {
	.size = sizeof(interface),
	.name = "ipa.plain",
	.wire_fingerprint = FINGERPRINT,
	.methods = methods,
	.n_methods = 1,
};

void link_set_up(struct link_fixture *fixture, const char *worker)
{
	const char *workers[] = { worker, NULL };
	struct camipc_record_pool *pool;
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.no_install_paths = true,
	};

	memset(fixture, 0, sizeof(*fixture));
	fd_leak_take(&fixture->before);
	assert_int_equal(camipc_manager_create(&options, &fixture->manager), 0);
	assert_int_equal(camipc_record_pool_create(CAMIPC_WINDOW,
						   CAMIPC_MAX_MESSAGE_SIZE,
						   &pool),
			 0);
	snprintf(fixture->module.info.name, sizeof(fixture->module.info.name),
		 "plain");
	fixture->module.info.wire_fingerprint_low = (uint32_t)FINGERPRINT;
	fixture->module.info.wire_fingerprint_high =
		(uint32_t)(FINGERPRINT >> 32);
	fixture->params = (struct camipc_link_params){
		.manager = fixture->manager,
		.open_worker = camipc_manager_open_worker,
		.module = &fixture->module,
		.file = &fixture->file,
		.interface = &interface,
		.pool = pool,
		.max_message_size = CAMIPC_MAX_MESSAGE_SIZE,
		.window = CAMIPC_WINDOW,
		.epoll_fd = epoll_create1(EPOLL_CLOEXEC),
		.cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.sandbox = {
			.mode = CAMIPC_SANDBOX_BEST_EFFORT,
			.memory_mib = CAMIPC_SANDBOX_MEMORY_MIB,
			.threads = CAMIPC_SANDBOX_THREADS,
		},
	};
	log_capture_begin();
}

void link_tear_down(struct link_fixture *fixture)
{
	if (fixture->link)
		fixture->link->ops->destroy(fixture->link);
	camipc_record_pool_unref(fixture->params.pool);
	log_capture_end();
	camipc_manager_destroy(fixture->manager);
	close(fixture->params.epoll_fd);
	close(fixture->params.cancel_fd);
	fd_leak_assert_none(&fixture->before);
}

void link_open_file(struct link_fixture *fixture, const char *path)
{
	snprintf(fixture->module.path, sizeof(fixture->module.path), "%s",
		 path);
	snprintf(fixture->file.path, sizeof(fixture->file.path), "%s", path);
	fixture->file.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fixture->file.fd < 0)
		fixture->file.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int link_create(struct link_fixture *fixture, const char *path)
{
	const struct camipc_proxy_factory *factory =
		camipc_proxy_factory_find("process");
	int ret;

	assert_non_null(factory);
	link_open_file(fixture, path);
	ret = factory->create(&fixture->params, &fixture->link);
	camipc_module_file_close(&fixture->file);
	return ret;
}

int link_create_fake(struct link_fixture *fixture, const char *birth,
		     const char *life)
{
	char path[256];

	snprintf(path, sizeof(path), "/%s/%s/%llx", birth, life,
		 (unsigned long long)FINGERPRINT);
	return link_create(fixture, path);
}

void link_set_up_fake(struct link_fixture *fixture, const char *life)
{
	link_set_up(fixture, FAKE_WORKER);
	assert_int_equal(link_create_fake(fixture, "born", life), 0);
}

static int64_t in_ms(uint32_t ms)
{
	return camipc_now() + (int64_t)ms * 1000000;
}

int link_wait(struct link_fixture *fixture)
{
	return fixture->link->ops->wait(fixture->link, in_ms(LINK_LIMIT_MS));
}

int link_push_call(struct link_fixture *fixture, uint32_t id,
		   uint32_t cookie, size_t size)
{
	struct camipc_link *link = fixture->link;
	struct camipc_record *record = camipc_record_get(fixture->params.pool);
	int ret;

	assert_non_null(record);
	assert_int_equal(camipc_message_reserve(&record->message, size), 0);
	memset(camipc_message_body(&record->message), 'c', size);
	record->message.header.kind = CAMIPC_MESSAGE_CALL;
	record->message.header.id = id;
	record->message.header.cookie = cookie;
	record->message.header.body_size = (uint32_t)size;
	ret = link->ops->push(link, record);
	if (ret < 0)
		camipc_record_release(record);
	return ret;
}

int link_pop_within(struct link_fixture *fixture, uint32_t ms,
		    struct camipc_record **ret_record,
		    enum camipc_reason *ret_reason)
{
	struct camipc_link *link = fixture->link;
	int64_t deadline = in_ms(ms);
	int ret;

	*ret_reason = CAMIPC_REASON_NONE;
	for (;;) {
		ret = link->ops->pop(link, ret_record, ret_reason);
		if (ret == 0 || (ret < 0 && ret != -EAGAIN))
			return ret;
		if (camipc_now() >= deadline)
			return -ETIMEDOUT;
		ret = ret == 1 ? 0 : link->ops->wait(link, deadline);
		if (ret < 0)
			return ret;
	}
}

void link_expect_record(struct link_fixture *fixture, uint8_t kind,
			uint32_t cookie)
{
	struct camipc_record *record;
	enum camipc_reason reason;

	assert_int_equal(link_pop_within(fixture, LINK_LIMIT_MS, &record,
					 &reason), 0);
	assert_int_equal(record->message.header.kind, kind);
	assert_int_equal(record->message.header.cookie, cookie);
	camipc_record_release(record);
}

void link_expect_end(struct link_fixture *fixture, int error,
		     enum camipc_reason reason)
{
	struct camipc_record *record;
	enum camipc_reason got;

	assert_int_equal(link_pop_within(fixture, LINK_LIMIT_MS, &record, &got),
			 error);
	assert_int_equal(got, reason);
}

struct camipc_closed_info link_kill(struct link_fixture *fixture,
				    enum camipc_reason reason)
{
	struct camipc_closed_info info;
	struct camipc_closed_info again;

	memset(&info, 0, sizeof(info));
	info.size = sizeof(info);
	info.reason = reason;
	again = info;
	fixture->link->ops->kill(fixture->link, &info);
	fd_leak_assert_gone(info.pid);
	/* Idempotent. */
	fixture->link->ops->kill(fixture->link, &again);
	assert_int_equal(again.status, info.status);
	assert_int_equal(again.reason, info.reason);
	/* And nothing comes or goes any more. */
	assert_int_equal(link_push_call(fixture, 1, 1, 0), -EPIPE);
	link_expect_end(fixture, -EPIPE, CAMIPC_REASON_NONE);
	fixture->link->ops->service(fixture->link);
	fixture->link->ops->want_room(fixture->link, true);
	return info;
}

bool link_is_quiet(int epoll_fd)
{
	struct pollfd pfd = { .fd = epoll_fd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 0;
}
