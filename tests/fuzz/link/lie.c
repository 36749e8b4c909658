/* SPDX-License-Identifier: MIT */
/* Reads, draws and changes the lie of an input. */
#include "port.h"

void lie_read(struct lie *lie, const uint8_t bytes[LIE_SIZE])
{
	lie->what = bytes[0] % N_LIES;
	lie->at = bytes[1];
	lie->field = bytes[2];
	lie->value = fuzz_get_u32(bytes + 4);
}

static uint32_t draw_value(struct oracle_random *random)
{
	static const uint32_t telling[] = {
		0,    1,     2,     3,      63,	     64,	 65,	    128,
		255,  256,   1000,  4095,   32767,   32768,	 65535,	    65536,
		5000, 15000, 19999, 0xffff, 1048577, 0x7fffffff, 0x80000000, 0xffffffff,
	};

	switch (oracle_below(random, 4)) {
	case 0:
		return (uint32_t)oracle_next(random);
	case 1:
		return oracle_below(random, 256);
	default:
		return telling[oracle_below(random, sizeof(telling) /
							    sizeof(telling[0]))];
	}
}

void lie_draw(struct oracle_random *random, uint8_t bytes[LIE_SIZE])
{
	bytes[0] = (uint8_t)oracle_below(random, N_LIES);
	bytes[1] = (uint8_t)oracle_below(random, 12);
	bytes[2] = (uint8_t)oracle_below(random, 16);
	bytes[3] = 0;
	fuzz_put_u32(bytes + 4, draw_value(random));
}

void lie_mutate(struct oracle_random *random, uint8_t bytes[LIE_SIZE])
{
	uint8_t drawn[LIE_SIZE];

	lie_draw(random, drawn);
	switch (oracle_below(random, 5)) {
	case 0:
		bytes[0] = drawn[0];
		break;
	case 1:
		bytes[1] = drawn[1];
		break;
	case 2:
		bytes[2] = drawn[2];
		break;
	case 3:
		fuzz_put_u32(bytes + 4, draw_value(random));
		break;
	default:
		fuzz_put_u32(bytes + 4, fuzz_get_u32(bytes + 4) +
						(oracle_below(random, 2)
							 ? 1u
							 : UINT32_MAX));
	}
}
