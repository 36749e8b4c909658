/* SPDX-License-Identifier: MIT */
/* Writes a module that answers a live pipeline handler from a recording. */
#ifndef TOOLS_RECORD_RECORDED_MODULE_H
#define TOOLS_RECORD_RECORDED_MODULE_H

/**
 * Writes the module for @recording to the file @output. Returns EXIT_OK, or
 * another exit code after a report.
 */
int recorded_module_write(const char *recording, const char *output);

#endif /* TOOLS_RECORD_RECORDED_MODULE_H */
