/* SPDX-License-Identifier: MIT */
/* Finds attacks in their tables, and judges what came of one. */
#include <string.h>

#include "attacks.h"

static const struct attack *const tables[] = {
	attacks_on_files,   attacks_by_name,      attacks_on_start,
	attacks_on_memory,  attacks_on_processes, attacks_on_others,
	attacks_on_kernel,  attacks_on_system,
};

const struct attack *attack_at(size_t i)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		for (const struct attack *one = tables[t]; one->name; one++) {
			if (i-- == 0)
				return one;
		}
	}
	return NULL;
}

const struct attack *attack_find(const char *name)
{
	const struct attack *attack;

	for (size_t i = 0; (attack = attack_at(i)); i++) {
		if (strcmp(attack->name, name) == 0)
			return attack;
	}
	return NULL;
}

int attack_is_refused(const struct attack *attack, int outcome)
{
	if (attack->errors[0] == 0)
		return outcome == 0;
	for (size_t i = 0; i < ATTACK_MAX_ERRORS; i++) {
		if (outcome > 0 && attack->errors[i] == outcome)
			return 1;
	}
	return 0;
}
