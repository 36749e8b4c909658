/* SPDX-License-Identifier: MIT */
/*
 * The layout of an interface's structs as one number: whether two builds may
 * exchange structs by pointer depends on it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "layout.h"
#include "softisp_ipa_interface.h"
#include "vimc_ipa_interface.h"

/** An interface that can be changed: a tree, whose nodes hold an enum. */
struct small {
	struct camipc_enumerator_info values[2];
	struct camipc_type_info mode;
	struct camipc_field_info node_fields[3];
	struct camipc_type_info node;
	struct camipc_field_info arg_fields[2];
	struct camipc_type_info args_info;
	struct camipc_message_type args;
	struct camipc_method methods[1];
	struct camipc_method events[1];
	struct camipc_interface face;
};

static void make(struct small *s)
{
	memset(s, 0, sizeof(*s));
	s->values[0] = (struct camipc_enumerator_info){ .name = "Off" };
	s->values[1] = (struct camipc_enumerator_info){ .name = "On",
							.value = 1 };
	s->mode = (struct camipc_type_info){ .name = "t.Mode",
					     .kind = CAMIPC_KIND_ENUM,
					     .size = 4,
					     .n_enumerators = 2,
					     .enumerators = s->values };
	s->node_fields[0] = (struct camipc_field_info){
		.name = "mode", .number = 1, .kind = CAMIPC_KIND_ENUM,
		.type = &s->mode
	};
	s->node_fields[1] = (struct camipc_field_info){
		.name = "children", .number = 2, .kind = CAMIPC_KIND_STRUCT,
		.shape = CAMIPC_SHAPE_ARRAY, .offset = 8, .aux_offset = 16,
		.type = &s->node
	};
	s->node_fields[2] = (struct camipc_field_info){
		.name = "tint", .number = 3, .kind = CAMIPC_KIND_FLOAT,
		.shape = CAMIPC_SHAPE_FIXED, .offset = 24, .count = 3
	};
	s->node = (struct camipc_type_info){ .name = "t.Node",
					     .kind = CAMIPC_KIND_STRUCT,
					     .size = 40,
					     .n_fields = 3,
					     .fields = s->node_fields };
	s->arg_fields[0] = (struct camipc_field_info){
		.name = "root", .number = 1, .kind = CAMIPC_KIND_STRUCT,
		.type = &s->node
	};
	s->arg_fields[1] = (struct camipc_field_info){
		.name = "depth", .number = 2, .kind = CAMIPC_KIND_UINT32,
		.offset = 40
	};
	s->args_info = (struct camipc_type_info){ .name = "t.grow",
						  .kind = CAMIPC_KIND_STRUCT,
						  .size = 48,
						  .n_fields = 2,
						  .fields = s->arg_fields };
	s->args.info = &s->args_info;
	s->methods[0].args = &s->args;
	s->face = (struct camipc_interface){ .size = sizeof(s->face),
					     .codegen_revision = 2,
					     .methods = s->methods,
					     .events = s->events,
					     .n_methods = 1,
					     .n_events = 1 };
}

static uint64_t fold(const struct small *s)
{
	uint64_t layout = 0;

	assert_int_equal(camipc_layout_fold(&s->face, &layout), 0);
	return layout;
}

/** Of another build: the same tables at other addresses. */
static void the_same_tables_give_the_same_number(void **state)
{
	struct small *a = malloc(sizeof(*a));
	struct small b;

	(void)state;
	assert_non_null(a);
	make(a);
	make(&b);
	assert_true(fold(a) == fold(&b));
	assert_true(fold(a) != 0);
	free(a);
}

#define CHANGE(member, value)                                         \
	do {                                                          \
		make(&s);                                             \
		s.member = (value);                                   \
		if (fold(&s) == before)                               \
			fail_msg("a change of " #member " is unseen"); \
	} while (0)

static void each_change_is_seen(void **state)
{
	struct small s;
	uint64_t before;

	(void)state;
	make(&s);
	before = fold(&s);
	CHANGE(face.codegen_revision, 3);
	/* Sizes, of each type that can be reached. */
	CHANGE(args_info.size, 56);
	CHANGE(node.size, 48);
	CHANGE(mode.size, 8);
	/* Offsets, of values, counts, tags and unknown fields. */
	CHANGE(arg_fields[1].offset, 44);
	CHANGE(node_fields[2].offset, 28);
	CHANGE(node_fields[1].aux_offset, 20);
	CHANGE(node.tag_offset, 4);
	CHANGE(node.unknown_offset, 4);
	CHANGE(node.n_unknown_offset, 4);
	/* Types of elements, and how they are held. */
	CHANGE(arg_fields[1].kind, CAMIPC_KIND_INT32);
	CHANGE(arg_fields[1].shape, CAMIPC_SHAPE_POINTER);
	CHANGE(node_fields[1].type, &s.args_info);
	CHANGE(node_fields[2].kind, CAMIPC_KIND_UINT32);
	CHANGE(node.kind, CAMIPC_KIND_UNION);
	CHANGE(node.flags, CAMIPC_TYPE_KEEPS_UNKNOWN);
	/* Counts. */
	CHANGE(node_fields[2].count, 4);
	CHANGE(node.n_fields, 2);
	/* Names: two fields of one type that have changed places. */
	CHANGE(node_fields[2].name, "tone");
	CHANGE(node_fields[2].number, 4);
	CHANGE(node.name, "t.Knot");
	CHANGE(mode.name, "t.Mood");
}

/** What is not part of a struct: the wire fingerprint covers some of it. */
static void the_rest_does_not_matter(void **state)
{
	struct small s;
	uint64_t before;

	(void)state;
	make(&s);
	before = fold(&s);
	s.values[1].value = 2;
	s.node_fields[0].flags = CAMIPC_FIELD_REQUIRED;
	s.methods[0].timeout_ms = 5;
	s.methods[0].flags = CAMIPC_METHOD_RESTORE;
	s.face.wire_fingerprint = 9;
	assert_true(fold(&s) == before);
	/* Two messages of one type: it is visited once. */
	s.events[0].args = &s.args;
	assert_true(fold(&s) == before);
}

static void tables_with_holes_are_refused(void **state)
{
	uint64_t layout = 7;
	struct small s;

	(void)state;
	make(&s);
	s.args.info = NULL;
	assert_int_equal(camipc_layout_fold(&s.face, &layout), -EINVAL);
	make(&s);
	s.node_fields[0].type = NULL;
	assert_int_equal(camipc_layout_fold(&s.face, &layout), -EINVAL);
	make(&s);
	s.node.fields = NULL;
	assert_int_equal(camipc_layout_fold(&s.face, &layout), -EINVAL);
	assert_int_equal(layout, 7);
}

static void an_interface_without_messages(void **state)
{
	struct small s;

	(void)state;
	make(&s);
	s.methods[0].args = NULL;
	assert_true(fold(&s) != 0);
	s.face.n_methods = 0;
	s.face.n_events = 0;
	assert_true(fold(&s) != 0);
}

/** More types than any table of fixed size would hold, in a chain. */
static void thousands_of_types(void **state)
{
	enum { N = 5000 };
	struct camipc_type_info *types = calloc(N, sizeof(*types));
	struct camipc_field_info *fields = calloc(N, sizeof(*fields));
	uint64_t before;
	struct small s;

	(void)state;
	assert_non_null(types);
	assert_non_null(fields);
	for (size_t i = 0; i < N; i++) {
		/* The last one leads back to the first. */
		fields[i].kind = CAMIPC_KIND_STRUCT;
		fields[i].shape = CAMIPC_SHAPE_POINTER;
		fields[i].type = &types[(i + 1) % N];
		types[i].fields = &fields[i];
		types[i].n_fields = 1;
		types[i].size = 8;
	}
	make(&s);
	s.args.info = &types[0];
	before = fold(&s);
	types[N - 1].size = 16;
	assert_true(fold(&s) != before);
	free(types);
	free(fields);
}

static int fold_again(void *user)
{
	const struct small *s = user;
	uint64_t layout;

	return camipc_layout_fold(&s->face, &layout);
}

static void out_of_memory(void **state)
{
	struct small s;

	(void)state;
	make(&s);
	alloc_fail_each(fold_again, &s, 0);
}

/** Real interfaces differ. The log of this test has the cost of a fold. */
static void real_interfaces(void **state)
{
	const struct camipc_interface *const faces[] = {
		&ipa_softisp_interface, &ipa_vimc_interface
	};
	uint64_t layouts[2];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct timespec from;
		struct timespec to;

		clock_gettime(CLOCK_MONOTONIC, &from);
		for (int n = 0; n < 1000; n++)
			assert_int_equal(camipc_layout_fold(faces[i],
							    &layouts[i]),
					 0);
		clock_gettime(CLOCK_MONOTONIC, &to);
		print_message("%s: %.1f us\n", faces[i]->name,
			      (double)(to.tv_sec - from.tv_sec) * 1e3 +
				      (double)(to.tv_nsec - from.tv_nsec) /
					      1e6);
	}
	assert_true(layouts[0] != layouts[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_tables_give_the_same_number),
		cmocka_unit_test(each_change_is_seen),
		cmocka_unit_test(the_rest_does_not_matter),
		cmocka_unit_test(tables_with_holes_are_refused),
		cmocka_unit_test(an_interface_without_messages),
		cmocka_unit_test(thousands_of_types),
		cmocka_unit_test(out_of_memory),
		cmocka_unit_test(real_interfaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
