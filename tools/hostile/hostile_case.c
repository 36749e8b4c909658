/* SPDX-License-Identifier: MIT */
/* Numbers the cases, says what is required, and judges. */
#include "hostile_case.h"

#include <stdio.h>
#include <string.h>

#include <camipc/error.h>

#include "report_page.h"

static size_t count_attacks(void)
{
	size_t n = 0;

	while (attack_at(n))
		n++;
	return n;
}

bool hostile_case_at(size_t i, struct hostile_case *ret_case)
{
	const size_t n = count_attacks();

	memset(ret_case, 0, sizeof(*ret_case));
	if (i < n) {
		ret_case->attack = attack_at(i);
		ret_case->name = ret_case->attack->name;
		ret_case->threat = ret_case->attack->threat;
		return true;
	}
	if (!lie_at(i - n, &ret_case->lie))
		return false;
	ret_case->name = ret_case->lie.name;
	ret_case->threat = ret_case->lie.threat;
	return true;
}

static void add(char text[HOSTILE_TEXT_SIZE], const char *word)
{
	const size_t used = strlen(text);

	snprintf(text + used, HOSTILE_TEXT_SIZE - used, "%s%s",
		 used ? " or " : "", word);
}

void hostile_case_required(const struct hostile_case *one,
			   char text[HOSTILE_TEXT_SIZE])
{
	const struct attack *attack = one->attack;

	text[0] = '\0';
	if (attack && !attack->errors[0])
		add(text, "allowed");
	for (size_t i = 0; attack && i < ATTACK_MAX_ERRORS; i++) {
		if (attack->errors[i])
			add(text, camipc_errno_to_string(-attack->errors[i]));
	}
	if (attack)
		return;
	if (one->lie.required & LIE_MUST_END)
		add(text, "the IPA is ended");
	if (one->lie.required & LIE_BAD_RING)
		add(text, "the IPA is ended for its ring");
	if (one->lie.required & LIE_MUST_FAIL)
		add(text, "a call fails");
	if (one->lie.required & LIE_MUST_PASS)
		add(text, "no effect");
}

void hostile_not_applicable(struct hostile_verdict *verdict, const char *why)
{
	verdict->is_ok = true;
	verdict->is_applicable = false;
	snprintf(verdict->observed, sizeof(verdict->observed), "%s", why);
}

void hostile_judge_attack(const struct hostile_case *one, int outcome,
			  bool has_sandbox, struct hostile_verdict *verdict)
{
	const int error = outcome - 1;

	verdict->is_ok = outcome > 0 && attack_is_refused(one->attack, error);
	if (!verdict->is_ok && !has_sandbox)
		hostile_not_applicable(verdict, "there is no sandbox");
	else if (outcome <= 0)
		snprintf(verdict->observed, sizeof(verdict->observed),
			 "the worker died of it");
	else if (error == 0)
		snprintf(verdict->observed, sizeof(verdict->observed),
			 one->attack->errors[0] ? "the attack succeeded" :
						  "allowed");
	else
		snprintf(verdict->observed, sizeof(verdict->observed), "%s",
			 camipc_errno_to_string(-error));
}

bool hostile_judge_lie(const struct hostile_case *one, unsigned int what)
{
	return one->lie.required & what;
}
