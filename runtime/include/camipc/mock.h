/* SPDX-License-Identifier: MIT */
/*
 * A fake IPA, for tests of a pipeline handler: it records its calls, and
 * answers as a script says. What `camipc-gen mock` writes uses this, and links
 * libcamipc-mock.a besides libcamipc-ipa.a.
 *
 * The script of the module x.so is the file x.script beside it. Without one
 * each call gets the outputs' defaults and a result of 0. What was called is
 * appended to x.calls, a line for each call, and one for each event that it led
 * to.
 */
#ifndef CAMIPC_MOCK_H
#define CAMIPC_MOCK_H

#include <camipc/module.h>

CAMIPC_BEGIN_DECLS

/**
 * camipc_mock_create() - make an instance of a fake IPA
 * @host: kept
 * @descriptor: kept; what the script is checked against
 * @ret_ipa: for camipc_mock_call(); camipc_mock_destroy() ends it
 *
 * Returns 0, -EINVAL (the script is wrong: the log has file, line and reason),
 * -ENOMEM, or what opening one of the files gave. Thread word: bound.
 */
int camipc_mock_create(struct camipc_host *host,
		       const struct camipc_interface *descriptor,
		       void **ret_ipa) CAMIPC_MUST_CHECK;

/** A module's destroy function. */
void camipc_mock_destroy(void *ipa);

/**
 * camipc_mock_call() - record a call, raise what the script says, answer
 * @id: of the method
 * @args: as the method's row has them; NULL if it takes none
 * @outs: already has the defaults; NULL if it has none
 *
 * Thread word: bound.
 */
void camipc_mock_call(void *ipa, uint32_t id, const void *args, void *outs);

CAMIPC_END_DECLS

#endif /* CAMIPC_MOCK_H */
