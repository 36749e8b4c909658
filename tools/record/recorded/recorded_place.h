/* SPDX-License-Identifier: MIT */
/*
 * What the module recorded and the tool camipc agree on. The tool writes a copy
 * of the module for each recording: with the recording's path here, and its
 * interface in the note.
 */
#ifndef TOOLS_RECORD_RECORDED_PLACE_H
#define TOOLS_RECORD_RECORDED_PLACE_H

#include <stdint.h>

/** Longest path of a recording in bytes, with its NUL. */
#define RECORDED_PATH_SIZE 4096

/** The tool finds the place by these 16 bytes, which the module has once. */
#define RECORDED_MARK "camipc-recorded"

/** Room for the table of an interface in bytes. */
#define RECORDED_TABLE_SIZE (128u * 1024u)

struct recorded_place {
	char mark[16];
	char path[RECORDED_PATH_SIZE];
	uint32_t table_size;
	uint8_t table[RECORDED_TABLE_SIZE]; /* schema.h */
};

/** The interface of the module before the tool sets another one. */
#define RECORDED_INTERFACE "camipc.recorded"

/** Name of the module, in its note and in log lines. */
#define RECORDED_NAME "recorded"

#endif /* TOOLS_RECORD_RECORDED_PLACE_H */
