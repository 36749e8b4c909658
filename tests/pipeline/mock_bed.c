/* SPDX-License-Identifier: MIT */
/* Mocks devices for this process with umockdev. */
#include "mock_bed.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <umockdev.h>

#define PLATFORM_PATH "/devices/platform/mock.0"
#define DEVNODE_PREFIX "/dev/media"

struct mock_bed {
	UMockdevTestbed *testbed;
	char *root;
	UMockdevIoctlBase *handlers[MOCK_MEDIA_MAX];
	/* umockdev answers in a thread of its own. */
	pthread_mutex_t lock;
	struct fake_media fakes[MOCK_MEDIA_MAX];
};

/* ---- ioctls -------------------------------------------------------------- */

static void put_array(UMockdevIoctlData *request, size_t offset,
		      const void *from, size_t size)
{
	UMockdevIoctlData *data;

	if (!size)
		return;
	data = umockdev_ioctl_data_resolve(request, offset, size, NULL);
	assert_non_null(data);
	umockdev_ioctl_data_update(data, 0, (guint8 *)(uintptr_t)from,
				   (gint)size);
	umockdev_ioctl_data_unref(data);
}

/* The arrays, where the caller has pointers to room for them. */
static void put_arrays(UMockdevIoctlData *data,
		       const struct media_v2_topology *topology,
		       const struct fake_media *fake)
{
	if (!topology->ptr_entities)
		return;
	put_array(data, offsetof(struct media_v2_topology, ptr_entities),
		  fake->entities,
		  topology->num_entities * sizeof(fake->entities[0]));
	put_array(data, offsetof(struct media_v2_topology, ptr_interfaces),
		  fake->interfaces,
		  topology->num_interfaces * sizeof(fake->interfaces[0]));
	put_array(data, offsetof(struct media_v2_topology, ptr_pads),
		  fake->pads, topology->num_pads * sizeof(fake->pads[0]));
	put_array(data, offsetof(struct media_v2_topology, ptr_links),
		  fake->links, topology->num_links * sizeof(fake->links[0]));
}

static int answer_topology(struct fake_media *fake, UMockdevIoctlData *data)
{
	struct media_v2_topology topology;
	struct media_v2_topology counts;
	guint8 *bytes;
	gint size;
	int ret;

	umockdev_ioctl_data_retrieve(data, &bytes, &size);
	assert_int_equal(size, sizeof(topology));
	memcpy(&topology, bytes, sizeof(topology));
	g_free(bytes);
	/* Errors and counts as ever; the arrays go another way. */
	counts = topology;
	counts.ptr_entities = 0;
	counts.ptr_interfaces = 0;
	counts.ptr_pads = 0;
	counts.ptr_links = 0;
	ret = fake_media_ioctl(fake, MEDIA_IOC_G_TOPOLOGY, &counts);
	if (ret < 0)
		return ret;
	put_arrays(data, &topology, fake);
	counts.ptr_entities = topology.ptr_entities;
	counts.ptr_interfaces = topology.ptr_interfaces;
	counts.ptr_pads = topology.ptr_pads;
	counts.ptr_links = topology.ptr_links;
	umockdev_ioctl_data_update(data, 0, (guint8 *)&counts, sizeof(counts));
	return 0;
}

static int answer(struct fake_media *fake, unsigned long request,
		  UMockdevIoctlData *argument)
{
	struct media_device_info info = { .media_version = 0 };
	UMockdevIoctlData *data;
	int ret;

	if (request == MEDIA_IOC_DEVICE_INFO) {
		ret = fake_media_ioctl(fake, request, &info);
		if (ret == 0)
			put_array(argument, 0, &info, sizeof(info));
		return ret;
	}
	if (request != MEDIA_IOC_G_TOPOLOGY)
		return -ENOTTY;
	data = umockdev_ioctl_data_resolve(
		argument, 0, sizeof(struct media_v2_topology), NULL);
	assert_non_null(data);
	ret = answer_topology(fake, data);
	umockdev_ioctl_data_unref(data);
	return ret;
}

static gboolean handle_ioctl(UMockdevIoctlBase *handler,
			     UMockdevIoctlClient *client, gpointer user)
{
	struct mock_bed *bed = user;
	const char *devnode = umockdev_ioctl_client_get_devnode(client);
	unsigned long number =
		strtoul(devnode + strlen(DEVNODE_PREFIX), NULL, 10);
	int ret;

	(void)handler;
	pthread_mutex_lock(&bed->lock);
	ret = answer(&bed->fakes[number],
		     umockdev_ioctl_client_get_request(client),
		     umockdev_ioctl_client_get_arg(client));
	pthread_mutex_unlock(&bed->lock);
	umockdev_ioctl_client_complete(client, ret < 0 ? -1 : 0,
				       ret < 0 ? -ret : 0);
	return TRUE;
}

/* ---- the bed ------------------------------------------------------------- */

static void add_description(struct mock_bed *bed, const char *text)
{
	GError *error = NULL;

	if (umockdev_testbed_add_from_string(bed->testbed, text, &error))
		return;
	fail_msg("umockdev: %s", error->message);
}

bool mock_bed_is_possible(void)
{
	/* Before there is a test bed, umockdev always says no. */
	UMockdevTestbed *testbed = umockdev_testbed_new();
	bool possible = umockdev_in_mock_environment();

	g_object_unref(testbed);
	if (!possible)
		printf("skipped: libumockdev-preload.so.0 is not preloaded\n");
	return possible;
}

struct mock_bed *mock_bed_create(void)
{
	struct mock_bed *bed = calloc(1, sizeof(*bed));

	assert_non_null(bed);
	pthread_mutex_init(&bed->lock, NULL);
	bed->testbed = umockdev_testbed_new();
	bed->root = umockdev_testbed_get_root_dir(bed->testbed);
	add_description(bed, "P: " PLATFORM_PATH "\n"
			     "E: SUBSYSTEM=platform\n");
	return bed;
}

void mock_bed_destroy(struct mock_bed *bed)
{
	for (unsigned int i = 0; i < MOCK_MEDIA_MAX; i++) {
		if (bed->handlers[i])
			mock_bed_lose_media(bed, i);
	}
	g_free(bed->root);
	g_object_unref(bed->testbed);
	pthread_mutex_destroy(&bed->lock);
	free(bed);
}

struct fake_media *mock_bed_fake(struct mock_bed *bed, unsigned int number)
{
	assert_in_range(number, 0, MOCK_MEDIA_MAX - 1);
	return &bed->fakes[number];
}

void mock_bed_synchronise(struct mock_bed *bed)
{
	pthread_mutex_lock(&bed->lock);
	pthread_mutex_unlock(&bed->lock);
}

/* ---- nodes --------------------------------------------------------------- */

static const char *node_path(const struct mock_bed *bed, const char *folder,
			     const char *name)
{
	static char path[2][PATH_MAX];
	static unsigned int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/dev/%s%s", bed->root,
		 folder, name);
	return path[turn];
}

void mock_bed_renumber_node(struct mock_bed *bed, const char *name,
			    const char *number)
{
	/* Where umockdev looks for what stat() says of a node. */
	const char *path = node_path(bed, ".node/", name);

	(void)unlink(path);
	assert_int_equal(symlink(number, path), 0);
}

/*
 * umockdev can do it, too, but not twice for one name, and with a terminal for
 * each.
 */
static void make_node(struct mock_bed *bed, const char *name, uint32_t major,
		      uint32_t minor)
{
	char number[32];
	int fd;

	(void)mkdir(node_path(bed, "", ""), 0755);
	(void)mkdir(node_path(bed, ".node", ""), 0755);
	fd = open(node_path(bed, "", name), O_WRONLY | O_CREAT | O_CLOEXEC,
		  0644);
	assert_true(fd >= 0);
	close(fd);
	snprintf(number, sizeof(number), "%u:%u", major, minor);
	mock_bed_renumber_node(bed, name, number);
}

static void remove_node(struct mock_bed *bed, const char *name)
{
	(void)unlink(node_path(bed, "", name));
	(void)unlink(node_path(bed, ".node/", name));
}

void mock_bed_hide_node(struct mock_bed *bed, const char *name)
{
	assert_int_equal(rename(node_path(bed, "", name),
				node_path(bed, "", "hidden")),
			 0);
}

void mock_bed_show_node(struct mock_bed *bed, const char *name)
{
	assert_int_equal(rename(node_path(bed, "", "hidden"),
				node_path(bed, "", name)),
			 0);
}

/* ---- devices ------------------------------------------------------------- */

const char *mock_bed_syspath(unsigned int number)
{
	static char path[128];

	snprintf(path, sizeof(path), "/sys" PLATFORM_PATH "/media%u", number);
	return path;
}

static void attach_handler(struct mock_bed *bed, unsigned int number)
{
	GError *error = NULL;
	char devnode[32];

	snprintf(devnode, sizeof(devnode), DEVNODE_PREFIX "%u", number);
	bed->handlers[number] = umockdev_ioctl_base_new();
	g_signal_connect(bed->handlers[number], "handle-ioctl",
			 G_CALLBACK(handle_ioctl), bed);
	if (!umockdev_testbed_attach_ioctl(bed->testbed, devnode,
					   bed->handlers[number], &error))
		fail_msg("umockdev: %s", error->message);
}

void mock_bed_add_media(struct mock_bed *bed, unsigned int number)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "P: " PLATFORM_PATH "/media%u\n"
		 "E: DEVNAME=" DEVNODE_PREFIX "%u\n"
		 "E: SUBSYSTEM=media\n"
		 "E: MAJOR=%d\n"
		 "E: MINOR=%u\n"
		 "A: dev=%d:%u\n",
		 number, number, MOCK_MEDIA_MAJOR, number, MOCK_MEDIA_MAJOR,
		 number);
	add_description(bed, text);
	snprintf(text, sizeof(text), "media%u", number);
	make_node(bed, text, MOCK_MEDIA_MAJOR, number);
	attach_handler(bed, number);
}

void mock_bed_add_node(struct mock_bed *bed, const char *name, uint32_t minor)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "P: " PLATFORM_PATH "/video4linux/%s\n"
		 "E: DEVNAME=/dev/%s\n"
		 "E: SUBSYSTEM=video4linux\n"
		 "E: MAJOR=%d\n"
		 "E: MINOR=%u\n"
		 "A: dev=%d:%u\n",
		 name, name, MOCK_V4L_MAJOR, minor, MOCK_V4L_MAJOR, minor);
	add_description(bed, text);
	make_node(bed, name, MOCK_V4L_MAJOR, minor);
}

void mock_bed_lose_media(struct mock_bed *bed, unsigned int number)
{
	char devnode[32];

	snprintf(devnode, sizeof(devnode), DEVNODE_PREFIX "%u", number);
	(void)umockdev_testbed_detach_ioctl(bed->testbed, devnode, NULL);
	g_object_unref(bed->handlers[number]);
	bed->handlers[number] = NULL;
	umockdev_testbed_remove_device(bed->testbed, mock_bed_syspath(number));
	remove_node(bed, devnode + strlen("/dev/"));
}

void mock_bed_remove_media(struct mock_bed *bed, unsigned int number)
{
	mock_bed_send(bed, number, "remove");
	mock_bed_lose_media(bed, number);
}

void mock_bed_send(struct mock_bed *bed, unsigned int number,
		   const char *action)
{
	umockdev_testbed_uevent(bed->testbed, mock_bed_syspath(number), action);
}

void mock_bed_set_attribute(struct mock_bed *bed, unsigned int number,
			    const char *name, const char *value)
{
	umockdev_testbed_set_attribute(bed->testbed, mock_bed_syspath(number),
				       name, value);
}
