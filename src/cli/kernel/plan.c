/* SPDX-License-Identifier: MIT */
#include "cli/kernel/plan.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/find/probe_arguments.h"
#include "cli/kernel/fetch.h"
#include "cli/text/json.h"
#include "cli/text/text.h"

/* To attach to so many takes the kernel 3 seconds, to 16,000 three times as long. */
#define MOST_SITES 10240

/* What a print to memory has written; it ends the command if there is no memory. */
static char *printed(void (*put)(FILE *out, const void *what), const void *what)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL || (put(out, what), fclose(out) != 0)) {
        udyn_say("no memory for a name");
        exit(UDYN_REFUSED);
    }
    return text;
}

static void put_title(FILE *out, const void *what)
{
    const struct udyn_read_probe *location = what;

    udyn_text_put(out, location->provider, strlen(location->provider));
    fputc(':', out);
    udyn_text_put(out, location->name, strlen(location->name));
}

static void put_members(FILE *out, const void *what)
{
    const struct udyn_read_probe *location = what;

    fputs("\"provider\":", out);
    udyn_json_string(out, location->provider, strlen(location->provider));
    fputs(",\"probe\":", out);
    udyn_json_string(out, location->name, strlen(location->name));
}

static void put_name(FILE *out, const void *name)
{
    udyn_text_put(out, name, strlen(name));
}

static void put_json_name(FILE *out, const void *name)
{
    udyn_json_string(out, name, strlen(name));
}

static enum udyn_show show_of_type(const char *type)
{
    if (strcmp(type, "string") == 0)
        return UDYN_SHOW_STRING;
    if (strcmp(type, "double") == 0)
        return UDYN_SHOW_DOUBLE;
    if (strcmp(type, "float") == 0)
        return UDYN_SHOW_FLOAT;
    if (strcmp(type, "pointer") == 0)
        return UDYN_SHOW_POINTER;
    return strncmp(type, "int", 3) == 0 ? UDYN_SHOW_SIGNED : UDYN_SHOW_UNSIGNED;
}

/* --as takes an argument by its name or, always, as arg0, arg1, ... */
static bool is_meant(const struct udyn_as_option *as, const struct udyn_read_probe *location,
                     const struct udyn_argument *argument, size_t index)
{
    char number[24];

    snprintf(number, sizeof(number), "arg%zu", index);
    return (strcmp(as->arg, argument->name) == 0 || strcmp(as->arg, number) == 0) &&
           udyn_pattern_matches(&as->probes, 1, location->provider, location->name);
}

static enum udyn_show choose_show(const struct udyn_options *options,
                                  const struct udyn_read_probe *location,
                                  const struct udyn_argument *argument, size_t index)
{
    static const enum udyn_show shows[] = {
        [UDYN_AS_STRING] = UDYN_SHOW_STRING, [UDYN_AS_HEX] = UDYN_SHOW_HEX,
        [UDYN_AS_SIGNED] = UDYN_SHOW_SIGNED, [UDYN_AS_UNSIGNED] = UDYN_SHOW_UNSIGNED,
        [UDYN_AS_DOUBLE] = UDYN_SHOW_DOUBLE,
    };
    size_t i;

    for (i = options->nas; i-- > 0;)
        if (is_meant(&options->as[i], location, argument, index))
            return shows[options->as[i].how];
    return show_of_type(argument->type);
}

static bool is_same_probe(const struct udyn_traced *probe, const struct udyn_read_probe *location,
                          const struct udyn_argument *arguments, size_t count,
                          const struct udyn_options *options)
{
    size_t i;

    if (strcmp(probe->name, location->name) != 0 ||
        strcmp(probe->provider, location->provider) != 0 || probe->nargs != count)
        return false;
    for (i = 0; i < count; i++)
        if (strcmp(probe->arguments[i].name, arguments[i].name) != 0 ||
            probe->arguments[i].show != choose_show(options, location, &arguments[i], i))
            return false;
    return true;
}

/* The locations of a probe follow each other; the same probe in another file may be anywhere. */
static size_t find_probe(const struct udyn_plan *plan, const struct udyn_read_probe *location,
                         const struct udyn_argument *arguments, size_t count, bool is_first)
{
    size_t last = plan->nprobes;

    while (last-- > 0) {
        if (is_same_probe(&plan->probes[last], location, arguments, count, plan->options))
            return last;
        if (!is_first)
            break;
    }
    return SIZE_MAX;
}

static size_t add_probe(struct udyn_plan *plan, const struct udyn_read_probe *location,
                        const struct udyn_argument *arguments, size_t count)
{
    struct udyn_traced *probe;
    size_t i;

    plan->probes = udyn_reallocate(plan->probes, plan->nprobes + 1, sizeof(*plan->probes));
    probe = &plan->probes[plan->nprobes];
    memset(probe, 0, sizeof(*probe));
    probe->provider = location->provider;
    probe->name = location->name;
    probe->title = printed(put_title, location);
    probe->json = printed(put_members, location);
    probe->nargs = count;
    probe->arguments = udyn_allocate(count, sizeof(*probe->arguments));
    for (i = 0; i < count; i++) {
        probe->arguments[i].name = printed(put_name, arguments[i].name);
        probe->arguments[i].json_name = printed(put_json_name, arguments[i].name);
        probe->arguments[i].show = choose_show(plan->options, location, &arguments[i], i);
    }
    return plan->nprobes++;
}

/* A site with what its arguments are fetched from. */
struct planned {
    const struct udyn_traced_site *site;
    const struct udyn_argument *arguments;
    size_t count;
    char values[UDYN_OPERAND_MAX][UDYN_FETCH_SIZE]; /* of each argument */
    char places[UDYN_OPERAND_MAX][UDYN_PLACE_SIZE]; /* of strings */
};

static enum udyn_source_kind choose_source(struct planned *planned, size_t index,
                                           enum udyn_show show)
{
    const struct udyn_operand *operand = &planned->arguments[index].operand;
    const struct udyn_traced_site *site = planned->site;

    if (show != UDYN_SHOW_STRING && operand->kind == UDYN_OPERAND_CONSTANT)
        return UDYN_SOURCE_CONSTANT;
    if (!udyn_fetch(planned->values[index], operand, UDYN_FETCH_VALUE, site->file->fd,
                    site->location))
        return UDYN_SOURCE_UNKNOWN;
    if (show != UDYN_SHOW_STRING)
        return UDYN_SOURCE_FIELD;
    /* The kernel follows no constant, and no part of a register. */
    return operand->kind != UDYN_OPERAND_CONSTANT && operand->shift == 0 &&
                   udyn_fetch_place(planned->places[index], operand, site->file->fd, site->location)
               ? UDYN_SOURCE_STRING
               : UDYN_SOURCE_UNKNOWN;
}

static void put_fetches(FILE *out, const void *what)
{
    const struct planned *planned = what;
    size_t i;

    for (i = 0; i < planned->count; i++) {
        const struct udyn_source *source = &planned->site->sources[i];

        if (source->kind == UDYN_SOURCE_FIELD)
            fprintf(out, " f%u=%s", source->field, planned->values[i]);
        if (source->kind == UDYN_SOURCE_STRING) {
            fprintf(out, " p%u=%s", source->field, planned->values[i]);
            udyn_piece_fetch(out, 0, source->field, planned->places[i]);
        }
    }
}

/* The type of a field is what is behind the last ':' of its fetch argument; a part of a register
 * lies in a field of 16 bits. */
static const char *type_of_field(const char *fetch)
{
    const char *type = strrchr(fetch, ':') + 1;

    return type[0] == 'b' ? "u16" : type;
}

static void put_types(FILE *out, const void *what)
{
    const struct planned *planned = what;
    size_t i;

    for (i = 0; i < planned->count; i++) {
        const struct udyn_source *source = &planned->site->sources[i];

        if (source->kind == UDYN_SOURCE_FIELD)
            fprintf(out, " %s", type_of_field(planned->values[i]));
        if (source->kind == UDYN_SOURCE_STRING)
            fprintf(out, " %s string", type_of_field(planned->values[i]));
    }
}

static void say_unknown(struct udyn_traced *probe, size_t index, const struct udyn_operand *operand)
{
    if (probe->arguments[index].is_said)
        return;
    probe->arguments[index].is_said = true;
    udyn_say("%s: the kernel can't fetch %s from %.*s: it is shown as unknown", probe->title,
             probe->arguments[index].name, (int)operand->length, operand->text);
}

/* Returns its number among those of the site. */
static unsigned int add_string(struct udyn_plan *plan, struct udyn_traced_site *site,
                               const char place[UDYN_PLACE_SIZE])
{
    struct udyn_string *string;

    plan->strings = udyn_reallocate(plan->strings, plan->nstrings + 1, sizeof(*plan->strings));
    string = &plan->strings[plan->nstrings++];
    string->site = (size_t)(site - plan->sites);
    memcpy(string->place, place, UDYN_PLACE_SIZE);
    return (unsigned int)site->nstrings++;
}

static void plan_sources(struct udyn_plan *plan, struct udyn_traced_site *site,
                         const struct udyn_argument *arguments, size_t count)
{
    struct planned planned = {.site = site, .arguments = arguments, .count = count};
    struct udyn_traced *probe = &plan->probes[site->probe];
    unsigned int nfields = 0;
    size_t i;

    site->sources = udyn_allocate(count, sizeof(*site->sources));
    site->first_string = plan->nstrings;
    for (i = 0; i < count; i++) {
        const struct udyn_operand *operand = &arguments[i].operand;
        struct udyn_source *source = &site->sources[i];

        source->size = operand->size;
        source->is_signed = operand->is_signed;
        source->constant = operand->number;
        source->kind = choose_source(&planned, i, probe->arguments[i].show);
        if (source->kind == UDYN_SOURCE_FIELD)
            source->field = nfields++;
        else if (source->kind == UDYN_SOURCE_STRING)
            source->field = add_string(plan, site, planned.places[i]);
        else if (source->kind == UDYN_SOURCE_UNKNOWN)
            say_unknown(probe, i, operand);
    }
    site->fetch = printed(put_fetches, &planned);
    site->types = printed(put_types, &planned);
}

static int compare(const void *one, const void *other)
{
    return (one > other) - (one < other);
}

/* Notes which --as mean an argument of a location. */
static void note_as(struct udyn_plan *plan, const struct udyn_read_probe *location,
                    const struct udyn_argument *arguments, size_t count)
{
    size_t i, j;

    if (plan->has_as == NULL)
        plan->has_as = udyn_allocate(plan->options->nas, sizeof(*plan->has_as));
    for (i = 0; i < plan->options->nas; i++)
        for (j = 0; j < count && !plan->has_as[i]; j++)
            plan->has_as[i] = is_meant(&plan->options->as[i], location, &arguments[j], j);
}

void udyn_plan_say_unmeant(const struct udyn_plan *plan)
{
    size_t i;

    for (i = 0; plan->has_as != NULL && i < plan->options->nas; i++)
        if (!plan->has_as[i])
            udyn_say("--as %s: none of these probes has an argument of that name; usdt-dyn list "
                     "shows the arguments",
                     plan->options->as[i].text);
}

/* Is this the first time that a location is seen? */
static bool is_new(struct udyn_plan *plan, const struct udyn_read_probe *location)
{
    if (tfind(location, &plan->seen, compare) != NULL)
        return false;
    return tsearch(location, &plan->seen, compare) != NULL;
}

void udyn_plan_add(const struct udyn_found *found, void *context)
{
    struct udyn_plan *plan = context;
    size_t i;

    for (i = 0; i < found->nlocations; i++) {
        const struct udyn_read_probe *location = &found->locations[i];
        struct udyn_argument arguments[UDYN_OPERAND_MAX];
        struct udyn_traced_site *site;
        size_t count, probe;

        if (!is_new(plan, location))
            continue;
        if (plan->nsites == MOST_SITES) {
            plan->has_left_out = true;
            return;
        }
        count = udyn_arguments(found->file->content.machine, location, arguments);
        note_as(plan, location, arguments, count);
        probe = find_probe(plan, location, arguments, count, i == 0);
        if (probe == SIZE_MAX)
            probe = add_probe(plan, location, arguments, count);
        plan->sites = udyn_reallocate(plan->sites, plan->nsites + 1, sizeof(*plan->sites));
        site = &plan->sites[plan->nsites++];
        memset(site, 0, sizeof(*site));
        site->probe = probe;
        site->file = found->file;
        site->location = location;
        plan->probes[probe].nsites++;
        plan_sources(plan, site, arguments, count);
    }
}

bool udyn_plan_has(const struct udyn_plan *plan, const struct udyn_found *found)
{
    return tfind(found->locations, &plan->seen, compare) != NULL;
}

static void keep(void *location)
{
    (void)location; /* it belongs to the catalogue */
}

void udyn_plan_free(struct udyn_plan *plan)
{
    size_t i, j;

    for (i = 0; i < plan->nsites; i++) {
        free(plan->sites[i].sources);
        free(plan->sites[i].fetch);
        free(plan->sites[i].types);
    }
    for (i = 0; i < plan->nprobes; i++) {
        struct udyn_traced *probe = &plan->probes[i];

        for (j = 0; j < probe->nargs; j++) {
            free(probe->arguments[j].name);
            free(probe->arguments[j].json_name);
        }
        free(probe->arguments);
        free(probe->title);
        free(probe->json);
    }
    free(plan->sites);
    free(plan->strings);
    free(plan->probes);
    free(plan->has_as);
    tdestroy(plan->seen, keep);
    memset(plan, 0, sizeof(*plan));
}
