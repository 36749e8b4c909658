/* SPDX-License-Identifier: MIT */
/* Tells a refused system call from one that failed, and says so once. */
#include "refusal.h"

#include <errno.h>

#include <camipc/error.h>
#include <camipc/log.h>

#define TOPIC "system"

bool camipc_is_refusal(int error)
{
	return error == EPERM || error == EACCES || error == ENOSYS;
}

int camipc_system_error(int error)
{
	if (camipc_is_refusal(error))
		return -ENOSYS;
	if (error == ENFILE)
		return -EMFILE;
	if (error == ENOBUFS)
		return -ENOMEM;
	return -error;
}

void camipc_say_refused(atomic_flag *said, const char *call, int error,
			const char *instead)
{
	if (atomic_flag_test_and_set(said))
		return;
	camipc_log(error == ENOSYS ? CAMIPC_LOG_INFO : CAMIPC_LOG_WARNING,
		   TOPIC, "this system refuses %s (%s): %s", call,
		   camipc_errno_to_string(error), instead);
}
