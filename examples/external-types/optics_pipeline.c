/* SPDX-License-Identifier: MIT */
/*
 * A pipeline that passes structs of lens.h to its IPA and gets them back.
 *
 * usage: optics-pipeline MODULE WORKER [BACKEND]...
 */
#include <errno.h>
#include <stdio.h>

#include "optics_ipa_proxy.h"

/** What came back from one IPA. */
struct session {
	struct ipa_optics *ipa;
	uint32_t frame;
	size_t n_knots;
};

static void on_focused(void *user, uint32_t frame, const struct lens_id *id,
		       const struct lens_curve *curve)
{
	struct session *session = user;

	/* The mount has this process's address again. */
	if (id->mount == lens_mount_find("CS"))
		session->frame = frame;
	session->n_knots = curve ? curve->n_knots : 0;
}

static const struct ipa_optics_events events = {
	.size = sizeof(events),
	.focused = on_focused,
};

static int use(struct session *session, const struct lens_id *id,
	       const struct lens_curve *curve)
{
	struct ipa_optics_lens lens;
	struct lens_curve scaled;
	int ret;

	ipa_optics_lens_init(&lens);
	lens.id = *id;
	lens.curves = curve;
	lens.n_curves = 1;
	lens.shading = curve;
	ret = ipa_optics_init(session->ipa, &lens);
	if (ret < 0)
		return ret;
	ret = ipa_optics_scale(session->ipa, curve, 2.0, &scaled);
	if (ret < 0)
		return ret;
	printf("  %zu knots of %.1f, %s\n", scaled.n_knots, scaled.knots[0],
	       scaled.note);
	camipc_clear_external(&ipa_optics_lens_curve_type_info, &scaled);
	ret = ipa_optics_start(session->ipa);
	if (ret < 0)
		return ret;
	ret = ipa_optics_focus(session->ipa, 7, id);
	while (ret == 0 && session->frame == 0)
		ret = camipc_proxy_dispatch_wait(
			ipa_optics_get_proxy(session->ipa), 10000) < 0
			      ? -ETIMEDOUT
			      : 0;
	if (ret < 0)
		return ret;
	printf("  frame %u: %zu knots\n", session->frame, session->n_knots);
	return ipa_optics_stop(session->ipa);
}

static int run(struct camipc_manager *manager, const char *module,
	       const char *backend)
{
	/* In the same order as in the module. */
	const struct lens_mount *const mounts[] = { lens_mount_find("CS"),
						    lens_mount_find("C") };
	struct lens_mounts context = { 2, mounts };
	const struct camipc_match match = { .path = module,
					    .isolation = backend };
	const struct lens_id id = { .mount = mounts[0], .serial = 4711 };
	struct session session = { 0 };
	struct lens_curve curve;
	int ret;

	printf("%s\n", backend);
	if (!lens_curve_make(&curve, 5, 0.75, "green"))
		return -ENOMEM;
	ret = ipa_optics_create(manager, &match, &events, &session,
				&session.ipa);
	if (ret == 0)
		ret = camipc_proxy_set_context(
			ipa_optics_get_proxy(session.ipa), &context);
	if (ret == 0)
		ret = use(&session, &id, &curve);
	if (ret < 0)
		fprintf(stderr, "optics-pipeline: %s: %s\n", backend,
			camipc_proxy_strerror(
				ipa_optics_get_proxy(session.ipa), ret));
	ipa_optics_destroy(session.ipa);
	lens_curve_clear(&curve);
	return ret;
}

int main(int argc, char **argv)
{
	static const char *const all[] = { "thread", "loopback", "process" };
	const char *const workers[] = { argc > 2 ? argv[2] : NULL, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.no_install_paths = true,
	};
	struct camipc_manager *manager;
	int ret;

	if (argc < 3) {
		fprintf(stderr,
			"usage: optics-pipeline MODULE WORKER [BACKEND]...\n");
		return 2;
	}
	ret = camipc_manager_create(&options, &manager);
	if (ret < 0) {
		fprintf(stderr, "optics-pipeline: %s\n", camipc_strerror(ret));
		return 1;
	}
	for (int i = 3; i < argc && ret == 0; i++)
		ret = run(manager, argv[1], argv[i]);
	for (int i = 0; i < 3 && argc == 3 && ret == 0; i++)
		ret = run(manager, argv[1], all[i]);
	camipc_manager_destroy(manager);
	return ret < 0 ? 1 : 0;
}
