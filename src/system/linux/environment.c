/* SPDX-License-Identifier: MIT */
#include "system/linux/environment.h"

#include <stdlib.h>
#include <string.h>

const char *udyn_environment(const char *name)
{
    const char *value = secure_getenv(name);

    return value == NULL || value[0] == '\0' || strcmp(value, "auto") == 0 ? NULL : value;
}
