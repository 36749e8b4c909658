/* SPDX-License-Identifier: MIT */
/*
 * The descriptor of an interface: what generated code says about itself, as
 * constant data. Every engine (thread, process, loopback, later record and
 * replay) is hand-written over these tables.
 */
#ifndef CAMIPC_INTERFACE_H
#define CAMIPC_INTERFACE_H

#include <camipc/arena.h>
#include <camipc/base.h>
#include <camipc/check.h>
#include <camipc/type_info.h>
#include <camipc/wire.h>

CAMIPC_BEGIN_DECLS

/**
 * One message: the arguments or the outputs of a method, or an event's
 * arguments.
 *
 * The functions take void pointers and convert them in their first line:
 * calling through a cast function pointer is undefined, and control-flow
 * integrity kills it.
 */
struct camipc_message_type {
	/** sizeof the struct. */
	uint32_t size;

	/** Largest encoding in bytes, or 0 where the IDL does not bound it. */
	uint32_t max_wire;

	/** Fields, for tracing, tests and fuzzers. Never NULL. */
	const struct camipc_type_info *info;

	/** Sets the IDL's defaults in a zeroed @msg; NULL: zero is right. */
	void (*init)(void *msg);

	/**
	 * Says whether the interface allows @msg, bounds its encoded size, and
	 * computes what decoding it will take; NULL: every value is allowed
	 * and max_wire is set.
	 */
	void (*check)(struct camipc_check *check, const void *msg);

	/** Writes a @msg that passed check(). */
	void (*encode)(struct camipc_writer *w, const void *msg);

	/** Reads from @p to the reader's end into an initialised @msg. */
	void (*decode)(struct camipc_reader *r, const uint8_t *p, void *msg);

	/**
	 * Replaces, in a flat copy of a checked message, everything that
	 * points elsewhere; NULL: the flat copy is enough. Errors stay in the
	 * arena, and nothing of the source is left then.
	 */
	void (*copy)(struct camipc_arena *arena, void *msg);

	/** Releases what copy() into a heap arena made; NULL: nothing. */
	void (*clear)(void *msg);
};

/** What a method does to the proxy's state; no name is special. */
enum camipc_role {
	CAMIPC_ROLE_CALL = 0, /* synchronous, no change of state */
	CAMIPC_ROLE_INIT, /* Created -> Ready */
	CAMIPC_ROLE_START, /* Ready or Stopped -> Running */
	CAMIPC_ROLE_STOP, /* Running -> Stopped */
	CAMIPC_ROLE_ASYNC, /* returns before the IPA has run it */
	CAMIPC_ROLE_EVENT, /* from the IPA */
};

/** The IDL's [when=]. */
enum camipc_when {
	CAMIPC_WHEN_DEFAULT = 0,
	CAMIPC_WHEN_STOPPED,
	CAMIPC_WHEN_RUNNING,
	CAMIPC_WHEN_ANY,
};

/** The IDL's [overflow=]: what a sender without credit does. */
enum camipc_overflow {
	CAMIPC_OVERFLOW_ERROR = 0, /* -EAGAIN, counted */
	CAMIPC_OVERFLOW_DROP_NEWEST, /* 0, counted */
	CAMIPC_OVERFLOW_DROP_OLDEST, /* keeps the newest [queue=] ones */
};

/** The outputs begin with an int32_t, which is the call's result. */
#define CAMIPC_METHOD_RETURNS_INT32 (1u << 0)

/** Arguments, or outputs, can carry file descriptors. */
#define CAMIPC_METHOD_ARGS_FDS (1u << 1)
#define CAMIPC_METHOD_OUTS_FDS (1u << 2)

/** One method or event. */
struct camipc_method {
	const char *name; /* as in the IDL */
	uint16_t id; /* 1 ... 65535 */
	uint16_t flags; /* CAMIPC_METHOD_* */
	enum camipc_role role;
	enum camipc_when when;
	enum camipc_overflow overflow;
	uint16_t queue; /* [queue=]; 0: the whole window */
	uint16_t max_fds_args; /* bound of the IDL; 0: none or unbounded */
	uint16_t max_fds_outs;
	uint32_t timeout_ms; /* [timeout_ms=]; 0: by role, limits.h */
	const struct camipc_message_type *args; /* NULL: none */
	const struct camipc_message_type *outs; /* NULL: none */
};

/**
 * An interface and its event interface. Rows are in ascending order of id,
 * which need not be contiguous.
 */
struct camipc_interface {
	uint32_t size; /* sizeof this struct: grows at the end */
	uint32_t version;
	const char *name; /* of the module, as in the IDL: "ipa.vimc" */
	uint32_t compatible_since;
	uint32_t codegen_revision;
	uint64_t wire_fingerprint; /* what the bytes depend on */
	uint64_t layout_fingerprint; /* what the structs depend on */
	const struct camipc_method *methods;
	const struct camipc_method *events;
	uint16_t n_methods;
	uint16_t n_events;
};

/**
 * Calls one function of @table (an ops or an events table) with the members
 * of @args and @outs. @self is the IPA, or the user pointer of the events.
 * @outs is NULL where there are none.
 */
typedef void (*camipc_invoke_fn)(const void *table, void *self,
				 const void *args, void *outs);

/**
 * True if a size-first table of functions is large enough to have @member,
 * and it is set.
 */
#define CAMIPC_TABLE_HAS(table, member)                                      \
	(offsetof(__typeof__(*(table)), member) < (table)->size &&           \
	 (table)->member)

/** The method or event with this @id; NULL if the interface has none. */
static inline const struct camipc_method *
camipc_find_method(const struct camipc_method *rows, uint16_t n_rows,
		   uint32_t id)
{
	uint32_t low = 0;
	uint32_t high = n_rows;

	/* Without ordinals ids count from 1, and the first look is right. */
	if (CAMIPC_LIKELY(id - 1 < n_rows && rows[id - 1].id == id))
		return &rows[id - 1];
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (rows[middle].id == id)
			return &rows[middle];
		if (rows[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

CAMIPC_END_DECLS

#endif /* CAMIPC_INTERFACE_H */
