/* SPDX-License-Identifier: MIT */
/*
 * The descriptor of an interface: constant data that generated code defines.
 * Every engine (thread, process and loopback today, recording and replay
 * later) is written by hand over these tables.
 *
 * The tables cross the border between two builds: a module, generated and
 * compiled by its vendor, and libcamipc. Structs that are passed one by one
 * begin with their size and grow at the end; a reader checks the size before
 * it reads a member that its own header declares later. Structs in arrays have
 * a fixed size: spare members, which are 0 today, keep the place of later
 * ones. 0 must always mean "as before".
 */
#ifndef CAMIPC_INTERFACE_H
#define CAMIPC_INTERFACE_H

#include <camipc/arena.h>
#include <camipc/base.h>
#include <camipc/check.h>
#include <camipc/external.h>
#include <camipc/type_info.h>
#include <camipc/wire.h>

CAMIPC_BEGIN_DECLS

/**
 * One message: the arguments or the outputs of a method, or the arguments of
 * an event.
 *
 * The functions take void pointers and convert them in their first line.
 * Calling a function through a pointer of another type is undefined, and
 * control-flow integrity ends the process for it. Thread word of all of them:
 * reentrant.
 */
struct camipc_message_type {
	/** sizeof the message's struct, in bytes. */
	uint32_t size;

	/** Largest encoding in bytes; 0 if the IDL does not bound it. */
	uint32_t max_wire;

	/** Fields, for tracing, tests and the layout. Never NULL. */
	const struct camipc_type_info *info;

	/** Sets the IDL's defaults in a zeroed @msg; NULL if all are zero. */
	void (*init)(void *msg);

	/**
	 * Checks that the interface allows @msg, bounds its encoded size and
	 * computes the memory that decoding needs; errors are kept in @check.
	 * NULL if every value is allowed and max_wire is set.
	 */
	void (*check)(struct camipc_check *check, const void *msg);

	/** Encodes a @msg that passed check(). */
	void (*encode)(struct camipc_writer *w, const void *msg);

	/**
	 * Decodes from @p to the reader's end into a @msg that init() has set
	 * up; errors are kept in the reader.
	 */
	void (*decode)(struct camipc_reader *r, const uint8_t *p, void *msg);

	/**
	 * Replaces every pointer in @msg, a flat copy of a checked message, by
	 * a deep copy. Errors are kept in the arena; @msg then points to
	 * nothing of the source. NULL if the flat copy is enough.
	 */
	void (*copy)(struct camipc_arena *arena, void *msg);

	/** Releases what copy() put into a heap arena; NULL if nothing. */
	void (*clear)(void *msg);

	/** Most memory in bytes, besides @size, that decoding takes; 0 if the
	 *  IDL does not bound it, or if it exceeds CAMIPC_MAX_DECODED. */
	uint32_t max_decoded;

	uint32_t spare_number; /* 0 */

	/**
	 * For arguments in a form of the caller's own, see
	 * camipc_proxy_call_as(): makes a zeroed @msg, the interface's struct
	 * of @size bytes, equal to @args. Everything that @msg points to is
	 * copied to @arena, which keeps errors. NULL in generated C.
	 */
	void (*build)(struct camipc_arena *arena, const void *args, void *msg);

	/** NULL. For functions of later versions. */
	void (*spare[2])(void);
};

/** The effect of a method on the proxy's state; method names have none. */
enum camipc_role {
	CAMIPC_ROLE_CALL = 0, /* synchronous, no change of state */
	CAMIPC_ROLE_INIT, /* Created -> Ready */
	CAMIPC_ROLE_START, /* Ready or Stopped -> Running */
	CAMIPC_ROLE_STOP, /* Running -> Stopped */
	CAMIPC_ROLE_ASYNC, /* returns before the IPA has run it */
	CAMIPC_ROLE_EVENT, /* raised by the IPA */
};

/** Number of roles, for tables by role. */
#define CAMIPC_N_ROLES (CAMIPC_ROLE_EVENT + 1)

/** [when=] of the IDL: the states in which a call is legal. */
enum camipc_when {
	CAMIPC_WHEN_DEFAULT = 0,
	CAMIPC_WHEN_STOPPED,
	CAMIPC_WHEN_RUNNING,
	CAMIPC_WHEN_ANY,
};

#define CAMIPC_N_WHENS (CAMIPC_WHEN_ANY + 1)

/** [overflow=] of the IDL: what happens to a message without credit. */
enum camipc_overflow {
	CAMIPC_OVERFLOW_ERROR = 0, /* it fails with -EAGAIN, counted */
	CAMIPC_OVERFLOW_DROP_NEWEST, /* it is dropped with 0, counted */
	CAMIPC_OVERFLOW_DROP_OLDEST, /* the oldest of [queue=] is dropped */
	CAMIPC_OVERFLOW_KEEP, /* it waits, up to [queue=] of them; -EAGAIN */
};

#define CAMIPC_N_OVERFLOWS (CAMIPC_OVERFLOW_KEEP + 1)

/** The outputs begin with an int32_t, which is the result of the call. */
#define CAMIPC_METHOD_RETURNS_INT32 (1u << 0)

/** Arguments, or outputs, can carry file descriptors. */
#define CAMIPC_METHOD_ARGS_FDS (1u << 1)
#define CAMIPC_METHOD_OUTS_FDS (1u << 2)

/** [restore]: a restarted module needs this call again. */
#define CAMIPC_METHOD_RESTORE (1u << 3)

/** [restore=ignore_result]: it may return something else then. */
#define CAMIPC_METHOD_IGNORE_RESULT (1u << 4)

/** [restart=wait]: a call during a restart waits for its end. */
#define CAMIPC_METHOD_RESTART_WAIT (1u << 5)

/** Most fields that lead from the arguments of a method to its key. */
#define CAMIPC_KEY_DEPTH 4

/** One method or event. */
struct camipc_method {
	const char *name; /* as in the IDL */
	uint16_t id; /* 1 ... 65535 */
	uint16_t flags; /* CAMIPC_METHOD_* */
	enum camipc_role role;
	enum camipc_when when;
	enum camipc_overflow overflow;
	uint16_t queue; /* [queue=], at most CAMIPC_MAX_QUEUE; 0: the window */
	uint16_t max_fds_args; /* bound of the IDL; 0: none or unbounded */
	uint16_t max_fds_outs;
	uint16_t undo; /* [undo=]: id of the method that reverts it; 0: none */
	uint32_t timeout_ms; /* [timeout_ms=]; 0: by role, limits.h */

	/**
	 * [key=]: field numbers, from a field of @args inwards; ends at the
	 * first 0. Only the first field may be an array. Calls with different
	 * keys do not replace each other when a module is restored. Without a
	 * key, and without [restore], all are 0.
	 */
	uint32_t key[CAMIPC_KEY_DEPTH];

	uint32_t spare[5]; /* 0 */
	const struct camipc_message_type *args; /* NULL: none */
	const struct camipc_message_type *outs; /* NULL: none */
	const void *spare_pointers[4]; /* NULL */
};

/**
 * An interface and its event interface. Rows are in ascending order of id;
 * ids may have gaps.
 */
struct camipc_interface {
	uint32_t size; /* sizeof this struct; it grows at the end */
	uint32_t version;
	const char *name; /* of the module, as in the IDL: "ipa.vimc" */
	uint32_t compatible_since;
	uint32_t codegen_revision;
	uint64_t wire_fingerprint; /* of everything that the bytes depend on */
	const struct camipc_method *methods;
	const struct camipc_method *events;
	uint16_t n_methods;
	uint16_t n_events;

	/**
	 * Largest body of a message in bytes, in either direction
	 * ([max_message]). The pipeline's descriptor decides, unless its
	 * proxy's budget does; the module's has no effect.
	 */
	uint32_t max_message_size;
};

/**
 * Calls one function of @table (an ops or an events table) with the members
 * of @args and @outs. @row describes the method or the event. It is the row of
 * the descriptor in the same camipc_module_entry or camipc_client, so that one
 * function can serve several rows. @self is the IPA, or the user pointer of the
 * events. @outs is NULL if the method has no outputs.
 */
typedef void (*camipc_invoke_fn)(const struct camipc_method *row,
				 const void *table, void *self,
				 const void *args, void *outs);

/**
 * True if a size-first table of functions is large enough to have @member,
 * and it is set.
 */
#define CAMIPC_TABLE_HAS(table, member)                                      \
	(offsetof(__typeof__(*(table)), member) < (table)->size &&           \
	 (table)->member)

/**
 * camipc_find_method() - find the row of a method or an event
 * @rows: in ascending order of id
 *
 * Returns NULL if no row has the @id. Thread word: reentrant.
 */
static inline const struct camipc_method *
camipc_find_method(const struct camipc_method *rows, uint16_t n_rows,
		   uint32_t id)
{
	uint32_t low = 0;
	uint32_t high = n_rows;

	/* Without ordinals ids count from 1: this hits at the first try. */
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

/*
 * Modules are compiled against these sizes: a change needs another
 * CAMIPC_CODEGEN_REVISION. New members take the place of spare ones.
 */
CAMIPC_STATIC_ASSERT(sizeof(struct camipc_message_type) ==
			     4 * sizeof(uint32_t) + 10 * sizeof(void *),
		     "a new member of a message takes a spare one's place");
CAMIPC_STATIC_ASSERT(sizeof(struct camipc_method) ==
			     2 * 6 + 3 * sizeof(enum camipc_role) +
				     10 * sizeof(uint32_t) + 7 * sizeof(void *),
		     "a new member of a row takes a spare one's place");

CAMIPC_END_DECLS

#endif /* CAMIPC_INTERFACE_H */
