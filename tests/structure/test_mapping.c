/* SPDX-License-Identifier: MIT */
/* The mapping: what the image is in the process's memory map. */
#include <stdio.h>
#include <string.h>

#include "groups.h"
#include "loaded.h"
#include "support.h"
#include "test.h"

static void a_small_provider_costs_four_pages_at_most(void **state)
{
    size_t pages;

    (void)state;
    assert_true(support_count_mappings("layout", &pages) > 0);
    if (loaded.count <= 70)
        assert_in_range(pages, 1, 4);
    else /* what 70 take, and 50 bytes a probe */
        assert_in_range(pages, 4, 4 + 2 + loaded.count * 64 / loaded.page_size);
}

/* dtrace-utils reads the name of a mapping up to the first blank. */
static void the_name_of_the_mapping_has_no_blank(void **state)
{
    char line[1024];
    FILE *maps = fopen("/proc/self/maps", "r");
    size_t seen = 0;

    (void)state;
    assert_non_null(maps);
    while (fgets(line, sizeof(line), maps) != NULL) {
        const char *name = strstr(line, "layout");

        if (name == NULL)
            continue;
        assert_true(strchr(name, ' ') == NULL || strcmp(strchr(name, ' '), " (deleted)\n") == 0);
        seen++;
    }
    fclose(maps);
    assert_true(seen > 0);
}

int test_mapping(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_provider_costs_four_pages_at_most),
        cmocka_unit_test(the_name_of_the_mapping_has_no_blank),
    };

    return cmocka_run_group_tests(tests, loaded_make, loaded_free);
}
