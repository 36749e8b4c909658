/* SPDX-License-Identifier: MIT */
/* The steps of the servant target. */
#ifndef CAMIPC_TEST_SERVANT_STEPS_H
#define CAMIPC_TEST_SERVANT_STEPS_H

enum servant_op {
	OP_CALL,
	OP_CREDIT,
	OP_OTHER, /* neither call nor credit, or one nobody knows */
	OP_TRANSPORT, /* what send says from now on */
	OP_FLUSH,
	OP_EMIT, /* from another thread, as it were */
	N_OPS,
};

/* Descriptors of a step, at most. */
#define MAX_STEP_FDS 15u

/* Flags of steps. */
#define ONEWAY_IS_WRONG 1u
#define MARKED_ERROR 2u /* this process had no room for the arguments */
#define NEXT_EPOCH 4u
#define OUTS_DEFAULT 8u
#define OUTS_NONSENSE 16u
#define OP_FAILS 32u
#define OP_EMITS 64u
#define CREDIT_IS_WRONG 128u
#define STRUCT_MISSING 1u /* of OP_EMIT: NULL where one has to be */

#endif /* CAMIPC_TEST_SERVANT_STEPS_H */
