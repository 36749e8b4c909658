/* SPDX-License-Identifier: MIT */
/* Tests external types in C++ on the backend of the first argument. */
#include <string>

#include "backend.h"
#include "check.hpp"
#include "lens_ipc.h"
#include "optics_ipa.hpp"

using namespace ipa::optics;

namespace {

struct Focus : Events {
	void focused(std::uint32_t frame, const struct lens_id &id,
		     const struct lens_curve *curve) override
	{
		frame_ = frame;
		mount_ = id.mount;
		knots_ = curve ? curve->n_knots : 0;
	}

	std::uint32_t frame_ = 0;
	const lens_mount *mount_ = nullptr;
	std::size_t knots_ = 0;
};

void run(camipc_manager *manager, const camipc_match &match, bool asValues)
{
	const lens_mount *const mounts[] = { lens_mount_find("CS"),
					     lens_mount_find("C") };
	lens_mounts context{ 2, mounts };
	double knots[] = { 1.0, 2.0, 4.0 };
	lens_curve curve{ knots, 3, nullptr };
	Focus events;
	auto made = Proxy::create(manager, match, events);

	CHECK(made);
	Proxy ipa = std::move(*made);
	CHECK(!ipa.setContext(&context));

	/* The library's structs are members, without a class around them. */
	Lens lens;
	lens.id().mount = mounts[0];
	lens.id().serial = 3;
	lens.curves(camipc::Span<const lens_curve>(&curve, 1));
	lens.shading(&curve);
	CHECK(lens.curves()[0].n_knots == 3);
	const values::Lens own = toValue(lens);
	CHECK(own.shading && (*own.shading)->knots != knots);
	CHECK(own.curves[0] == *own.shading);
	CHECK(own == toValue(lens));
	values::Lens other = own;
	CHECK(other == own);
	other.id->serial++;
	CHECK(other != own);
	CHECK(!(asValues ? ipa.init(own) : ipa.init(lens)));
	CHECK(ipa.setContext(nullptr).code() == -EBUSY);

	auto copy = camipc::copy(lens);
	CHECK(copy);
	CHECK((*copy)->shading() != &curve);
	CHECK(lens_curve_equal((*copy)->shading(), &curve));

	auto outs = ipa.scale(curve, 0.5);
	CHECK(outs);
	const values::ScaleOuts kept = toValue(**outs);
	CHECK(kept.scaled->knots != (*outs)->scaled().knots);
	CHECK(lens_curve_equal(&*kept.scaled, &(*outs)->scaled()));
	CHECK((*outs)->scaled().n_knots == 3);
	CHECK((*outs)->scaled().knots[2] > 1.9);

	CHECK(!ipa.start());
	CHECK(!ipa.focus(5, lens.id()));
	while (events.frame_ == 0)
		CHECK(camipc_proxy_dispatch_wait(ipa.getProxy(), 10000) >= 0);
	CHECK(events.frame_ == 5);
	CHECK(events.mount_ == mounts[0]);
	CHECK(events.knots_ == 3);
	CHECK(!ipa.stop());
}

} // namespace

int main(int argc, char **argv)
{
	const std::string backend = argc > 1 ? argv[1] : "thread";
	const char *const module = argc > 2 ? argv[2] : OPTICS_MODULE;
	const char *const workers[] = { OPTICS_WORKER, nullptr };
	camipc_manager_options options{};
	camipc_manager *manager = nullptr;
	camipc_match match{};

	options.size = sizeof(options);
	options.worker_paths = workers;
	CHECK(camipc_manager_create(&options, &manager) == 0);
	match.path = module;
	match.isolation = test_backend_isolation(backend.c_str());
	match.transport = test_backend_transport(backend.c_str());
	run(manager, match, false);
	run(manager, match, true);
	camipc_manager_destroy(manager);
	return 0;
}
