/* SPDX-License-Identifier: MIT */
/* Prints the line about a capture that has ended. */
#include "capture_summary.h"

#include <camipc/proxy.h>

/* In real time: ", 5 late (3 without new parameters, 2 frame times missed)". */
static void print_late(FILE *stream, const struct camera_counts *counts)
{
	fprintf(stream, ", %llu late", (unsigned long long)counts->late);
	if (counts->late)
		fprintf(stream,
			" (%llu without new parameters, %llu frame time%s "
			"missed)",
			(unsigned long long)counts->late_ipa,
			(unsigned long long)counts->late_host,
			counts->late_host == 1 ? "" : "s");
}

/* ", 2 frames lost, 1 damaged" */
static void print_lost(FILE *stream, const struct camera_counts *counts)
{
	if (counts->lost)
		fprintf(stream, ", %llu frame%s lost",
			(unsigned long long)counts->lost,
			counts->lost == 1 ? "" : "s");
	if (counts->damaged)
		fprintf(stream, ", %llu damaged",
			(unsigned long long)counts->damaged);
}

/* ", 2 restarts (5 frames without IPA)" */
static void print_restarts(FILE *stream, const struct camera_counts *counts)
{
	if (counts->restarts)
		fprintf(stream, ", %llu restart%s (%llu frame%s without IPA)",
			(unsigned long long)counts->restarts,
			counts->restarts == 1 ? "" : "s",
			(unsigned long long)counts->frames_without_ipa,
			counts->frames_without_ipa == 1 ? "" : "s");
}

void capture_summary_print(FILE *stream, struct camera *camera, uint32_t n_frames,
			   double seconds, bool is_realtime)
{
	struct camera_counts counts;
	uint64_t clamped;

	camera_get_counts(camera, &counts);
	clamped = counts.clamped.clamped + counts.clamped.unknown +
		  counts.clamped.mistyped + counts.clamped.refused;

	fprintf(stream, "%u frame%s in %.2f s (%.1f per second), isolation %s",
		n_frames, n_frames == 1 ? "" : "s", seconds,
		n_frames / seconds,
		camipc_proxy_get_isolation(camera_get_proxy(camera)));
	if (is_realtime)
		print_late(stream, &counts);
	print_lost(stream, &counts);
	print_restarts(stream, &counts);
	if (clamped)
		fprintf(stream, ", %llu sensor control%s clamped",
			(unsigned long long)clamped, clamped == 1 ? "" : "s");
	fputc('\n', stream);
}
