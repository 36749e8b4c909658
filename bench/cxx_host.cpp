/* SPDX-License-Identifier: MIT */
/* A pipeline handler in C++: what calls.c measures, through generated C++. */
#include "cxx_host.h"

#include <poll.h>

#include "bench_ipa.hpp"

extern "C" {
#include "fail.h"
}

using namespace ipa::bench;

namespace {

class Pushes : public Events
{
public:
	void pushed(std::uint32_t /* number */) override { n_++; }
	void closed(const camipc_closed_info &info) override
	{
		bench_fail("the IPA has died: %s", info.text);
	}

	std::uint32_t n_ = 0;
};

void expect(const camipc::Error &error, const char *what)
{
	if (error)
		bench_fail("%s: %s", what, error.text().c_str());
}

} // namespace

struct cxx_host {
	cxx_host(const cam_control_list *controls, bool waits)
		: controls_(camipc::view<cam::ControlList>(*controls)),
		  values_(toValue(controls_)), waits_(waits)
	{
	}

	/** Dispatches until every requested event has arrived. */
	void await()
	{
		pollfd polled{ -1, POLLIN, 0 };

		while (waits_ && events_.n_ != sent_) {
			if (camipc_proxy_dispatch_wait(ipa_.getProxy(), 5000) < 0)
				bench_fail("dispatch_wait failed");
		}
		if (events_.n_ != sent_)
			polled.fd = ipa_.getFd();
		while (events_.n_ != sent_) {
			if (poll(&polled, 1, 5000) <= 0)
				bench_fail("no event arrived within 5 s");
			expect(ipa_.dispatch(), "dispatch");
		}
	}

	template <typename T> void frame(std::uint32_t n, const T &controls)
	{
		for (std::uint32_t i = 0; i < n; i++) {
			expect(ipa_.queueRequest(i, controls), "queueRequest");
			expect(ipa_.computeParams(i, 1), "computeParams");
			sent_++;
			await();
		}
	}

	const cam::ControlList &controls_;
	const cam::values::ControlList values_;
	const bool waits_;
	Pushes events_{};
	Proxy ipa_{};
	std::uint32_t sent_ = 0;
};

struct cxx_host *cxx_host_open(struct camipc_manager *manager,
			       const struct camipc_match *match,
			       const struct cam_control_list *controls,
			       bool waits)
{
	auto host = std::make_unique<cxx_host>(controls, waits);
	auto made = Proxy::create(manager, *match, host->events_);

	expect(made.error(), "create");
	host->ipa_ = std::move(*made);
	expect(host->ipa_.init(), "init");
	expect(host->ipa_.start(), "start");
	return host.release();
}

void cxx_host_close(struct cxx_host *host)
{
	delete host;
}

int cxx_host_pid(const struct cxx_host *host)
{
	return camipc_proxy_get_pid(host->ipa_.getProxy());
}

void cxx_host_call(void *host, uint32_t n)
{
	Proxy &ipa = static_cast<cxx_host *>(host)->ipa_;

	for (std::uint32_t i = 0; i < n; i++) {
		if (ipa.call(i).code() != static_cast<int>(i))
			bench_fail("a call returned a wrong number");
	}
}

void cxx_host_event(void *host, uint32_t n)
{
	cxx_host &self = *static_cast<cxx_host *>(host);

	for (std::uint32_t i = 0; i < n; i++) {
		expect(self.ipa_.push(i), "push");
		self.sent_++;
		self.await();
	}
}

void cxx_host_frame(void *host, uint32_t n)
{
	cxx_host &self = *static_cast<cxx_host *>(host);

	self.frame(n, self.controls_);
}

void cxx_host_frame_values(void *host, uint32_t n)
{
	cxx_host &self = *static_cast<cxx_host *>(host);

	self.frame(n, self.values_);
}
