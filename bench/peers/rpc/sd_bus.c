/* SPDX-License-Identifier: MIT */
/* Calls over sd-bus: D-Bus messages between two processes, without a daemon. */
#include <string.h>
#include <systemd/sd-bus.h>

#include "rpc.h"

#define OBJECT "/org/camipc/Bench"
#define INTERFACE "org.camipc.Bench"

static sd_bus *bus;

static void expect(int ret, const char *call)
{
	if (ret < 0)
		rpc_fail(call, strerror(-ret));
}

static int on_call(sd_bus_message *message, void *user, sd_bus_error *error)
{
	uint32_t number;
	int ret = sd_bus_message_read(message, "u", &number);

	(void)user;
	(void)error;
	if (ret < 0)
		return ret;
	return sd_bus_reply_method_return(message, "i", (int32_t)number);
}

static const sd_bus_vtable methods[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Call", "u", "i", on_call, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

void rpc_serve(const struct rpc_place *place)
{
	sd_id128_t id;

	expect(sd_id128_randomize(&id), "sd_id128_randomize");
	expect(sd_bus_new(&bus), "sd_bus_new");
	expect(sd_bus_set_fd(bus, place->fd, place->fd), "sd_bus_set_fd");
	expect(sd_bus_set_server(bus, 1, id), "sd_bus_set_server");
	expect(sd_bus_add_object_vtable(bus, NULL, OBJECT, INTERFACE, methods,
					NULL),
	       "sd_bus_add_object_vtable");
	expect(sd_bus_start(bus), "sd_bus_start");
	rpc_ready();
	for (;;) {
		int ret = sd_bus_process(bus, NULL);

		expect(ret, "sd_bus_process");
		if (ret == 0)
			expect(sd_bus_wait(bus, UINT64_MAX), "sd_bus_wait");
	}
}

void rpc_connect(const struct rpc_place *place)
{
	expect(sd_bus_new(&bus), "sd_bus_new");
	expect(sd_bus_set_fd(bus, place->fd, place->fd), "sd_bus_set_fd");
	expect(sd_bus_start(bus), "sd_bus_start");
}

int32_t rpc_call(uint32_t number)
{
	sd_bus_message *reply = NULL;
	int32_t answer = 0;

	expect(sd_bus_call_method(bus, NULL, OBJECT, INTERFACE, "Call", NULL,
				  &reply, "u", number),
	       "sd_bus_call_method");
	expect(sd_bus_message_read(reply, "i", &answer), "sd_bus_message_read");
	sd_bus_message_unref(reply);
	return answer;
}
