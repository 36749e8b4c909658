/* SPDX-License-Identifier: MIT */
/* Follows the black level frame by frame. */
#include "black_level.h"

#include "statistics.h"

/* Averages the noise of the dark pixels over some ten frames. */
#define SPEED 0.1

/* A black level above a quarter of the range must be an error. */
#define MAX_LEVEL (SOFTISP_WHITE / 4.0)

void softisp_black_level_init(struct softisp_black_level *black,
			      const struct softisp_tuning *tuning)
{
	int i;

	for (i = 0; i < 4; i++)
		black->level[i] = tuning->black_level;
	black->measured = false;
}

void softisp_black_level_update(struct softisp_black_level *black,
				const struct ipa_softisp_statistics *statistics)
{
	double speed = black->measured ? SPEED : 1.0;
	int i;

	for (i = 0; i < 4; i++)
		if (!statistics->dark[i] ||
		    statistics->dark[i] / 256.0 > MAX_LEVEL)
			return;
	for (i = 0; i < 4; i++)
		black->level[i] +=
			speed * (statistics->dark[i] / 256.0 - black->level[i]);
	black->measured = true;
}

void softisp_black_level_get(const struct softisp_black_level *black,
			     double ret_level[3])
{
	ret_level[0] = black->level[0];
	ret_level[1] = (black->level[1] + black->level[2]) / 2;
	ret_level[2] = black->level[3];
}

void softisp_black_level_prepare(const struct softisp_black_level *black,
				 struct ipa_softisp_parameters *parameters)
{
	int i;

	for (i = 0; i < 4; i++)
		parameters->black_level[i] =
			(uint32_t)(black->level[i] * 256 + 0.5);
}
