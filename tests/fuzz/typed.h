/* SPDX-License-Identifier: MIT */
/*
 * An interface without its types: make_typed.py makes one of these for each, so
 * that targets that know no types run all generated code. "args" and "outs" are
 * structs of the descriptor.
 */
#ifndef CAMIPC_TEST_TYPED_H
#define CAMIPC_TEST_TYPED_H

#include <camipc/module.h>
#include <camipc/proxy.h>

/** Most methods, or events, of an interface. */
#define FUZZ_MAX_ROWS 64

/** A method's calls. */
struct fuzz_method {
	/**
	 * Calls it with @args, or with NULL for each struct among them if
	 * @missing. Outputs of which @wanted has the bit go to @outs (but not
	 * the value that is returned), the others are not asked for.
	 */
	int (*call)(void *ipa, const void *args, bool missing, void *outs,
		    uint32_t wanted);

	/** Begins a call that completes in fuzz_done(). NULL if asynchronous. */
	int (*begin)(void *ipa, const void *args, bool missing, void *user);

	bool has_structs; /* so that some can be missing */
};

/** An event's emitter; as fuzz_method.call. */
struct fuzz_emitter {
	int (*emit)(struct camipc_host *host, const void *args, bool missing);
	bool has_structs;
};

struct fuzz_face {
	const char *name; /* in front of its targets' names; "" for the first */
	const struct camipc_interface *interface;

	/* The module: what was generated, with ops that ask fuzz_op(). */
	const camipc_invoke_fn *invoke;
	const void *ops;
	const char *(*missing_op)(const void *ops);
	const struct fuzz_emitter *emitters; /* by row */

	/* The pipeline handler; a quiet one has no function for any event. */
	const struct fuzz_method *methods; /* by row */
	int (*create)(const struct camipc_match *match, bool quiet, void *user,
		      void **ret_ipa);
	void (*destroy)(void *ipa);
	int (*dispatch)(void *ipa);
	struct camipc_proxy *(*get_proxy)(void *ipa);
};

/** Those of this program; ends with NULL. */
extern const struct fuzz_face *const fuzz_faces[];

/** That of the target which was found; NULL if it has none. */
extern const struct fuzz_face *fuzz_face;

/* ---- what typed functions ask: servant_target.c, proxy_target.c ----------- */

/** An op runs. @outs are what the op was given; what is there afterwards is
 * its answer. */
void fuzz_op(unsigned int row, void *ipa, const void *args, void *outs);

void fuzz_event(unsigned int row, void *user, const void *args);
void fuzz_done(void *user, int ret, const void *outs);
void fuzz_closed(void *user, const struct camipc_closed_info *info);

#endif /* CAMIPC_TEST_TYPED_H */
