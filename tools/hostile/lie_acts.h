/* SPDX-License-Identifier: MIT */
/* What a hostile worker does instead of sending a message. */
#ifndef CAMIPC_HOSTILE_LIE_ACTS_H
#define CAMIPC_HOSTILE_LIE_ACTS_H

#include "channel.h"
#include "lies.h"

/**
 * lie_tell() - tell one lie
 * @channel: the honest one
 * @message: what an honest worker would send now; stays the caller's
 * @note: called first; with false if the lie is the honest message
 *
 * Returns what camipc_channel_send() returns; or never.
 */
int lie_tell(const struct lie *lie, const struct camipc_channel *channel,
	     struct camipc_message *message, void (*note)(bool is_lie));

#endif /* CAMIPC_HOSTILE_LIE_ACTS_H */
