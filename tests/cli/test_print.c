/* SPDX-License-Identifier: MIT */
/* An event as a line, for people and as JSON: every kind of value, shown in every way. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/trace/print.h"
#include "test.h"

/* The strings of a plan are its own, to be freed. */
#define TEXT(string) ((char[]){string})
#define ARGUMENT(text, how)                                                                        \
    {                                                                                              \
        .name = TEXT(text), .json_name = TEXT("\"" text "\""), .show = how                         \
    }

static struct udyn_traced_argument arguments[] = {
    ARGUMENT("signed", UDYN_SHOW_SIGNED),   ARGUMENT("unsigned", UDYN_SHOW_UNSIGNED),
    ARGUMENT("pointer", UDYN_SHOW_POINTER), ARGUMENT("hex", UDYN_SHOW_HEX),
    ARGUMENT("double", UDYN_SHOW_DOUBLE),   ARGUMENT("string", UDYN_SHOW_STRING),
    ARGUMENT("null", UDYN_SHOW_STRING),     ARGUMENT("unknown", UDYN_SHOW_SIGNED),
};

static const struct udyn_traced probe = {.title = TEXT("a:b"),
                                         .json = TEXT("\"provider\":\"a\",\"probe\":\"b\""),
                                         .arguments = arguments,
                                         .nargs = sizeof(arguments) / sizeof(arguments[0])};

static struct udyn_event event = {
    .time = 12345678901234567890U,
    .pid = 10,
    .tid = 11,
    .comm = "ruby\n",
    .comm_length = 5,
    .values = {{.kind = UDYN_VALUE_SIGNED, .number = (uint64_t)-5},
               {.kind = UDYN_VALUE_UNSIGNED, .number = UINT64_MAX},
               {.kind = UDYN_VALUE_UNSIGNED, .number = 255},
               {.kind = UDYN_VALUE_UNSIGNED, .number = 255},
               {.kind = UDYN_VALUE_DOUBLE, .real = 0.5},
               {.kind = UDYN_VALUE_STRING, .string = "it\"s", .length = 4},
               {.kind = UDYN_VALUE_NULL},
               {.kind = UDYN_VALUE_UNKNOWN}},
};

static char *print(void (*put)(FILE *out, const struct udyn_traced *probe,
                               const struct udyn_event *event))
{
    static char *text;
    size_t size = 0;
    FILE *out;

    free(text);
    text = NULL;
    out = open_memstream(&text, &size);
    assert_non_null(out);
    put(out, &probe, &event);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void prints_json(void **state)
{
    (void)state;
    assert_string_equal(
        print(udyn_print_json),
        "{\"ts_ns\":12345678901234567890,\"pid\":10,\"tid\":11,\"comm\":\"ruby\\n\","
        "\"provider\":\"a\",\"probe\":\"b\",\"args\":{"
        "\"signed\":-5,\"unsigned\":18446744073709551615,\"pointer\":255,"
        "\"hex\":\"0xff\",\"double\":0.5,\"string\":\"it\\\"s\",\"null\":null,"
        "\"unknown\":null}}\n");
}

static void prints_text(void **state)
{
    const char *line = print(udyn_print_text);

    (void)state;
    assert_true(strlen(line) > 15);
    assert_string_equal(line + 15, " 10/11 ruby\\x0a a:b signed=-5 unsigned=18446744073709551615 "
                                   "pointer=0xff hex=0xff double=0.5 string=\"it\\\"s\" null=NULL "
                                   "unknown=?\n");
}

static void put_clock(char text[9], time_t second)
{
    struct tm parts;

    assert_non_null(localtime_r(&second, &parts));
    assert_int_equal(strftime(text, 9, "%H:%M:%S", &parts), 8);
}

/* An event of an hour from now has that time of day, whatever the clocks began with. */
static void prints_the_time_of_day(void **state)
{
    char earliest[9], latest[9], found[9] = "";
    struct timespec now, real;

    (void)state;
    assert_int_equal(clock_gettime(CLOCK_REALTIME, &real), 0);
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    put_clock(earliest, real.tv_sec + 3600);
    put_clock(latest, real.tv_sec + 3601);
    event.time = (uint64_t)(now.tv_sec + 3600) * 1000000000 + (uint64_t)now.tv_nsec;
    memcpy(found, print(udyn_print_text), 8);
    if (strcmp(found, earliest) != 0)
        assert_string_equal(found, latest);
    assert_int_equal(strspn(print(udyn_print_text) + 9, "0123456789"), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_json),
        cmocka_unit_test(prints_text),
        cmocka_unit_test(prints_the_time_of_day),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
