/* SPDX-License-Identifier: MIT */
#include "cli/list/list.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/find/catalog.h"
#include "cli/find/probe_arguments.h"
#include "cli/list/spec.h"
#include "cli/options.h"
#include "cli/text/json.h"
#include "cli/text/table.h"
#include "cli/text/text.h"

/* Bytes of the table that are kept to make its columns as wide as they need be. */
#define MOST_TABLE ((size_t)4 * 1024 * 1024)

static const struct udyn_column columns[] = {
    {"PID", true},     {"PROBE", false}, {"ARGUMENTS", false},
    {"TRACED", false}, {"SITES", true},  {"FILE", false},
};

struct view {
    struct udyn_catalog catalog;
    struct udyn_table table;
    const char *spec;
};

static void put_json_member(const char *name, const char *value)
{
    printf(",\"%s\":", name);
    udyn_json_string(stdout, value, strlen(value));
}

static void put_json_arguments(const struct udyn_found *found)
{
    struct udyn_argument arguments[UDYN_OPERAND_MAX];
    size_t count = udyn_arguments(found->file->content.machine, found->locations, arguments);
    size_t i;

    fputs(",\"args\":[", stdout);
    for (i = 0; i < count; i++) {
        fputs(i == 0 ? "{\"name\":" : ",{\"name\":", stdout);
        udyn_json_string(stdout, arguments[i].name, strlen(arguments[i].name));
        put_json_member("type", arguments[i].type);
        fputs(",\"operand\":", stdout);
        udyn_json_string(stdout, arguments[i].operand.text, arguments[i].operand.length);
        fputc('}', stdout);
    }
    fputc(']', stdout);
}

static void show_json(const struct udyn_found *found, void *context)
{
    static const char *const attached[] = {"null", "false", "true"};
    size_t i;

    (void)context;
    if (found->pid != 0)
        printf("{\"pid\":%d", (int)found->pid);
    else
        fputs("{\"pid\":null", stdout);
    put_json_member("path", found->path);
    put_json_member("provider", found->locations->provider);
    put_json_member("probe", found->locations->name);
    put_json_arguments(found);
    printf(",\"semaphore\":%s,\"enabled\":%s,\"locations\":[",
           found->locations->semaphore != 0 ? "true" : "false", attached[found->attached]);
    for (i = 0; i < found->nlocations; i++)
        printf("%s%" PRIu64, i == 0 ? "" : ",", found->locations[i].site_offset);
    fputs("]}\n", stdout);
}

/* "id: int64, name: string" where the names are known, "int32 %edi, uint64 8(%rsp)" elsewhere. */
static void put_arguments(FILE *out, const struct udyn_found *found)
{
    struct udyn_argument arguments[UDYN_OPERAND_MAX];
    size_t count = udyn_arguments(found->file->content.machine, found->locations, arguments);
    size_t i;

    for (i = 0; i < count; i++) {
        const struct udyn_argument *argument = &arguments[i];

        if (i > 0)
            fputs(", ", out);
        if (i < found->locations->nnames) {
            udyn_text_put(out, argument->name, strlen(argument->name));
            fputs(": ", out);
            udyn_text_put(out, argument->type, strlen(argument->type));
        } else {
            fprintf(out, "%s ", argument->type);
            udyn_text_put(out, argument->operand.text, argument->operand.length);
        }
    }
}

static void put_probe(FILE *out, const struct udyn_found *found)
{
    udyn_text_put(out, found->locations->provider, strlen(found->locations->provider));
    fputc(':', out);
    udyn_text_put(out, found->locations->name, strlen(found->locations->name));
}

static void put_path(FILE *out, const struct udyn_found *found)
{
    udyn_text_put(out, found->path, strlen(found->path));
}

/* What `put` prints; NULL if there is no memory for it. */
static char *printed(void (*put)(FILE *out, const struct udyn_found *),
                     const struct udyn_found *found)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        return NULL;
    put(out, found);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

static void add_cell(struct udyn_table *table, void (*put)(FILE *out, const struct udyn_found *),
                     const struct udyn_found *found)
{
    char *text = printed(put, found);

    udyn_table_add(table, text != NULL ? text : udyn_copy("?"));
}

static void add_row(const struct udyn_found *found, void *context)
{
    static const char *const attached[] = {"?", "no", "yes"};
    struct view *view = context;
    char number[32];

    snprintf(number, sizeof(number), "%d", (int)found->pid);
    udyn_table_add(&view->table, udyn_copy(found->pid != 0 ? number : "-"));
    add_cell(&view->table, put_probe, found);
    add_cell(&view->table, put_arguments, found);
    udyn_table_add(&view->table, udyn_copy(found->pid != 0 ? attached[found->attached] : "-"));
    snprintf(number, sizeof(number), "%zu", found->nlocations);
    udyn_table_add(&view->table, udyn_copy(number));
    add_cell(&view->table, put_path, found);
    /* Not to keep all of them in memory, at the price of columns that may become wider. */
    if (view->table.size >= MOST_TABLE)
        udyn_table_print(&view->table, stdout);
}

static void show_spec(const struct udyn_found *found, void *context)
{
    struct view *view = context;

    udyn_spec_show(view->spec, found);
}

/* Of all the processes those that we may not look at, or that are gone again, are no matter. */
static bool list_any_process(pid_t pid, void *context)
{
    (void)udyn_catalog_process(context, pid);
    return ferror(stdout) == 0;
}

static enum udyn_status list_process(struct udyn_catalog *catalog, pid_t pid)
{
    size_t before = catalog->count;
    int error = udyn_catalog_process(catalog, pid);

    if (error == 0 || catalog->count > before)
        return UDYN_DONE;
    if (error == -ESRCH || error == -ENOENT)
        udyn_say("there is no process %d (any more)", (int)pid);
    else
        udyn_say_errno(error, "cannot look at process %d: run it as root or as the same user",
                       (int)pid);
    return udyn_status_of(error);
}

static enum udyn_status list_all(struct udyn_catalog *catalog, const struct udyn_options *options)
{
    enum udyn_status status = UDYN_DONE;
    size_t i;

    for (i = 0; i < options->npids; i++) {
        enum udyn_status here = list_process(catalog, options->pids[i]);

        status = here > status ? here : status;
    }
    for (i = 0; i < options->nfiles; i++) {
        enum udyn_status here = udyn_catalog_path(catalog, options->files[i]);

        status = here > status ? here : status;
    }
    if (options->npids == 0 && options->nfiles == 0) {
        int error = udyn_process_each(list_any_process, catalog);

        if (error < 0) {
            udyn_say_errno(error, "cannot look through /proc: mount it");
            status = UDYN_REFUSED;
        }
    }
    if (status == UDYN_DONE && catalog->count == 0) {
        udyn_say("no probe matches");
        status = UDYN_NOTHING;
    }
    return status;
}

/* A closed pipe, as of `| head`, is an end like any other. */
static enum udyn_status finish_output(enum udyn_status status)
{
    if (fflush(stdout) == 0 || errno == EPIPE)
        return status;
    udyn_say_errno(-errno, "cannot write the output");
    return UDYN_REFUSED;
}

enum udyn_status udyn_list(int argc, char **argv)
{
    struct view view = {
        .table = {.columns = columns, .ncolumns = sizeof(columns) / sizeof(columns[0])}};
    struct udyn_options options;
    enum udyn_status status = udyn_options_list(&options, argc, argv);

    if (status == UDYN_DONE && options.spec != NULL && !udyn_spec_is_known(options.spec))
        status = UDYN_USAGE;
    if (status == UDYN_DONE && !options.is_help) {
        view.spec = options.spec;
        view.catalog.patterns = options.patterns;
        view.catalog.npatterns = options.npatterns;
        view.catalog.use = options.spec != NULL ? show_spec : options.json ? show_json : add_row;
        view.catalog.context = &view;
        status = list_all(&view.catalog, &options);
        if (view.table.ncells > 0)
            udyn_table_print(&view.table, stdout);
        udyn_catalog_tell(&view.catalog);
        udyn_catalog_free(&view.catalog);
        udyn_table_free(&view.table);
    }
    udyn_options_free(&options);
    return finish_output(status);
}
