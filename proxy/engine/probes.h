/* SPDX-License-Identifier: MIT */
/*
 * Static probes for tracers such as bpftrace (USDT). Each is one instruction that
 * does nothing, and a note in the library that says where it is and where its
 * arguments are; so the arguments must be what is at hand anyway. probes.md
 * describes them, and is what a test compares the notes with.
 */
#ifndef CAMIPC_ENGINE_PROBES_H
#define CAMIPC_ENGINE_PROBES_H

#include "proxy.h"

#ifdef CAMIPC_HAVE_SDT
#include <sys/sdt.h>
#define CAMIPC_PROBE2 DTRACE_PROBE2
#define CAMIPC_PROBE3 DTRACE_PROBE3
#define CAMIPC_PROBE4 DTRACE_PROBE4
#define CAMIPC_PROBE5 DTRACE_PROBE5
#ifdef __clang__
/* Macros of that header, which are expanded below. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wgnu-zero-variadic-macro-arguments"
#endif
#else
#define CAMIPC_PROBE2(provider, name, ...) camipc_probe_nothing(__VA_ARGS__)
#define CAMIPC_PROBE3 CAMIPC_PROBE2
#define CAMIPC_PROBE4 CAMIPC_PROBE2
#define CAMIPC_PROBE5 CAMIPC_PROBE2

/** Keeps the compiler from missing the use of variables. */
static inline void camipc_probe_nothing(const char *module, ...)
{
	(void)module;
}
#endif

/** A call was accepted; @is_async is a constant. */
static inline void camipc_probe_call(const struct camipc_proxy *proxy,
				     const struct camipc_method *method,
				     uint32_t cookie, int is_async)
{
	CAMIPC_PROBE4(camipc, call, camipc_proxy_name(proxy), method->name,
		      cookie, is_async);
}

/** A call with a reply has ended. */
static inline void camipc_probe_reply(const struct camipc_proxy *proxy,
				      const struct camipc_call *call)
{
	CAMIPC_PROBE5(camipc, reply, camipc_proxy_name(proxy),
		      call->method->name, call->cookie, call->error,
		      call->began_ns);
}

/** An event is about to be delivered. */
static inline void camipc_probe_event(const struct camipc_proxy *proxy,
				      const struct camipc_method *event)
{
	CAMIPC_PROBE2(camipc, event, camipc_proxy_name(proxy), event->name);
}

/** An asynchronous call found no credit. */
static inline void camipc_probe_stall(const struct camipc_proxy *proxy,
				      const struct camipc_method *method,
				      enum camipc_stall fate)
{
	CAMIPC_PROBE3(camipc, stall, camipc_proxy_name(proxy), method->name,
		      fate);
}

/** An IPA has ended. */
static inline void camipc_probe_death(const struct camipc_proxy *proxy,
				      const struct camipc_closed_info *info)
{
	CAMIPC_PROBE4(camipc, death, camipc_proxy_name(proxy), info->reason,
		      info->pid, info->status);
}

#if defined(CAMIPC_HAVE_SDT) && defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif /* CAMIPC_ENGINE_PROBES_H */
