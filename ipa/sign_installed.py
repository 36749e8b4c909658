# SPDX-License-Identifier: MIT
"""Signs the modules that meson has installed: their final files, after strip.

usage: sign_installed.py CAMIPC KEY PATH...
"""

import os
import subprocess
import sys


def main(camipc, key, *paths):
    # Set by `meson install`: the prefix below DESTDIR.
    prefix = os.environ["MESON_INSTALL_DESTDIR_PREFIX"]
    for path in paths:
        path = os.path.join(prefix, path)
        if "MESON_INSTALL_DRY_RUN" in os.environ or not os.path.exists(path):
            continue           # not of this run: --tags left it out
        subprocess.run([camipc, "sign", "--key", key, path], check=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
