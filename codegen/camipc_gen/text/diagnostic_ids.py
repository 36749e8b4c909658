# SPDX-License-Identifier: MIT
"""The ids of all diagnostics, with a short description each.

idl/README.md has the same table, which a test compares; another test requires
a file in tests/codegen/front/bad for each id.
"""

ERRORS = {
    # reading
    "unreadable": "a file cannot be read, or is not UTF-8 text",
    "unwritable": "an output file cannot be written",
    "import-not-found": "an imported file that was not found",
    "import-cycle": "files that import each other in a cycle",
    "duplicate-stem": "two files would write the same output files",
    "bad-option": "an option of the command line has an invalid value",
    "bad-config": "a mistake in the file of --config",
    "bad-template": "a mistake in a template of --template",
    # text
    "bad-character": "a character that the language does not use",
    "bad-number": "an invalid number, with letters or two points",
    "octal-literal": "an integer with a leading zero",
    "number-range": "a number that is too large for every type",
    "unclosed-string": "a string that does not end on its line",
    "bad-escape": "an unknown escape sequence",
    "unclosed-comment": "a comment that does not end",
    # syntax
    "syntax": "the grammar expects something else here",
    "unclosed-body": "a '{' without its '}'",
    "too-deep": "a type or an expression nested too deeply",
    "nested-declaration": "a struct, union or interface inside another",
    "duplicate-module": "two module statements in a file",
    "module-order": "a module statement or import after declarations",
    "no-module": "declarations in a file without a module statement",
    "parameter-default": "a parameter with a default",
    # features of Chromium's mojom that are not supported
    "forward-declaration": "struct X; (declarations may be in any order)",
    "native-type": "[Native] struct X;",
    "external-body": "an [external] struct with fields",
    "external-attribute": "an [external] struct that lacks an attribute, or has "
                          "one too many",
    "build-condition": "feature, [EnableIf], [RuntimeFeature]",
    "handle-type": "handle, shared_buffer, data_pipe, message_pipe",
    "interface-value": "an interface passed as a value",
    "result-type": "result<T, E>",
    # names
    "duplicate-name": "two declarations with the same name",
    "unknown-type": "a type that is not declared",
    "unknown-name": "a value that is not declared",
    "ambiguous-name": "a name that several imports declare",
    "not-imported": "a name from a file that is not imported directly",
    "not-a-type": "a name that does not refer to a type",
    "not-a-value": "a name that does not refer to a value",
    "bad-alias": "an alias that is not a name, or is already used",
    "skipped-type": "a [skipHeader] type that is not declared elsewhere, or "
                    "differs",
    # values
    "const-cycle": "a constant whose value depends on itself",
    "const-type": "a constant of a type without literals",
    "value-type": "a value of the wrong type",
    "value-range": "a value outside the range of its type",
    "overflow": "an expression whose result exceeds 64 bits",
    "division-by-zero": "division or remainder by zero",
    "bad-shift": "a shift by less than 0 or more than 63",
    # types
    "array-count": "a fixed array with an invalid number of elements",
    "array-arity": "array without exactly one element type",
    "map-arity": "map without exactly a key and a value",
    "unknown-generic": "a<b> other than array and map",
    "map-key": "a key that is a float, a struct, an array, …",
    "null-element": "T? as element, key, value or arm",
    "nullable-type": "T? of a union, which can be empty without it",
    "nullable-default": "a default for T?",
    "default-type": "a default that the type cannot have",
    "contains-itself": "a struct that contains itself by value",
    "nesting-depth": "structs nested deeper than a receiver accepts",
    # enums
    "type-size": "a struct that is too large for C",
    "message-size": "a message that is always larger than the limit of its "
                    "interface",
    "enum-range": "an enum value outside int32",
    "enum-empty": "an enum without values",
    "duplicate-value": "two values with [Default]",
    "flags-type": "[flags] on something other than an enum",
    "flag-negative": "a negative flag",
    # numbers
    "some-ordinals": "ordinals on only some of the members",
    "ordinal-zero": "the ordinal @0",
    "ordinal-range": "a number above the limit, or 19000 to 19999",
    "duplicate-ordinal": "a number that two members have",
    "retired-ordinal": "a retired number that is used again",
    "bad-retired": "retired=\"…\" with an invalid number or range",
    "too-many-members": "more members than there are numbers",
    "inline-clash": "an arm of an [inline] union with a number of the struct",
    "min-version": "[MinVersion] above the interface's Version",
    "min-version-order": "[MinVersion] that decreases, without ordinals",
    # attributes
    "unknown-attribute": "an unknown attribute",
    "attribute-place": "an attribute on a declaration that cannot have it",
    "attribute-value": "a value that the attribute does not accept",
    "attribute-type": "an attribute that does not fit the type",
    "duplicate-attribute": "an attribute that is given twice",
    "limit-order": "min above max",
    "limit-range": "a limit outside the range of the type",
    "default-limit": "a default that the field's own attributes refuse",
    "wire-form": "a wire form that the type does not have",
    "inline-union": "[inline] on something other than a union",
    "control-type": "[size] without [control]; [values] without "
                    "[control=int32], or of an unknown enum",
    # interfaces
    "interface-empty": "a main interface without methods",
    "event-interface-alone": "an event interface without a main interface",
    "event-interface-twice": "an event interface that two main interfaces "
                             "claim",
    "unknown-events": "[events] names an interface that is not declared",
    "event-output": "an event with outputs",
    "async-output": "an async method with outputs",
    "async-role": "a role on an async method",
    "duplicate-role": "a role that two methods have",
    "event-attribute": "an attribute that does not fit the kind of method",
    "queue-range": "[queue] above the window of 64, without [overflow=keep]",
    "compatible-since": "CompatibleSince above Version",
    "unknown-key": "[key] names a parameter that is not declared",
    "deep-key": "[key] of more than four names, or through nested arrays",
    "key-type": "[key] that is neither a number nor a string nor an enum",
    "unknown-undo": "[undo] names a method that is not declared",
    "undo-type": "[undo] names a method without a parameter for the keys",
    "restore-outs": "[restore] where descriptors are returned, without "
                    "ignore_result",
    # C
    "bad-name": "a name without a letter",
    "long-name": "a name of more than 255 characters",
    "reserved-name": "a name that is reserved in C, or for every interface",
    "c-name-clash": "two declarations with the same name in C",
    # overlay
    "overlay-unknown": "an overlay for a name that the module does not "
                       "declare",
}

WARNINGS = {
    "unqualified-import": "a name of another module, used without its module",
    "ignored-attribute": "an attribute that has no effect",
    "import-map-drift": "a replaced import that differs from its replacement",
    "has-fd": "[hasFd] where no descriptor can be",
    "doc-mismatch": "a comment that names another declaration",
    "missing-role": "init, start or stop without its role",
    "unused-overlay": "an overlay for a module that is not compiled",
}

# Warnings of camipc-gen lint; tests/codegen/commands/lint has a file for each.
LINTS = {
    "missing-docs": "a type, interface, method or event without a comment",
    "missing-timeout": "a method with callers that wait, without [timeout_ms]",
    "sync-while-running": "a call that can block a running camera, without "
                          "[when]",
    "unbounded": "an array, string or map without [max_len] in an async "
                 "method or event",
    "kept-bytes": "[queue] messages that together exceed what is kept, without "
                  "a proxy's own budget",
    "naming": "a name in a style other than LikeThis or likeThis",
    "missing-version": "an interface without [Version]",
    "missing-restore": "a call that configures a module, without [restore]",
}
