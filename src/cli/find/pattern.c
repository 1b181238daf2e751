/* SPDX-License-Identifier: MIT */
#include "cli/find/pattern.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

/* A ':' inside of brackets, as in "[[:alpha:]]*", is no separator. */
static const char *find_separator(const char *text)
{
    size_t depth = 0;

    for (; *text != '\0'; text++) {
        if (*text == '[')
            depth++;
        else if (*text == ']' && depth > 0)
            depth--;
        else if (*text == ':' && depth == 0)
            return text;
    }
    return NULL;
}

void udyn_pattern_set(struct udyn_pattern *pattern, const char *text)
{
    const char *separator = find_separator(text);

    pattern->provider = NULL;
    if (separator != NULL) {
        pattern->provider = udyn_copy(text);
        pattern->provider[separator - text] = '\0';
        text = separator + 1;
    }
    pattern->probe = udyn_copy(text);
}

void udyn_pattern_free(struct udyn_pattern *pattern)
{
    free(pattern->provider);
    free(pattern->probe);
}

bool udyn_pattern_matches(const struct udyn_pattern *patterns, size_t count, const char *provider,
                          const char *probe)
{
    size_t i;

    for (i = 0; i < count; i++)
        if ((patterns[i].provider == NULL || fnmatch(patterns[i].provider, provider, 0) == 0) &&
            fnmatch(patterns[i].probe, probe, 0) == 0)
            return true;
    return count == 0;
}
