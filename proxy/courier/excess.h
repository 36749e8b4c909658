/* SPDX-License-Identifier: MIT */
/* Says which limit a message exceeds, and by how much. */
#ifndef CAMIPC_PROXY_EXCESS_H
#define CAMIPC_PROXY_EXCESS_H

#include <stddef.h>

#include <camipc/base.h>

enum camipc_excess_of {
	CAMIPC_EXCESS_NONE = 0,
	CAMIPC_EXCESS_OF_SIZE, /* bytes of the body */
	CAMIPC_EXCESS_OF_MEMORY, /* bytes that decoding takes */
	CAMIPC_EXCESS_OF_FDS, /* file descriptors */
};

/** Why a message was refused with -EMSGSIZE. */
struct camipc_excess {
	enum camipc_excess_of what;
	size_t needed;
	size_t limit;
};

/**
 * camipc_excess_log() - log one line about a message that is too large
 * @topic: of the log
 * @owner: name of the module or the interface
 * @part: "arguments" or "outputs"
 * @method: name of the method or the event
 * @excess: which limit; EXCESS_NONE: of elements or of depth, in @field
 * @field: may be NULL
 *
 * Thread word: safe.
 */
void camipc_excess_log(const char *topic, const char *owner, const char *part,
		       const char *method, const struct camipc_excess *excess,
		       const char *field);

#endif /* CAMIPC_PROXY_EXCESS_H */
