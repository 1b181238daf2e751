/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/doctor/doctor.h"
#include "cli/help.h"
#include "cli/list/list.h"
#include "cli/trace/trace.h"

static const struct {
    const char *name;
    enum udyn_status (*run)(int argc, char **argv);
} commands[] = {
    {"list", udyn_list},
    {"trace", udyn_trace},
    {"doctor", udyn_doctor},
};

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    size_t i;

    /* A closed pipe is seen as EPIPE, so that what is in the kernel is taken down first. */
    (void)signal(SIGPIPE, SIG_IGN);
    for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(name, commands[i].name) == 0)
            return (int)commands[i].run(argc - 1, argv + 1);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        udyn_help("usdt-dyn");
        return UDYN_DONE;
    }
    if (strcmp(name, "--version") == 0) {
        udyn_version();
        return UDYN_DONE;
    }
    if (name[0] == '\0')
        udyn_say("give a command: list, trace or doctor; see usdt-dyn --help");
    else
        udyn_say("unknown command \"%s\": give list, trace or doctor; see usdt-dyn --help", name);
    return UDYN_USAGE;
}
