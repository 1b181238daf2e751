/* SPDX-License-Identifier: MIT */
/* --hist: into which power of two each value falls, and what is drawn of it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/trace/hist.h"
#include "test.h"

/* The strings of a plan are its own, to be freed. */
#define TEXT(string) ((char[]){string})

static struct udyn_traced_argument arguments[] = {
    {.name = TEXT("text"), .json_name = TEXT("\"text\""), .show = UDYN_SHOW_STRING},
    {.name = TEXT("ns"), .json_name = TEXT("\"ns\""), .show = UDYN_SHOW_SIGNED},
    {.name = TEXT("ms"), .json_name = TEXT("\"ms\""), .show = UDYN_SHOW_DOUBLE},
};

static struct udyn_traced probes[] = {
    {.title = TEXT("a:b"),
     .json = TEXT("\"provider\":\"a\",\"probe\":\"b\""),
     .arguments = arguments,
     .nargs = 3},
    {.title = TEXT("a:c"),
     .json = TEXT("\"provider\":\"a\",\"probe\":\"c\""),
     .arguments = arguments,
     .nargs = 1},
};

static const struct udyn_plan plan = {.probes = probes, .nprobes = 2};

static char *draw(const struct udyn_hist *hist, bool as_json)
{
    static char *text;
    size_t size = 0;
    FILE *out;

    free(text);
    text = NULL;
    out = open_memstream(&text, &size);
    assert_non_null(out);
    udyn_hist_draw(hist, out, as_json);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void add(struct udyn_hist *hist, int kind, uint64_t number)
{
    struct udyn_event event = {.probe = 0};

    event.values[1].kind = kind;
    event.values[1].number = number;
    udyn_hist_add(hist, &event);
}

static void finds_a_number_by_name_or_place(void **state)
{
    struct udyn_hist hist;

    (void)state;
    assert_int_equal(udyn_hist_begin(&hist, &plan, "ns"), UDYN_DONE);
    udyn_hist_free(&hist);
    assert_int_equal(udyn_hist_begin(&hist, &plan, "arg2"), UDYN_DONE);
    udyn_hist_free(&hist);
    assert_int_equal(udyn_hist_begin(&hist, &plan, "text"), UDYN_NOTHING);
    udyn_hist_free(&hist);
    assert_int_equal(udyn_hist_begin(&hist, &plan, "arg0"), UDYN_NOTHING);
    udyn_hist_free(&hist);
    assert_int_equal(udyn_hist_begin(&hist, &plan, "arg3"), UDYN_NOTHING);
    udyn_hist_free(&hist);
}

/* Each power of two begins a bucket, and the number below it ends the one before. */
static void puts_numbers_between_powers_of_two(void **state)
{
    struct udyn_hist hist;
    struct udyn_event other = {.probe = 1};

    (void)state;
    assert_int_equal(udyn_hist_begin(&hist, &plan, "ns"), UDYN_DONE);
    assert_string_equal(draw(&hist, true), "");
    add(&hist, UDYN_VALUE_SIGNED, UINT64_MAX);
    add(&hist, UDYN_VALUE_SIGNED, 0);
    add(&hist, UDYN_VALUE_SIGNED, 0);
    add(&hist, UDYN_VALUE_SIGNED, 1);
    add(&hist, UDYN_VALUE_SIGNED, 2);
    add(&hist, UDYN_VALUE_SIGNED, 3);
    add(&hist, UDYN_VALUE_SIGNED, 4);
    add(&hist, UDYN_VALUE_UNSIGNED, (1ULL << 63) - 1);
    add(&hist, UDYN_VALUE_UNSIGNED, 1ULL << 63);
    add(&hist, UDYN_VALUE_UNSIGNED, UINT64_MAX);
    add(&hist, UDYN_VALUE_UNKNOWN, 7);
    udyn_hist_add(&hist, &other);
    assert_non_null(strstr(draw(&hist, true), "\"provider\":\"a\",\"probe\":\"b\",\"arg\":\"ns\","
                                              "\"count\":10,"));
    assert_non_null(strstr(draw(&hist, true),
                           "\"buckets\":[[null,1],[0,2],[1,1],[2,2],[4,1],"
                           "[4611686018427387904,1],[9223372036854775808,2]]}\n"));
    assert_null(strstr(draw(&hist, true), "\"c\""));
    udyn_hist_free(&hist);
}

static void draws_bars_in_proportion(void **state)
{
    struct udyn_hist hist;
    int i;

    (void)state;
    assert_int_equal(udyn_hist_begin(&hist, &plan, "ns"), UDYN_DONE);
    for (i = 0; i < 4; i++)
        add(&hist, UDYN_VALUE_SIGNED, 5);
    add(&hist, UDYN_VALUE_SIGNED, 1);
    assert_string_equal(draw(&hist, false),
                        "a:b ns, 5 events\n"
                        "[1]                                   1 "
                        "|@@@@@@@@@@@@@                                       |\n"
                        "[2, 4)                                0 "
                        "|                                                    |\n"
                        "[4, 8)                                4 "
                        "|@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n");
    udyn_hist_free(&hist);
    assert_int_equal(udyn_hist_begin(&hist, &plan, "ns"), UDYN_DONE);
    add(&hist, UDYN_VALUE_SIGNED, (uint64_t)-5);
    assert_non_null(strstr(draw(&hist, false), "\n(..., 0)  "));
    add(&hist, UDYN_VALUE_UNSIGNED, UINT64_MAX);
    assert_non_null(strstr(draw(&hist, false), "\n[9223372036854775808, ...)  "));
    assert_non_null(strstr(draw(&hist, false), "\n[2, 4)  "));
    udyn_hist_free(&hist);
}

static void counts_no_value_that_is_no_number(void **state)
{
    struct udyn_event event = {.probe = 0};
    struct udyn_hist hist;

    (void)state;
    assert_int_equal(udyn_hist_begin(&hist, &plan, "ms"), UDYN_DONE);
    event.values[2].kind = UDYN_VALUE_DOUBLE;
    event.values[2].real = (double)NAN;
    udyn_hist_add(&hist, &event);
    assert_string_equal(draw(&hist, true), "");
    event.values[2].real = 5.5;
    udyn_hist_add(&hist, &event);
    event.values[2].real = (double)INFINITY;
    udyn_hist_add(&hist, &event);
    assert_non_null(strstr(draw(&hist, true), "\"count\":2,"));
    assert_non_null(strstr(draw(&hist, true), "\"buckets\":[[4,1],["));
    udyn_hist_free(&hist);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_number_by_name_or_place),
        cmocka_unit_test(puts_numbers_between_powers_of_two),
        cmocka_unit_test(draws_bars_in_proportion),
        cmocka_unit_test(counts_no_value_that_is_no_number),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
