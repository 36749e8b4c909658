/* SPDX-License-Identifier: MIT */
/*
 * A fake IPA, for tests of a pipeline handler: it records its calls and answers
 * them by a script. The source file that `camipc-gen mock` writes calls these
 * functions; link it with libcamipc-mock.a and libcamipc-ipa.a.
 *
 * The script of the module x.so is the file x.script in the same folder.
 * Without a script each call returns 0 and the default outputs. Each call
 * appends a line to x.calls, and each event that the call raises another one.
 * A module in a worker can do that only with CAMIPC_SANDBOX_OFF.
 */
#ifndef CAMIPC_MOCK_H
#define CAMIPC_MOCK_H

#include <camipc/module.h>

CAMIPC_BEGIN_DECLS

/**
 * camipc_mock_create() - make an instance of a fake IPA
 * @host: borrowed; must outlive the instance
 * @descriptor: the module's interface; must outlive the instance
 * @ret_ipa: receives the instance; end it with camipc_mock_destroy()
 *
 * Returns 0, -EINVAL (the script is wrong; the log has file, line and reason),
 * -ENOMEM, or the error of opening one of the two files. Thread word: bound.
 */
int camipc_mock_create(struct camipc_host *host,
		       const struct camipc_interface *descriptor,
		       void **ret_ipa) CAMIPC_MUST_CHECK;

/** Destroys the instance: the destroy() of the module. Thread word: bound. */
void camipc_mock_destroy(void *ipa);

/**
 * camipc_mock_invoke() - record a call and perform its script
 * @row: the method's row in the descriptor given to camipc_mock_create()
 * @table: not used
 * @ipa: the instance
 * @args: the arguments of the method; NULL if it has none
 * @outs: initialised with the defaults; NULL if the method has no outputs
 *
 * Serves every method of the interface: camipc_module_entry.invoke repeats this
 * function. Raises the events and fills in the outputs as the script says. A
 * failure (-ENOMEM) is logged. Thread word: bound.
 */
void camipc_mock_invoke(const struct camipc_method *row, const void *table,
			void *ipa, const void *args, void *outs);

CAMIPC_END_DECLS

#endif /* CAMIPC_MOCK_H */
