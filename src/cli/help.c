/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "usdt-dyn.h"

static const struct {
    const char *command;
    const char *text;
} pages[] = {
    {"usdt-dyn",
     "usdt-dyn lists and traces USDT probes (SystemTap-style) of any process or file.\n"
     "\n"
     "  usdt-dyn list [-p PID]... [FILE]... [PATTERN]... [--json] [--spec TRACER]\n"
     "  usdt-dyn trace -p PID [-p PID]... [PATTERN]... [--json] [--count N]\n"
     "                 [--duration SECONDS] [--children] [--as ARG=HOW]\n"
     "                 [--summary | --hist ARG]\n"
     "  usdt-dyn doctor\n"
     "\n"
     "PATTERN: provider:probe with shell wildcards, or probe for any provider; quote it.\n"
     "\n"
     "  usdt-dyn list                          every probe of every process you may look at\n"
     "  usdt-dyn list -p 4711 'ruby:gc__*'     some probes of one process\n"
     "  usdt-dyn trace -p 4711 'orders:*'      one line per event, until Ctrl-C\n"
     "  usdt-dyn trace -p 4711 --summary       counts and rates\n"
     "  usdt-dyn doctor                        what this machine allows, and what to do\n"
     "\n"
     "usdt-dyn COMMAND --help describes the options of a command.\n"
     "Exit status: 0 done, 1 nothing matched or the target went away, 2 wrong usage,\n"
     "3 not permitted or not supported. More: man usdt-dyn\n"},
    {"list", "usdt-dyn list [-p PID]... [FILE]... [PATTERN]... [--json] [--spec TRACER]\n"
             "\n"
             "Lists probes: provider, probe, arguments, whether a tracer is attached, file.\n"
             "Without -p and FILE, it lists those of every process you may look at.\n"
             "A word with a slash, or that names a file here, is a FILE; others are PATTERNs.\n"
             "\n"
             "  -p PID          a process; can be repeated\n"
             "  --json          one JSON object per line\n"
             "  --spec TRACER   each probe as bpftrace, perf, gdb, tracefs or bcc expects it\n"
             "\n"
             "  usdt-dyn list -p 4711\n"
             "  usdt-dyn list /usr/bin/python3 'function__*'\n"
             "  usdt-dyn list -p 4711 created --spec bpftrace\n"},
    {"trace", "usdt-dyn trace -p PID [-p PID]... [PATTERN]...\n"
              "\n"
              "Attaches to probes and prints one line per event until Ctrl-C or the process ends.\n"
              "\n"
              "  -p PID              a process; can be repeated\n"
              "  --json              one JSON object per event\n"
              "  --count N           end after N events\n"
              "  --duration SECONDS  end after that time\n"
              "  --children          also trace processes forked from now on\n"
              "  --as [PROBE:]ARG=HOW\n"
              "                      show an argument as string, hex, signed, unsigned or double;\n"
              "                      ARG is a name, or arg0, arg1, ... of a compiled probe\n"
              "  --summary           counts and rates of each probe\n"
              "  --hist ARG          distribution of an argument's values, by powers of two\n"
              "\n"
              "  usdt-dyn trace -p 4711 'orders:*'\n"
              "  usdt-dyn trace -p 4711 'ruby:cmethod__entry' --as arg0=string --count 10\n"
              "  usdt-dyn trace -p 4711 'latency:*' --hist duration_ns --duration 10\n"},
    {"doctor",
     "usdt-dyn doctor\n"
     "\n"
     "Reports what this machine allows (uprobes, tracefs, permissions, memfds, installed\n"
     "tracers) and what to do about the rest. Exit status 0 if tracing can work.\n"},
};

void udyn_help(const char *command)
{
    size_t i;

    for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        if (strcmp(pages[i].command, command) == 0)
            fputs(pages[i].text, stdout);
}

void udyn_version(void)
{
    printf("usdt-dyn %d.%d.%d\n", USDT_DYN_VERSION_MAJOR, USDT_DYN_VERSION_MINOR,
           USDT_DYN_VERSION_PATCH);
}
