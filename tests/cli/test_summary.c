/* SPDX-License-Identifier: MIT */
/* --summary: counts, rates and what the helpers cost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/trace/summary.h"
#include "test.h"

#define SECOND 1000000000ULL

/* The strings of a plan are its own, to be freed. */
#define TEXT(string) ((char[]){string})

static struct udyn_traced_argument overhead[] = {{.name = TEXT("overhead_ns"),
                                                  .json_name = TEXT("\"overhead_ns\""),
                                                  .show = UDYN_SHOW_UNSIGNED}};
static struct udyn_traced_argument other[] = {
    {.name = TEXT("ns"), .json_name = TEXT("\"ns\""), .show = UDYN_SHOW_UNSIGNED}};

static struct udyn_traced probes[] = {
    {.title = TEXT("a:rare"), .json = TEXT("\"probe\":\"rare\""), .arguments = other, .nargs = 1},
    {.title = TEXT("a:often"),
     .json = TEXT("\"probe\":\"often\""),
     .arguments = overhead,
     .nargs = 1},
    {.title = TEXT("a:never"), .json = TEXT("\"probe\":\"never\"")},
    {.title = TEXT("a:also"), .json = TEXT("\"probe\":\"also\""), .arguments = other, .nargs = 1},
};

static const struct udyn_plan all = {.probes = probes, .nprobes = 4};

static void fire(struct udyn_summary *summary, size_t probe, uint64_t value)
{
    struct udyn_event event = {.probe = probe};

    event.values[0].kind = UDYN_VALUE_UNSIGNED;
    event.values[0].number = value;
    udyn_summary_add(summary, &event);
}

static char *draw(struct udyn_summary *summary, uint64_t now, bool is_end, bool as_json)
{
    static char *text;
    size_t size = 0;
    FILE *out;

    free(text);
    text = NULL;
    out = open_memstream(&text, &size);
    assert_non_null(out);
    udyn_summary_draw(summary, out, now, is_end, as_json);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* The busiest first, those that are as busy in the order of the plan. */
static void begin(struct udyn_summary *summary)
{
    udyn_summary_begin(summary, &all, 5 * SECOND);
    fire(summary, 3, 1000);
    fire(summary, 0, 1000);
    fire(summary, 1, 100);
    fire(summary, 1, 201);
    fire(summary, 1, 300);
}

static void sorts_and_averages(void **state)
{
    struct udyn_summary summary;

    (void)state;
    begin(&summary);
    assert_string_equal(draw(&summary, 7 * SECOND, true, true),
                        "{\"probe\":\"often\",\"count\":3,\"per_second\":1.5,\"overhead_ns\":601}\n"
                        "{\"probe\":\"rare\",\"count\":1,\"per_second\":0.5}\n"
                        "{\"probe\":\"also\",\"count\":1,\"per_second\":0.5}\n");
    assert_string_equal(draw(&summary, 7 * SECOND, true, false),
                        "PROBE    EVENTS  EVENTS/S  OVERHEAD NS\n"
                        "a:often       3       1.5          200\n"
                        "a:rare        1       0.5             \n"
                        "a:also        1       0.5             \n");
    udyn_summary_free(&summary);
}

/* While it runs a rate is that since the last table; at the end it is that of the whole time. */
static void tells_the_rate_since_the_last_table(void **state)
{
    struct udyn_summary summary;

    (void)state;
    begin(&summary);
    assert_non_null(
        strstr(draw(&summary, 6 * SECOND, false, false), "a:often       3       3.0  "));
    fire(&summary, 1, 0);
    assert_non_null(
        strstr(draw(&summary, 10 * SECOND, false, false), "a:often       4       0.2  "));
    assert_non_null(
        strstr(draw(&summary, 13 * SECOND, true, false), "a:often       4       0.5  "));
    udyn_summary_free(&summary);
}

static void divides_by_no_time_that_is_none(void **state)
{
    struct udyn_summary summary;

    (void)state;
    begin(&summary);
    assert_non_null(strstr(draw(&summary, 5 * SECOND, true, true), "\"per_second\":0.0,"));
    udyn_summary_free(&summary);
}

static void shows_overhead_only_where_there_is_some(void **state)
{
    const struct udyn_plan plain = {.probes = probes, .nprobes = 1};
    struct udyn_summary summary;

    (void)state;
    udyn_summary_begin(&summary, &plain, 0);
    assert_string_equal(draw(&summary, SECOND, false, false), "PROBE  EVENTS  EVENTS/S\n");
    fire(&summary, 0, 5);
    /* Over the table before, which had one line. */
    assert_string_equal(draw(&summary, 2 * SECOND, false, false),
                        "\033[1A\033[JPROBE   EVENTS  EVENTS/S\n"
                        "a:rare       1       1.0\n");
    udyn_summary_free(&summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_and_averages),
        cmocka_unit_test(tells_the_rate_since_the_last_table),
        cmocka_unit_test(divides_by_no_time_that_is_none),
        cmocka_unit_test(shows_overhead_only_where_there_is_some),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
