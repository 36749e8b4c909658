# SPDX-License-Identifier: MIT
"""Tests the rule that breaks long lines: after commas, aligned to the open
bracket or indented one tab more."""

import unittest

import support  # noqa: F401
from camipc_gen.output.layout import layout, layout_macro, width

_LONG = "a_name_that_fills_most_of_a_line_by_itself_as_few_real_ones_do"


class Rule(unittest.TestCase):
    def _check(self, line, *expected):
        self.assertEqual(layout(line), "\n".join(expected))


class Statements(Rule):
    def test_short_lines_stay(self):
        line = "\tcall(%s);" % ("a" * 65)
        self.assertEqual(width(line), 80)
        self._check(line, line)
        self._check("", "")

    def test_arguments_are_aligned_to_the_bracket(self):
        self._check(
            "\tmsg->items = camipc_copy_array(arena, msg->items, "
            "msg->n_items, sizeof(*msg->items));",
            "\tmsg->items = camipc_copy_array(arena, msg->items, "
            "msg->n_items,",
            "\t\t\t\t       sizeof(*msg->items));")

    def test_without_room_there_one_tab_further_in(self):
        self._check(
            "\t\tp = %s(first_argument, second);" % _LONG,
            "\t\tp = %s(" % _LONG,
            "\t\t\tfirst_argument, second);")

    def test_behind_an_assignment_that_would_be_broken_more(self):
        self._check(
            "\tstruct test_gallery_uint32_label_entry *list = "
            "camipc_extend(r, *items, *n, room, extra, sizeof(*list));",
            "\tstruct test_gallery_uint32_label_entry *list =",
            "\t\tcamipc_extend(r, *items, *n, room, extra, sizeof(*list));")

    def test_a_cast_is_not_broken(self):
        self._check(
            "\tstruct cam_frame_buffer_plane *planes = "
            "(struct cam_frame_buffer_plane *)msg->planes;",
            "\tstruct cam_frame_buffer_plane *planes =",
            "\t\t(struct cam_frame_buffer_plane *)msg->planes;")

    def test_an_argument_that_is_too_long_breaks_after_operators(self):
        self._check(
            "\t\tcamipc_check_that(check, msg->some_items[i] >= 0 && "
            "msg->some_items[i] <= 9, \"items\");",
            "\t\tcamipc_check_that(check,",
            "\t\t\t\t  msg->some_items[i] >= 0 &&",
            "\t\t\t\t  msg->some_items[i] <= 9,",
            "\t\t\t\t  \"items\");")

    def test_inner_brackets_break_only_if_they_must(self):
        self._check(
            "\tif (camipc_check_array(check, msg->controls, "
            "msg->n_controls, sizeof(*msg->controls), 0, 9, \"c\")) {",
            "\tif (camipc_check_array(check, msg->controls, "
            "msg->n_controls,",
            "\t\t\t       sizeof(*msg->controls), 0, 9, \"c\")) {")

    def test_a_condition_is_aligned_to_what_is_returned(self):
        self._check(
            "\treturn HAS(ops, %s) && HAS(ops, b);" % _LONG[:50],
            "\treturn HAS(ops, %s) &&" % _LONG[:50],
            "\t       HAS(ops, b);")

    def test_a_return_is_not_left_alone(self):
        self._check("\treturn %s(an_argument_alone);" % _LONG,
                    "\treturn %s(" % _LONG,
                    "\t\tan_argument_alone);")

    def test_the_arguments_of_a_template_stay_together(self):
        self._check("\tint hangUp(const Wall &wall, "
                    "const std::map<std::uint32_t, Label> &extra);",
                    "\tint hangUp(const Wall &wall,",
                    "\t\t   const std::map<std::uint32_t, Label> &extra);")
        self._check("\tif (first->size > second->size || "
                    "third < the_fourth_one || a_fifth_one);",
                    "\tif (first->size > second->size || "
                    "third < the_fourth_one ||",
                    "\t    a_fifth_one);")

    def test_rows(self):
        self._check(
            "\tFIELD(\"digits\", INT32, struct ipa_lim_limits, digits, "
            ".flags = HAS_A_MINIMUM | HAS_A_MAXIMUM | HAS_A_DEFAULT | "
            "HAS_MAX_LEN, .max_len = 3, .min = { .i = 0 }),",
            "\tFIELD(\"digits\", INT32, struct ipa_lim_limits, digits,",
            "\t      .flags = HAS_A_MINIMUM | HAS_A_MAXIMUM | "
            "HAS_A_DEFAULT |",
            "\t\t       HAS_MAX_LEN,",
            "\t      .max_len = 3, .min = { .i = 0 }),")

    def test_strings_are_never_broken(self):
        text = "a, b(c) && " * 9
        self.assertIn('"%s"' % text, layout('\tcall("%s", second);' % text))

    def test_comments_and_preprocessor_lines_stay(self):
        for line in ("#define A " + "x, " * 40, "/* " + "y, (" * 30 + "*/",
                     "\t * " + "z, " * 40):
            self._check(line, line)

    def test_a_comment_behind_code_moves_above_it(self):
        self._check("\tint32_t %s; /* enum foo or unknown */" % _LONG,
                    "\t/* enum foo or unknown */",
                    "\tint32_t %s;" % _LONG)

    def test_nothing_to_break(self):
        self._check("\t" + "x" * 90 + ";", "\t" + "x" * 90 + ";")


class Declarations(Rule):
    def test_parameters_are_aligned_to_the_bracket(self):
        self._check(
            "int ipa_vimc_map_buffers(struct ipa_vimc *ipa, "
            "const struct cam_buffer *buffers, size_t n_buffers);",
            "int ipa_vimc_map_buffers(struct ipa_vimc *ipa, "
            "const struct cam_buffer *buffers,",
            "\t\t\t size_t n_buffers);")

    def test_a_long_type_gets_its_own_line(self):
        self._check(
            "CAMIPC_MUST_CHECK int ipa_vimc_queue_request(struct ipa_vimc "
            "*ipa, uint32_t frame, const struct cam_control_list *controls);",
            "CAMIPC_MUST_CHECK int",
            "ipa_vimc_queue_request(struct ipa_vimc *ipa, uint32_t frame,",
            "\t\t       const struct cam_control_list *controls);")

    def test_a_short_type_does_not(self):
        self._check(
            "void cam_uint32_control_info_entry_clear("
            "struct cam_uint32_control_info_entry *msg)",
            "void cam_uint32_control_info_entry_clear(",
            "\tstruct cam_uint32_control_info_entry *msg)")

    def test_pointers_to_functions(self):
        self._check(
            "\tint32_t (*configure_the_camera_anew)(void *ipa, "
            "const struct ipa_config *config, int *ret_out);",
            "\tint32_t (*configure_the_camera_anew)(void *ipa,",
            "\t\t\t\t\t     const struct ipa_config *config,",
            "\t\t\t\t\t     int *ret_out);")

    def test_objects(self):
        self._check("extern const struct camipc_type_info %s;" % _LONG,
                    "extern const struct camipc_type_info", "\t%s;" % _LONG)
        self._check("static const struct camipc_info %s[] = {" % _LONG,
                    "static const struct camipc_info", "\t%s[] = {" % _LONG)


class Macros(unittest.TestCase):
    def test_backslashes_stand_in_one_column(self):
        text = layout_macro("#define M(first, second)\n\tcall(%s)\n"
                            % ", ".join(["argument"] * 20))
        lines = text.rstrip("\n").split("\n")
        self.assertEqual(lines[0].rstrip(" \\"), "#define M(first, second)")
        self.assertEqual({width(line) for line in lines[:-1]},
                         {max(width(line) for line in lines)})
        self.assertLessEqual(width(lines[0]), 80)
        self.assertTrue(all(line.endswith("\\") for line in lines[:-1]))
        self.assertFalse(lines[-1].endswith("\\"))

    def test_parameters_break_before_a_backslash(self):
        name = "M" * 50
        lines = layout_macro("#define %s(first, second, third)\n"
                             "\tcall(first, second, third)\n"
                             % name).split("\n")
        self.assertEqual([line.rstrip(" \\") for line in lines], [
            "#define %s(first, second," % name, "\t" * 7 + "   third)",
            "\tcall(first, second, third)", ""])


if __name__ == "__main__":
    unittest.main()
