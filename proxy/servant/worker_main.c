/* SPDX-License-Identifier: MIT */
/* The program camipc-worker, which runs one IPA module for a camera process. */
#include <stdio.h>

#include "worker.h"

int main(int argc, char **argv)
{
	if (argc != 2 || !camipc_worker_is_child()) {
		fprintf(stderr, "camipc-worker: this program is started by a "
				"camera process and cannot be run by hand\n");
		return CAMIPC_WORKER_EXIT_USAGE;
	}
	return camipc_worker_run(argv[1]);
}
