/* SPDX-License-Identifier: MIT */
/* The probes of files: those that match, the locations of each together, each file read once. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/find/catalog.h"
#include "made_elf.h"
#include "test.h"

static char found[1024];

/* Notes each probe as "provider:probe*locations ". */
static void note(const struct udyn_found *probe, void *context)
{
    size_t length = strlen(found);

    assert_int_equal(probe->pid, 0);
    assert_int_equal(probe->attached, UDYN_ATTACHED_UNKNOWN);
    assert_string_equal(probe->path, context);
    snprintf(found + length, sizeof(found) - length, "%s:%s*%zu ", probe->locations->provider,
             probe->locations->name, probe->nlocations);
}

static void add(struct made_bytes *notes, const struct made_elf *elf, unsigned int site,
                const char *provider, const char *name)
{
    struct made_bytes description = {.size = 0};

    made_address(&description, elf, MADE_ADDRESS + site);
    made_address(&description, elf, 0);
    made_address(&description, elf, 0);
    made_string(&description, provider);
    made_string(&description, name);
    made_string(&description, "");
    made_note(notes, elf, "stapsdt", 3, &description, 4);
}

/* A file with a:x in two locations, and a:y and b:x. Its path is valid until the next call. */
static int make(char path[64])
{
    static struct made_bytes notes;
    static const struct made_section sections[] = {{".note.stapsdt", SHT_NOTE, 0, 0, 4, &notes},
                                                   {NULL}};
    const struct made_elf elf = {.sections = sections};
    int fd;

    notes.size = 0;
    add(&notes, &elf, 3, "a", "x");
    add(&notes, &elf, 2, "b", "x");
    add(&notes, &elf, 1, "a", "x");
    add(&notes, &elf, 0, "a", "y");
    fd = made_file(&elf);
    snprintf(path, 64, "/proc/self/fd/%d", fd);
    return fd;
}

static void look(const char *pattern, const char *expected)
{
    struct udyn_pattern wanted;
    char path[64];
    int fd = make(path);
    struct udyn_catalog catalog = {
        .patterns = &wanted, .npatterns = pattern != NULL, .use = note, .context = path};

    if (pattern != NULL)
        udyn_pattern_set(&wanted, pattern);
    found[0] = '\0';
    assert_int_equal(udyn_catalog_path(&catalog, path), UDYN_DONE);
    assert_string_equal(found, expected);
    udyn_catalog_free(&catalog);
    if (pattern != NULL)
        udyn_pattern_free(&wanted);
    assert_int_equal(close(fd), 0);
}

static void puts_locations_together(void **state)
{
    (void)state;
    look(NULL, "a:x*2 a:y*1 b:x*1 ");
    look("x", "a:x*2 b:x*1 ");
    look("a:*", "a:x*2 a:y*1 ");
    look("b:y", "");
}

static void reads_a_file_once(void **state)
{
    char path[64];
    int fd = make(path);
    struct udyn_catalog catalog = {.use = note, .context = path};

    (void)state;
    found[0] = '\0';
    assert_int_equal(udyn_catalog_path(&catalog, path), UDYN_DONE);
    assert_int_equal(udyn_catalog_path(&catalog, path), UDYN_DONE);
    assert_int_equal(catalog.nfiles, 1);
    assert_int_equal(catalog.count, 6);
    udyn_catalog_free(&catalog);
    assert_int_equal(close(fd), 0);
}

static int kept;

static void keep(const struct udyn_found *probe, void *context)
{
    (void)context;
    kept = probe->file->fd;
}

static void keeps_a_file_that_is_asked_for(void **state)
{
    char path[64];
    int fd = make(path);
    struct udyn_catalog catalog = {.use = keep, .keeps_files = true};

    (void)state;
    assert_int_equal(udyn_catalog_path(&catalog, path), UDYN_DONE);
    assert_true(kept >= 0 && kept != fd);
    assert_int_equal(fcntl(kept, F_GETFD), FD_CLOEXEC);
    udyn_catalog_free(&catalog);
    assert_int_equal(fcntl(kept, F_GETFD), -1);
    catalog = (struct udyn_catalog){.use = keep};
    assert_int_equal(udyn_catalog_path(&catalog, path), UDYN_DONE);
    assert_int_equal(kept, -1);
    udyn_catalog_free(&catalog);
    assert_int_equal(close(fd), 0);
}

/* What is said on stderr from here to end_of_words(). */
static int words = -1, standard;

static void begin_words(void)
{
    words = memfd_create("stderr", MFD_CLOEXEC);
    standard = dup(STDERR_FILENO);
    assert_true(words >= 0 && standard >= 0 && dup2(words, STDERR_FILENO) >= 0);
}

static const char *end_of_words(void)
{
    static char said[8192];
    ssize_t size = pread(words, said, sizeof(said) - 1, 0);

    assert_true(dup2(standard, STDERR_FILENO) >= 0);
    assert_int_equal(close(standard), 0);
    assert_int_equal(close(words), 0);
    assert_true(size >= 0);
    said[size] = '\0';
    return said;
}

static void tells_what_is_no_file_of_probes(void **state)
{
    struct udyn_catalog catalog = {.use = note};

    (void)state;
    begin_words();
    assert_int_not_equal(udyn_catalog_path(&catalog, "/nonexistent/file"), UDYN_DONE);
    assert_non_null(strstr(end_of_words(), "cannot open /nonexistent/file"));
    begin_words();
    assert_int_not_equal(udyn_catalog_path(&catalog, "/"), UDYN_DONE);
    assert_non_null(strstr(end_of_words(), "/: not a regular file"));
    begin_words();
    assert_int_not_equal(udyn_catalog_path(&catalog, "/etc/passwd"), UDYN_DONE);
    assert_non_null(strstr(end_of_words(), "/etc/passwd: not an ELF file"));
    udyn_catalog_free(&catalog);
}

/* Twenty sentences, then how many more there would have been. */
static void says_no_more_than_somebody_reads(void **state)
{
    struct udyn_catalog catalog = {.use = note};
    const char *said;
    size_t lines = 0;
    int i;

    (void)state;
    begin_words();
    for (i = 0; i < 25; i++) {
        char path[64];
        int fd = make(path);

        assert_int_equal(ftruncate(fd, 60), 0); /* not even a header */
        assert_int_not_equal(udyn_catalog_path(&catalog, path), UDYN_DONE);
        assert_int_equal(close(fd), 0);
    }
    udyn_catalog_tell(&catalog);
    said = end_of_words();
    assert_non_null(strstr(said, "and 5 more like these"));
    for (; *said != '\0'; said++)
        lines += *said == '\n';
    assert_int_equal(lines, 21);
    udyn_catalog_free(&catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_locations_together),
        cmocka_unit_test(reads_a_file_once),
        cmocka_unit_test(keeps_a_file_that_is_asked_for),
        cmocka_unit_test(tells_what_is_no_file_of_probes),
        cmocka_unit_test(says_no_more_than_somebody_reads),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
