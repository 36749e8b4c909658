# SPDX-License-Identifier: MIT
"""Makes a build folder look like an installation from where libcamipc.so lies,
so that programs in it find its own modules and worker.

usage: build_links.py FOLDER TARGET...

Puts a link to each TARGET, which need not be built yet, into FOLDER.
"""

import os
import sys


def main(folder, targets):
    os.makedirs(folder, exist_ok=True)
    for target in targets:
        link = os.path.join(folder, os.path.basename(target))
        if os.path.lexists(link):
            os.unlink(link)
        os.symlink(os.path.relpath(target, folder), link)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
