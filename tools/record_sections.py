# SPDX-License-Identifier: MIT
"""Sections of the manual pages of the commands for recordings: a title, and
paragraphs. command_line.py puts them into its commands.
"""

REPLAYS = ("WHAT IS COMPARED", (
    "Results and outputs of calls, arguments of events, contents of shared "
    "buffers when the camera process read them, and the end of an IPA: a "
    "recorded crash is expected again. Numbers with a fraction are compared bit "
    "by bit, unless --tolerance names their field. The time that calls take is "
    "not compared, and neither is what was redacted.",
    "Buffers are made again with the recorded contents. Files that were passed, "
    "such as a tuning file, are replaced by memory with the recorded contents; "
    "other descriptors by /dev/null.",
    "The first recorded IPA is replayed. A module for another interface is "
    "refused (EPROTOTYPE)."))

ANSWERS = ("ANSWERING A PIPELINE HANDLER", (
    "With --pipeline, the recording takes the place of the IPA: the module that "
    "is written answers each call of a pipeline handler with the recorded "
    "result, raises the recorded events after the same call, and writes the "
    "recorded contents of buffers. The pipeline handler must make the recorded "
    "calls, in the same order and with the same arguments and buffers. At the "
    "first difference, one line of the log names call, method, field, both values "
    "and frame, and this call and all later ones fail.",
    "The module reads the recording by its path when it is used, and so needs "
    "the isolation loopback or thread: the sandbox of a worker hides the file. "
    "Replies and events that were redacted cannot be played."))

MINIMISES = ("HOW IT WORKS", (
    "The recording is replayed as by camipc replay, always in a worker process, "
    "and then again and again without a part of its calls. A part that the "
    "failure does not need is left out: half of the calls first, then smaller "
    "parts, until each remaining call is needed. The order of calls stays. A "
    "call that the interface allows only after others, such as start, keeps "
    "those.",
    "The same failure is a crash with the same signal at the same place of the "
    "module, or with the same last call if the place is not known; or the same "
    "first difference: method, field and both values. Values that change from "
    "replay to replay are not compared.",
    "Results and events that are not part of the failure may change when other "
    "calls are missing. If possible, they are left out, and shown as redacted. "
    "camipc replay compares the rest, so that the smaller recording fails "
    "there in the same way.",
    "The smaller recording is replayed once more before it gets its name. "
    "Ctrl-C ends the search and keeps the smallest recording so far; a second "
    "Ctrl-C ends the command. FILE is never changed."))

TIMELINES = ("FORMS", (
    ".json: a track for the camera process and one for the IPA; calls are slices "
    "on both, joined by arrows; states, events, drops, stalls and lines of the "
    "log are marks; calls that are under way, and asynchronous calls that the IPA has "
    "not run yet, are counters.",
    ".html: one page without other files: histograms of the time that calls "
    "took, the slowest calls, drops, the timeline drawn, and the lines of the "
    "log.",
    "The IPA's slice of a call has the times that the IPA says, clipped to the "
    "call. Recordings by --record, CAMIPC_RECORD and "
    "camipc_recorder_set_default() have these times. Without them, as after a "
    "crash of a worker, a slice lasts until the answer.",
    ".pcapng: each message is a packet with the header as on the wire and the "
    "body, which Wireshark shows by name with the .proto file of the "
    "interface. FILE.proto and FILE.lua, a script for Wireshark that knows the "
    "type of each packet, are written beside it: tshark -r FILE.pcapng -X "
    "lua_script:FILE.lua. The folder of FILE.proto must be one of the search "
    "paths of Protobuf in Wireshark's preferences."))

ITEMS = ("ITEMS", (
    "A line has the number of the proxy, the seconds since the recording began, "
    "and the name of its module. -> goes to the IPA, <- comes from it; async is "
    "a call without a reply.",
    "log is a line of the log of the camera process, with its level and topic: a "
    "line of a worker or a module has the topic ipa.NAME. Lines are recorded as "
    "far as the program logs them (CAMIPC_LOG, --verbose).",
    "stall is an asynchronous call that found no credit: it waits, is dropped, "
    "or was refused.",
    "span is how long the IPA says it ran a call. It comes some time after the "
    "call.",
    "wrote and read are accesses of the camera process to a shared buffer, with "
    "the beginning of the SHA-256 of the contents.",
    "A recording that its recorder did not end, or that is damaged, is printed "
    "up to there; a line on stderr says where that is."))

FILTER = ("FILTERS", (
    "A filter compares fields with values by ==, !=, <, <=, > and >=; && binds "
    "more than ||, and parentheses are allowed. A field is one of a message, "
    "such as frame or settings.sensorModel, wherever it is in it; or kind, "
    "method, module, proxy, thread, time and took (seconds), size (bytes), "
    "error, or level and topic of a line of the log. An item without the field does not pass.",
    "Of a long recording, only the part that a range of time allows is read: "
    "time>60 && time<70.",))

COLUMNS = ("COLUMNS", (
    "calls/s, async/s and events/s are rates; p50 and p99 the times below which "
    "50 % and 99 % of the answered calls since the last table stayed, rounded up "
    "to a power of two.",
    "queue is how many asynchronous calls the IPA has not taken yet; drops are "
    "calls and events that were refused or dropped, errors are calls that "
    "failed, restarts are those of the worker, all since the proxy was created.",
    "MiB is what the worker process has in memory (resident). idle is how "
    "long ago the proxy was used last; its counters are updated when it is used, "
    "ten times per second at most."))
