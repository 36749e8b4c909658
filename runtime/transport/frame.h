/* SPDX-License-Identifier: MIT */
/* What every channel checks of a received message before it looks further. */
#ifndef CAMIPC_TRANSPORT_FRAME_H
#define CAMIPC_TRANSPORT_FRAME_H

#include "channel.h"

/**
 * camipc_frame_check() - decode a header, and check it before anything is
 * allocated for the body
 * @message: its first bytes are the header; gets the decoded header
 * @size: bytes that came, header included
 * @is_cut: more bytes came than the receiver had room for
 * @ret_error: gets 0, or the error of camipc_channel_receive()
 *
 * Returns NONE or what is wrong. Thread word: reentrant.
 */
enum camipc_reason camipc_frame_check(const struct camipc_channel_limits *limits,
				      struct camipc_message *message,
				      size_t size, bool is_cut, int *ret_error);

/** Reduces a message that this process has no room for to its header. */
void camipc_frame_drop_body(struct camipc_message *message, int error);

/** Empties @message, sets *@ret_reason to @reason and returns @error. */
int camipc_frame_refuse(struct camipc_message *message,
			enum camipc_reason reason, int error,
			enum camipc_reason *ret_reason);

#endif /* CAMIPC_TRANSPORT_FRAME_H */
