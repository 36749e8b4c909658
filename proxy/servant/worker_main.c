/* SPDX-License-Identifier: MIT */
/* The program camipc-worker, which runs one IPA module for a camera process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "worker.h"
#include "worker_help.h"

/* Somebody who found this program asks what it is. */
static int answer(int argc, char **argv)
{
	const char *word = argc == 2 ? argv[1] : "";
	const char *text = NULL;

	if (!strcmp(word, "--help") || !strcmp(word, "-h"))
		text = camipc_worker_help;
	else if (!strcmp(word, "--version"))
		text = camipc_worker_version;
	if (text)
		return fputs(text, stdout) < 0 || fflush(stdout) != 0;
	fprintf(stderr, "camipc-worker: this program is started by a camera "
			"process and cannot be run by hand; 'camipc-worker "
			"--help' says more\n");
	return CAMIPC_WORKER_EXIT_USAGE;
}

int main(int argc, char **argv)
{
	if (argc != 2 || !camipc_worker_is_child())
		return answer(argc, argv);
	/* It was for the start of this process: CAMIPC_WORKER_TUNABLES. */
	unsetenv("GLIBC_TUNABLES");
	/* It was run by a descriptor, of which the kernel makes a name. */
	prctl(PR_SET_NAME, "camipc-worker");
	/* What a module prints belongs to the log, line by line, as stderr. */
	if (dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
		setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	return camipc_worker_run(argv[0], argv[1]);
}
