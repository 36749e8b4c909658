/* SPDX-License-Identifier: MIT */
/*
 * A fake IPA of camipc-gen mock whose interface has external types: it records
 * them, gives back what it got, and leaves the default in what a script does
 * not name. The argument is the backend.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backend.h"
#include "fd_leak.h"
#include "lens_ipc.h"
#include "optics_ipa_proxy.h"
#include "test_files.h"

static const char *backend = "thread";

/* The second call names no output. */
static const char script[] =
	"on scale return ret: 5, scaled: $curve;\n"
	"on scale #2 return ret: 6;\n"
	"on focus emit focused(frame: $frame, id: $id);\n";

struct session {
	char folder[TEST_PATH_SIZE];
	struct camipc_manager *manager;
	struct ipa_optics *ipa;
	uint32_t frame; /* of the event */
	uint32_t serial;
	bool has_curve;
	struct fd_leak before;
};

static void on_focused(void *user, uint32_t frame, const struct lens_id *id,
		       const struct lens_curve *curve)
{
	struct session *session = user;

	session->frame = frame;
	session->serial = id->serial;
	session->has_curve = curve != NULL;
}

static const struct ipa_optics_events events = {
	.size = sizeof(events),
	.focused = on_focused,
};

static int setup(void **state)
{
	static struct session session;
	const char *const workers[] = { OPTICS_WORKER, NULL };
	const char *trusted[] = { NULL, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.trusted_paths = trusted,
		.no_install_paths = true,
		.sandbox = CAMIPC_SANDBOX_OFF, /* a mock writes a file */
	};
	struct camipc_match match = {
		.isolation = test_backend_isolation(backend),
		.transport = test_backend_transport(backend),
	};
	char path[TEST_PATH_SIZE];

	memset(&session, 0, sizeof(session));
	fd_leak_take(&session.before);
	test_folder_make(session.folder);
	memcpy(path, test_path(session.folder, "optics.so"), sizeof(path));
	test_file_copy(OPTICS_MOCK, path, 0755);
	test_file_write(test_path(session.folder, "optics.script"), script,
			strlen(script), 0644);
	trusted[0] = path;
	match.path = path;
	*state = &session;
	if (camipc_manager_create(&options, &session.manager) < 0)
		return -1;
	return ipa_optics_create(session.manager, &match, &events, &session,
				 &session.ipa);
}

static int teardown(void **state)
{
	struct session *session = *state;

	ipa_optics_destroy(session->ipa);
	camipc_manager_destroy(session->manager);
	test_folder_remove(session->folder);
	fd_leak_assert_none(&session->before);
	return 0;
}

static void init(struct session *session, const struct lens_curve *curve)
{
	struct ipa_optics_lens lens;

	ipa_optics_lens_init(&lens);
	/* A mock sets no context: addresses could not be translated. */
	lens.id.serial = 7;
	lens.curves = curve;
	lens.n_curves = 1;
	assert_int_equal(ipa_optics_init(session->ipa, &lens), 0);
}

static void recorded(const struct session *session, const char *line)
{
	size_t size;
	char *calls = test_file_read(test_path(session->folder, "optics.calls"),
				     &size);

	if (!strstr(calls, line))
		fail_msg("'%s' is not in '%s'", line, calls);
	free(calls);
}

static void a_mock_answers_with_external_types(void **state)
{
	struct session *session = *state;
	const struct lens_id id = { NULL, 11 };
	struct lens_curve curve;
	struct lens_curve scaled;

	assert_true(lens_curve_make(&curve, 9, 0.5, "blue"));
	init(session, &curve);
	assert_int_equal(ipa_optics_scale(session->ipa, &curve, 4.0, &scaled),
			 5);
	assert_true(lens_curve_equal(&scaled, &curve));
	camipc_clear_external(&ipa_optics_lens_curve_type_info, &scaled);
	assert_int_equal(ipa_optics_scale(session->ipa, &curve, 4.0, &scaled),
			 6);
	assert_int_equal(scaled.n_knots, 0);
	camipc_clear_external(&ipa_optics_lens_curve_type_info, &scaled);
	lens_curve_clear(&curve);

	assert_int_equal(ipa_optics_start(session->ipa), 0);
	assert_int_equal(ipa_optics_focus(session->ipa, 3, &id), 0);
	while (session->frame == 0)
		assert_true(camipc_proxy_dispatch_wait(
				    ipa_optics_get_proxy(session->ipa),
				    10000) >= 0);
	assert_int_equal(session->frame, 3);
	assert_int_equal(session->serial, 11);
	assert_false(session->has_curve);
	recorded(session, "init(lens: {id: lens 7 (fixed), curves: "
			  "[curve of 9 knots, \"blue\"]");
	recorded(session, "scale(curve: curve of 9 knots, \"blue\", factor: 4");
	recorded(session, "focus(frame: 3, id: lens 11 (fixed))");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_mock_answers_with_external_types, setup, teardown),
	};

	if (argc > 1)
		backend = argv[1];
	return cmocka_run_group_tests_name(backend, tests, NULL, NULL);
}
