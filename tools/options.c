/* SPDX-License-Identifier: MIT */
/* Parses the options of the command line, and reports wrong ones. Each report
 * is one line with option, value and what was expected. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "camera_option.h"
#include "options_check.h"
#include "option_words.h"
#include "report.h"
#include "sensor_model.h"
#include "suggest.h"
#include "virtual_frame.h"

/* Sensors that are listed in a message. */
#define MAX_KNOWN 16

/* Values of getopt_long() for options: beyond those of letters. */
#define FIRST_VALUE 256

/* The parsing of one command line. */
struct parsing {
	struct options *options;
	enum command_id command;
	bool given[N_OPTIONS];
	struct option long_options[N_OPTIONS + 1];
	char letters[2 * N_OPTIONS + 2];
};

static bool is_of(const struct option_row *row, enum command_id command)
{
	return row->commands & 1u << command;
}

/* Prepares what getopt_long() needs. All options are known with every command,
 * so that a wrong place can be reported. */
static void init_parsing(struct parsing *parsing)
{
	char *letter = parsing->letters;
	size_t i;

	*letter++ = ':';
	for (i = 0; i < N_OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];

		parsing->long_options[i] = (struct option){
			.name = row->name,
			.has_arg = row->takes_value ? required_argument :
						      no_argument,
			.val = FIRST_VALUE + (int)i,
		};
		if (row->letter)
			*letter++ = row->letter;
		if (row->letter && row->takes_value)
			*letter++ = ':';
	}
}

/* Finds the row of what getopt_long() returned; NULL if there is none. */
static const struct option_row *find_row(int value)
{
	size_t i;

	if (value >= FIRST_VALUE && value < FIRST_VALUE + N_OPTIONS)
		return &option_rows[value - FIRST_VALUE];
	for (i = 0; i < N_OPTIONS; i++)
		if (option_rows[i].letter && option_rows[i].letter == value)
			return &option_rows[i];
	return NULL;
}

/* Reads a decimal number up to @max; @ret_end gets the rest of the text. */
static int parse_number(const char *text, uint64_t max, const char **ret_end,
			uint64_t *ret_value)
{
	uint64_t value = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (value > (max - digit) / 10)
			return -ERANGE;
		value = value * 10 + digit;
	}
	if (p == text)
		return -EINVAL;
	*ret_end = p;
	*ret_value = value;
	return 0;
}

/* Reads the whole of @text; reports it unless it is from @min to @max. */
static int parse_whole(const char *name, const char *text, uint64_t min,
		       uint64_t max, uint64_t *ret_value)
{
	const char *end;

	if (parse_number(text, max, &end, ret_value) == 0 && !*end &&
	    *ret_value >= min)
		return 0;
	report_option(name, text, "expected a number from %llu to %llu",
		      (unsigned long long)min, (unsigned long long)max);
	return -EINVAL;
}

static int parse_size(const char *text, struct camera_options *options)
{
	uint64_t width;
	uint64_t height;
	const char *p;

	if (parse_number(text, VIRTUAL_CAMERA_MAX_SIDE, &p, &width) == 0 &&
	    (*p == 'x' || *p == 'X') &&
	    parse_number(p + 1, VIRTUAL_CAMERA_MAX_SIDE, &p, &height) == 0 &&
	    !*p && width >= VIRTUAL_CAMERA_MIN_SIDE &&
	    height >= VIRTUAL_CAMERA_MIN_SIDE && width % 2 == 0 &&
	    height % 2 == 0) {
		options->width = (uint32_t)width;
		options->height = (uint32_t)height;
		return 0;
	}
	report_option("size", text,
		      "expected WIDTHxHEIGHT, even numbers from %d to %d",
		      VIRTUAL_CAMERA_MIN_SIDE, VIRTUAL_CAMERA_MAX_SIDE);
	return -EINVAL;
}

/* Refuses a value that is not in the list, which ends with NULL. */
static int check_listed(const char *name, const char *value,
			const char *const *known)
{
	char list[VALUES_SIZE];
	char hint[SUGGESTION_SIZE];
	size_t i;

	for (i = 0; known[i]; i++)
		if (!strcmp(known[i], value))
			return 0;
	words_join(known, "or", list, sizeof(list));
	suggest(value, known, hint);
	report_option(name, value, "expected %s%s", list, hint);
	return -EINVAL;
}

/* The same for a list that the virtual camera has. */
static int check_known(const char *name, const char *value,
		       const char *(*get)(size_t i))
{
	const char *known[MAX_KNOWN + 1] = { NULL };
	size_t i;

	for (i = 0; i < MAX_KNOWN && get(i); i++)
		known[i] = get(i);
	return check_listed(name, value, known);
}

static int add_path(const char *name, const char **paths, const char *path)
{
	size_t n = 0;

	while (paths[n])
		n++;
	if (n == OPTIONS_MAX_PATHS) {
		report_option(name, path,
			      "the option may be given %d times at most",
			      OPTIONS_MAX_PATHS);
		return -EINVAL;
	}
	paths[n] = path;
	return 0;
}

static int add_control(struct options *options, const char *text)
{
	struct control_option *control =
		&options->controls[options->n_controls];
	char error[CONTROL_OPTION_ERROR_SIZE];
	size_t i;

	if (options->n_controls == OPTIONS_MAX_CONTROLS) {
		report_option("control", text,
			      "the option may be given %d times at most",
			      OPTIONS_MAX_CONTROLS);
		return -EINVAL;
	}
	if (control_option_parse(control, text, error) < 0) {
		report_option("control", text, "%s", error);
		return -EINVAL;
	}
	for (i = 0; i < options->n_controls; i++)
		if (options->controls[i].is_device == control->is_device &&
		    strcmp(options->controls[i].name, control->name) == 0) {
			report_option("control", text,
				      "%s is set already: remove one of the "
				      "two",
				      control->name);
			return -EINVAL;
		}
	options->n_controls++;
	return 0;
}

/* Applies an option of the camera or its IPA. */
static int apply_to_camera(struct camera_options *camera,
			   enum option_id option, const char *value)
{
	uint64_t number = 0;
	int ret = 0;

	if (option == OPTION_SCENE) {
		camera->scene = value;
	} else if (option == OPTION_LIGHT) {
		ret = camera_option_check_light(value);
		camera->light = value;
	} else if (option == OPTION_SEED) {
		ret = parse_whole("seed", value, 0, UINT64_MAX, &camera->seed);
	} else if (option == OPTION_SIZE) {
		ret = parse_size(value, camera);
	} else if (option == OPTION_FORMAT) {
		ret = camera_option_parse_format(value, &camera->format);
	} else if (option == OPTION_IPA) {
		ret = camera_option_check_module(value);
		camera->module = value;
	} else if (option == OPTION_IPA_ARGUMENT) {
		camera->argument = value;
	} else if (option == OPTION_TUNING) {
		camera->tuning = value;
	} else if (option == OPTION_ISOLATION) {
		/* auto: the manager decides. */
		camera->isolation = strcmp(value, "auto") ? value : NULL;
	} else if (option == OPTION_TIMEOUT) {
		ret = parse_whole("timeout", value, 1, 3600000, &number);
		camera->frame_timeout_ms = (int)number;
	} else if (option == OPTION_REALTIME) {
		camera->realtime = true;
	} else if (option == OPTION_PACE) {
		ret = parse_whole("pace", value, 0, 60000, &number);
		camera->pace_ms = (int)number;
	} else if (option == OPTION_RESTART) {
		ret = parse_whole("restart", value, 0, CAMIPC_MAX_RESTARTS,
				  &number);
		camera->max_restarts = number ? (int)number : -1;
	} else if (option == OPTION_SENSOR) {
		ret = check_known("sensor", value, virtual_sensor_model_name);
		camera->sensor = value;
	} else {
		ret = -ENOSYS; /* a case of apply() that is missing here */
	}
	return ret;
}

/* Values of such options were compared with the table before. */
static enum camipc_sandbox_mode sandbox_mode(const char *name)
{
	unsigned int mode = CAMIPC_SANDBOX_REQUIRED;

	while (mode < CAMIPC_SANDBOX_OFF &&
	       strcmp(camipc_sandbox_mode_to_name(
			      (enum camipc_sandbox_mode)mode),
		      name) != 0)
		mode++;
	return (enum camipc_sandbox_mode)mode;
}

/* The compiler reports an option without a case. */
static int apply(struct options *options, enum option_id option,
		 const char *value)
{
	uint64_t number = 0;
	int ret = 0;

	switch (option) {
	case OPTION_HELP:
		options->help = true;
		break;
	case OPTION_VERSION:
		options->version = true;
		break;
	case OPTION_VERBOSE:
		options->verbose = true;
		break;
	case OPTION_QUIET:
		options->quiet = true;
		break;
	case OPTION_PREVIEW:
		options->preview = true;
		break;
	case OPTION_MODULE_PATH:
		return add_path("module-path", options->module_paths, value);
	case OPTION_WORKER:
		return add_path("worker", options->worker_paths, value);
	case OPTION_TRUST:
		return add_path("trust", options->trusted_paths, value);
	case OPTION_KEYS:
		options->keys_folder = value;
		break;
	case OPTION_POLICY:
		options->policy_folder = value;
		break;
	case OPTION_SANDBOX:
		options->sandbox = sandbox_mode(value);
		break;
	case OPTION_TRANSPORT:
		options->transport = (uint32_t)camipc_transport_from_name(value);
		break;
	case OPTION_CAMERA:
		options->camera = value;
		return camera_option_check(value);
	case OPTION_FPS:
		options->fps = value;
		return camera_option_parse_rate(
			value, &options->camera_options.interval);
	case OPTION_FRAMES:
		ret = parse_whole("frames", value, 0, 1000000000, &number);
		options->n_frames = (uint32_t)number;
		break;
	case OPTION_OUTPUT:
		options->output = value;
		break;
	case OPTION_METADATA:
		options->metadata = value;
		break;
	case OPTION_CONTROL:
		return add_control(options, value);
	case OPTION_PLOT:
		options->plot = value;
		break;
	case OPTION_STATS:
		options->stats = true;
		break;
	case OPTION_LIST_CONTROLS:
		options->list_controls = true;
		break;
	case OPTION_LIST_FORMATS:
		options->list_formats = true;
		break;
	case OPTION_KEY:
		options->key = value;
		break;
	case OPTION_RECORD:
	case OPTION_RECORD_RING:
	case OPTION_FORCE:
	case OPTION_NO_BUFFERS:
	case OPTION_REDACT:
	case OPTION_JSON:
	case OPTION_FOLLOW:
	case OPTION_FILTER:
	case OPTION_MODULE:
	case OPTION_SPEED:
	case OPTION_EXPECT:
	case OPTION_TOLERANCE:
	case OPTION_TRIALS:
	case OPTION_PIPELINE:
		return record_options_apply(&options->record, option, value);
	case OPTION_COUNT:
		ret = parse_whole("count", value, 1, 1000000000, &number);
		options->n_tables = (uint32_t)number;
		break;
	case OPTION_INTERVAL:
		ret = parse_whole("interval", value, 1, 3600, &number);
		options->interval_s = (uint32_t)number;
		break;
	case OPTION_LIST:
		options->list = true;
		break;
	case OPTION_FAILED:
		options->failed = true;
		break;
	case OPTION_ONLY:
		options->only = value;
		break;
	case OPTION_EVERY:
		ret = parse_whole("every", value, 1, 1000, &number);
		options->every = (uint32_t)number;
		break;
	case OPTION_LIMIT:
		ret = parse_whole("limit", value, 1, 3600, &number);
		options->limit_s = (uint32_t)number;
		break;
	case OPTION_SCENE:
	case OPTION_LIGHT:
	case OPTION_SEED:
	case OPTION_SIZE:
	case OPTION_FORMAT:
	case OPTION_IPA:
	case OPTION_IPA_ARGUMENT:
	case OPTION_TUNING:
	case OPTION_ISOLATION:
	case OPTION_TIMEOUT:
	case OPTION_RESTART:
	case OPTION_REALTIME:
	case OPTION_PACE:
	case OPTION_SENSOR:
		return apply_to_camera(&options->camera_options, option, value);
	}
	return ret;
}

static int refuse_place(const struct parsing *parsing,
			const struct option_row *row)
{
	const char *names[N_COMMANDS + 1];
	char list[VALUES_SIZE];
	size_t n = 0;
	size_t i;

	for (i = 0; i < N_COMMANDS; i++)
		if (is_of(row, (enum command_id)i))
			names[n++] = command_rows[i].name;
	names[n] = NULL;
	words_join(names, "and", list, sizeof(list));
	report_error("--%s is an option of 'camipc %s' only; 'camipc %s "
		     "--help' lists the options",
		     row->name, list, command_rows[parsing->command].name);
	return -EINVAL;
}

/* Refuses options at the wrong place, before their values are looked at. */
static int check(struct parsing *parsing, const struct option_row *row,
		 const char *value)
{
	bool *given = &parsing->given[row - option_rows];

	if (!is_of(row, parsing->command))
		return refuse_place(parsing, row);
	if (*given && !row->repeats) {
		report_option(row->name, value,
			      "the option is given twice: remove one of the "
			      "two");
		return -EINVAL;
	}
	*given = true;
	if (row->takes_value && !value[0]) {
		report_error("--%s '': expected a value that is not empty",
			     row->name);
		return -EINVAL;
	}
	return row->values ? check_listed(row->name, value, row->values) : 0;
}

/* Reports an option that no command has, or none of this command. */
static int refuse_unknown(const struct parsing *parsing, const char *word)
{
	const char *names[N_OPTIONS + 1];
	char name[SUGGESTION_SIZE];
	char hint[SUGGESTION_SIZE];
	size_t n = 0;
	size_t i;

	for (i = 0; i < N_OPTIONS; i++)
		if (is_of(&option_rows[i], parsing->command))
			names[n++] = option_rows[i].name;
	names[n] = NULL;
	/* "--frmes=3": the name without dashes and value. */
	word += strspn(word, "-");
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
	suggest_option(name, names, hint);
	report_error("unknown option --%.200s%s%s 'camipc %s --help' lists the "
		     "options",
		     word, hint, hint[0] ? "" : ";",
		     command_rows[parsing->command].name);
	return -EINVAL;
}

/* Reports what getopt_long() refused. @word is the argument that it read. */
static int refuse(const struct parsing *parsing, int reason, const char *word)
{
	const struct option_row *row = optopt ? find_row(optopt) : NULL;
	const char *command = command_rows[parsing->command].name;

	if (row && !is_of(row, parsing->command))
		return refuse_place(parsing, row);
	if (!row && !optopt)
		return refuse_unknown(parsing, word);
	if (row && reason == ':')
		report_error("--%s needs a value; 'camipc %s --help' says "
			     "which",
			     row->name, command);
	else if (row)
		report_error("%.200s: the option --%s takes no value", word,
			     row->name);
	else
		report_error("unknown option -%c; 'camipc %s --help' lists the "
			     "options",
			     optopt, command);
	return -EINVAL;
}

static int refuse_argument(const char *argument, const char *command)
{
	report_error("unexpected argument '%.200s'; 'camipc %s --help' lists "
		     "the options",
		     argument, command);
	return -EINVAL;
}

/* Takes the argument and the key of a command that needs them. */
static int take_argument(struct options *options, enum command_id command,
			 const char *argument)
{
	const struct command_row *row = &command_rows[command];

	if (row->n_arguments > 0 && !row->is_optional &&
	    (!argument || !argument[0])) {
		report_error("%s is missing; 'camipc %s --help' lists the "
			     "arguments",
			     row->arguments, row->name);
		return -EINVAL;
	}
	options->argument = argument;
	if (is_of(&option_rows[OPTION_KEY], command) && !options->key) {
		report_error("--key is missing; 'camipc %s --help' says which "
			     "file it names",
			     row->name);
		return -EINVAL;
	}
	return 0;
}

int options_parse(struct options *options, enum command_id command, int argc,
		  char **argv)
{
	struct parsing parsing = { .options = options, .command = command };
	int value;
	int ret;
	int own;

	memset(options, 0, sizeof(*options));
	options->camera = "virtual";
	options->n_frames = 60;
	options->output = "none";
	options->camera_options.size = sizeof(options->camera_options);
	options->camera_options.seed = 1;
	options->limit_s = 60;
	options->interval_s = 1;
	init_parsing(&parsing);
	own = command == COMMAND_HOSTILE ? option_words_count(argc, argv) : argc;
	options->program = argv + own;
	if (own < argc && strcmp(argv[own], "--") == 0)
		options->program++;
	argc = own;
	opterr = 0;
	optind = 1;
	while ((value = getopt_long(argc, argv, parsing.letters,
				    parsing.long_options, NULL)) >= 0) {
		const struct option_row *row = find_row(value);

		if (!row)
			return refuse(&parsing, value, argv[optind - 1]);
		ret = check(&parsing, row, optarg);
		if (ret == 0)
			ret = apply(options,
				    (enum option_id)(row - option_rows),
				    optarg);
		if (ret < 0)
			return ret;
	}
	if (optind + command_rows[command].n_arguments < argc)
		return refuse_argument(
			argv[optind + command_rows[command].n_arguments],
			argv[0]);
	if (options->help || options->version)
		return 0;
	ret = take_argument(options, command, optind < argc ? argv[optind] :
							      NULL);
	if (ret < 0)
		return ret;
	if (record_options_check(&options->record, command) < 0)
		return -EINVAL;
	return options_check(options);
}

void options_for_manager(const struct options *options,
			 struct camipc_manager_options *ret_options)
{
	memset(ret_options, 0, sizeof(*ret_options));
	ret_options->size = sizeof(*ret_options);
	ret_options->module_paths = options->module_paths;
	ret_options->worker_paths = options->worker_paths;
	ret_options->trusted_paths = options->trusted_paths;
	ret_options->keys_folder = options->keys_folder;
	ret_options->policy_folder = options->policy_folder;
	ret_options->sandbox = options->sandbox;
	ret_options->transport = options->transport;
}
