/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "arch/arch.h"
#include "cli/doctor/checks.h"
#include "cli/doctor/finding.h"

/* What a tracer makes of an image without a name (docs/tracers.md has the whole table). */
static void tell_bpftrace(const char *version)
{
    unsigned int number = udyn_release_number(version);

    if (number == 0)
        udyn_doctor_tell(UDYN_FOUND_GOOD, "bpftrace", "installed, version unknown");
    else if (number < 25)
        udyn_doctor_tell(UDYN_FOUND_GOOD, "bpftrace", "%s: finds memfd images; %s", version,
                         number < 24 ? "names arg0 to arg5 of the twelve" : "reads all arguments");
    else
        udyn_doctor_tell(UDYN_FOUND_GOOD, "bpftrace",
                         "%s: with -p finds images with a name; a memfd by its path only", version);
}

static void tell_perf(const char *version)
{
    udyn_doctor_tell(UDYN_FOUND_GOOD, "perf", "%s: records images with a name, no memfd", version);
}

static void tell_gdb(const char *version)
{
    udyn_doctor_tell(UDYN_FOUND_GOOD, "gdb", "%s: finds all images (info probes stap)", version);
}

static void tell_stap(const char *version)
{
    udyn_doctor_tell(UDYN_FOUND_GOOD, "SystemTap", "%s: takes images with a name", version);
}

static void tell_bcc(const char *version)
{
    (void)version;
    udyn_doctor_tell(UDYN_FOUND_GOOD, "bcc", "installed: tplist-bpfcc finds memfd images");
}

static const struct {
    const char *command; /* prints the version on its first line */
    void (*tell)(const char *version);
} tracers[] = {
    {"bpftrace --version", tell_bpftrace}, {"perf --version", tell_perf},
    {"gdb --version", tell_gdb},           {"stap --version", tell_stap},
    {"command -v tplist-bpfcc", tell_bcc},
};

/* The first number with a dot in it, at a space or a 'v' before it. */
static const char *find_version(char *line)
{
    char *word;

    for (word = strtok(line, " ()\n"); word != NULL; word = strtok(NULL, " ()\n")) {
        if (word[0] == 'v')
            word++;
        if (udyn_release_number(word) != 0 || strncmp(word, "0.", 2) == 0)
            return word;
    }
    return "";
}

void udyn_doctor_tracers(void)
{
    size_t i, count = 0;

    for (i = 0; i < sizeof(tracers) / sizeof(tracers[0]); i++) {
        char command[96], line[256] = "";
        FILE *output;

        snprintf(command, sizeof(command), "%s 2>&1 </dev/null", tracers[i].command);
        output = popen(command, "re");
        if (output == NULL)
            continue;
        if (fgets(line, sizeof(line), output) == NULL)
            line[0] = '\0';
        while (fgetc(output) != EOF) /* so that it does not end by a closed pipe */
            ;
        if (pclose(output) == 0) {
            tracers[i].tell(find_version(line));
            count++;
        }
    }
    if (count == 0)
        udyn_doctor_tell(UDYN_FOUND_LIMIT, "tracers",
                         "none is installed besides usdt-dyn trace: apt-get install bpftrace");
}
