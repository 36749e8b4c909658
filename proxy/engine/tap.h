/* SPDX-License-Identifier: MIT */
/*
 * The tap of a proxy: observers see every call, event, change of state and end
 * that passes the engine, whatever the link is. Without observers the tap costs
 * one predictable branch for each of them.
 */
#ifndef CAMIPC_ENGINE_TAP_H
#define CAMIPC_ENGINE_TAP_H

#include <camipc/proxy.h>

struct camipc_observer;
struct camipc_span;

/** What becomes of an asynchronous call that finds no credit. */
enum camipc_stall {
	CAMIPC_STALL_WAITS = 1, /* it is sent later, or replaced by a newer one */
	CAMIPC_STALL_DROPPED = 2, /* its caller does not learn it */
	CAMIPC_STALL_REFUSED = 3, /* with -EAGAIN */
};

/**
 * What an observer is shown. NULL functions are skipped. They run in the
 * proxy's thread and may not use the proxy; arguments are borrowed. An observer
 * that wants bytes encodes arguments with the encoder of their type.
 */
struct camipc_observer_ops {
	uint32_t size; /* sizeof this struct: grows at the end */

	/** A call was accepted. An asynchronous one has a cookie, unlike the
	 *  others', only if the IPA's own times were asked for. */
	void (*call)(struct camipc_observer *observer,
		     const struct camipc_method *method, uint32_t cookie,
		     const void *args);

	/**
	 * A synchronous call has ended after @took_ns. @error is the proxy's
	 * own; 0 if the IPA answered: then @outs are its outputs.
	 */
	void (*reply)(struct camipc_observer *observer,
		      const struct camipc_method *method, uint32_t cookie,
		      int error, const void *outs, uint64_t took_ns);

	/** An event is about to be delivered. */
	void (*event)(struct camipc_observer *observer,
		      const struct camipc_method *event, const void *args);

	/** An event with a body of @size bytes was dropped in @state. */
	void (*dropped)(struct camipc_observer *observer,
			const struct camipc_method *event, uint32_t size,
			enum camipc_state state);

	/** A bare credit was sent or received. */
	void (*credit)(struct camipc_observer *observer, bool sent,
		       uint32_t consumed);

	/** The state has changed. */
	void (*state)(struct camipc_observer *observer, enum camipc_state from,
		      enum camipc_state to);

	/** The IPA has ended. */
	void (*ended)(struct camipc_observer *observer,
		      const struct camipc_closed_info *info);

	/** Frees the observer; required. */
	void (*release)(struct camipc_observer *observer);

	/** The IPA says how long it ran the op of a call, which may be a lie.
	 *  Comes some time later, and never unless it was asked for. A call
	 *  that a restart repeats was not shown. */
	void (*span)(struct camipc_observer *observer,
		     const struct camipc_method *method,
		     const struct camipc_span *span);

	/** An asynchronous call found no credit; if it waits, its call() follows. */
	void (*stall)(struct camipc_observer *observer,
		      const struct camipc_method *method,
		      enum camipc_stall fate);
};

/** First member of each observer's own struct. */
struct camipc_observer {
	const struct camipc_observer_ops *ops;
	struct camipc_observer *next;
	const struct camipc_tap *tap;
};

/** All zero is empty. Thread word: bound. */
struct camipc_tap {
	struct camipc_observer *first;
	void *context; /* of the proxy's external types; NULL: none */
};

/**
 * Adds and takes an observer; before the proxy's first call. Returns 0; -EINVAL
 * or -E2BIG if its table of functions has a wrong size: it is not taken then.
 */
int camipc_tap_add(struct camipc_tap *tap, struct camipc_observer *observer);

/** Releases all observers. */
void camipc_tap_fini(struct camipc_tap *tap);

/** Returns true if somebody observes: evaluate arguments only then. */
static inline bool camipc_tap_is_open(const struct camipc_tap *tap)
{
	return CAMIPC_UNLIKELY(tap->first != NULL);
}

/* Each shows all observers what its namesake above describes. */
void camipc_tap_call(const struct camipc_tap *tap,
		     const struct camipc_method *method, uint32_t cookie,
		     const void *args);
void camipc_tap_reply(const struct camipc_tap *tap,
		      const struct camipc_method *method, uint32_t cookie,
		      int error, const void *outs, uint64_t took_ns);
void camipc_tap_event(const struct camipc_tap *tap,
		      const struct camipc_method *event, const void *args);
void camipc_tap_dropped(const struct camipc_tap *tap,
			const struct camipc_method *event, uint32_t size,
			enum camipc_state state);
void camipc_tap_span(const struct camipc_tap *tap,
		     const struct camipc_method *method,
		     const struct camipc_span *span);
void camipc_tap_stall(const struct camipc_tap *tap,
		      const struct camipc_method *method,
		      enum camipc_stall fate);
void camipc_tap_credit(const struct camipc_tap *tap, bool sent,
		       uint32_t consumed);
void camipc_tap_state(const struct camipc_tap *tap, enum camipc_state from,
		      enum camipc_state to);
void camipc_tap_ended(const struct camipc_tap *tap,
		      const struct camipc_closed_info *info);

#endif /* CAMIPC_ENGINE_TAP_H */
