/* SPDX-License-Identifier: MIT */
/*
 * Runs several cameras at once in one process, each with an isolated IPA and a
 * thread of its own, at a fixed rate: the program camipc-many. One worker is killed and one camera
 * unplugged on the way, and all stop at once. Prints how late the frames of each
 * camera were before and after the kill; many.py draws them.
 */
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <camipc/log.h>

#include "clock.h"
#include "fail.h"
#include "report.h"
#include "virtual_camera.h"

#define MAX_CAMERAS 64
#define SECOND_NS UINT64_C(1000000000)

struct options {
	uint32_t cameras;
	uint32_t rate; /* frames per second */
	uint32_t seconds;
	uint32_t width;
	uint32_t height;
	const char *json;
};

/* One frame: from the moment at which it was due until it was complete. */
struct sample {
	uint64_t due_ns; /* since the first frame of all */
	uint64_t took_ns;
};

struct one {
	const struct options *options;
	struct camipc_manager *manager;
	pthread_t thread;
	pthread_barrier_t *barrier;
	uint32_t number;
	uint32_t kill_frame; /* UINT32_MAX: never */
	uint32_t unplug_frame;
	struct virtual_camera *camera;
	struct sample *samples;
	uint32_t frames;
	uint32_t missed; /* frame times that passed during a frame */
	uint32_t without_ipa;
	uint64_t lost_events;
	uint64_t events;
	uint64_t restarts;
	uint64_t stop_ns;
};

/* The moment of the first frame of all cameras, set between two barriers. */
static uint64_t first_frame_ns;

/* ---- a camera ------------------------------------------------------------ */

static void expect(const struct one *one, int ret)
{
	if (ret < 0)
		bench_fail("camera %u: %s", one->number,
			   virtual_camera_error(one->camera));
}

static void create(struct one *one)
{
	const struct virtual_camera_options options = {
		.width = one->options->width,
		.height = one->options->height,
		.seed = one->number + 1,
		.isolation = "process",
		.frame_timeout_ms = 10000,
	};
	char error[512];

	if (virtual_camera_create(one->manager, &options, error, sizeof(error),
				  &one->camera) < 0)
		bench_fail("camera %u: %s", one->number, error);
	expect(one, virtual_camera_start(one->camera));
}

static void sleep_until(uint64_t ns)
{
	const struct timespec until = {
		.tv_sec = (time_t)(ns / SECOND_NS),
		.tv_nsec = (long)(ns % SECOND_NS),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) ==
	       EINTR)
		;
}

/* Takes the frame that is due at @due_ns. Returns false if there is no camera any
 * more. */
static bool take(struct one *one, uint64_t due_ns)
{
	struct virtual_frame frame;
	int ret;

	if (one->frames == one->kill_frame)
		kill(camipc_proxy_get_pid(
			     virtual_camera_get_proxy(one->camera)),
		     SIGKILL);
	if (one->frames == one->unplug_frame)
		virtual_camera_unplug(one->camera);
	ret = virtual_camera_capture(one->camera, &frame);
	if (ret == -ENODEV)
		return false;
	expect(one, ret);
	if (frame.number != one->frames)
		bench_fail("camera %u: frame %u is missing", one->number,
			   one->frames);
	one->samples[one->frames++] = (struct sample){
		due_ns - first_frame_ns, camipc_now_ns() - due_ns
	};
	one->without_ipa += frame.parameters_reason == VIRTUAL_PARAMETERS_NO_IPA;
	return true;
}

static void count_events(struct one *one)
{
	struct camipc_proxy_stats stats = { .size = sizeof(stats) };

	camipc_proxy_get_stats(virtual_camera_get_proxy(one->camera), &stats);
	one->events = stats.events;
	one->lost_events = stats.events_dropped + stats.events_refused;
	one->restarts =
		virtual_camera_get_restart_counts(one->camera)->restarts;
}

/* Frame times of the cameras are spread evenly over that of one. */
static void *run(void *user)
{
	struct one *one = user;
	const struct options *o = one->options;
	const uint64_t period = SECOND_NS / o->rate;
	uint64_t due;
	uint64_t begin;

	create(one);
	if (pthread_barrier_wait(one->barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
		first_frame_ns = camipc_now_ns() + SECOND_NS / 10;
	pthread_barrier_wait(one->barrier);
	due = first_frame_ns + period * one->number / o->cameras;
	while (due < first_frame_ns + o->seconds * SECOND_NS) {
		sleep_until(due);
		if (!take(one, due))
			break;
		for (due += period; due < camipc_now_ns(); due += period)
			one->missed++;
	}
	count_events(one);
	pthread_barrier_wait(one->barrier);
	begin = camipc_now_ns();
	(void)!virtual_camera_stop(one->camera);
	one->stop_ns = camipc_now_ns() - begin;
	virtual_camera_destroy(one->camera);
	return NULL;
}

/* ---- all of them --------------------------------------------------------- */

static void run_all(struct one *ones, const struct options *options)
{
	static const char *const modules[] = { SOFTISP_DIR, NULL };
	static const char *const workers[] = { WORKER, NULL };
	const struct camipc_manager_options manager_options = {
		.size = sizeof(manager_options),
		.module_paths = modules,
		.worker_paths = workers,
		.no_install_paths = true,
	};
	struct camipc_manager *manager;
	pthread_barrier_t barrier;

	if (camipc_manager_create(&manager_options, &manager) < 0 ||
	    pthread_barrier_init(&barrier, NULL, options->cameras) != 0)
		bench_fail("no manager");
	for (uint32_t i = 0; i < options->cameras; i++) {
		struct one *one = &ones[i];

		one->manager = manager;
		one->barrier = &barrier;
		if (pthread_create(&one->thread, NULL, run, one) != 0)
			bench_fail("no thread");
	}
	for (uint32_t i = 0; i < options->cameras; i++)
		pthread_join(ones[i].thread, NULL);
	pthread_barrier_destroy(&barrier);
	camipc_manager_destroy(manager);
}

/* The worker of the second camera is killed after two fifths of the time, the
 * last camera is unplugged after four. */
static struct one *prepare(const struct options *options)
{
	const uint32_t frames = options->rate * options->seconds;
	struct one *ones = calloc(options->cameras, sizeof(*ones));

	if (!ones)
		bench_fail("out of memory");
	for (uint32_t i = 0; i < options->cameras; i++) {
		ones[i].options = options;
		ones[i].number = i;
		ones[i].kill_frame = i == 1 ? frames * 2 / 5 : UINT32_MAX;
		ones[i].unplug_frame = i && i + 1 == options->cameras
					       ? frames * 4 / 5
					       : UINT32_MAX;
		ones[i].samples = calloc(frames + 1, sizeof(struct sample));
		if (!ones[i].samples)
			bench_fail("out of memory");
	}
	return ones;
}

/* ---- the figures --------------------------------------------------------- */

static uint64_t kill_ns(const struct options *options)
{
	return options->seconds * SECOND_NS * 2 / 5;
}

static int compare_doubles(const void *a, const void *b)
{
	const double left = *(const double *)a;
	const double right = *(const double *)b;

	return (left > right) - (left < right);
}

/* The time in ms that @percent of the frames from @begin to before @end took. */
static double percentile_of(const struct one *one, uint64_t begin, uint64_t end,
			    double percent)
{
	double *ms = calloc(one->frames + 1, sizeof(*ms));
	double result = 0;
	size_t n = 0;

	if (!ms)
		bench_fail("out of memory");
	for (uint32_t i = 0; i < one->frames; i++)
		if (one->samples[i].due_ns >= begin &&
		    one->samples[i].due_ns < end)
			ms[n++] = (double)one->samples[i].took_ns / 1e6;
	if (n) {
		qsort(ms, n, sizeof(*ms), compare_doubles);
		result = bench_percentile(ms, n, percent);
	}
	free(ms);
	return result;
}

static void print(const struct one *ones, const struct options *options)
{
	const uint64_t cut = kill_ns(options);

	printf("%u cameras, %ux%u, %u frames per second; frames in ms, 99 %%\n"
	       "camera  frames  missed  events    lost  restarts  before  after"
	       "  stop ms\n",
	       options->cameras, options->width, options->height, options->rate);
	for (uint32_t i = 0; i < options->cameras; i++) {
		const struct one *one = &ones[i];

		printf("%6u  %6u  %6u  %6llu  %6llu  %8llu  %6.2f %6.2f  %7.2f%s\n",
		       i, one->frames, one->missed,
		       (unsigned long long)one->events,
		       (unsigned long long)one->lost_events,
		       (unsigned long long)one->restarts,
		       percentile_of(one, SECOND_NS, cut, 99),
		       percentile_of(one, cut, UINT64_MAX, 99),
		       (double)one->stop_ns / 1e6,
		       one->kill_frame != UINT32_MAX	 ? "  killed"
		       : one->unplug_frame != UINT32_MAX ? "  unplugged"
							 : "");
	}
}

static void write_json(FILE *file, const struct one *ones,
		       const struct options *options)
{
	const char *comma = "";

	fprintf(file,
		"{\"cameras\": %u, \"rate\": %u, \"width\": %u, \"height\": %u, "
		"\"seconds\": %u,\n \"killed\": 1, \"kill_s\": %.3f, "
		"\"unplugged\": %u, \"unplug_s\": %.3f,\n \"frames\": [",
		options->cameras, options->rate, options->width,
		options->height, options->seconds, options->seconds * 0.4,
		options->cameras - 1, options->seconds * 0.8);
	for (uint32_t i = 0; i < options->cameras; i++)
		for (uint32_t k = 0; k < ones[i].frames; k++) {
			const struct sample *sample = &ones[i].samples[k];

			fprintf(file, "%s\n  [%u, %.4f, %.4f]", comma, i,
				(double)sample->due_ns / 1e9,
				(double)sample->took_ns / 1e6);
			comma = ",";
		}
	fputs("\n]}\n", file);
	if (fclose(file) != 0)
		bench_fail("cannot write %s: %s", options->json,
			   strerror(errno));
}

/* ---- the command line ---------------------------------------------------- */

static const char usage[] =
	"usage: camipc-many [OPTION]...\n"
	"\n"
	"Runs cameras with isolated IPAs at once, kills a worker and unplugs a "
	"camera.\n"
	"\n"
	"  --cameras N    2 to 64; default: 8\n"
	"  --rate N       frames per second, 1 to 1000; default: 60\n"
	"  --seconds N    5 to 600; default: 15\n"
	"  --size WxH     default: 320x240\n"
	"  --json FILE    write the time of each frame\n"
	"  --help         print this help\n";

static uint32_t number(const char *option, const char *text, uint32_t least,
		       uint32_t most)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || value < least || value > most) {
		fprintf(stderr,
			"camipc-many: --%s %s: expected a number from %u to "
			"%u\n",
			option, text, least, most);
		exit(2);
	}
	return (uint32_t)value;
}

static void parse_size(struct options *options, const char *text)
{
	char end;

	if (sscanf(text, "%ux%u%c", &options->width, &options->height, &end) ==
		    2 &&
	    options->width && options->height)
		return;
	fprintf(stderr,
		"camipc-many: --size %s: expected WIDTHxHEIGHT, as 320x240\n",
		text);
	exit(2);
}

static void parse(struct options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{ "cameras", required_argument, NULL, 'c' },
		{ "rate", required_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 's' },
		{ "size", required_argument, NULL, 'z' },
		{ "json", required_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'c')
			options->cameras = number("cameras", optarg, 2,
						  MAX_CAMERAS);
		else if (option == 'r')
			options->rate = number("rate", optarg, 1, 1000);
		else if (option == 's')
			options->seconds = number("seconds", optarg, 5, 600);
		else if (option == 'z')
			parse_size(options, optarg);
		else if (option == 'j')
			options->json = optarg;
		else if (option == 'h')
			exit(fputs(usage, stdout) < 0);
		else
			exit(2);
	}
	if (optind == argc)
		return;
	fprintf(stderr, "camipc-many: unexpected argument '%s'; see --help\n",
		argv[optind]);
	exit(2);
}

/* Messages about the killed worker would be between the lines. */
static void no_log(void *user, enum camipc_log_level level, const char *topic,
		   const char *text)
{
	(void)user;
	(void)level;
	(void)topic;
	(void)text;
}

/* Fails if an event of a camera was lost whose worker was not killed. */
int main(int argc, char **argv)
{
	struct options options = {
		.cameras = 8,
		.rate = 60,
		.seconds = 15,
		.width = 320,
		.height = 240,
	};
	struct one *ones;
	FILE *json = NULL;
	int code = 0;

	parse(&options, argc, argv);
	if (options.json)
		json = fopen(options.json, "we");
	if (options.json && !json)
		bench_fail("cannot write %s: %s", options.json,
			   strerror(errno));
	camipc_log_set(no_log, NULL, CAMIPC_LOG_ERROR);
	ones = prepare(&options);
	run_all(ones, &options);
	print(ones, &options);
	if (json)
		write_json(json, ones, &options);
	for (uint32_t i = 0; i < options.cameras; i++) {
		if (ones[i].lost_events && ones[i].kill_frame == UINT32_MAX)
			code = 1;
		free(ones[i].samples);
	}
	free(ones);
	if (code)
		fputs("camipc-many: events were lost\n", stderr);
	return code;
}
