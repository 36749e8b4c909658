# SPDX-License-Identifier: MIT
"""Tests that long lines break where clang-format 14 breaks them."""

import unittest

import support  # noqa: F401
from camipc_gen.output.layout import (layout, layout_block,
                                      layout_list_macro, layout_macro)


class Statements(unittest.TestCase):
    def _check(self, line, *expected):
        self.assertEqual(layout(line), "\n".join(expected))

    def test_short_lines_stay(self):
        self._check("\tcall(a, b);", "\tcall(a, b);")

    def test_arguments_line_up(self):
        self._check(
            "\tmsg->items = camipc_copy_array(arena, msg->items, "
            "msg->n_items, sizeof(*msg->items));",
            "\tmsg->items = camipc_copy_array(arena, msg->items, "
            "msg->n_items,",
            "\t\t\t\t       sizeof(*msg->items));")

    def test_behind_the_assignment(self):
        self._check(
            "\tstruct cam_frame_buffer_plane *planes = "
            "(struct cam_frame_buffer_plane *)msg->planes;",
            "\tstruct cam_frame_buffer_plane *planes =",
            "\t\t(struct cam_frame_buffer_plane *)msg->planes;")

    def test_arguments_that_break(self):
        self._check(
            "\t\tcamipc_check_that(check, msg->some_items[i] >= 0 && "
            "msg->some_items[i] <= 9, \"items\");",
            "\t\tcamipc_check_that(check,",
            "\t\t\t\t  msg->some_items[i] >= 0 &&",
            "\t\t\t\t\t  msg->some_items[i] <= 9,",
            "\t\t\t\t  \"items\");")

    def test_behind_the_parenthesis_if_that_keeps_arguments_whole(self):
        self._check(
            "\t\t\tcamipc_check_that(check, msg->items[i] >= 0 && "
            "msg->items[i] <= 9, \"items\");",
            "\t\t\tcamipc_check_that(",
            "\t\t\t\tcheck, msg->items[i] >= 0 && msg->items[i] <= 9,",
            "\t\t\t\t\"items\");")

    def test_comparisons_stand_out_from_conditions(self):
        self._check(
            "\tcheck_that(check, msg->exposure_time_in_nanoseconds >= 16 && "
            "msg->exposure_time_in_nanoseconds <= INT64_C(33333333333333));",
            "\tcheck_that(check, msg->exposure_time_in_nanoseconds >= 16 &&",
            "\t\t\t\t  msg->exposure_time_in_nanoseconds <=",
            "\t\t\t\t\t  INT64_C(33333333333333));")

    def test_what_follows_a_broken_argument_is_packed_again(self):
        self.assertEqual(
            layout("\tFIELD(\"digits\", INT32, struct ipa_lim_limits, digits, "
                   ".flags = HAS_A_MINIMUM | HAS_A_MAXIMUM | HAS_A_DEFAULT | "
                   "HAS_MAX_LEN, .max_len = 3, .min = { .i = 0 }),", depth=1),
            "\tFIELD(\"digits\", INT32, struct ipa_lim_limits, digits,\n"
            "\t      .flags = HAS_A_MINIMUM | HAS_A_MAXIMUM | HAS_A_DEFAULT |"
            "\n\t\t       HAS_MAX_LEN,\n"
            "\t      .max_len = 3, .min = { .i = 0 }),")

    def test_strings_are_never_broken(self):
        text = layout("\tcall(\"%s\", second);" % ("a, b(c) && " * 9))
        self.assertIn("a, b(c) && " * 9, text)

    def test_comments_and_macros_stay(self):
        text = "#define A " + "x" * 90 + "\n/* " + "y " * 50 + "*/"
        self.assertEqual(layout_block(text), text)


class Prototypes(unittest.TestCase):
    def _check(self, line, *expected):
        self.assertEqual(layout(line, True, reserve=1), "\n".join(expected))

    def test_parameters_line_up(self):
        self._check(
            "int ipa_vimc_map_buffers(struct ipa_vimc *ipa, "
            "const struct cam_buffer *buffers, size_t n_buffers)",
            "int ipa_vimc_map_buffers(struct ipa_vimc *ipa, "
            "const struct cam_buffer *buffers,",
            "\t\t\t size_t n_buffers)")

    def test_the_type_gets_its_own_line(self):
        self._check(
            "CAMIPC_MUST_CHECK int ipa_vimc_queue_request(struct ipa_vimc "
            "*ipa, uint32_t frame, const struct cam_control_list *controls)",
            "CAMIPC_MUST_CHECK int",
            "ipa_vimc_queue_request(struct ipa_vimc *ipa, uint32_t frame,",
            "\t\t       const struct cam_control_list *controls)")

    def test_but_no_short_one(self):
        self._check(
            "void cam_uint32_control_info_entry_clear("
            "struct cam_uint32_control_info_entry *msg)",
            "void cam_uint32_control_info_entry_clear(",
            "\tstruct cam_uint32_control_info_entry *msg)")


class Macros(unittest.TestCase):
    def test_backslashes_stand_in_one_column(self):
        lines = layout_macro("#define M(a)", "call(" + ", ".join(
            ["argument"] * 20) + ")").split("\n")
        columns = {len(line.expandtabs(8)) for line in lines[:-1]}
        self.assertEqual(len(columns), 1)
        self.assertTrue(all(line.endswith("\\") for line in lines[:-1]))

    def test_a_list_is_filled_line_by_line(self):
        text = layout_list_macro("#define M(a)", ["first", "second"])
        self.assertEqual(text, "#define M(a)                  \\\n"
                         "\t{                     \\\n"
                         "\t\tfirst, second \\\n"
                         "\t}")
        lines = layout_list_macro("#define M(a)",
                                  ["a_long_name"] * 9).split("\n")
        self.assertTrue(all(len(line.expandtabs(8)) <= 80 for line in lines))
        self.assertEqual([line.count("a_long_name") for line in lines],
                         [0, 0, 4, 4, 1, 0])

    def test_parameters_break_before_a_backslash(self):
        name = "M" * 50
        lines = layout_macro("#define %s(first, second, third)" % name,
                             "call(first, second, third)").split("\n")
        self.assertEqual([line.rstrip(" \\") for line in lines], [
            "#define %s(first, second," % name,
            "\t" * 7 + "   third)",
            "\tcall(first, second, third)"])


if __name__ == "__main__":
    unittest.main()
