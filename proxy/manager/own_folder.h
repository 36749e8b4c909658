/* SPDX-License-Identifier: MIT */
/* Folders of the installation, wherever it was moved. */
#ifndef CAMIPC_PROXY_OWN_FOLDER_H
#define CAMIPC_PROXY_OWN_FOLDER_H

#include <camipc/base.h>

/**
 * camipc_own_folder() - find a folder of the installation
 * @from_library: its path from the folder of this library
 * @configured: its path as it was configured
 * @folder: PATH_MAX bytes; gets the first of the two that exists. If neither
 *          does, gets @configured
 *
 * An AppImage, a snap or a copied tree has another prefix than the one that was
 * configured. Thread word: reentrant.
 */
void camipc_own_folder(const char *from_library, const char *configured,
		       char *folder);

#endif /* CAMIPC_PROXY_OWN_FOLDER_H */
