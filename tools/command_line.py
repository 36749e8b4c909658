# SPDX-License-Identifier: MIT
"""Describes the program camipc, with its commands and options, once: --help,
the table of options.c, the manual pages and the completions are made of this.

A new option is one more row here, and one more case in options.c.
"""

from camipc_manual import environment
from camipc_manual.model import (Argument, Command, Example, Group, Option,
                                 Program, Status)

from record_sections import (ANSWERS, COLUMNS, FILTER, ITEMS, MINIMISES,
                             REPLAYS, TIMELINES)

# The light of a capture without --light.
LIGHT = "0=1@5000,20=4@5000,40=1@3000"

TRANSPORT = Option(
    "--transport HOW", "what carries messages to a worker",
    values=("shm", "socket"), default="shm", details=(
        "shm is memory that both processes share, and about twice as fast. "
        "Root's policy decides if it names a transport.",))

SANDBOX = Option(
    "--sandbox MODE", "whether workers run in the sandbox",
    values=("required", "best-effort", "off"), default="best-effort", details=(
        "The sandbox takes files, devices, sockets and processes away from a "
        "module that runs in a worker process. best-effort logs which layers the "
        "system does not have; with required, the IPA is not created without "
        "them.",))

COMMON = (
    Option("--module-path DIR", "search this folder for modules first",
           repeats=True),
    Option("--worker FILE", "program that runs isolated modules", repeats=True),
    Option("--trust PATH", "let modules in this file or folder run in a thread",
           repeats=True, details=(
               "A module runs in a thread of this process only if nobody but "
               "root, or the user of this process for trusted paths, can change "
               "its file or a folder on the way to it.",)),
    Option("--keys DIR", "public keys that make modules trusted",
           default="those of the system", details=(
               "Modules that the key of a file NAME.pub signed may run in a "
               "thread, unless a file NAME.revoked has the key. camipc-policy(5) "
               "describes such folders.",)),
    Option("--policy DIR", "policies about modules",
           default="those of the system", details=(
               "The files *.yaml of the folder say how modules run. "
               "camipc-policy(5) describes them.",)),
    SANDBOX,
    Option("-v, --verbose", "print the log of the library to stderr"),
    Option("-h, --help", "print this help"),
    Option("--version", "print the version of camipc"),
)

CAMERA = Group("the camera", (
    Option("--camera NAME", "the camera: virtual, virtual-KIND with the image "
           "processor of that kind, or a kernel camera", default="virtual",
           offers=("virtual", "virtual-rkisp1", "virtual-rpi"), details=(
               "camipc list prints the cameras and the IPA that each needs. A "
               "kernel camera also has the name of its media device, such as "
               "/dev/media0, and that of its driver, which stand for the "
               "first camera there. Kernel cameras have none of the options "
               "--sensor, --scene, --light and --pace; --seed and --realtime "
               "change nothing.",)),
    Option("--sensor NAME", "virtual, virtual-lens or imx219",
           default="that of the camera",
           offers=("virtual", "virtual-lens", "imx219"),
           details=("The lenses of virtual-lens and imx219 darken the corners; "
                    "camipc-tuning(5) has what corrects that of virtual-lens.",)),
    Option("--frames N", "number of frames; 0: until Ctrl-C", default="60",
           details=("With 0, Ctrl-C or the signal TERM ends the capture: the "
                    "camera is stopped, all outputs are completed, and the exit "
                    "status is 0. A second one ends a write that waits for its "
                    "reader.",)),
    Option("--size WxH", "width and height in pixels", default="640x480",
           details=("Even numbers, at least 64. --list-formats prints the sizes "
                    "of a kernel camera.",)),
    Option("--format FOURCC", "raw format that the sensor sends", default=(
        "SRGGB10"), details=(
            "A name such as SRGGB10, or the four characters of the kernel, such "
            "as RG10. --list-formats prints the formats of the camera: kernel "
            "cameras may have Bayer formats of 8, 10 and 12 bits.",)),
    Option("--fps N", "frames per second, such as 30, 29.97 or 30000/1001",
           default="30, or the nearest that the camera has", details=(
               "Exactly this many, or the capture fails and names the nearest. "
               "--list-formats prints what a kernel camera can do at each size. "
               "The sensors of virtual cameras take 30.",)),
    Option("--list-formats", "print formats, sizes and frame rates of the "
           "camera, and capture nothing"),
    Option("--list-controls", "print the controls that --control can set, and "
           "capture nothing", details=(
               "A line has name, type, range or values, and default, as the IPA "
               "reports them for this camera. Values that have a name are "
               "printed with it. The controls of a kernel camera's "
               "device follow; the IPA and the driver set those, too.",)),
    Option("--scene FILE", "PNG or JPEG picture to look at",
           default="a chart", suffixes=(".png", ".jpg", ".jpeg")),
    Option("--light SCRIPT", "points FRAME=BRIGHTNESS@KELVIN, separated by "
           "commas; with ~ instead of = the light changes evenly from the "
           "point before", default=LIGHT),
    Option("--seed N", "seed of the sensor's noise", default="1"),
    Option("--pace MS", "let each frame last MS or more", default="0", details=(
        "For IPAs with threads of their own, which need time that no call "
        "shows. A frame also waits until these threads sleep, at most 1 s "
        "longer. Cannot be combined with --realtime.",)),
    Option("--realtime", "take 30 frames per second without waiting for the "
           "IPA, and count late frames", details=(
               "Each frame is processed with the newest parameters. A frame is "
               "late if those parameters are older than the frame before it, or "
               "if the tool missed the sensor's frame time. The summary counts "
               "late frames, and the metadata of a frame says whether it was "
               "late.",)),
))

IPA = Group("the IPA", (
    Option("--ipa NAME|PATH", "the module", default="softisp"),
    Option("--ipa-argument ARG", "the module's argument, if it takes one",
           details=("camipc modules says which modules take one, such as the "
                    "path of a library that a module wraps.",)),
    Option("--isolation HOW", "where the module runs",
           values=("auto", "thread", "process", "loopback"), default="auto",
           details=(
               "auto lets the manager decide. process runs the module in a "
               "worker process. thread and loopback run the module in this "
               "process, and so require that you trust it; loopback encodes and "
               "decodes every message as for a process.",)),
    Option("--tuning FILE", "tuning file of the module",
           suffixes=(".yaml",), details=(
               "camipc-tuning(5) describes the files of the module softisp.",)),
    Option("--control NAME=V", "set a control; arrays as V,V", repeats=True,
           details=("The control must be one that the IPA offers, such as "
                    "AeEnable=off, ExposureTime=5000 or "
                    "ColourGains=1.5,2.5, or one of a kernel camera's device, by "
                    "the driver's name. --list-controls prints both. A value "
                    "that has a name may be given by it, in capitals or not, "
                    "such as AeMeteringMode=spot; flags are joined by '|'. "
                    "device:NAME=V is one of the device even if IPAs have a "
                    "control of this name. A button is pressed with true; sizes "
                    "are WIDTHxHEIGHT, rectangles X,Y,WIDTH,HEIGHT; an array has "
                    "as many values as --list-controls prints in []. The device "
                    "keeps its values when the capture has ended.",)),
    Option("--timeout MS", "time limit for the parameters of a frame",
           default="2000"),
    TRANSPORT,
    Option("--restart N", "restart an isolated IPA that ends, at most N times "
           "within 10 seconds", default="3", details=(
               "A line is printed for each restart. Frames that had no IPA are "
               "made with the latest parameters. 0 restarts nothing. An IPA in "
               "a thread cannot be restarted: its crash is the tool's own.",)),
))

OUTPUT = Group("output", (
    Option("-o, --output NAME", "one file per frame: frame-%04d.png or .ppm; all "
           "frames in one file: out.y4m; - is standard output: a PNG of one "
           "frame, or a .y4m stream", default="none",
           suffixes=(".png", ".ppm", ".y4m"), details=(
               "A .y4m file is YUV4MPEG2 with C444.",)),
    Option("--metadata FILE", "one line of JSON per frame; - is standard "
           "output", details=(
               "The object of a frame has its number, timestamp, light, the "
               "sensor's settings, and the controls that the IPA returned. "
               "parametersFrame is the frame that its parameters were computed "
               "for; parametersReason is onTime, late or noIpa. driver has "
               "what the metadata node of a kernel camera reports, if it has "
               "one. rawHash is a hash of the driver's buffer, if the IPA reads "
               "frames and saw the same one. "
               "Numbers have a decimal point in every locale.",)),
    Option("--plot FILE.png", "plot of exposure and colours over the frames; - "
           "is standard output", suffixes=(".png",)),
    Option("--stats", "print tables of calls and of stages with their times "
           "at the end",
           details=("The first table has a row for each method and event: calls, "
                    "errors, timeouts, bytes, the longest queue, and the time "
                    "until an answer. The second has a row for each stage of a "
                    "frame: sensor (waiting for it, and taking the frame), "
                    "statistics, IPC (calling the IPA, taking its answers), IPA "
                    "(waiting for them), develop and write.",)),
    Option("--preview", "show frames in the terminal", details=(
        "The terminal must have 24-bit colours, and say so in COLORTERM "
        "(truecolor) or TERM. It gets up to 15 frames per second, in the size "
        "that fits it; frames are left out while it is slow, and the camera never "
        "waits for it.",)),
    Option("-q, --quiet", "print no progress and no summary", details=(
        "Progress is one line on stderr, if that is a terminal: frames, frames "
        "per second, frames that were dropped, gain and exposure.",)),
))

IPA_ARGUMENT = Option(
    "--ipa-argument ARG", "the module's argument, if it takes one",
    default="the recorded one, for the recorded module")
REPLAY_ISOLATION = Option(
    "--isolation HOW", "where the module runs",
    values=("auto", "thread", "process", "loopback"), default="auto")

RECORDING = Group("recording", (
    Option("--record FILE", "record everything between camera and IPA in a new "
           "file", details=(
               "camipc dump, replay and timeline read the file. Recording never "
               "holds up or ends the capture: if the disk is full, it stops "
               "with one line. Only the owner of the file can read it.",)),
    Option("--record-ring SECONDS", "keep only the last seconds in memory",
           details=("The file is written when the IPA ends unexpectedly, and "
                    "when camipc gets the signal USR1; further files are "
                    "FILE.1 to FILE.9. Without any of these, no file is "
                    "written.",)),
    Option("--force", "let --record replace a file that exists"),
    Option("--no-buffers", "record no contents of shared buffers and files",
           details=("A replay then has buffers of zeros.",)),
    Option("--redact FIELD", "leave the values of this field out, such as "
           "configurationFile or cam.Settings.configurationFile", repeats=True,
           details=("The field is left out wherever it is in a message. A name "
                    "that the interface does not have is an error. Lines of the "
                    "log, which may contain the values, are left out, too.",)),
))

FILE = Argument("FILE", "the recording", complete="file")

MODULE = Argument("MODULE", "the file of the module", complete="file",
                  suffixes=(".so",))

CONTENT = ("WHAT IS SIGNED", (
    "A signature covers what the dynamic loader maps: the ELF header without the "
    "fields that describe sections, the program headers, and the segments that "
    "are loaded. strip, and objcopy with a debug link, leave it valid. Any "
    "change of code, data, needed libraries, library paths "
    "or the entry point breaks it.",
    "The file MODULE.sig is text: a line 'camipc-signature 1', and a line "
    "'ed25519 KEY-ID SIGNATURE' for each key that signed. KEY-ID is the "
    "beginning of the SHA-256 of the public key; it is printed by keygen, sign "
    "and verify. What is signed with Ed25519 is 'camipc module 1', a newline, and "
    "the SHA-256 of 'camipc content 1', a newline and the content."))
HOSTILE = Group("attacks", (
    Option("--list", "print the attacks and what each requires, and make none"),
    Option("--only PATTERN", "make only the attacks whose names match, as in "
           "'reply.*'", details=("The pattern may have * and ?.",)),
    Option("--every N", "make only each N-th attack", default="1"),
    Option("--limit SECONDS", "time in which a camera must end", default="60"),
    SANDBOX, TRANSPORT,
    Option("--failed", "print only attacks that were not held off, and the "
           "last line"),
))

CRASHES = ("CRASHES", (
    "When an IPA crashes in a worker, a backtrace follows the line that reports "
    "the crash, with functions and lines if addr2line is installed (package "
    "binutils). addr2line gets 4 s, and reads only the module and files that "
    "camipc itself has loaded.",))

PROGRAM = Program(
    name="camipc",
    summary="list cameras and IPA modules, and capture frames",
    description=("Lists cameras and IPA modules, and captures frames.",),
    commands=(
        Command("list", "list cameras, their IPA modules, and media devices",
                ("Lists cameras, the IPA module that each would use, and media "
                 "devices.",)),
        Command("modules", "list IPA modules, how each would run, and why",
                ("Lists the IPA modules that were found, how each would run, "
                 "and why.",),
                examples=(Example(
                    "The modules of a folder, and files in it that are not "
                    "modules:",
                    ("camipc modules --module-path build/ipa/softisp",)),)),
        Command("capture", "capture frames from a camera",
                ("Captures frames from a camera and prints a summary.",),
                groups=(CAMERA, IPA, OUTPUT, RECORDING),
                variables=environment.CAPTURE,
                notes=(
                    "An output file gets its name when it is complete. "
                    "Metadata, plot and .y4m are kept only if the capture "
                    "succeeded. Links are followed, and pipes and devices are "
                    "written in place; if an output is -, all messages are "
                    "printed to stderr.",),
                details=(
                    ("OUTPUT FILES", (
                        "A file is written under a temporary name and renamed "
                        "when it is complete. A file that is replaced keeps its "
                        "mode and owner. A symbolic link is followed, never "
                        "replaced. One file cannot be two outputs, nor output "
                        "and input. What an IPA in a thread prints on stdout is "
                        "kept out of an output that is standard output.",
                        "Ctrl-C ends the capture after the current frame; no "
                        "worker is left. The outputs are then kept only with "
                        "--frames 0.")),
                    CRASHES),
                examples=(
                    Example("Sixty frames of a photograph, with the IPA in a "
                            "process of its own:",
                            ("camipc capture --scene photo.jpg --isolation "
                             "process \\",
                             "    --output 'frame-%04d.png'")),
                    Example("Watch the camera until Ctrl-C:",
                            ("camipc capture --frames 0 --output - | mpv -",)),
                    Example("Two controls, and what the IPA reported:",
                            ("camipc capture --control AeEnable=off \\",
                             "    --control ExposureTime=5000 --metadata -")))),
        Command("sandbox", "find out what a module needs in the sandbox",
                ("camipc sandbox learn runs a capture whose worker notes what "
                 "the sandbox would refuse, and prints the manifest that the "
                 "module needs: files and folders to read, devices with their "
                 "ioctls, and, in comments, what no manifest can ask for.",),
                usage="learn -- camipc capture [OPTION]...",
                own_options=True,
                details=(("LEARNING", (
                    "Files and devices that the module opens are opened as if "
                    "they were granted, so that it goes on; files are only "
                    "read, and sockets, processes and other programs are "
                    "refused as always. The sandbox is no protection during "
                    "this run.",
                    "The output is a manifest in YAML. A module's vendor puts "
                    "it into the module (CAMIPC_MODULE_MANIFEST), root puts it "
                    "into MODULE.yaml beside the module. Environment, memory "
                    "and threads are not learnt. A thread that blocks SIGSYS "
                    "ends the worker when it needs something.")),),
                examples=(Example("", ("camipc sandbox learn -- camipc capture "
                                       "--ipa vendor",)),)),
        Command("keygen", "make a pair of keys for signing modules",
                ("Makes a pair of Ed25519 keys: NAME, the private key, which "
                 "signs, and NAME.pub, the public key, which is given to "
                 "others. Existing files are not replaced.",),
                arguments=(Argument("NAME", "the file of the private key",
                                    complete="file"),),
                own_options=True,
                details=(("FILES", (
                    "NAME can be read by its owner only (mode 0600). Keep it "
                    "away from the machines that run the modules.",
                    "Both files are text: a line 'camipc-private-key 1' or "
                    "'camipc-public-key 1', and a line 'ed25519 KEY' with 64 "
                    "hex digits.")),),
                examples=(Example("", ("camipc keygen vendor",)),)),
        Command("sign", "sign an IPA module",
                ("Signs a module. The signature is written to MODULE.sig. "
                 "Signatures of other keys in this file are kept, unless one "
                 "of this key shows that the module was changed since.",),
                groups=(Group("options", (
                    Option("--key FILE", "the private key"),)),),
                arguments=(MODULE,), own_options=True, details=(CONTENT,),
                examples=(Example("", ("camipc sign --key vendor "
                                       "ipa_vendor.so",)),)),
        Command("verify", "check the signature of an IPA module",
                ("Checks whether MODULE.sig has a valid signature of the "
                 "module by a key. Exits with 1 if not.",),
                groups=(Group("options", (
                    Option("--key FILE", "the public key",
                           suffixes=(".pub",)),)),),
                arguments=(MODULE,), own_options=True, details=(CONTENT,),
                examples=(Example("", ("camipc verify --key vendor.pub "
                                       "ipa_vendor.so",)),)),
        Command("dump", "print what a recording has",
                ("Prints the calls, replies, events, accesses to buffers and "
                 "changes of state of a recording, one line each.",),
                groups=(Group("options", (
                    Option("--json", "print one JSON object per line"),
                    Option("--filter EXPR", "print only what passes the "
                           "filter"),
                    Option("--follow", "wait for more while the file is being "
                           "written"))),),
                arguments=(FILE,), own_options=True, details=(ITEMS, FILTER),
                examples=(Example("", (
                    "camipc capture --record camera.rec",
                    "camipc dump --filter 'method==processStats && frame>50' "
                    "camera.rec")),)),
        Command("replay", "give the calls of a recording to a module again",
                ("Gives the recorded calls to a module, in the same order, and "
                 "compares results, events and buffers with the recorded ones. "
                 "Each event is waited for before the call after it is made.",
                 "Exits with 1 if anything differs; the first difference is "
                 "printed."),
                groups=(Group("options", (
                    Option("--module FILE|NAME", "the module",
                           default="that of the recording",
                           suffixes=(".so",)),
                    IPA_ARGUMENT, REPLAY_ISOLATION,
                    Option("--speed HOW", "when calls are made: as soon as "
                           "possible, or at the recorded times",
                           values=("max", "recorded"), default="max"),
                    Option("--tolerance FIELD=X", "let numbers of this field "
                           "differ by X", repeats=True),
                    Option("--expect", "print nothing unless something "
                           "differs, as for a test"),
                    Option("--pipeline MODULE.so", "write a module that "
                           "answers a live pipeline handler from the "
                           "recording, and replay nothing",
                           suffixes=(".so",)))),),
                arguments=(FILE,),
                details=(REPLAYS, ANSWERS),
                examples=(
                    Example("", (
                        "camipc replay camera.rec --module "
                        "build/ipa_mine.so",)),
                    Example("The other side: a camera whose IPA is the "
                            "recording:", (
                                "camipc replay camera.rec --pipeline "
                                "recorded.so",
                                "camipc capture --ipa ./recorded.so "
                                "--isolation loopback")))),
        Command("minimise", "make a smaller recording that fails the same way",
                ("Makes a smaller recording that still fails in the same way "
                 "when it is replayed: the same crash, or the same first "
                 "difference. A recording that does not fail is refused with "
                 "exit status 3.",),
                groups=(Group("options", (
                    Option("-o, --output NAME", "the smaller recording"),
                    Option("--module FILE|NAME", "the module",
                           default="that of the recording",
                           suffixes=(".so",)),
                    IPA_ARGUMENT,
                    Option("--tolerance FIELD=X", "let numbers of this field "
                           "differ by X", repeats=True),
                    Option("--trials N", "replay N times at most",
                           default="1000"),
                    Option("--limit SECONDS", "time of one replay; one that "
                           "takes longer has not failed in the same way",
                           default="60", details=(
                               "An event that does not come is waited for half "
                               "of this time, and for 10 s at most.",)),
                    Option("--force", "replace NAME if it exists"))),),
                arguments=(FILE,),
                details=(MINIMISES,),
                statuses=(
                    Status("0", "the smaller recording is written"),
                    Status("1", "failure: each replay fails in another way, "
                           "the recording is damaged, or the file could not be "
                           "written"),
                    Status("2", "wrong options, or an unusable file that an "
                           "option names"),
                    Status("3", "the recording does not fail with this "
                           "module"),
                    Status("128 + n", "ended by signal n (Ctrl-C: 130); the "
                           "smallest recording so far is written, if there is "
                           "one"),
                ),
                examples=(Example("", (
                    "camipc minimise bug.rec -o small.rec --module "
                    "build/ipa_mine.so",)),)),
        Command("timeline", "draw the timeline of a recording",
                ("Writes the timeline of a recording in a form that other "
                 "programs show, by the end of the file's name: .json for "
                 "Perfetto and chrome://tracing, .html for a browser, .pcapng "
                 "for Wireshark.",),
                groups=(Group("options", (
                    Option("-o, --output NAME", "the file to write"),)),),
                arguments=(FILE,), own_options=True, details=(TIMELINES,),
                examples=(Example("", (
                    "camipc timeline camera.rec -o trace.json",)),)),
        Command("monitor", "show the proxies of running processes",
                ("Shows the proxies of each process of this user that allows "
                 "it by CAMIPC_MONITOR=1 or camipc_monitor_start(), or of one "
                 "process.",
                 "Below the table are the latest lines of the log of each "
                 "process, at most 4, as far as it logs them (CAMIPC_LOG).",
                 "On a terminal, the table stays in its place; else one table "
                 "follows the other, with the lines that are new. Ends when there is no such process any "
                 "more."),
                groups=(Group("options", (
                    Option("--interval SECONDS", "time between two tables, "
                           "over which rates are computed", default="1"),
                    Option("--count N", "end after N tables"))),),
                arguments=(Argument("PID", "the process", optional=True),),
                own_options=True, details=(COLUMNS,),
                statuses=(
                    Status("0", "something was shown"),
                    Status("1", "no process, or not the wanted one, allows it"),
                    Status("2", "wrong options"),
                    Status("128 + n", "ended by signal n (Ctrl-C: 130)"),
                ),
                examples=(Example("", (
                    "CAMIPC_MONITOR=1 camipc capture --realtime --frames 900 &",
                    "camipc monitor",)),)),
        Command("hostile", "attack a camera process, to see that it holds",
                ("Runs a camera once for each attack, with a hostile worker in "
                 "the place of camipc-worker, and prints what was required and "
                 "what happened.",),
                groups=(HOSTILE,), own_options=True,
                statuses=(
                    Status("0", "all attacks were held off"),
                    Status("1", "an attack was not held off, or the kit could "
                           "not run"),
                    Status("2", "wrong options, or no attack has the name"),
                    Status("128 + n", "ended by signal n (Ctrl-C: 130)"),
                ),
                variables=environment.HOSTILE,
                usage="[OPTION]... [--] [PROGRAM [ARGUMENT]...]",
                notes=(
                    "Without PROGRAM, the camera is a built-in one. Exits with 0 "
                    "if all attacks were held off, else with 1.",),
                details=(
                    ("ATTACKS", (
                        "A hostile worker loads the module that the camera "
                        "process chose, and behaves as an honest one, until it "
                        "tells one lie: another value in a field of a "
                        "message's header, a broken body, a message out of "
                        "place, wrong descriptors, silence, a flood, or its own "
                        "end. Or it makes one attack on the system, from "
                        "inside of the sandbox, before the module is loaded: "
                        "files, processes, sockets, memory, the kernel.",
                        "The first column of the table is the number of the "
                        "threat in camipc's list of threats.",)),
                    ("THE BUILT-IN CAMERA", (
                        "It uses every kind of call. For each lie it is "
                        "known whether the IPA must be ended, a call must fail, "
                        "or nothing may happen. In addition, no descriptor and "
                        "no worker may be left, and a second camera in the same "
                        "process must go on.",)),
                    ("YOUR OWN PROGRAM", (
                        "PROGRAM is run once for each attack, without input. "
                        "It must use libcamipc, start a camera, and end by "
                        "itself; its exit code does not matter. It must not "
                        "crash, must end in time, and must leave no worker "
                        "behind. Built with ASan, UBSan or TSan, it must not "
                        "be aborted by them. --verbose shows what it prints.",
                        "The program needs no change: it inherits "
                        "CAMIPC_WORKER_PROGRAM, which names the hostile worker, "
                        "and CAMIPC_ISOLATION=process, because only a module in a "
                        "process can be attacked so. Restart policies and "
                        "time limits should be those of production.",
                        "The program chooses its transport. Lies in shared "
                        "memory are n/a where it uses none; for the built-in "
                        "camera they are not made with --transport socket.",
                        "n/a says that the program never received the kind of "
                        "message in which the worker would have lied, or that "
                        "the lie would have been the truth.",))),
                examples=(
                    Example("Your own camera application, with the lies in "
                            "replies only:",
                            ("camipc hostile --only 'reply.*' -- "
                             "./my-camera --frames 5",)),
                    Example("Only what was not held off:",
                            ("camipc hostile --failed",)))),
    ),
    common=COMMON,
    variables=environment.LIBRARY,
    statuses=(
        Status("0", "success"),
        Status("1", "failure: the IPA died or returned an error, or a file "
               "could not be written"),
        Status("2", "wrong options, or an unusable file that an option names"),
        Status("128 + n", "ended by signal n (Ctrl-C: 130); no worker is left"),
    ),
    examples=(Example("", ("camipc modules",
                           "camipc capture --frames 10 --output "
                           "'frame-%04d.png'")),),
    details=(
        ("ERRORS", (
            "An error is one line on stderr: what failed, on which thing, and "
            "what was expected. --verbose, or CAMIPC_LOG=debug, prints the log "
            "of the library instead of the lines that explain a failure. list "
            "and modules report which files of the module folders are not "
            "modules, and why.",)),
    ),
    see_also=("camipc-gen(1)", "camipc-worker(1)", "camipc-policy(5)",
              "camipc-tuning(5)",
              "camipc(7)"),
)
