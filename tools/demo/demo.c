/* SPDX-License-Identifier: MIT */
/*
 * The program camipc-demo: runs the acts of the demo and prints facts. demo.py
 * starts it, shows them and makes a page of them.
 */
#include "demo.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "attack_log.h"
#include "facts.h"
#include "interrupt.h"
#include "report.h"

/* ---- options ------------------------------------------------------------- */

static int misuse(void)
{
	fputs("usage: camipc-demo MODULES FAULTY REAL WORKER FOLDER FRAMES "
	      "CALLS FAULT_FRAME [PHOTO]\n"
	      "demo.py runs this program.\n",
	      stderr);
	return EXIT_USAGE;
}

static bool parse_number(const char *text, uint32_t min, uint32_t *ret_value)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || end == text || value > 100000 || value < min)
		return false;
	*ret_value = (uint32_t)value;
	return true;
}

static int create_manager(struct demo *demo, char **argv)
{
	const char *const modules[] = { argv[1], argv[2], argv[3], NULL };
	const char *const workers[] = { argv[4], NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.module_paths = modules,
		.worker_paths = workers,
		.no_install_paths = true,
	};
	int ret = camipc_manager_create(&options, &demo->manager);

	if (ret < 0)
		demo_error("cannot search for modules: %s",
			   camipc_strerror(ret));
	return ret;
}

/* ---- acts ---------------------------------------------------------------- */

static int run_acts(struct demo *demo)
{
	int code = demo_compare(demo);

	if (code != EXIT_OK)
		return code;
	if (witness_start(&demo->witness, demo->manager) < 0) {
		demo_error("the second camera did not start: %s",
			   demo->witness.error);
		return EXIT_FAILED;
	}
	code = demo_attack(demo);
	if (code == EXIT_OK)
		code = demo->failed ? EXIT_FAILED : EXIT_OK;
	return code;
}

int main(int argc, char **argv)
{
	struct demo demo = { 0 };
	int code = EXIT_FAILED;

	if (argc < 9 || argc > 10 || !parse_number(argv[6], 12, &demo.frames) ||
	    !parse_number(argv[7], 1, &demo.calls) ||
	    !parse_number(argv[8], 1, &demo.fault_frame))
		return misuse();
	/* A reader that has gone is an error, and so is a full file. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	demo.folder = argv[5];
	demo.photo = argv[9];
	demo.interrupt_fd = interrupt_init();
	if (demo.interrupt_fd < 0) {
		demo_error("cannot create a pipe: %s",
			   camipc_errno_to_string(demo.interrupt_fd));
		return EXIT_FAILED;
	}
	camipc_log_set(attack_log, NULL, CAMIPC_LOG_INFO);
	if (create_manager(&demo, argv) == 0)
		code = run_acts(&demo);
	witness_stop(&demo.witness);
	camipc_manager_destroy(demo.manager);
	camipc_log_set(NULL, NULL, CAMIPC_LOG_WARNING);
	interrupt_fini();
	return code;
}
