/* SPDX-License-Identifier: MIT */
/*
 * External types on each backend, with the module and the library of
 * examples/external-types: values arrive, addresses are translated, contexts
 * are each side's own.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "backend.h"
#include "lens_ipc.h"
#include "optics_ipa_proxy.h"

static const char *backend = "thread";
static const char *module = OPTICS_MODULE;

struct session {
	struct camipc_manager *manager;
	struct ipa_optics *ipa;
	struct lens_mounts context;
	const struct lens_mount *mounts[2];
	unsigned int n_focused;
	struct lens_id id; /* of the latest event */
	size_t n_knots; /* of its curve; SIZE_MAX: none */
	unsigned int n_closed;
	unsigned int n_restarted;
	enum camipc_reason cause; /* of the latest restart */
	int reloaded; /* what the completion got */
};

static void on_focused(void *user, uint32_t frame, const struct lens_id *id,
		       const struct lens_curve *curve)
{
	struct session *session = user;

	(void)frame;
	session->n_focused++;
	session->id = *id;
	session->n_knots = curve ? curve->n_knots : SIZE_MAX;
}

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	struct session *session = user;

	(void)info;
	session->n_closed++;
}

static void on_restarted(void *user, const struct camipc_restart_info *info)
{
	struct session *session = user;

	session->n_restarted++;
	session->cause = info->cause->reason;
}

static const struct ipa_optics_events events = {
	.size = sizeof(events),
	.focused = on_focused,
	.closed = on_closed,
	.restarted = on_restarted,
};

static int setup(void **state)
{
	static struct session session;
	const char *const workers[] = { OPTICS_WORKER, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.no_install_paths = true,
	};
	const struct camipc_match match = {
		.path = module,
		.isolation = test_backend_isolation(backend),
		.transport = test_backend_transport(backend),
	};

	memset(&session, 0, sizeof(session));
	session.mounts[0] = lens_mount_find("CS");
	session.mounts[1] = lens_mount_find("C");
	session.context = (struct lens_mounts){ 2, session.mounts };
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
	return 0;
}

static int set_context(struct session *session, void *context)
{
	return camipc_proxy_set_context(ipa_optics_get_proxy(session->ipa),
					context);
}

static const char *wrong_field(const struct session *session)
{
	const char *field = NULL;

	assert_int_equal(camipc_proxy_last_reason(
				 ipa_optics_get_proxy(session->ipa), &field),
			 CAMIPC_REASON_BAD_ARGUMENT);
	return field;
}

static int init_with(struct session *session, const struct lens_mount *mount,
		     const struct lens_curve *shading)
{
	struct ipa_optics_lens lens;

	ipa_optics_lens_init(&lens);
	lens.id = (struct lens_id){ mount, 7 };
	lens.shading = shading;
	lens.curves = shading;
	lens.n_curves = shading ? 1 : 0;
	return ipa_optics_init(session->ipa, &lens);
}

static void values_come_back(void **state)
{
	struct session *session = *state;
	struct lens_curve curve;
	struct lens_curve scaled;

	assert_true(lens_curve_make(&curve, 9, 0.5, "blue"));
	assert_int_equal(set_context(session, &session->context), 0);
	assert_int_equal(init_with(session, session->mounts[0], &curve), 0);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(ipa_optics_scale(session->ipa, &curve, 4.0,
						  &scaled),
				 0);
		assert_int_equal(scaled.n_knots, 9);
		assert_true(scaled.knots[8] > 1.9 && scaled.knots[8] < 2.1);
		assert_string_equal(scaled.note, "blue");
		camipc_clear_external(&ipa_optics_lens_curve_type_info,
				      &scaled);
	}
	/* Not wanted, it is freed. */
	assert_int_equal(ipa_optics_scale(session->ipa, &curve, 4.0, NULL), 0);
	lens_curve_clear(&curve);
}

static void focus(struct session *session, const struct lens_id *id)
{
	const unsigned int before = session->n_focused;

	assert_int_equal(ipa_optics_focus(session->ipa, 1, id), 0);
	while (session->n_focused == before)
		assert_true(camipc_proxy_dispatch_wait(
				    ipa_optics_get_proxy(session->ipa),
				    10000) >= 0);
}

static void addresses_are_translated(void **state)
{
	struct session *session = *state;
	struct lens_curve curve;
	struct lens_id id = { session->mounts[0], 7 };

	assert_true(lens_curve_make(&curve, 5, 1.0, NULL));
	assert_int_equal(set_context(session, &session->context), 0);
	/* The module compares it with the address in its own library. */
	assert_int_equal(init_with(session, session->mounts[0], &curve), 0);
	lens_curve_clear(&curve);
	assert_int_equal(ipa_optics_start(session->ipa), 0);
	focus(session, &id);
	assert_ptr_equal(session->id.mount, session->mounts[0]);
	assert_int_equal(session->id.serial, 7);
	assert_int_equal(session->n_knots, 5);
	id.mount = session->mounts[1];
	focus(session, &id);
	assert_ptr_equal(session->id.mount, session->mounts[1]);
	assert_true(session->n_knots == SIZE_MAX);
	id.mount = NULL;
	focus(session, &id);
	assert_null(session->id.mount);
	assert_int_equal(ipa_optics_stop(session->ipa), 0);
	assert_int_equal(session->n_closed, 0);
}

/* The module's own context has no mount of this kind: init says so. */
static void refusals_of_the_module(void **state)
{
	struct session *session = *state;

	assert_int_equal(set_context(session, &session->context), 0);
	assert_int_equal(init_with(session, session->mounts[1], NULL),
			 -ENODEV);
}

static void context_before_the_first_call(void **state)
{
	struct session *session = *state;

	assert_int_equal(set_context(session, NULL), 0);
	assert_int_equal(set_context(session, &session->context), 0);
	assert_int_equal(init_with(session, NULL, NULL), 0);
	assert_int_equal(set_context(session, NULL), -EBUSY);
	assert_int_equal(ipa_optics_start(session->ipa), 0);
	assert_int_equal(set_context(session, NULL), -EBUSY);
	assert_int_equal(ipa_optics_stop(session->ipa), 0);
}

/* Nothing reaches the IPA, and the IPA is not blamed. */
static void callers_mistakes(void **state)
{
	struct session *session = *state;
	struct lens_curve bad = { NULL, 3, NULL };
	struct lens_curve curve;
	struct lens_curve scaled;
	const struct lens_id foreign = { lens_mount_find("M12"), 1 };

	assert_int_equal(set_context(session, &session->context), 0);
	assert_int_equal(init_with(session, foreign.mount, NULL), -EINVAL);
	assert_string_equal(wrong_field(session), "id");
	assert_int_equal(init_with(session, NULL, &bad), -EINVAL);
	assert_string_equal(wrong_field(session), "curves");
	assert_int_equal(init_with(session, NULL, NULL), 0);
	assert_int_equal(ipa_optics_scale(session->ipa, NULL, 1.0, &scaled),
			 -EINVAL);
	/* 4096 bytes are not enough for it. */
	assert_true(lens_curve_make(&curve, 512, 1.0, NULL));
	assert_int_equal(ipa_optics_scale(session->ipa, &curve, 1.0, &scaled),
			 -EINVAL);
	assert_string_equal(wrong_field(session), "curve");
	lens_curve_clear(&curve);
	assert_true(lens_curve_make(&curve, 511, 1.0, NULL));
	assert_int_equal(ipa_optics_scale(session->ipa, &curve, 1.0, &scaled),
			 0);
	camipc_clear_external(&ipa_optics_lens_curve_type_info, &scaled);
	lens_curve_clear(&curve);
	assert_int_equal(session->n_closed, 0);
}

static void without_context(void **state)
{
	struct session *session = *state;

	assert_int_equal(init_with(session, session->mounts[0], NULL),
			 -EINVAL);
	assert_int_equal(camipc_proxy_last_reason(
				 ipa_optics_get_proxy(session->ipa), NULL),
			 CAMIPC_REASON_BAD_ARGUMENT);
	assert_int_equal(init_with(session, NULL, NULL), 0);
	assert_int_equal(session->n_closed, 0);
}

/* ---- another worker -------------------------------------------------------- */

static void until_restarted(struct session *session, unsigned int n)
{
	while (session->n_restarted < n)
		assert_true(camipc_proxy_dispatch_wait(
				    ipa_optics_get_proxy(session->ipa),
				    10000) >= 0);
	assert_int_equal(session->n_closed, 0);
}

/* The address means the same to the module that was initialised last. */
static void focus_is_as_before(struct session *session)
{
	const struct lens_id id = { session->mounts[0], 7 };

	focus(session, &id);
	assert_ptr_equal(session->id.mount, session->mounts[0]);
	assert_int_equal(session->id.serial, 7);
	assert_int_equal(session->n_knots, 5);
}

static void on_reloaded(void *user, int ret)
{
	struct session *session = user;

	session->reloaded = ret;
}

static void a_context_survives_restart_and_reload(void **state)
{
	const struct camipc_restart_policy policy = {
		.size = sizeof(policy),
		.max_restarts = 3,
		.window_ms = 60000,
	};
	struct session *session = *state;
	struct camipc_proxy *proxy = ipa_optics_get_proxy(session->ipa);
	struct lens_curve curve;
	int ret = camipc_proxy_set_restart(proxy, &policy);

	if (strcmp(test_backend_isolation(backend), "process") != 0) {
		assert_int_equal(ret, -EOPNOTSUPP);
		return;
	}
	assert_int_equal(ret, 0);
	assert_int_equal(set_context(session, &session->context), 0);
	assert_true(lens_curve_make(&curve, 5, 1.0, NULL));
	assert_int_equal(init_with(session, session->mounts[0], &curve), 0);
	/* What is repeated later is a copy. */
	lens_curve_clear(&curve);
	assert_int_equal(ipa_optics_start(session->ipa), 0);
	focus_is_as_before(session);

	assert_int_equal(kill(camipc_proxy_get_pid(proxy), SIGKILL), 0);
	until_restarted(session, 1);
	focus_is_as_before(session);
	/* It stays as it was when the first call was made. */
	assert_int_equal(set_context(session, NULL), -EBUSY);

	session->reloaded = 1;
	assert_int_equal(camipc_proxy_reload(proxy, on_reloaded, session), 0);
	until_restarted(session, 2);
	assert_int_equal(session->cause, CAMIPC_REASON_RELOADED);
	assert_int_equal(session->reloaded, 0);
	focus_is_as_before(session);
	assert_int_equal(ipa_optics_stop(session->ipa), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(values_come_back, setup,
						teardown),
		cmocka_unit_test_setup_teardown(addresses_are_translated, setup,
						teardown),
		cmocka_unit_test_setup_teardown(refusals_of_the_module, setup,
						teardown),
		cmocka_unit_test_setup_teardown(context_before_the_first_call,
						setup, teardown),
		cmocka_unit_test_setup_teardown(callers_mistakes, setup,
						teardown),
		cmocka_unit_test_setup_teardown(without_context, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			a_context_survives_restart_and_reload, setup,
			teardown),
	};

	if (argc > 1)
		backend = argv[1];
	if (argc > 2)
		module = argv[2];
	return cmocka_run_group_tests_name(backend, tests, NULL, NULL);
}
