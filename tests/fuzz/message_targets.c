/* SPDX-License-Identifier: MIT */
/* Lists the targets of a program that has codecs but no interface. */
#include "targets.h"
#include "typed.h"

const struct fuzz_target *const fuzz_targets[] = { &fuzz_messages_target,
						   NULL };
const struct fuzz_face *const fuzz_faces[] = { NULL };

/* Nobody has a session on the machines that this is for. */
unsigned long fuzz_take_capture(const struct fuzz_target *target,
				const uint8_t *data, size_t size,
				void (*take)(const uint8_t *data, size_t size))
{
	(void)target;
	(void)data;
	(void)size;
	(void)take;
	fprintf(stderr, "captures have nothing for this program\n");
	exit(2);
}
