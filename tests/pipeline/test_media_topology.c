/* SPDX-License-Identifier: MIT */
/*
 * Tests topologies of all sizes that a kernel reports, and of impossible sizes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "fake_media.h"
#include "media_topology.h"

static void make_small(struct fake_media *fake)
{
	uint32_t a;
	uint32_t b;

	fake_media_init(fake, "fake", "Fake");
	a = fake_media_add_entity(fake, "a", MEDIA_ENT_F_CAM_SENSOR);
	b = fake_media_add_entity(fake, "b", MEDIA_ENT_F_IO_V4L);
	a = fake_media_add_pad(fake, a, 0, MEDIA_PAD_FL_SOURCE);
	(void)fake_media_add_interface(fake, b, MEDIA_INTF_T_V4L_VIDEO, 81, 0);
	b = fake_media_add_pad(fake, b, 0, MEDIA_PAD_FL_SINK);
	(void)fake_media_add_link(fake, a, b, MEDIA_LNK_FL_ENABLED);
}

static int read_it(struct fake_media *fake, struct media_topology *topology)
{
	memset(topology, 0, sizeof(*topology));
	return media_topology_read(&fake_media_io, fake, FAKE_MEDIA_FD,
				   topology);
}

/* On failure nothing is handed out. */
static void expect_error(struct fake_media *fake, int error)
{
	struct media_topology topology;

	assert_int_equal(read_it(fake, &topology), error);
	assert_null(topology.entities);
	assert_null(topology.interfaces);
	assert_null(topology.pads);
	assert_null(topology.links);
}

static void test_reads_all_of_it(void **state)
{
	struct fake_media fake;
	struct media_topology topology;

	(void)state;
	make_small(&fake);
	assert_int_equal(read_it(&fake, &topology), 0);
	assert_int_equal(topology.version, fake.counts.topology_version);
	assert_int_equal(topology.n_entities, 2);
	assert_int_equal(topology.n_interfaces, 1);
	assert_int_equal(topology.n_pads, 2);
	assert_int_equal(topology.n_links, 2);
	assert_memory_equal(topology.entities, fake.entities,
			    2 * sizeof(fake.entities[0]));
	assert_memory_equal(topology.links, fake.links,
			    2 * sizeof(fake.links[0]));
	media_topology_clear(&topology);
	media_topology_clear(&topology);
}

static void test_reads_nothing(void **state)
{
	struct fake_media fake;
	struct media_topology topology;

	(void)state;
	fake_media_init(&fake, "fake", "Fake");
	assert_int_equal(read_it(&fake, &topology), 0);
	assert_int_equal(topology.n_entities, 0);
	assert_int_equal(topology.n_links, 0);
	media_topology_clear(&topology);
}

/* Drivers add entities while somebody reads. */
static void test_reads_again_what_grew(void **state)
{
	struct fake_media fake;
	struct media_topology topology;

	(void)state;
	make_small(&fake);
	fake.grows_by = 3;
	fake.n_grows = 2;
	assert_int_equal(read_it(&fake, &topology), 0);
	assert_int_equal(topology.n_entities, 8);
	assert_string_equal(topology.entities[7].name, "new");
	assert_int_equal(fake.n_topology_calls, 6);
	media_topology_clear(&topology);
}

/* From none to some is a case of its own: no pointer was passed for it. */
static void test_reads_again_what_began(void **state)
{
	struct fake_media fake;
	struct media_topology topology;

	(void)state;
	fake_media_init(&fake, "fake", "Fake");
	fake.grows_by = 1;
	fake.n_grows = 1;
	assert_int_equal(read_it(&fake, &topology), 0);
	assert_int_equal(topology.n_entities, 1);
	media_topology_clear(&topology);
}

static void test_gives_up_on_what_never_stands_still(void **state)
{
	struct fake_media fake;

	(void)state;
	make_small(&fake);
	fake.grows_by = 1;
	fake.n_grows = 1000;
	expect_error(&fake, -EAGAIN);
	assert_in_range(fake.n_topology_calls, 2, 100);
}

/* One over the limit, and the largest number: nothing is allocated. */
static void test_refuses_too_many(void **state)
{
	static const uint32_t sizes[] = { MEDIA_TOPOLOGY_MAX + 1, 0x80000000u,
					  UINT32_MAX };
	struct fake_media fake;

	(void)state;
	for (size_t i = 0; i < 4 * 3; i++) {
		uint32_t counts[4] = { 0 };

		make_small(&fake);
		counts[i % 4] = sizes[i / 4];
		fake.counts.num_entities = counts[0];
		fake.counts.num_interfaces = counts[1];
		fake.counts.num_pads = counts[2];
		fake.counts.num_links = counts[3];
		alloc_fail_begin(0);
		expect_error(&fake, -EMSGSIZE);
		assert_int_equal(alloc_fail_end(), 0);
		assert_int_equal(fake.n_topology_calls, 1);
	}
}

/* Says 0 first and success after, but more than there was room for. */
static int lying_ioctl(void *user, int fd, unsigned long request,
		       void *argument)
{
	struct media_v2_topology *topology = argument;
	uint32_t *n = user;

	assert_int_equal(fd, FAKE_MEDIA_FD);
	assert_int_equal(request, MEDIA_IOC_G_TOPOLOGY);
	++*n;
	topology->num_links = topology->ptr_links ? UINT32_MAX : 1;
	return 0;
}

static void test_believes_no_more_than_it_asked_for(void **state)
{
	const struct media_io lying = { .ioctl = lying_ioctl };
	struct media_topology topology = { .version = 0 };
	uint32_t n = 0;

	(void)state;
	assert_int_equal(media_topology_read(&lying, &n, FAKE_MEDIA_FD,
					     &topology),
			 -EAGAIN);
	assert_null(topology.links);
	assert_in_range(n, 2, 100);
}

static void test_passes_errors_on(void **state)
{
	static const int errors[] = { -ENODEV, -ENOTTY, -EIO, -EFAULT };
	struct fake_media fake;

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		make_small(&fake);
		fake.topology_error = errors[i];
		expect_error(&fake, errors[i]);
		make_small(&fake);
		fake.fill_error = errors[i];
		expect_error(&fake, errors[i]);
		assert_int_equal(fake.n_topology_calls, 2);
	}
}

static int read_and_clear(void *user)
{
	struct media_topology topology = { .version = 0 };
	int ret = media_topology_read(&fake_media_io, user, FAKE_MEDIA_FD,
				      &topology);

	media_topology_clear(&topology);
	return ret;
}

static void test_survives_each_failing_allocation(void **state)
{
	struct fake_media fake;

	(void)state;
	make_small(&fake);
	alloc_fail_each(read_and_clear, &fake, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_all_of_it),
		cmocka_unit_test(test_reads_nothing),
		cmocka_unit_test(test_reads_again_what_grew),
		cmocka_unit_test(test_reads_again_what_began),
		cmocka_unit_test(test_gives_up_on_what_never_stands_still),
		cmocka_unit_test(test_refuses_too_many),
		cmocka_unit_test(test_believes_no_more_than_it_asked_for),
		cmocka_unit_test(test_passes_errors_on),
		cmocka_unit_test(test_survives_each_failing_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
