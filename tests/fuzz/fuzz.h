/* SPDX-License-Identifier: MIT */
/*
 * Fuzz targets: each feeds hostile bytes to one part of camipc and judges the
 * result. A target does not depend on libFuzzer: fuzz_main.c runs it with
 * libFuzzer, replay_main.c on files and on mutations of its own.
 */
#ifndef CAMIPC_TEST_FUZZ_H
#define CAMIPC_TEST_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <camipc/log.h>

#include "values.h"

/** Bytes of one input, at most. */
#define FUZZ_MAX_INPUT 4096

/** Judges a piece under test; says what was wrong, and where, and aborts. */
#define FUZZ_REQUIRE(condition)                                                \
	do {                                                                   \
		if (!(condition)) {                                            \
			dprintf(STDERR_FILENO, "%s:%d: %s does not hold\n",    \
				__FILE__, __LINE__, #condition);               \
			abort();                                               \
		}                                                              \
	} while (0)

struct fuzz_target {
	const char *name;

	/** Tries one input; aborts if something is wrong. Keeps no state. */
	void (*run)(const uint8_t *data, size_t size);

	/**
	 * Makes another input of one, in place, knowing its structure, and
	 * returns its size; @other (of @other_size bytes, may be 0) is one to
	 * take pieces from. NULL: its inputs are bytes without structure.
	 */
	size_t (*mutate)(struct oracle_random *random, uint8_t *data,
			 size_t size, size_t room, const uint8_t *other,
			 size_t other_size);

	/** Makes an input that means something; returns its size. */
	size_t (*seed)(struct oracle_random *random, uint8_t *data,
		       size_t room);

	/** There is one for each of fuzz_faces. */
	bool of_interface;
};

/**
 * What the last input came to, for the corpus to be held to: 0, or the error
 * that it ended in. Set by run().
 */
extern int fuzz_result;

/** Those of this program; ends with NULL. */
extern const struct fuzz_target *const fuzz_targets[];

/** Room for the name of a target. */
#define FUZZ_MAX_NAME 64

/**
 * The @n-th target and its name, or NULL. What is of an interface has that
 * one's name in front: "second-servant". Only the first interface has none.
 */
const struct fuzz_target *fuzz_target_at(size_t n, char name[FUZZ_MAX_NAME]);

/** The one of that name, for its interface from now on; or NULL. */
const struct fuzz_target *fuzz_find_target(const char *name);

/** Of the target that was found, or else the first one there is. */
const struct camipc_interface *fuzz_interface(void);

/**
 * Mutates bytes and returns the new size: our own mutator, unless fuzz_main.c
 * has set libFuzzer's.
 */
extern size_t (*fuzz_mutate_bytes)(struct oracle_random *random, uint8_t *data,
				   size_t size, size_t room);

/** For the above, without libFuzzer. */
size_t fuzz_change_bytes(struct oracle_random *random, uint8_t *data,
			 size_t size, size_t room);

/**
 * Hands inputs that are made of a capture (capture.h) to @take; each has to
 * end well. Returns how many of its messages were too large for an input.
 */
unsigned long fuzz_take_capture(const struct fuzz_target *target,
				const uint8_t *data, size_t size,
				void (*take)(const uint8_t *data, size_t size));

/* ---- names: FNV-1a, so that inputs keep their meaning -------------------- */

uint32_t fuzz_hash(const char *name, size_t len);

/** The codec whose message's name has that hash; any other one if none. */
const struct oracle_codec *fuzz_find_codec(uint32_t hash);

/** The codec of the message that @info describes, or NULL. */
const struct camipc_message_type *
fuzz_find_type(const struct camipc_type_info *info);

uint16_t fuzz_get_u16(const uint8_t *p);
uint32_t fuzz_get_u32(const uint8_t *p);
void fuzz_put_u16(uint8_t *p, uint16_t value);
void fuzz_put_u32(uint8_t *p, uint32_t value);

/* ---- values -------------------------------------------------------------- */

/**
 * A descriptor that fits any kind that a memfd can be, but access=rw; opened
 * once.
 */
int fuzz_open_fd(void);
void fuzz_close_fd(void);

/**
 * Fills @msg with values that the interface allows, from @seed alone. They
 * are valid until the next call with the same @arena.
 */
void fuzz_draw(const struct camipc_message_type *type, uint64_t seed,
	       struct camipc_arena *arena, void *msg);

/**
 * The same for what an op returns, in @outs as it was given: the descriptor in
 * it, if there is one, is the receiver's to close.
 */
void fuzz_draw_outs(const struct camipc_message_type *type, uint64_t seed,
		    struct camipc_arena *arena, void *outs);

/** Encodes random values; returns the size, 0 if @room is too small. */
size_t fuzz_draw_bytes(struct oracle_random *random,
		       const struct camipc_message_type *type, uint8_t *data,
		       size_t room, uint32_t *ret_n_fds);

/**
 * What arrived at somebody: has to be what a sender may send, all of it
 * readable. False if it is too deep to be sent: structs that were absent are
 * not, once they are encoded.
 */
bool fuzz_expect_allowed(const struct camipc_message_type *type,
			 const void *msg);

/** For camipc_log_set(): what hostile input makes us say is not read. */
void fuzz_ignore_log(void *user, enum camipc_log_level level, const char *topic,
		     const char *text);

/** Counts open descriptors, for fuzz_expect_fds(). */
unsigned int fuzz_count_fds(void);

/** Requires that as many descriptors are open as before. Another thread may still
 *  close what was handed to it: waits for that. */
void fuzz_expect_fds(unsigned int before);

#endif /* CAMIPC_TEST_FUZZ_H */
