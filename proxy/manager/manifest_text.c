/* SPDX-License-Identifier: MIT */
/* Writes a manifest in words, for people who decide about modules. */
#include "manifest_text.h"

#include <stdarg.h>
#include <stdio.h>

/** A line being written. */
struct line {
	char *text;
	size_t size;
	size_t used;
};

CAMIPC_PRINTF(2, 3)
static void add_words(struct line *line, const char *format, ...)
{
	va_list args;
	int n;

	if (line->used >= line->size)
		return;
	va_start(args, format);
	n = vsnprintf(line->text + line->used, line->size - line->used, format,
		      args);
	va_end(args);
	if (n > 0)
		line->used += (size_t)n;
}

static void add_part(struct line *line, const char *what)
{
	add_words(line, "%s%s", line->used ? "; " : "", what);
}

/** @paths: offsets in the manifest's text. */
static void add_list(struct line *line, const struct camipc_manifest *manifest,
		     const char *what, const uint16_t *texts, uint32_t n)
{
	if (n == 0)
		return;
	add_part(line, what);
	for (uint32_t i = 0; i < n; i++)
		add_words(line, "%s%s", i ? ", " : " ",
			  manifest->text + texts[i]);
}

void camipc_manifest_describe(const struct camipc_module_file *file, char *text,
			      size_t size)
{
	const struct camipc_manifest *manifest = &file->manifest;
	struct line line = { text, size, 0 };

	text[0] = '\0';
	add_list(&line, manifest, "reads", manifest->read, manifest->n_read);
	add_list(&line, manifest, "devices", manifest->devices,
		 manifest->n_devices);
	if (manifest->n_ioctls)
		add_words(&line, " with %u ioctls", manifest->n_ioctls);
	if (manifest->gpu)
		add_part(&line, "GPU");
	add_list(&line, manifest, "loads", manifest->loads, manifest->n_loads);
	add_list(&line, manifest, "variables", manifest->environment,
		 manifest->n_environment);
	if (manifest->memory_mib) {
		add_part(&line, "memory");
		add_words(&line, " %u MiB", manifest->memory_mib);
	}
	if (manifest->threads) {
		add_part(&line, "threads");
		add_words(&line, " %u", manifest->threads);
	}
	if (manifest->sandbox) {
		add_part(&line, "sandbox");
		add_words(&line, " %s",
			  camipc_sandbox_mode_to_name(manifest->sandbox));
	}
	if (line.used == 0)
		add_words(&line, file->manifest.text[0] ? "asks for nothing" :
							  "none");
	if (file->has_manifest_file)
		add_words(&line, " (of the file beside the module)");
}
