/* SPDX-License-Identifier: MIT */
/* Where a recorder writes its chunks: a file, or a ring in memory. */
#include "record_output.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "clock.h"
#include "save_signal.h"

#define TOPIC "record"

static int refuse_path(const char *path, int error, const char *what)
{
	camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: cannot record: %s", path,
		   what ? what : camipc_errno_to_string(error));
	return error;
}

/** Finds an error now that would otherwise appear when the ring is saved. */
static int check_folder(const struct camipc_record_options *options)
{
	const char *slash = strrchr(options->path, '/');
	char folder[PATH_MAX] = ".";
	const size_t n = slash ? (size_t)(slash - options->path) : 0;

	if (!options->replace && access(options->path, F_OK) == 0)
		return refuse_path(options->path, -EEXIST, "the file exists");
	if (n >= sizeof(folder))
		return refuse_path(options->path, -ENAMETOOLONG, NULL);
	if (slash)
		snprintf(folder, sizeof(folder), "%.*s", n ? (int)n : 1,
			 options->path);
	if (access(folder, W_OK | X_OK) < 0)
		return refuse_path(options->path, -errno, NULL);
	return 0;
}

static int open_ring(struct camipc_record_output *output,
		     const struct camipc_record_options *options)
{
	int ret = check_folder(options);

	if (ret < 0)
		return ret;
	if (options->save_signal) {
		ret = camipc_save_signal_acquire(options->save_signal);
		if (ret < 0)
			return refuse_path(
				options->path, ret,
				ret == -EBUSY ? "the process handles or ignores "
						"the signal already"
					      : "the number is not of a signal "
						"that can be handled");
		output->n_signals =
			camipc_save_signal_count(options->save_signal);
	}
	output->signal = options->save_signal;
	output->is_ring = true;
	camipc_chunk_ring_init(&output->ring, options->ring_seconds *
						      CAMIPC_NS_PER_S);
	return 0;
}

int camipc_record_output_open(struct camipc_record_output *output,
			      const struct camipc_record_options *options)
{
	int ret;

	if (options->ring_seconds > CAMIPC_RECORD_RING_MAX_SECONDS)
		return refuse_path(options->path, -EINVAL,
				   "a ring has at most 3600 seconds");
	if (options->save_signal && !options->ring_seconds)
		return refuse_path(options->path, -EINVAL,
				   "a signal has no effect without a ring");
	output->path = strdup(options->path);
	if (!output->path)
		return -ENOMEM;
	output->replaces = options->replace;
	if (options->ring_seconds)
		ret = open_ring(output, options);
	else
		ret = camipc_chunk_file_open(&output->file, options->path,
					     options->replace);
	if (ret < 0)
		free(output->path);
	return ret;
}

int camipc_record_output_error(const struct camipc_record_output *output)
{
	return output->is_ring ? atomic_load(&output->error)
			       : atomic_load(&output->file.error);
}

void camipc_record_output_put(struct camipc_record_output *output,
			      enum camipc_chunk_type type, uint64_t time,
			      const struct camipc_chunk_part *parts, size_t n,
			      uint32_t n_items)
{
	if (output->is_ring)
		camipc_chunk_ring_put(&output->ring, type, time, parts, n,
				      n_items, camipc_now_ns());
	else
		camipc_chunk_file_put(&output->file, type, time, parts, n);
}

bool camipc_record_output_takes_request(struct camipc_record_output *output)
{
	bool is_asked = atomic_exchange(&output->is_asked, false);
	uint32_t n_signals;

	if (output->signal) {
		n_signals = camipc_save_signal_count(output->signal);
		is_asked |= n_signals != output->n_signals;
		output->n_signals = n_signals;
	}
	return is_asked && output->is_ring;
}

void camipc_record_output_save(struct camipc_record_output *output)
{
	char path[PATH_MAX];
	int none = 0;
	int ret;

	if (output->n_saves == CAMIPC_RECORD_MAX_SAVES) {
		camipc_log(CAMIPC_LOG_WARNING, TOPIC,
			   "%s: not written again: there are %d files already",
			   output->path, CAMIPC_RECORD_MAX_SAVES);
		return;
	}
	if (output->n_saves == 0)
		ret = snprintf(path, sizeof(path), "%s", output->path);
	else
		ret = snprintf(path, sizeof(path), "%s.%u", output->path,
			       output->n_saves);
	output->n_saves++;
	ret = ret < (int)sizeof(path)
		      ? camipc_chunk_ring_save(&output->ring, path,
					       output->replaces)
		      : refuse_path(output->path, -ENAMETOOLONG, NULL);
	if (ret < 0)
		atomic_compare_exchange_strong(&output->error, &none, ret);
	else
		camipc_log(CAMIPC_LOG_INFO, TOPIC,
			   "%s: the last seconds were written", path);
}

int camipc_record_output_close(struct camipc_record_output *output)
{
	int error;

	if (output->is_ring) {
		if (output->signal)
			camipc_save_signal_release(output->signal);
		camipc_chunk_ring_fini(&output->ring);
		error = atomic_load(&output->error);
	} else {
		error = camipc_chunk_file_close(&output->file);
	}
	free(output->path);
	return error;
}
