/* SPDX-License-Identifier: MIT */
/* The module of examples/external-types in C++: external types as arguments,
 * outputs and in events, and a context of the module's own. */
#include "lens_ipc.h"
#include "optics_ipa_module.hpp"

using namespace ipa::optics;

namespace {

class Optics final : public Module
{
public:
	explicit Optics(camipc_host *host) : Module(host)
	{
		mounts_[0] = lens_mount_find("CS");
		mounts_[1] = lens_mount_find("C");
	}

	int created() override
	{
		return camipc_host_set_context(host(), &context_);
	}

	std::int32_t init(const Lens &lens) override
	{
		/* Both sides have the library, each with its own addresses. */
		if (lens.id().mount && lens.id().mount != mounts_[0])
			return -ENODEV;
		auto kept = camipc::copy(lens);

		if (!kept)
			return kept.error().code();
		lens_ = std::move(*kept);
		return 0;
	}

	std::int32_t start() override { return 0; }
	void stop() override {}

	std::int32_t scale(const struct lens_curve &curve, double factor,
			   ScaleOuts &outs) override
	{
		double *const knots = static_cast<double *>(camipc_host_alloc(
			host(), curve.n_knots + 1, sizeof(*knots)));
		lens_curve scaled = curve;

		if (!knots)
			return -ENOMEM;
		for (std::size_t i = 0; i < curve.n_knots; i++)
			knots[i] = curve.knots[i] * factor;
		scaled.knots = knots;
		outs.scaled(scaled);
		return 0;
	}

	void focus(std::uint32_t frame, const struct lens_id &id) override
	{
		const bool known = id.mount == lens_->id().mount &&
				   id.serial == lens_->id().serial;

		emitFocused(frame, id, known ? lens_->shading() : nullptr);
	}

private:
	const lens_mount *mounts_[2]{};
	lens_mounts context_{ 2, mounts_ };
	camipc::Owned<Lens> lens_{};
};

} // namespace

IPA_OPTICS_CXX_MODULE(Optics, "optics", IPA_OPTICS_VERSION, "MIT");
