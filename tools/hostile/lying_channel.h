/* SPDX-License-Identifier: MIT */
/*
 * A channel of a worker that is honest but for one message. Linked into the
 * worker's code with --wrap, for the functions that make channels, which is the
 * only difference between an honest worker and this one.
 */
#ifndef CAMIPC_HOSTILE_LYING_CHANNEL_H
#define CAMIPC_HOSTILE_LYING_CHANNEL_H

#include "attacks.h"
#include "lies.h"
#include "report_page.h"
#include "socket_channel.h"

/** What a hostile worker does. */
struct hostile_plan {
	const struct lie *lie; /* NULL: none */
	const struct attack *attack; /* made once hello was sent; NULL: none */
	struct target target; /* of @attack */
	struct hostile_report *report; /* NULL: nobody wants to know */
};

/** Sets what this process does; before the channel is made. */
void lying_channel_plan(const struct hostile_plan *plan);

#endif /* CAMIPC_HOSTILE_LYING_CHANNEL_H */
