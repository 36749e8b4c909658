# SPDX-License-Identifier: MIT
"""The variables of the environment that camipc reads, each described once."""

from __future__ import annotations

from .model import Variable

_SECURE = "The variable is ignored in set-user-ID programs."

LOG = Variable(
    "CAMIPC_LOG", "which lines of the log are printed, such as debug",
    ("A level (error, warning, info or debug), which overrides the level that "
     "the program chose. A list such as proxy.*:debug,ipa.softisp:info,error "
     "sets the level of the topics that each pattern matches, and then the "
     "level of all other topics. The messages of an IPA, and what a worker "
     "prints on stdout or stderr, have the topic ipa.NAME. A wrong value is "
     "ignored and reported once. " + _SECURE,))

TRACE = Variable(
    "CAMIPC_TRACE", "1 prints each call and event with its arguments",
    ("1 prints each call and event of every proxy with its arguments, as lines "
     "of the log. 0, an empty value and no value print nothing; another value "
     "is reported. " + _SECURE,))

RECORD = Variable(
    "CAMIPC_RECORD", "a new file in which all IPAs of the process are recorded",
    ("Records all calls, events and shared buffers of every IPA to this file, "
     "which must not exist yet; camipc dump reads it. If it cannot be made, "
     "one line of the log says why, and the process goes on. " + _SECURE,))

RECORD_RING = Variable(
    "CAMIPC_RECORD_RING", "the seconds that CAMIPC_RECORD keeps in memory",
    ("1 to 3600 seconds. CAMIPC_RECORD then keeps only the last seconds, and "
     "writes them when an IPA ends unexpectedly and when the process gets "
     "SIGUSR1, if the program does not handle this signal itself; further files "
     "are FILE.1 to FILE.9. " + _SECURE,))

MONITOR = Variable(
    "CAMIPC_MONITOR", "1 lets camipc monitor show the proxies of the process",
    ("1 makes a file with counters, which only the user of the process can read: "
     "$XDG_RUNTIME_DIR/camipc/PID. camipc monitor shows it. 0 or nothing: no "
     "file. " + _SECURE,))

RUNTIME = Variable(
    "XDG_RUNTIME_DIR", "where statistics pages are",
    ("The folder of the user for files of running programs. Without it there are "
     "no statistics pages. " + _SECURE,))

MODULE_PATH = Variable(
    "CAMIPC_IPA_MODULE_PATH", "more folders that are searched for modules",
    ("Absolute paths of folders with IPA modules, separated by colons. They are "
     "searched after the folders that a program names, and before the "
     "folder where camipc installs modules. " + _SECURE,))

PROXY_PATH = Variable(
    "CAMIPC_IPA_PROXY_PATH", "more folders that may hold camipc-worker",
    ("Absolute paths of folders, separated by colons. They are searched for "
     "the program camipc-worker, after the programs that a caller names and "
     "the folder where camipc installs it. " + _SECURE,))

WORKER_PROGRAM = Variable(
    "CAMIPC_WORKER_PROGRAM", "program that runs in the place of camipc-worker",
    ("The absolute path of a program that is started instead of every other "
     "worker program, also of one that the caller names; for tests such as "
     "camipc hostile. Each worker logs a warning. Creating an IPA fails if the "
     "program cannot be run. " + _SECURE,))

DEADLINE_SCALE = Variable(
    "CAMIPC_DEADLINE_SCALE", "a number that multiplies every deadline",
    ("A decimal number by which every deadline is multiplied: 100 for slow "
     "machines, 0 for no deadlines at all, as a debugger needs. " + _SECURE,))

ISOLATION = Variable(
    "CAMIPC_ISOLATION", "process runs every module in a worker process",
    ("process runs every module in a worker process, also those that are "
     "trusted. Another value is an error: the program cannot use camipc. "
     + _SECURE,))

SANDBOX = Variable(
    "CAMIPC_SANDBOX", "required or best-effort, if that is stricter",
    ("required or best-effort: the sandbox of every worker, if it is stricter "
     "than that of the program and of the policies (camipc-policy(5)). Another "
     "value is an error: the program cannot use camipc. " + _SECURE,))

CONFIG = Variable(
    "XDG_CONFIG_HOME, HOME", "where the user's policy is found",
    ("The user's policy is camipc/policy.yaml in the folder XDG_CONFIG_HOME, or "
     "else in .config in the folder HOME. The variables are ignored in "
     "set-user-ID programs.",))

WRAPPER = Variable(
    "CAMIPC_WORKER_WRAPPER", "program with arguments that runs the worker",
    ("Words, separated by blanks and without quotes, that are put in front of "
     "the worker's command: \"gdbserver :1234\" or \"strace -o /tmp/trace\". The "
     "first word is looked up in PATH. With a wrapper, deadlines are off and the "
     "sandbox is reported as off; each worker logs a warning. The wrapper must "
     "leave descriptors 0 to 5 open. " + _SECURE,))

PATH = Variable(
    "PATH", "where the wrapper and addr2line are found",
    ("Folders in which the program of CAMIPC_WORKER_WRAPPER is searched, and "
     "addr2line, which names the functions of a crashed worker.",))

WORKER_LOCALE = Variable(
    "LANG, LC_ALL, TZ", "given to workers; others are not",
    ("A worker gets these variables, CAMIPC_DEADLINE_SCALE, those that the "
     "program hands on with worker_environment of struct "
     "camipc_manager_options, and no others. While module code runs, the locale "
     "is C.",
     "With CAMIPC_WORKER_WRAPPER, PATH, HOME, TERM, DISPLAY, WAYLAND_DISPLAY, "
     "XAUTHORITY, VALGRIND_OPTS and VALGRIND_LIB are handed on, too, as the "
     "wrapper may need them."))

TUNABLES = Variable(
    "GLIBC_TUNABLES", "set for the worker, and taken out when it has started",
    ("The library sets glibc.rtld.optional_static_tls for the worker's start, "
     "so that libraries with thread-local variables can be loaded. The worker "
     "removes the variable before it loads a module.",))

LIBRARY_PATH = Variable(
    "LD_LIBRARY_PATH", "folders of libraries that a module needs",
    ("Folders with libraries that modules need, separated by colons. A worker "
     "has the variable only if the camera process hands it on with "
     "worker_environment; its sandbox then lets the worker read these "
     "folders.",))

PRELOAD = Variable(
    "LD_PRELOAD", "shows the worker that it runs under valgrind",
    ("A program cannot hand this variable to a worker. valgrind, as a wrapper, "
     "sets it; the worker then leaves out the parts of its sandbox that would "
     "stop valgrind.",))

TEMPORARY = Variable(
    "TMPDIR", "where camipc hostile creates its temporary folder",
    ("An absolute path; /tmp without it. A worker that became another user must "
     "be able to reach the folder.",))

TERMINAL = Variable(
    "COLORTERM, TERM", "whether --preview has a terminal with 24-bit colours",
    ("camipc capture --preview needs a terminal whose COLORTERM is truecolor or "
     "24bit, or whose TERM has the part -direct. With the TERM dumb, and with "
     "none, it is refused.",))

HOSTILE_SECRET = Variable(
    "CAMIPC_HOSTILE_SECRET", "set by camipc hostile for the attacked program",
    ("camipc hostile sets the variable, and a hostile worker looks for it: a "
     "worker must not inherit it.",))

# What a user of a program that contains the library can set.
LIBRARY = (LOG, TRACE, RECORD, RECORD_RING, MONITOR, RUNTIME, MODULE_PATH,
           PROXY_PATH, WORKER_PROGRAM, ISOLATION, SANDBOX, CONFIG, DEADLINE_SCALE, WRAPPER, PATH,
           WORKER_LOCALE)
HOSTILE = (WORKER_PROGRAM, ISOLATION, TEMPORARY, HOSTILE_SECRET)
CAPTURE = LIBRARY + (TERMINAL,)
ALL = CAPTURE + (LIBRARY_PATH, PRELOAD, TUNABLES, TEMPORARY, HOSTILE_SECRET)
