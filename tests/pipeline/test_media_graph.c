/* SPDX-License-Identifier: MIT */
/*
 * Tests media graphs as drivers have them, and graphs that contradict
 * themselves.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "fake_media.h"
#include "media_graph.h"

/* Ids of a small camera: sensor -> scaler -> capture, and the sensor's lens. */
struct camera {
	struct fake_media fake;
	uint32_t sensor;
	uint32_t scaler;
	uint32_t capture;
	uint32_t lens;
	uint32_t sensor_pad;
	uint32_t scaler_sink;
	uint32_t scaler_source;
	uint32_t capture_pad;
	uint32_t last_link;
};

#define ANCILLARY_LINK (2u << 28)

static void make_camera(struct camera *camera)
{
	struct fake_media *fake = &camera->fake;

	fake_media_init(fake, "fake", "Fake");
	camera->sensor =
		fake_media_add_entity(fake, "Sensor A", MEDIA_ENT_F_CAM_SENSOR);
	camera->scaler = fake_media_add_entity(fake, "Scaler",
					       MEDIA_ENT_F_PROC_VIDEO_SCALER);
	camera->capture =
		fake_media_add_entity(fake, "Capture", MEDIA_ENT_F_IO_V4L);
	camera->lens = fake_media_add_entity(fake, "Lens", MEDIA_ENT_F_LENS);
	camera->sensor_pad = fake_media_add_pad(fake, camera->sensor, 0,
						MEDIA_PAD_FL_SOURCE);
	/* The pads of one entity come neither together nor in order. */
	camera->scaler_source = fake_media_add_pad(fake, camera->scaler, 1,
						   MEDIA_PAD_FL_SOURCE);
	camera->capture_pad =
		fake_media_add_pad(fake, camera->capture, 0, MEDIA_PAD_FL_SINK);
	camera->scaler_sink =
		fake_media_add_pad(fake, camera->scaler, 0, MEDIA_PAD_FL_SINK);
	(void)fake_media_add_link(fake, camera->sensor_pad, camera->scaler_sink,
				  MEDIA_LNK_FL_ENABLED |
					  MEDIA_LNK_FL_IMMUTABLE);
	(void)fake_media_add_interface(fake, camera->sensor,
				       MEDIA_INTF_T_V4L_SUBDEV, 81, 10);
	(void)fake_media_add_interface(fake, camera->scaler,
				       MEDIA_INTF_T_V4L_SUBDEV, 81, 11);
	(void)fake_media_add_interface(fake, camera->capture,
				       MEDIA_INTF_T_V4L_VIDEO, 81, 0);
	(void)fake_media_add_interface(fake, camera->lens,
				       MEDIA_INTF_T_V4L_SUBDEV, 81, 12);
	(void)fake_media_add_link(fake, camera->sensor, camera->lens,
				  ANCILLARY_LINK);
	camera->last_link = fake->counts.num_links;
	(void)fake_media_add_link(fake, camera->scaler_source,
				  camera->capture_pad, 0);
}

static int read_graph(struct fake_media *fake, struct media_graph **ret_graph)
{
	*ret_graph = NULL;
	return media_graph_read(&fake_media_io, fake, FAKE_MEDIA_FD, ret_graph);
}

static struct media_graph *expect_graph(struct fake_media *fake)
{
	struct media_graph *graph;

	assert_int_equal(read_graph(fake, &graph), 0);
	assert_non_null(graph);
	return graph;
}

static void expect_error(struct fake_media *fake, int error)
{
	struct media_graph *graph;

	assert_int_equal(read_graph(fake, &graph), error);
	assert_null(graph);
}

static void test_reads_a_camera(void **state)
{
	struct camera camera;
	struct media_graph *graph;
	const struct media_entity *scaler;

	(void)state;
	make_camera(&camera);
	graph = expect_graph(&camera.fake);
	assert_int_equal(graph->version, camera.fake.counts.topology_version);
	assert_int_equal(graph->n_entities, 4);
	assert_int_equal(graph->n_pads, 4);
	assert_int_equal(graph->n_links, 2);
	assert_int_equal(graph->n_interfaces, 4);
	assert_int_equal(graph->n_ancillaries, 1);

	scaler = media_graph_find_entity(graph, "Scaler");
	assert_non_null(scaler);
	assert_int_equal(scaler->id, camera.scaler);
	assert_int_equal(scaler->function, MEDIA_ENT_F_PROC_VIDEO_SCALER);
	assert_int_equal(scaler->n_pads, 2);
	assert_int_equal(scaler->pads[0].id, camera.scaler_sink);
	assert_int_equal(scaler->pads[0].flags, MEDIA_PAD_FL_SINK);
	assert_int_equal(scaler->pads[1].id, camera.scaler_source);
	assert_ptr_equal(scaler->pads[1].entity, scaler);
	assert_int_equal(scaler->interface->minor, 11);
	assert_ptr_equal(scaler->interface->entity, scaler);

	assert_string_equal(graph->links[0].source->entity->name, "Sensor A");
	assert_ptr_equal(graph->links[0].sink, &scaler->pads[0]);
	assert_int_equal(graph->links[0].flags,
			 MEDIA_LNK_FL_ENABLED | MEDIA_LNK_FL_IMMUTABLE);
	assert_ptr_equal(graph->links[1].source, &scaler->pads[1]);
	assert_string_equal(graph->ancillaries[0].primary->name, "Sensor A");
	assert_string_equal(graph->ancillaries[0].ancillary->name, "Lens");
	assert_null(media_graph_find_entity(graph, "Scale"));
	assert_null(media_graph_find_entity(graph, ""));
	media_graph_destroy(graph);
}

static void test_reads_an_empty_graph(void **state)
{
	struct fake_media fake;
	struct media_graph *graph;

	(void)state;
	fake_media_init(&fake, "fake", "Fake");
	graph = expect_graph(&fake);
	assert_int_equal(graph->n_entities, 0);
	assert_null(media_graph_find_entity(graph, "x"));
	assert_true(media_graph_is_complete(graph));
	media_graph_destroy(graph);
	media_graph_destroy(NULL);
}

static void test_keeps_names_within_bounds(void **state)
{
	struct camera camera;
	struct media_graph *graph;

	(void)state;
	make_camera(&camera);
	memset(camera.fake.entities[0].name, 'n',
	       sizeof(camera.fake.entities[0].name));
	memcpy(camera.fake.entities[1].name, "a\x1b[2J", 6);
	graph = expect_graph(&camera.fake);
	assert_int_equal(strlen(graph->entities[0].name), 64);
	assert_string_equal(graph->entities[1].name, "a?[2J");
	media_graph_destroy(graph);
}

/* Later kernels may link other things. */
static void test_leaves_out_unknown_links(void **state)
{
	struct camera camera;
	struct media_graph *graph;

	(void)state;
	make_camera(&camera);
	(void)fake_media_add_link(&camera.fake, 77777, 88888, 7u << 28);
	graph = expect_graph(&camera.fake);
	assert_int_equal(graph->n_links, 2);
	media_graph_destroy(graph);
}

static void test_refuses_ids_twice(void **state)
{
	struct camera camera;

	(void)state;
	make_camera(&camera);
	camera.fake.entities[3].id = camera.fake.entities[0].id;
	expect_error(&camera.fake, -EBADMSG);
	make_camera(&camera);
	camera.fake.interfaces[2].id = camera.fake.interfaces[1].id;
	expect_error(&camera.fake, -EBADMSG);
	make_camera(&camera);
	camera.fake.pads[3].id = camera.fake.pads[0].id;
	expect_error(&camera.fake, -EBADMSG);
	/* Two pads of one entity with the same index. */
	make_camera(&camera);
	camera.fake.pads[1].index = camera.fake.pads[3].index;
	expect_error(&camera.fake, -EBADMSG);
}

/* The last link becomes this one, with an id at one end that nothing has. */
static void expect_no_link(uint32_t flags, uint32_t source, uint32_t sink)
{
	struct camera camera;
	struct media_v2_link *link;

	make_camera(&camera);
	link = &camera.fake.links[camera.last_link];
	link->flags = flags;
	link->source_id = source;
	link->sink_id = sink;
	expect_error(&camera.fake, -EBADMSG);
}

static void test_refuses_references_to_nothing(void **state)
{
	const uint32_t nothing = UINT32_MAX;
	struct camera camera;
	uint32_t interface;

	(void)state;
	make_camera(&camera);
	interface = camera.fake.interfaces[0].id;
	camera.fake.pads[2].entity_id = nothing;
	expect_error(&camera.fake, -EBADMSG);
	expect_no_link(0, nothing, camera.capture_pad);
	expect_no_link(0, camera.scaler_source, nothing);
	expect_no_link(MEDIA_LNK_FL_INTERFACE_LINK, nothing, camera.sensor);
	expect_no_link(MEDIA_LNK_FL_INTERFACE_LINK, interface, nothing);
	expect_no_link(ANCILLARY_LINK, nothing, camera.lens);
	expect_no_link(ANCILLARY_LINK, camera.sensor, nothing);
}

/* Of the right number, but of the wrong kind: a pad is no entity. */
static void test_refuses_references_to_other_kinds(void **state)
{
	struct camera camera;

	(void)state;
	make_camera(&camera);
	camera.fake.links[camera.last_link].source_id = camera.capture;
	expect_error(&camera.fake, -EBADMSG);
	make_camera(&camera);
	camera.fake.pads[0].entity_id = camera.fake.interfaces[0].id;
	expect_error(&camera.fake, -EBADMSG);
	make_camera(&camera);
	camera.fake.links[camera.last_link].flags = MEDIA_LNK_FL_INTERFACE_LINK;
	expect_error(&camera.fake, -EBADMSG);
}

static void test_passes_errors_on(void **state)
{
	struct camera camera;

	(void)state;
	make_camera(&camera);
	camera.fake.topology_error = -ENODEV;
	expect_error(&camera.fake, -ENODEV);
	make_camera(&camera);
	camera.fake.counts.num_pads = UINT32_MAX;
	expect_error(&camera.fake, -EMSGSIZE);
}

/* ---- device nodes -------------------------------------------------------- */

struct nodes {
	uint32_t missing_minor;
	int error;
	unsigned int n_calls;
};

static int find_node(void *user, uint32_t major, uint32_t minor,
		     char **ret_devnode)
{
	struct nodes *nodes = user;
	char text[32];

	nodes->n_calls++;
	if (nodes->error)
		return nodes->error;
	if (minor == nodes->missing_minor)
		return -ENOENT;
	snprintf(text, sizeof(text), "/dev/node%u:%u", major, minor);
	*ret_devnode = strdup(text);
	return *ret_devnode ? 0 : -ENOMEM;
}

static void test_finds_nodes(void **state)
{
	struct nodes nodes = { .missing_minor = UINT32_MAX };
	struct camera camera;
	struct media_graph *graph;

	(void)state;
	make_camera(&camera);
	graph = expect_graph(&camera.fake);
	assert_null(graph->interfaces[0].devnode);
	assert_int_equal(media_graph_find_nodes(graph, find_node, &nodes), 0);
	assert_int_equal(nodes.n_calls, 4);
	assert_string_equal(
		media_graph_find_entity(graph, "Capture")->interface->devnode,
		"/dev/node81:0");
	/* Again, and one is gone. */
	nodes.missing_minor = 11;
	assert_int_equal(media_graph_find_nodes(graph, find_node, &nodes), 1);
	assert_null(
		media_graph_find_entity(graph, "Scaler")->interface->devnode);
	nodes.error = -EIO;
	assert_int_equal(media_graph_find_nodes(graph, find_node, &nodes),
			 -EIO);
	media_graph_destroy(graph);
}

/* Sound and DVB nodes are no business of cameras. */
static void test_misses_nodes_of_cameras_only(void **state)
{
	struct nodes nodes = { .missing_minor = 3 };
	struct fake_media fake;
	struct media_graph *graph;
	uint32_t entity;

	(void)state;
	fake_media_init(&fake, "fake", "Fake");
	entity = fake_media_add_entity(&fake, "pcm", MEDIA_ENT_F_AUDIO_CAPTURE);
	(void)fake_media_add_interface(&fake, entity,
				       MEDIA_INTF_T_ALSA_PCM_CAPTURE, 116, 3);
	(void)fake_media_add_interface(&fake, entity, MEDIA_INTF_T_DVB_FE, 212,
				       3);
	graph = expect_graph(&fake);
	assert_int_equal(media_graph_find_nodes(graph, find_node, &nodes), 0);
	media_graph_destroy(graph);
	(void)fake_media_add_interface(&fake, entity, MEDIA_INTF_T_V4L_TOUCH,
				       81, 3);
	graph = expect_graph(&fake);
	assert_int_equal(media_graph_find_nodes(graph, find_node, &nodes), 1);
	media_graph_destroy(graph);
}

static void test_knows_when_it_is_complete(void **state)
{
	struct camera camera;
	struct media_graph *graph;
	uint32_t entity;

	(void)state;
	make_camera(&camera);
	graph = expect_graph(&camera.fake);
	assert_true(media_graph_is_complete(graph));
	media_graph_destroy(graph);

	entity = fake_media_add_entity(&camera.fake, "socket", 0x10001);
	graph = expect_graph(&camera.fake);
	assert_false(media_graph_is_complete(graph));
	media_graph_destroy(graph);

	assert_int_equal(camera.fake.entities[4].id, entity);
	camera.fake.entities[4].flags = MEDIA_ENT_FL_CONNECTOR;
	graph = expect_graph(&camera.fake);
	assert_true(media_graph_is_complete(graph));
	media_graph_destroy(graph);
}

/* ---- anything at all ----------------------------------------------------- */

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Follows every pointer that a graph has. */
static size_t walk(const struct media_graph *graph)
{
	size_t n = 0;

	for (size_t i = 0; i < graph->n_entities; i++) {
		const struct media_entity *entity = &graph->entities[i];

		n += strlen(entity->name);
		for (size_t k = 0; k < entity->n_pads; k++)
			assert_ptr_equal(entity->pads[k].entity, entity);
		if (entity->interface)
			assert_non_null(entity->interface->entity);
	}
	for (size_t i = 0; i < graph->n_links; i++) {
		n += graph->links[i].source->entity->n_pads;
		n += graph->links[i].sink->entity->n_pads;
	}
	for (size_t i = 0; i < graph->n_ancillaries; i++)
		n += graph->ancillaries[i].primary->id -
		     graph->ancillaries[i].ancillary->id;
	return n;
}

/* Small numbers, so that many of the references hit something. */
static void damage(struct camera *camera, uint32_t *seed)
{
	uint32_t value = next_random(seed) % 24;
	uint32_t i = next_random(seed) % 4;
	struct fake_media *fake = &camera->fake;

	switch (next_random(seed) % 7) {
	case 0:
		fake->entities[i].id = value;
		break;
	case 1:
		fake->interfaces[i].id = value;
		break;
	case 2:
		fake->pads[i].entity_id = value;
		break;
	case 3:
		fake->pads[i].index = value % 3;
		break;
	case 4:
		fake->links[i].source_id = value;
		break;
	case 5:
		fake->links[i].sink_id = value;
		break;
	default:
		fake->links[i].flags = value << 28;
		break;
	}
}

static void test_reads_or_refuses_anything(void **state)
{
	uint32_t seed = 4711;
	unsigned int n_read = 0;
	unsigned int n_refused = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct camera camera;
		struct media_graph *graph;
		int ret;

		make_camera(&camera);
		for (uint32_t k = next_random(&seed) % 4; k > 0; k--)
			damage(&camera, &seed);
		ret = read_graph(&camera.fake, &graph);
		if (ret == 0) {
			n_read++;
			(void)walk(graph);
			media_graph_destroy(graph);
			continue;
		}
		assert_int_equal(ret, -EBADMSG);
		n_refused++;
	}
	assert_in_range(n_read, 1000, 20000);
	assert_in_range(n_refused, 1000, 20000);
}

static int read_and_destroy(void *user)
{
	struct media_graph *graph;
	int ret = read_graph(user, &graph);

	media_graph_destroy(graph);
	return ret;
}

static void test_survives_each_failing_allocation(void **state)
{
	struct camera camera;

	(void)state;
	make_camera(&camera);
	alloc_fail_each(read_and_destroy, &camera.fake, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_a_camera),
		cmocka_unit_test(test_reads_an_empty_graph),
		cmocka_unit_test(test_keeps_names_within_bounds),
		cmocka_unit_test(test_leaves_out_unknown_links),
		cmocka_unit_test(test_refuses_ids_twice),
		cmocka_unit_test(test_refuses_references_to_nothing),
		cmocka_unit_test(test_refuses_references_to_other_kinds),
		cmocka_unit_test(test_passes_errors_on),
		cmocka_unit_test(test_finds_nodes),
		cmocka_unit_test(test_misses_nodes_of_cameras_only),
		cmocka_unit_test(test_knows_when_it_is_complete),
		cmocka_unit_test(test_reads_or_refuses_anything),
		cmocka_unit_test(test_survives_each_failing_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
