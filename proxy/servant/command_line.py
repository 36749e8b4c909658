# SPDX-License-Identifier: MIT
"""Describes the program camipc-worker for its --help and manual page."""

from camipc_manual import environment
from camipc_manual.model import Option, Program, Status

PROGRAM = Program(
    name="camipc-worker",
    summary="run one IPA module for a camera process",
    description=(
        "Runs one IPA module in a process of its own. A camera process starts "
        "this program with libcamipc, and ends it; it cannot be run by hand.",),
    own=(
        Option("-h, --help", "print this help"),
        Option("--version", "print the version of camipc"),
    ),
    variables=(environment.TUNABLES, environment.DEADLINE_SCALE,
               environment.WORKER_LOCALE, environment.LIBRARY_PATH,
               environment.PRELOAD),
    statuses=(
        Status("0", "the camera process asked the worker to end, or is gone"),
        Status("64", "not started by a camera process"),
        Status("65", "the worker could not be prepared; the module was not "
               "touched"),
        Status("66", "the camera process broke the protocol"),
        Status("67", "the module could not be loaded"),
        Status("68", "the module ended the main thread"),
        Status("69", "this system refuses a system call that the worker needs"),
    ),
    details=(
        ("HOW IT IS RUN", (
            "The library searches the program in the files that the camera "
            "process names, in the folder where camipc installs it, and in the "
            "folders of CAMIPC_IPA_PROXY_PATH. It runs in the folder / without a "
            "terminal, in a session of its own, with the channel to the camera "
            "process, the file of the module, and a life-line as descriptors. "
            "It ends when the camera process ends, however that happens.",
            "What the module prints on stdout or stderr becomes lines of the "
            "camera process's log, with the topic ipa.NAME.",
            "To run the worker under a debugger or another tool, set "
            "CAMIPC_WORKER_WRAPPER for the camera process; see camipc(7).")),
    ),
    see_also=("camipc(1)", "camipc(7)"),
)
