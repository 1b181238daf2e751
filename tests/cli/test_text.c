/* SPDX-License-Identifier: MIT */
/* Patterns, and strings of any bytes in JSON and on a terminal. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/find/pattern.h"
#include "cli/text/json.h"
#include "cli/text/text.h"
#include "cli/text/utf8.h"
#include "test.h"

static bool matches(const char *text, const char *provider, const char *probe)
{
    struct udyn_pattern pattern;
    bool result;

    udyn_pattern_set(&pattern, text);
    result = udyn_pattern_matches(&pattern, 1, provider, probe);
    udyn_pattern_free(&pattern);
    return result;
}

static void matches_on_both_sides(void **state)
{
    (void)state;
    assert_true(matches("ruby:gc__*", "ruby", "gc__begin"));
    assert_false(matches("ruby:gc__*", "rubyx", "gc__begin"));
    assert_true(matches("r*:*begin", "ruby", "gc__begin"));
    assert_true(matches("gc__begin", "anything", "gc__begin"));
    assert_true(matches("*:p", "", "p"));
    assert_false(matches(":p", "x", "p"));
    assert_true(matches("[[:alpha:]]*:p", "x", "p"));
    assert_false(matches("[[:alpha:]]*:p", "1", "p"));
    assert_true(udyn_pattern_matches(NULL, 0, "x", "p"));
}

typedef void (*put_function)(FILE *out, const char *bytes, size_t length);

static void expect(put_function put, const char *bytes, size_t length, const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    put(out, bytes, length);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

#define EXPECT(put, literal, expected) expect(put, literal, sizeof(literal) - 1, expected)

static void keeps_json_valid(void **state)
{
    (void)state;
    EXPECT(udyn_json_string, "caf\xc3\xa9 \"x\" \\ \n\t\x01",
           "\"caf\xc3\xa9 \\\"x\\\" \\\\ \\n\\t\\u0001\"");
    EXPECT(udyn_json_string, "a\xff\xc3", "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
    EXPECT(udyn_json_string, "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    EXPECT(udyn_json_string, "\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\"");
    EXPECT(udyn_json_string, "\xf0\x9f\x90\x98", "\"\xf0\x9f\x90\x98\"");
    EXPECT(udyn_json_string, "nul\0in", "\"nul\\u0000in\"");
    EXPECT(udyn_json_string, "\xc2\x9b|\xe2\x80\xae\x7f", "\"\\u009b|\\u202e\\u007f\"");
}

static void keeps_terminals_safe(void **state)
{
    (void)state;
    EXPECT(udyn_text_put, "a\033[2Jb\\", "a\\x1b[2Jb\\");
    EXPECT(udyn_text_put,
           "\xc2\x9b"
           "1m",
           "\\xc2\\x9b1m");
    EXPECT(udyn_text_quote, "a\"b\\\n\xff", "\"a\\\"b\\\\\\n\\xff\"");
    /* What turns the direction of the text around; a letter that is written so is shown. */
    EXPECT(udyn_text_put, "\xe2\x80\xae|\xe2\x81\xa6", "\\xe2\\x80\\xae|\\xe2\\x81\\xa6");
    EXPECT(udyn_text_put, "\xd7\x90", "\xd7\x90");
    EXPECT(udyn_text_quote, "caf\xc3\xa9", "\"caf\xc3\xa9\"");
    assert_int_equal(udyn_text_width("caf\xc3\xa9"), 4);
}

static void ends_with_a_whole_character(void **state)
{
    (void)state;
    assert_int_equal(udyn_utf8_whole("abc", 3), 3);
    assert_int_equal(udyn_utf8_whole("", 0), 0);
    assert_int_equal(udyn_utf8_whole("a\xc3", 2), 1);
    assert_int_equal(udyn_utf8_whole("a\xc3\xa4", 3), 3);
    assert_int_equal(udyn_utf8_whole("a\xe2\x82", 3), 1);
    assert_int_equal(udyn_utf8_whole("a\xf0\x9f\x90", 4), 1);
    assert_int_equal(udyn_utf8_whole("\xf0\x9f\x90\x98", 4), 4);
    assert_int_equal(udyn_utf8_whole("\xa4\xa4\xa4\xa4", 4), 4);
}

static void expect_double(double value, const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    udyn_json_double(out, value);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void keeps_all_digits_of_a_double(void **state)
{
    (void)state;
    expect_double(0.1, "0.1");
    expect_double(1.0 / 3, "0.3333333333333333");
    expect_double(-2.5e300, "-2.5e+300");
    expect_double(NAN, "\"NaN\"");
    expect_double(-INFINITY, "\"-Infinity\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_on_both_sides),
        cmocka_unit_test(keeps_json_valid),
        cmocka_unit_test(keeps_terminals_safe),
        cmocka_unit_test(ends_with_a_whole_character),
        cmocka_unit_test(keeps_all_digits_of_a_double),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
