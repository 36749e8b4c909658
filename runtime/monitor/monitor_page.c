/* SPDX-License-Identifier: MIT */
/* Seals and checks the slots of a statistics page. */
#include "monitor_page.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/log_level.h>

#include "crc32c.h"

/* The 20th field after the name of the program, which may contain anything. */
#define START_FIELD 20

static uint32_t crc_of(const struct camipc_monitor_slot *slot)
{
	return camipc_crc32c(0, (const uint8_t *)slot + sizeof(slot->crc),
			     sizeof(*slot) - sizeof(slot->crc));
}

void camipc_monitor_slot_seal(struct camipc_monitor_slot *slot)
{
	slot->crc = crc_of(slot);
}

/** Ends a text, and replaces all but printable ASCII. */
static void clean_text(char *text, size_t size)
{
	text[size - 1] = '\0';
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static enum camipc_monitor_found clean_log(struct camipc_monitor_log *log)
{
	for (unsigned int i = 0; i < CAMIPC_MONITOR_LINES; i++) {
		if (log->lines[i].level > CAMIPC_LOG_DEBUG)
			log->lines[i].level = CAMIPC_LOG_DEBUG;
		clean_text(log->lines[i].text, sizeof(log->lines[i].text));
	}
	return CAMIPC_MONITOR_LOG;
}

enum camipc_monitor_found
camipc_monitor_slot_read(struct camipc_monitor_slot *slot, unsigned int number)
{
	static const struct camipc_monitor_slot empty;

	if (!memcmp(slot, &empty, sizeof(empty)))
		return CAMIPC_MONITOR_FREE;
	if (slot->crc != crc_of(slot))
		return CAMIPC_MONITOR_WRONG;
	if (slot->use == CAMIPC_MONITOR_LOG_LINES && number > 0)
		return clean_log(&slot->log);
	if (slot->use != CAMIPC_MONITOR_COUNTERS)
		return CAMIPC_MONITOR_WRONG;
	if (number == 0)
		return !memcmp(slot->process.magic, CAMIPC_MONITOR_MAGIC, 8) &&
				       slot->process.version ==
					       CAMIPC_MONITOR_VERSION
			       ? CAMIPC_MONITOR_PROCESS
			       : CAMIPC_MONITOR_WRONG;
	clean_text(slot->proxy.name, sizeof(slot->proxy.name));
	clean_text(slot->proxy.isolation, sizeof(slot->proxy.isolation));
	return CAMIPC_MONITOR_PROXY;
}

uint64_t camipc_monitor_start_of(int pid)
{
	char path[64];
	char text[1024];
	const char *field;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	field = strrchr(text, ')');
	for (int i = 0; field && i < START_FIELD; i++) {
		field = strchr(field, ' ');
		field = field ? field + 1 : NULL;
	}
	return field ? strtoull(field, NULL, 10) : 0;
}
