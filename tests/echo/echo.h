/* SPDX-License-Identifier: MIT */
/* Internal declarations of the test module. */
#ifndef CAMIPC_TEST_ECHO_H
#define CAMIPC_TEST_ECHO_H

#include <pthread.h>
#include <stdatomic.h>

#include "echo_ipa_worker.h"

/** What an op does before its own work, once. */
struct echo_plan {
	enum test_echo_act act;
	int32_t value;
	int fd; /* owned, or -1 */
};

struct echo {
	struct camipc_host *host;
	uint32_t *pushed;
	uint32_t n_pushed;
	struct echo_plan plans[TEST_ECHO_DESTROY + 1];
	pthread_t emitter;
	bool emits;
	int32_t lines; /* that it logs before its only event; 0: none, and it
			* does not stop */
	int emitter_done; /* a pipe's; -1: nobody waits for its end */
	atomic_bool ending;
};

void echo_plan_init(struct echo *echo);

/** Ends the emitter, closes what is left. */
void echo_plan_fini(struct echo *echo);

/** Does what was planned for @op; true if that ends it with *ret. */
bool echo_act(struct echo *echo, enum test_echo_op op, int32_t *ret);

/* Two of the ops. */
int32_t echo_plan(void *ipa, enum test_echo_op op, enum test_echo_act act,
		  int32_t value, int fd);
void echo_where(void *ipa, struct test_echo_place *ret_place);

#endif /* CAMIPC_TEST_ECHO_H */
