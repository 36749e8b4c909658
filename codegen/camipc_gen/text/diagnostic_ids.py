# SPDX-License-Identifier: MIT
"""The id of every diagnostic and what it means, in one line each.

idl/README.md has the same table; a test compares them, and another wants a
file in tests/codegen/front/bad for each id.
"""

ERRORS = {
    # reading
    "unreadable": "a file cannot be read, or is not UTF-8 text",
    "unwritable": "an output file cannot be written",
    "import-not-found": "no file for this import",
    "import-cycle": "files import each other in a circle",
    "duplicate-stem": "two inputs would write the same output files",
    "bad-option": "an option of the command line says nothing sensible",
    # text
    "bad-character": "a character that has no meaning in the language",
    "bad-number": "letters in a number, or two points",
    "octal-literal": "an integer with a leading zero",
    "number-range": "a literal that no type holds",
    "unclosed-string": "a string that does not end on its line",
    "bad-escape": "an escape sequence that there is not",
    "unclosed-comment": "a comment that does not end",
    # syntax
    "syntax": "something else was expected here",
    "unclosed-body": "a '{' without its '}'",
    "too-deep": "a type or an expression nested too deeply",
    "nested-declaration": "a struct, union or interface inside another",
    "duplicate-module": "two module statements in a file",
    "module-order": "module statement or import behind declarations",
    "no-module": "declarations in a file without a module statement",
    "parameter-default": "a default for a parameter",
    # features of Chromium's mojom that are not there
    "forward-declaration": "struct X; (order is free)",
    "native-type": "[Native] struct X;",
    "build-condition": "feature, [EnableIf], [RuntimeFeature]",
    "handle-type": "handle, shared_buffer, data_pipe, message_pipe",
    "interface-value": "an interface passed as a value",
    "result-type": "result<T, E>",
    # names
    "duplicate-name": "two declarations of one name",
    "unknown-type": "no type of this name",
    "unknown-name": "no value of this name",
    "ambiguous-name": "a name that several imports declare",
    "not-imported": "a name of a file that is not imported directly",
    "not-a-type": "the name of something which is not a type",
    "not-a-value": "the name of something which is not a value",
    "bad-alias": "an alias that is no name, or is taken",
    "skipped-type": "[skipHeader] of a type that is not there, or differs",
    # values
    "const-cycle": "a constant defined by itself",
    "const-type": "a constant of a type that has no literals",
    "value-type": "a value of the wrong type",
    "value-range": "a value outside of its type",
    "overflow": "an expression that leaves 64 bits",
    "division-by-zero": "division or remainder by zero",
    "bad-shift": "a shift by less than 0 or more than 63",
    # types
    "array-count": "a fixed array without a sensible number of elements",
    "array-arity": "array without its type",
    "map-arity": "map without exactly a key and a value",
    "unknown-generic": "a<b> which is neither array nor map",
    "map-key": "a key that is a float, a struct, an array, …",
    "null-element": "T? as element, key, value or arm",
    "nullable-type": "T? of a type that can be nothing by itself",
    "nullable-default": "a default for T?",
    "default-type": "a default for a type that has no literals",
    "contains-itself": "a struct which contains itself by value",
    "nesting-depth": "structs nested deeper than a receiver accepts",
    # enums
    "enum-range": "a value outside of int32",
    "enum-empty": "an enum without values",
    "duplicate-value": "[Default] twice",
    "flags-type": "[flags] on something which is not an enum",
    "flag-negative": "a negative flag",
    # numbers
    "some-ordinals": "ordinals on some members only",
    "ordinal-zero": "@0",
    "ordinal-range": "a number above the limit, or 19000 to 19999",
    "duplicate-ordinal": "one number twice",
    "retired-ordinal": "a retired number used again",
    "bad-retired": "retired=\"…\" that cannot be read",
    "too-many-members": "more members than there are numbers",
    "inline-clash": "an arm of an [inline] union with a number of its parent",
    "min-version": "[MinVersion] above the interface's Version",
    "min-version-order": "[MinVersion] that decreases, without ordinals",
    # attributes
    "unknown-attribute": "no attribute of this name",
    "attribute-place": "an attribute where it means nothing",
    "attribute-value": "a value that the attribute does not take",
    "attribute-type": "an attribute that does not fit the type",
    "duplicate-attribute": "one attribute twice",
    "limit-order": "min above max",
    "limit-range": "a limit outside of the type",
    "default-limit": "a default outside of the field's own limits",
    "wire-form": "a wire form that the type does not have",
    "inline-union": "[inline] on something which is not a union",
    "control-type": "[control] of a type that controls do not have",
    # interfaces
    "interface-empty": "a main interface without methods",
    "event-interface-alone": "an event interface without a main interface",
    "event-interface-twice": "one event interface for two main interfaces",
    "unknown-events": "[events] names no interface",
    "event-output": "an event with outputs",
    "async-output": "an async method with outputs",
    "async-role": "a role on an async method",
    "duplicate-role": "two methods with one role",
    "event-attribute": "an attribute that does not fit what a method is",
    "compatible-since": "CompatibleSince above Version",
    "unknown-key": "[key] names no parameter",
    "unknown-undo": "[undo] names no method",
    # C
    "bad-name": "a name without a letter",
    "reserved-name": "a method named like one that each interface has",
    "c-name-clash": "two declarations with one name in C",
    # overlay
    "overlay-unknown": "an overlay names what the module does not have",
}

WARNINGS = {
    "unqualified-import": "a name of another module without its module",
    "ignored-attribute": "an attribute of Chromium's that changes nothing",
    "import-map-drift": "the replacement of an import differs from it",
    "has-fd": "[hasFd] where no descriptor can be",
    "doc-mismatch": "a comment that names another declaration",
    "unused-overlay": "an overlay for a module that is not compiled",
}

# What camipc-gen lint says besides; tests/codegen/lint has a file for each.
LINTS = {
    "missing-docs": "a type, an interface, a method or an event without a "
                    "comment",
    "missing-timeout": "a method that is waited for, without [timeout_ms]",
    "sync-while-running": "a call that is waited for while running, without "
                          "[when]",
    "unbounded": "an array, string or map without [max_len] in an async "
                 "method or event",
    "naming": "a name in another style than LikeThis or likeThis",
    "missing-version": "an interface without [Version]",
}
