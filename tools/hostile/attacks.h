/* SPDX-License-Identifier: MIT */
/* The attacks of the hostile module, and what the sandbox must answer them. */
#ifndef CAMIPC_HOSTILE_ATTACKS_H
#define CAMIPC_HOSTILE_ATTACKS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** Where an attack looks for what a host left open or set. */
#define HOSTILE_SECRET_FD 250
#define HOSTILE_SECRET_NAME "CAMIPC_HOSTILE_SECRET"

/** Who or what an attack is aimed at. */
struct target {
	pid_t parent;
	uintptr_t address; /* of a byte in the parent */
	pid_t sibling; /* another worker */
	uintptr_t sibling_address; /* of a byte in it */
	char folder[128]; /* with the file "victim", which belongs to the user */
};

/** Only root can make it without the sandbox, too. */
#define ATTACK_BY_ROOT (1u << 0)
/** Not every system has what is attacked. */
#define ATTACK_MAY_LACK (1u << 1)
/** Holds without the sandbox as well: a worker starts clean. */
#define ATTACK_ON_START (1u << 2)

#define ATTACK_MAX_ERRORS 3

/** An attack. */
struct attack {
	const char *name;
	/** Returns 0 if the attack succeeded, else the positive errno. */
	int (*run)(const struct target *target);
	uint8_t threat; /* row of tests/threats.md; 0: no attack, must succeed */
	uint8_t flags; /* ATTACK_… */
	/** What the attack returns in the sandbox; { 0 }: it may succeed. */
	int errors[ATTACK_MAX_ERRORS];
};

/** A row of a table; the last arguments are the errors. */
#define ATTACK(threat_, name_, flags_, ...)              \
	{                                                \
		.name = #name_, .run = name_,            \
		.threat = (threat_), .flags = (flags_),  \
		.errors = { __VA_ARGS__ },               \
	}
#define ATTACKS_END { .name = NULL }

/** All attacks in one row after another. Returns NULL past the last. */
const struct attack *attack_at(size_t i);

/** Returns the attack of this name, or NULL. */
const struct attack *attack_find(const char *name);

/** Returns whether @outcome is what the sandbox must answer. */
int attack_is_refused(const struct attack *attack, int outcome);

/** Tables of attacks, each ends with ATTACKS_END. */
extern const struct attack attacks_by_name[];
extern const struct attack attacks_on_files[];
extern const struct attack attacks_on_kernel[];
extern const struct attack attacks_on_memory[];
extern const struct attack attacks_on_others[];
extern const struct attack attacks_on_processes[];
extern const struct attack attacks_on_start[];
extern const struct attack attacks_on_system[];

/** The errno of a system call that fails with -1, else 0. */
int outcome_of(long result);

/**
 * The same for a call with arguments that the kernel itself refuses with
 * @beyond: where that error comes from, nothing has stopped the call.
 */
int outcome_beyond(long result, int beyond);

/** The same for a call that returns a descriptor, which is closed. */
int outcome_of_open(long fd);

/** The path of @name in the folder of the target; valid until the next call. */
const char *in_folder(const struct target *target, const char *name);

#endif /* CAMIPC_HOSTILE_ATTACKS_H */
