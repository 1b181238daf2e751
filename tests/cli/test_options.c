/* SPDX-License-Identifier: MIT */
/* The words of the command line: what each becomes, and which are refused. */
#include <string.h>
#include <unistd.h>

#include "cli/options.h"
#include "test.h"

#define MOST_WORDS 12

typedef enum udyn_status (*parse_function)(struct udyn_options *options, int argc, char **argv);

/* Parses a line of words, separated by spaces. */
static enum udyn_status parse(parse_function function, struct udyn_options *options,
                              const char *line)
{
    static char words[256];
    char *argv[MOST_WORDS + 1] = {NULL};
    int argc = 0;
    char *word;

    assert_true(strlen(line) < sizeof(words));
    strcpy(words, line);
    for (word = strtok(words, " "); word != NULL && argc < MOST_WORDS; word = strtok(NULL, " "))
        argv[argc++] = word;
    /* A command has one line; only this lets getopt(3) forget the one before. */
    optind = 0;
    (void)getopt(1, argv, "");
    return function(options, argc, argv);
}

static void expect(parse_function function, const char *line, enum udyn_status status)
{
    struct udyn_options options;
    enum udyn_status result = parse(function, &options, line);

    if (result != status)
        fail_msg("%s: %d and not %d", line, (int)result, (int)status);
    udyn_options_free(&options);
}

static void reads_trace(void **state)
{
    struct udyn_options options;

    (void)state;
    assert_int_equal(parse(udyn_options_trace, &options,
                           "trace -p 12 --json --count 18446744073709551615 -p34 --children a:b "
                           "--duration 0.25 c"),
                     UDYN_DONE);
    assert_int_equal(options.npids, 2);
    assert_int_equal(options.pids[0], 12);
    assert_int_equal(options.pids[1], 34);
    assert_true(options.json && options.children && !options.summary && !options.is_help);
    assert_true(options.count == UINT64_MAX);
    assert_int_equal(options.duration_ns, 250000000);
    assert_int_equal(options.npatterns, 2);
    assert_string_equal(options.patterns[0].provider, "a");
    assert_string_equal(options.patterns[0].probe, "b");
    assert_null(options.patterns[1].provider);
    assert_null(options.hist);
    udyn_options_free(&options);
}

static void reads_list(void **state)
{
    struct udyn_options options;

    (void)state;
    assert_int_equal(parse(udyn_options_list, &options, "list ./x ruby:gc__* --spec gdb /y:z"),
                     UDYN_DONE);
    assert_int_equal(options.nfiles, 2);
    assert_string_equal(options.files[0], "./x");
    assert_string_equal(options.files[1], "/y:z");
    assert_int_equal(options.npatterns, 1);
    assert_string_equal(options.spec, "gdb");
    udyn_options_free(&options);
    /* trace takes no files: a pattern it is. */
    assert_int_equal(parse(udyn_options_trace, &options, "trace -p 1 ./x"), UDYN_DONE);
    assert_int_equal(options.nfiles, 0);
    assert_int_equal(options.npatterns, 1);
    udyn_options_free(&options);
}

static void reads_how_an_argument_is_shown(void **state)
{
    static const struct {
        const char *words, *provider, *probe, *arg;
        enum udyn_as how;
    } expected[] = {
        {"trace -p 1 --as a=string", NULL, "*", "a", UDYN_AS_STRING},
        {"trace -p 1 --as p:a=hex", NULL, "p", "a", UDYN_AS_HEX},
        {"trace -p 1 --as r:p:a=signed", "r", "p", "a", UDYN_AS_SIGNED},
        {"trace -p 1 --as r*:[[:alpha:]]:a=unsigned", "r*", "[[:alpha:]]", "a", UDYN_AS_UNSIGNED},
        {"trace -p 1 --as=arg0=double", NULL, "*", "arg0", UDYN_AS_DOUBLE},
    };
    struct udyn_options options;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        assert_int_equal(parse(udyn_options_trace, &options, expected[i].words), UDYN_DONE);
        assert_int_equal(options.nas, 1);
        assert_int_equal(options.as[0].how, expected[i].how);
        assert_string_equal(options.as[0].arg, expected[i].arg);
        assert_string_equal(options.as[0].probes.probe, expected[i].probe);
        assert_int_equal(options.as[0].probes.provider == NULL, expected[i].provider == NULL);
        if (expected[i].provider != NULL)
            assert_string_equal(options.as[0].probes.provider, expected[i].provider);
        udyn_options_free(&options);
    }
}

static void takes_numbers_within_their_limits(void **state)
{
    static const char *const good[] = {
        "trace -p 2147483647",       "trace -p 01",
        "trace -p 1 --count 1",      "trace -p 1 --duration 1e-9",
        "trace -p 1 --duration 3e9", "trace -p 1 --duration 0x1p3",
    };
    static const char *const wrong[] = {
        "trace -p 0",
        "trace -p -1",
        "trace -p +1",
        "trace -p 1x",
        "trace -p x",
        "trace -p 2147483648",
        "trace -p 1 --count 0",
        "trace -p 1 --count -1",
        "trace -p 1 --count 1.5",
        "trace -p 1 --count 18446744073709551616",
        "trace -p 1 --duration 0",
        "trace -p 1 --duration 0.9e-9",
        "trace -p 1 --duration -1",
        "trace -p 1 --duration 1s",
        "trace -p 1 --duration s",
        "trace -p 1 --duration inf",
        "trace -p 1 --duration nan",
        "trace -p 1 --duration 3.1e9",
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        expect(udyn_options_trace, good[i], UDYN_DONE);
    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        expect(udyn_options_trace, wrong[i], UDYN_USAGE);
}

static void refuses_what_makes_no_sense(void **state)
{
    struct udyn_options options;
    char command[] = "list", empty[] = "";
    char *argv[] = {command, empty, NULL};

    (void)state;
    expect(udyn_options_trace, "trace", UDYN_USAGE);
    expect(udyn_options_trace, "trace a:b", UDYN_USAGE);
    expect(udyn_options_trace, "trace -p", UDYN_USAGE);
    expect(udyn_options_trace, "trace -p 1 --count", UDYN_USAGE);
    expect(udyn_options_trace, "trace -p 1 -x", UDYN_USAGE);
    expect(udyn_options_trace, "trace -p 1 --spec gdb", UDYN_USAGE);
    expect(udyn_options_trace, "trace -p 1 --summary --hist a", UDYN_USAGE);
    expect(udyn_options_trace, "trace -p 1 --summary", UDYN_DONE);
    expect(udyn_options_trace, "trace -p 1 --hist a", UDYN_DONE);
    expect(udyn_options_trace, "trace -p 1 --as a", UDYN_USAGE);
    expect(udyn_options_trace, "trace -p 1 --as =hex", UDYN_USAGE);
    expect(udyn_options_trace, "trace -p 1 --as a=", UDYN_USAGE);
    expect(udyn_options_trace, "trace -p 1 --as a=Hex", UDYN_USAGE);
    expect(udyn_options_list, "list --json --spec gdb", UDYN_USAGE);
    expect(udyn_options_list, "list --json", UDYN_DONE);
    expect(udyn_options_list, "list --children", UDYN_USAGE);
    expect(udyn_options_list, "list", UDYN_DONE);
    expect(udyn_options_doctor, "doctor", UDYN_DONE);
    expect(udyn_options_doctor, "doctor now", UDYN_USAGE);
    expect(udyn_options_doctor, "doctor -p 1", UDYN_USAGE);
    assert_int_equal(udyn_options_list(&options, 2, argv), UDYN_USAGE);
    udyn_options_free(&options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_trace),
        cmocka_unit_test(reads_list),
        cmocka_unit_test(reads_how_an_argument_is_shown),
        cmocka_unit_test(takes_numbers_within_their_limits),
        cmocka_unit_test(refuses_what_makes_no_sense),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
