/* SPDX-License-Identifier: MIT */
/* An IPA module that gets structs of lens.h, and gives them back. */
#include <errno.h>
#include <stdlib.h>

#include "optics_ipa_worker.h"

struct optics {
	struct camipc_host *host;
	struct ipa_optics_lens lens; /* a copy of what init got */
};

/* The mounts in the order that both sides use as their numbers. */
static const struct lens_mount *mounts[2];
static struct lens_mounts context = { 2, mounts };

static int32_t op_init(void *ipa, const struct ipa_optics_lens *lens)
{
	struct optics *optics = ipa;

	ipa_optics_lens_clear(&optics->lens);
	/* The library of lenses compares addresses: this side has its own. */
	if (lens->id.mount && lens->id.mount != lens_mount_find("CS"))
		return -ENODEV;
	return ipa_optics_lens_copy(&optics->lens, lens);
}

static int32_t op_start(void *ipa)
{
	(void)ipa;
	return 0;
}

static void op_stop(void *ipa)
{
	(void)ipa;
}

static int32_t op_scale(void *ipa, const struct lens_curve *curve,
			double factor, struct lens_curve *ret_scaled)
{
	const struct optics *optics = ipa;
	double *knots = camipc_host_alloc(optics->host, curve->n_knots + 1,
					  sizeof(*knots));

	if (!knots)
		return -ENOMEM;
	for (size_t i = 0; i < curve->n_knots; i++)
		knots[i] = curve->knots[i] * factor;
	*ret_scaled = *curve;
	ret_scaled->knots = knots;
	return 0;
}

static void op_focus(void *ipa, uint32_t frame, const struct lens_id *id)
{
	const struct optics *optics = ipa;
	const bool known = id->mount == optics->lens.id.mount &&
			   id->serial == optics->lens.id.serial;

	(void)ipa_optics_emit_focused(optics->host, frame, id,
				      known ? optics->lens.shading : NULL);
}

static const struct ipa_optics_ops ops = IPA_OPTICS_OPS(op);

static int create(struct camipc_host *host, void **ret_ipa)
{
	struct optics *optics = calloc(1, sizeof(*optics));
	int ret;

	if (!optics)
		return -ENOMEM;
	mounts[0] = lens_mount_find("CS");
	mounts[1] = lens_mount_find("C");
	ret = camipc_host_set_context(host, &context);
	if (ret < 0) {
		free(optics);
		return ret;
	}
	optics->host = host;
	ipa_optics_lens_init(&optics->lens);
	*ret_ipa = optics;
	return 0;
}

static void destroy(void *ipa)
{
	struct optics *optics = ipa;

	ipa_optics_lens_clear(&optics->lens);
	free(optics);
}

IPA_OPTICS_MODULE("optics", IPA_OPTICS_VERSION, "MIT", create, destroy, &ops);
