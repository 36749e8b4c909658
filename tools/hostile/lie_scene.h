/* SPDX-License-Identifier: MIT */
/* The moment of a lie, and what all lies need. */
#ifndef CAMIPC_HOSTILE_LIE_SCENE_H
#define CAMIPC_HOSTILE_LIE_SCENE_H

#include "channel.h"
#include "lies.h"
#include "raw_frame.h"

/** The moment of a lie. */
struct scene {
	const struct camipc_channel *channel;
	struct camipc_message *message; /* the honest one */
	struct raw_frame frame; /* room for what is sent instead */
};

/* Functions that send return 0 or a negative errno; others may never return. */

/** Sends the honest message. */
int scene_be_honest(struct scene *scene);

/** Sends a message of another kind, with the numbers of the honest one. */
int scene_send(struct scene *scene, enum camipc_message_kind kind, uint32_t id,
	       const void *body, size_t size);

/** Sends such a message, and then the honest one. */
int scene_interject(struct scene *scene, enum camipc_message_kind kind,
		    uint32_t id, const void *body, size_t size);

/** Sends an event of the built-in interface. */
int scene_send_event(struct scene *scene);

/** Sends a line of the log. */
int scene_send_log(struct scene *scene, uint32_t level, const char *text,
		   size_t size);

/** Sends lines until the camera process ends this one. */
int scene_flood_log(struct scene *scene);

/** Sends escape sequences on stderr and in the log, and is honest then. */
int scene_send_escapes(struct scene *scene);

/** Never does anything again. */
int scene_hang(void);

/** Ends by a signal. */
int scene_die_of(int number);

/** Closes the channel, but does not end. */
int scene_close_channel(void);

/* The lies of lie_rows.h. */
#define LIE(name, threat, at, nth, required) \
	int act_##name(struct scene *scene);
#include "lie_rows.h"
#undef LIE

#endif /* CAMIPC_HOSTILE_LIE_SCENE_H */
