/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/help.h"

enum {
    OPTION_JSON = 256,
    OPTION_SPEC,
    OPTION_COUNT,
    OPTION_DURATION,
    OPTION_CHILDREN,
    OPTION_SUMMARY,
    OPTION_HIST,
    OPTION_AS,
};

static const struct option list_options[] = {
    {"json", no_argument, NULL, OPTION_JSON},
    {"spec", required_argument, NULL, OPTION_SPEC},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL},
};

static const struct option trace_options[] = {
    {"json", no_argument, NULL, OPTION_JSON},
    {"count", required_argument, NULL, OPTION_COUNT},
    {"duration", required_argument, NULL, OPTION_DURATION},
    {"children", no_argument, NULL, OPTION_CHILDREN},
    {"summary", no_argument, NULL, OPTION_SUMMARY},
    {"hist", required_argument, NULL, OPTION_HIST},
    {"as", required_argument, NULL, OPTION_AS},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL},
};

static const struct option doctor_options[] = {
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL},
};

static bool parse_whole(const char *text, unsigned long long most, unsigned long long *number)
{
    char *end;

    errno = 0;
    *number = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number > 0 &&
           *number <= most;
}

static enum udyn_status add_pid(struct udyn_options *options, const char *text)
{
    unsigned long long pid;

    if (!parse_whole(text, INT_MAX, &pid)) {
        udyn_say("-p %s: give a process id", text);
        return UDYN_USAGE;
    }
    options->pids = udyn_reallocate(options->pids, options->npids + 1, sizeof(*options->pids));
    options->pids[options->npids++] = (pid_t)pid;
    return UDYN_DONE;
}

static enum udyn_status set_count(struct udyn_options *options, const char *text)
{
    unsigned long long count;

    if (!parse_whole(text, ULLONG_MAX, &count)) {
        udyn_say("--count %s: give a number of events above 0", text);
        return UDYN_USAGE;
    }
    options->count = count;
    return UDYN_DONE;
}

static enum udyn_status set_duration(struct udyn_options *options, const char *text)
{
    char *end;
    double seconds = strtod(text, &end);

    /* A thousand years are enough, and fit. */
    if (end == text || *end != '\0' || !isfinite(seconds) || seconds < 1e-9 || seconds > 3e9) {
        udyn_say("--duration %s: give a number of seconds above 0", text);
        return UDYN_USAGE;
    }
    options->duration_ns = (int64_t)(seconds * 1e9);
    return UDYN_DONE;
}

/* "ARG", "probe:ARG" or "provider:probe:ARG". */
static void set_as(struct udyn_as_option *as, const char *text, size_t length)
{
    char *words = udyn_copy(text);
    char *colon;

    words[length] = '\0';
    colon = strrchr(words, ':');
    as->arg = udyn_copy(colon != NULL ? colon + 1 : words);
    if (colon != NULL)
        *colon = '\0';
    udyn_pattern_set(&as->probes, colon != NULL ? words : "*");
    free(words);
}

static enum udyn_status add_as(struct udyn_options *options, const char *text)
{
    static const struct {
        const char *name;
        enum udyn_as how;
    } ways[] = {
        {"string", UDYN_AS_STRING},     {"hex", UDYN_AS_HEX},       {"signed", UDYN_AS_SIGNED},
        {"unsigned", UDYN_AS_UNSIGNED}, {"double", UDYN_AS_DOUBLE},
    };
    const char *how = strchr(text, '=');
    size_t i;

    for (i = 0; how != NULL && how > text && i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (strcmp(how + 1, ways[i].name) != 0)
            continue;
        options->as = udyn_reallocate(options->as, options->nas + 1, sizeof(*options->as));
        set_as(&options->as[options->nas++], text, (size_t)(how - text));
        options->as[options->nas - 1].text = text;
        options->as[options->nas - 1].how = ways[i].how;
        return UDYN_DONE;
    }
    udyn_say("--as %s: give ARG=HOW or PROBE:ARG=HOW, with string, hex, signed, unsigned or double "
             "for HOW",
             text);
    return UDYN_USAGE;
}

/* What has a slash or is a file here is a FILE, the rest is a PATTERN. */
static enum udyn_status add_word(struct udyn_options *options, char *word, bool takes_files)
{
    struct stat status;

    if (word[0] == '\0') {
        udyn_say("an empty pattern matches no probe: give provider:probe, or '*' for all");
        return UDYN_USAGE;
    }
    if (takes_files &&
        (strchr(word, '/') != NULL || (stat(word, &status) == 0 && S_ISREG(status.st_mode)))) {
        options->files =
            udyn_reallocate(options->files, options->nfiles + 1, sizeof(*options->files));
        options->files[options->nfiles++] = word;
        return UDYN_DONE;
    }
    options->patterns =
        udyn_reallocate(options->patterns, options->npatterns + 1, sizeof(*options->patterns));
    udyn_pattern_set(&options->patterns[options->npatterns++], word);
    return UDYN_DONE;
}

static enum udyn_status set(struct udyn_options *options, int option, const char *value,
                            const char *command)
{
    switch (option) {
    case 'p':
        return add_pid(options, value);
    case OPTION_JSON:
        options->json = true;
        return UDYN_DONE;
    case OPTION_SPEC:
        options->spec = value;
        return UDYN_DONE;
    case OPTION_COUNT:
        return set_count(options, value);
    case OPTION_DURATION:
        return set_duration(options, value);
    case OPTION_CHILDREN:
        options->children = true;
        return UDYN_DONE;
    case OPTION_SUMMARY:
        options->summary = true;
        return UDYN_DONE;
    case OPTION_HIST:
        options->hist = value;
        return UDYN_DONE;
    case OPTION_AS:
        return add_as(options, value);
    case 'h':
        options->is_help = true;
        udyn_help(command);
        return UDYN_DONE;
    case 'V':
        options->is_help = true;
        udyn_version();
        return UDYN_DONE;
    default:
        return UDYN_USAGE;
    }
}

/* getopt would print the option as it is: it may be the name of a file that a wildcard found. */
static enum udyn_status refuse_option(char **argv, const char *command)
{
    char letter[3] = {'-', (char)optopt, '\0'};
    const char *name = optopt > 0 && optopt < OPTION_JSON ? letter : argv[optind - 1];

    udyn_say("the option %s is unknown, or its value is missing: see usdt-dyn %s --help", name,
             command);
    return UDYN_USAGE;
}

static enum udyn_status parse(struct udyn_options *options, int argc, char **argv,
                              const struct option *known, const char *letters)
{
    const char *command = argv[0];
    enum udyn_status status = UDYN_DONE;
    bool takes_files = known == list_options;
    int option;

    memset(options, 0, sizeof(*options));
    opterr = 0;
    optind = 1;
    while (status == UDYN_DONE && !options->is_help &&
           (option = getopt_long(argc, argv, letters, known, NULL)) != -1)
        status =
            option == '?' ? refuse_option(argv, command) : set(options, option, optarg, command);
    while (status == UDYN_DONE && !options->is_help && optind < argc)
        status = add_word(options, argv[optind++], takes_files);
    return status;
}

enum udyn_status udyn_options_list(struct udyn_options *options, int argc, char **argv)
{
    enum udyn_status status = parse(options, argc, argv, list_options, "p:");

    if (status == UDYN_DONE && options->json && options->spec != NULL) {
        udyn_say("--json and --spec are two forms of output: give one of them");
        status = UDYN_USAGE;
    }
    return status;
}

enum udyn_status udyn_options_trace(struct udyn_options *options, int argc, char **argv)
{
    enum udyn_status status = parse(options, argc, argv, trace_options, "p:");

    if (status != UDYN_DONE || options->is_help)
        return status;
    if (options->npids == 0) {
        udyn_say("trace what? Give a process with -p PID");
        return UDYN_USAGE;
    }
    if (options->summary && options->hist != NULL) {
        udyn_say("--summary and --hist are two forms of output: give one of them");
        return UDYN_USAGE;
    }
    return UDYN_DONE;
}

enum udyn_status udyn_options_doctor(struct udyn_options *options, int argc, char **argv)
{
    enum udyn_status status = parse(options, argc, argv, doctor_options, "");

    if (status == UDYN_DONE && options->npatterns > 0) {
        udyn_say("doctor takes no arguments: usdt-dyn doctor");
        status = UDYN_USAGE;
    }
    return status;
}

static void free_as(struct udyn_as_option *as)
{
    udyn_pattern_free(&as->probes);
    free(as->arg);
}

void udyn_options_free(struct udyn_options *options)
{
    size_t i;

    for (i = 0; i < options->npatterns; i++)
        udyn_pattern_free(&options->patterns[i]);
    for (i = 0; i < options->nas; i++)
        free_as(&options->as[i]);
    free(options->patterns);
    free(options->as);
    free(options->files);
    free(options->pids);
}
