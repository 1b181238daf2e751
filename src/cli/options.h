/* SPDX-License-Identifier: MIT */
/* The words of the command line, checked. */
#ifndef UDYN_CLI_OPTIONS_H
#define UDYN_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cli/cli.h"
#include "cli/find/pattern.h"

/* --as [PATTERN:]ARG=HOW: what an argument of a compiled probe is. */
enum udyn_as {
    UDYN_AS_NOTED, /* as its note says */
    UDYN_AS_STRING,
    UDYN_AS_HEX,
    UDYN_AS_SIGNED,
    UDYN_AS_UNSIGNED,
    UDYN_AS_DOUBLE,
};

struct udyn_as_option {
    struct udyn_pattern probes; /* of which probes; those of any name if it was left out */
    char *arg;
    const char *text; /* as it was given */
    enum udyn_as how;
};

struct udyn_options {
    pid_t *pids;
    size_t npids;
    char **files;
    size_t nfiles;
    struct udyn_pattern *patterns;
    size_t npatterns;
    struct udyn_as_option *as;
    size_t nas;
    const char *spec;    /* a tracer, or NULL */
    const char *hist;    /* an argument, or NULL */
    uint64_t count;      /* 0: no end */
    int64_t duration_ns; /* 0: no end */
    bool json;
    bool children;
    bool summary;
    bool is_help; /* --help was shown: the command is done */
};

/* Each reads the words behind its name. UDYN_DONE, or UDYN_USAGE with a sentence said. To be given
 * back with udyn_options_free() in both cases. */
enum udyn_status udyn_options_list(struct udyn_options *options, int argc, char **argv);
enum udyn_status udyn_options_trace(struct udyn_options *options, int argc, char **argv);
enum udyn_status udyn_options_doctor(struct udyn_options *options, int argc, char **argv);

void udyn_options_free(struct udyn_options *options);

#endif
