/* SPDX-License-Identifier: MIT */
#include "cli/find/probe_arguments.h"

#include <stdio.h>
#include <string.h>

static void name_by_number(struct udyn_argument *argument, size_t index)
{
    snprintf(argument->name, sizeof(argument->name), "arg%zu", index);
    snprintf(argument->type, sizeof(argument->type), "%s", udyn_operand_type(&argument->operand));
}

/* "name:type", of a file that may lie: too long a name or an empty one is as good as none. */
static void name_by_image(struct udyn_argument *argument, const char *text)
{
    const char *type = strchr(text, ':');
    size_t length = (size_t)(type - text);

    if (length == 0 || length >= sizeof(argument->name) ||
        strlen(type + 1) >= sizeof(argument->type))
        return;
    memcpy(argument->name, text, length);
    argument->name[length] = '\0';
    snprintf(argument->type, sizeof(argument->type), "%s", type + 1);
}

size_t udyn_arguments(uint16_t machine, const struct udyn_read_probe *location,
                      struct udyn_argument arguments[UDYN_OPERAND_MAX])
{
    const char *operands = location->operands;
    const char *name = location->names;
    size_t count = 0;

    while (count < UDYN_OPERAND_MAX &&
           udyn_operand_next(machine, &operands, &arguments[count].operand)) {
        name_by_number(&arguments[count], count);
        if (count < location->nnames) {
            name_by_image(&arguments[count], name);
            name += strlen(name) + 1;
        }
        count++;
    }
    return count;
}
