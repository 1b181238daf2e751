/* SPDX-License-Identifier: MIT */
/* PATTERN: "provider:probe" with shell wildcards on both sides, or "probe" of any provider. */
#ifndef UDYN_CLI_FIND_PATTERN_H
#define UDYN_CLI_FIND_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

struct udyn_pattern {
    char *provider; /* NULL: any */
    char *probe;
};

void udyn_pattern_set(struct udyn_pattern *pattern, const char *text);
void udyn_pattern_free(struct udyn_pattern *pattern);

/* Does any of the patterns match? None at all match everything. */
bool udyn_pattern_matches(const struct udyn_pattern *patterns, size_t count, const char *provider,
                          const char *probe);

#endif
