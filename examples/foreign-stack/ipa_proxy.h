/* SPDX-License-Identifier: MIT */
/*
 * What all proxies of the stack share: written once, whatever interfaces there are.
 * The classes for interfaces come from templates/.
 */
#ifndef STACK_IPA_PROXY_H
#define STACK_IPA_PROXY_H

#include <string>

#include <camipc/manager.h>
#include <camipc/proxy.h>

#include "stack_signal.h"

namespace stack {

/** Where an IPA runs. */
enum class Isolation { Threaded, Isolated };

/** The way in which an IPA has ended, for people. */
struct IPAEnd {
	std::string text;
	enum camipc_reason reason;
};

/**
 * A running IPA. The stack polls fd(), and calls dispatch() when it is readable;
 * signals are emitted there. Bound to one thread.
 */
class IPAProxy
{
public:
	IPAProxy(const IPAProxy &) = delete;
	IPAProxy &operator=(const IPAProxy &) = delete;
	virtual ~IPAProxy() = default;

	int fd() const { return camipc_proxy_get_fd(proxy_); }

	/** Returns the number of events, or a negative errno. */
	int dispatch() { return camipc_proxy_dispatch(proxy_); }

	/** Returns the pid of an isolated IPA's worker, else 0. */
	int pid() const { return camipc_proxy_get_pid(proxy_); }

	/** Emitted once; every later call fails. */
	Signal<const IPAEnd &> ended;

protected:
	IPAProxy() = default;

	static camipc_match matchFor(Isolation isolation, const char *module)
	{
		camipc_match match = {};

		match.module = module;
		match.isolation = isolation == Isolation::Threaded ? "thread"
								   : "process";
		return match;
	}

	void emitEnded(const camipc_closed_info &info)
	{
		ended.emit({ info.text, info.reason });
	}

	camipc_proxy *proxy_ = nullptr;
};

} // namespace stack

#endif /* STACK_IPA_PROXY_H */
