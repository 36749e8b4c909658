/* SPDX-License-Identifier: MIT */
/* Tests the registration of image processors of the virtual camera. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "isp.h"
#include "log_capture.h"

static void finds_softisp(void **state)
{
	const struct virtual_isp *isp = virtual_isp_find("virtual");

	(void)state;
	assert_non_null(isp);
	assert_string_equal(isp->interface_name, "ipa.softisp");
	assert_null(virtual_isp_find("virtual-unknown"));
}

static void refuses_a_name_twice(void **state)
{
	static struct virtual_isp isp;

	(void)state;
	isp = *virtual_isp_find("virtual");
	log_capture_begin();
	virtual_isp_register(&isp);
	log_capture_end();
	log_capture_expect(1, CAMIPC_LOG_ERROR, "\"virtual\" not registered");
	assert_ptr_not_equal(virtual_isp_find("virtual"), &isp);
}

/* Returns true if a kind that lacks the function at this offset is accepted. */
static bool accepts_without(size_t offset)
{
	/* Registered ones stay. */
	static struct virtual_isp isps[16];
	static char names[16][VIRTUAL_ISP_NAME_SIZE];
	static size_t n;
	struct virtual_isp *isp = &isps[n];

	*isp = *virtual_isp_find("virtual");
	(void)snprintf(names[n], sizeof(names[n]), "virtual-%zu", n);
	isp->name = names[n];
	memset((char *)isp + offset, 0, sizeof(isp->start));
	virtual_isp_register(isp);
	return virtual_isp_find(names[n++]) != NULL;
}

static void refuses_one_without_a_function(void **state)
{
	static const size_t required[] = {
#define AT(function) offsetof(struct virtual_isp, function)
		AT(configure), AT(release), AT(measure),     AT(apply),
		AT(create),    AT(init),    AT(map_buffers), AT(start),
		AT(stop),
		AT(frame_taken), /* softisp has no before_frame */
	};
	static struct virtual_isp isp;

	(void)state;
	log_capture_begin();
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		assert_false(accepts_without(required[i]));
	isp = *virtual_isp_find("virtual");
	isp.name = "virtual-incomplete";
	isp.size--;
	virtual_isp_register(&isp);
	log_capture_end();
	log_capture_expect(sizeof(required) / sizeof(required[0]) + 1,
			   CAMIPC_LOG_ERROR, "incomplete");
	assert_true(accepts_without(AT(destroy)));
	assert_true(accepts_without(AT(before_frame)));
	assert_true(accepts_without(AT(image_made)));
#undef AT
}

static void lists_by_name(void **state)
{
	static struct virtual_isp last;
	static struct virtual_isp first;

	(void)state;
	last = *virtual_isp_find("virtual");
	last.name = "virtual-z";
	virtual_isp_register(&last);
	first = last;
	first.name = "virtual-a";
	virtual_isp_register(&first);
	assert_string_equal(virtual_isp_get(0)->name, "virtual");
	for (size_t i = 1; virtual_isp_get(i); i++)
		assert_true(strcmp(virtual_isp_get(i - 1)->name,
				   virtual_isp_get(i)->name) < 0);
	assert_ptr_equal(virtual_isp_find("virtual-a"), &first);
	assert_ptr_equal(virtual_isp_find("virtual-z"), &last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_softisp),
		cmocka_unit_test(refuses_a_name_twice),
		cmocka_unit_test(refuses_one_without_a_function),
		cmocka_unit_test(lists_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
