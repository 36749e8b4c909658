/* SPDX-License-Identifier: MIT */
/* Handles the messages LOG, CRASH and BYE, which the proxy never sees. */
#include "worker_notes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <camipc/log.h>

#include "handshake.h"

#define TOPIC "proxy.process"

void camipc_worker_notes_init(struct camipc_worker_notes *notes,
			      const char *module,
			      struct camipc_log_share *share)
{
	memset(notes, 0, sizeof(*notes));
	snprintf(notes->module, sizeof(notes->module), "%s", module);
	camipc_worker_log_init(&notes->log, notes->module, share);
}

/* A malformed bye is still a bye: the worker ends either way. */
static void take_bye(struct camipc_worker_notes *notes,
		     struct camipc_message *message)
{
	struct camipc_bye bye;

	notes->said_bye = true;
	if (camipc_bye_read(message, &bye) < 0)
		return;
	if (bye.error < 0)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: %s", notes->module,
			   bye.text);
	camipc_log(CAMIPC_LOG_DEBUG, TOPIC,
		   "%s: the worker reports %llu calls, %llu events, "
		   "%llu log lines lost",
		   notes->module, (unsigned long long)bye.calls,
		   (unsigned long long)bye.events,
		   (unsigned long long)bye.log_lines_lost);
}

int camipc_worker_notes_take(struct camipc_worker_notes *notes,
			     struct camipc_message *message)
{
	const struct camipc_header *header = &message->header;
	const void *body = camipc_message_body(message);
	int ret;

	switch (header->kind) {
	case CAMIPC_MESSAGE_LOG:
		camipc_worker_log_message(&notes->log, header->id, body,
					  header->body_size);
		return 1;
	case CAMIPC_MESSAGE_CRASH:
		ret = camipc_crash_report_read(&notes->crash, body,
					       header->body_size);
		return ret < 0 ? ret : 1;
	case CAMIPC_MESSAGE_BYE:
		take_bye(notes, message);
		return -EPIPE;
	default:
		return 0;
	}
}
