/* SPDX-License-Identifier: MIT */
/* A host of the studio module: what the tests in C++ of the contract share. */
#ifndef CAMIPC_TESTS_CXX_STUDIO_HOST_HPP
#define CAMIPC_TESTS_CXX_STUDIO_HOST_HPP

#include <poll.h>
#include <signal.h>
#include <string>

#include "backend.h"
#include "check.hpp"
#include "studio_ipa.hpp"

using namespace test::studio;

/** The backend that the program tests: its first argument. */
inline const char *backend;
/** What the library logged, at least warnings. */
inline std::string logged;

struct Manager {
	Manager()
	{
		const char *const workers[] = { STUDIO_WORKER, nullptr };
		const char *const trusted[] = { STUDIO_MODULE, nullptr };
		camipc_manager_options config{};

		config.size = sizeof(config);
		config.worker_paths = workers;
		config.trusted_paths = trusted;
		CHECK(camipc_manager_create(&config, &manager_) == 0);
	}
	~Manager() { camipc_manager_destroy(manager_); }
	Manager(const Manager &) = delete;
	Manager &operator=(const Manager &) = delete;

	camipc_manager *manager_ = nullptr;
};

inline camipc_match match()
{
	camipc_match found{};

	found.path = STUDIO_MODULE;
	found.isolation = test_backend_isolation(backend);
	found.transport = test_backend_transport(backend);
	return found;
}

/** Dispatches until @condition holds; ctest ends what waits for ever. */
template <typename F> void until(Proxy &ipa, F condition)
{
	while (!condition()) {
		pollfd readable{ ipa.getFd(), POLLIN, 0 };

		CHECK(poll(&readable, 1, 20000) == 1);
		static_cast<void>(ipa.dispatch().code());
	}
}

inline camipc_restart_policy policy()
{
	camipc_restart_policy some{};

	some.size = sizeof(some);
	some.max_restarts = 3;
	some.window_ms = 60000;
	return some;
}

/** Kills the worker after a call that it gets no time to look at. */
inline void killWorker(Proxy &ipa)
{
	const int pid = camipc_proxy_get_pid(ipa.getProxy());

	CHECK(kill(pid, SIGSTOP) == 0);
	CHECK(!ipa.tick(9));
	CHECK(kill(pid, SIGKILL) == 0);
}

/** Takes the arguments of main(), and collects the log. */
inline void beginOn(int argc, char **argv)
{
	CHECK(argc == 2);
	backend = argv[1];
	camipc_log_set(
		[](void *, camipc_log_level, const char *, const char *text) {
			logged += text;
			logged += '\n';
		},
		nullptr, CAMIPC_LOG_WARNING);
}

#endif /* CAMIPC_TESTS_CXX_STUDIO_HOST_HPP */
