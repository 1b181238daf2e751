/* SPDX-License-Identifier: MIT */
#include "cli/kernel/depth.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* After so many hits pieces that none of them needed are given up. It doubles each time, so that
 * what is needed now and then comes to stay. */
#define PATIENCE 64

/* A word that can't be read takes the kernel 1 us, a hit with all pieces half a millisecond. One of
 * a bad address gives them up at once, and after so many there is only the first of them. */
#define MOST_UNREADABLE 16

/* With so many strings at most all pieces are there from the start: it takes some time. */
#define MOST_AT_START 64

struct udyn_depth_string {
    unsigned int wanted;   /* the last piece that is to be fetched; written by the reader */
    bool has[UDYN_PIECES]; /* the pieces that are in their events; the thread's own */
    /* The reader's own. */
    unsigned int most; /* the last piece that it may want */
    unsigned int unreadable;
    unsigned int needed; /* the last piece that one of the `seen` hits needed */
    uint64_t seen, patience;
};

static void name_event(char name[UDYN_EVENT_SIZE], unsigned int event)
{
    snprintf(name, UDYN_EVENT_SIZE, "s%u", event);
}

/* What asks the kernel lets go of the lock meanwhile. */
static void switch_event(struct udyn_depth *depth, unsigned int event, bool is_on)
{
    char name[UDYN_EVENT_SIZE];
    int error;

    name_event(name, event);
    pthread_mutex_unlock(&depth->lock);
    error = udyn_session_switch(depth->session, name, is_on);
    pthread_mutex_lock(&depth->lock);
    depth->is_on[event] = is_on;
    depth->is_refused[event] |= error < 0;
}

static int write_piece(const struct udyn_depth *depth, char sign, size_t string, unsigned int piece)
{
    const struct udyn_string *what = &depth->session->plan->strings[string];
    char name[UDYN_EVENT_SIZE];
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    int error;

    if (out == NULL)
        return -ENOMEM;
    name_event(name, udyn_piece(piece).event);
    udyn_session_put_site(out, depth->session, sign, name,
                          &depth->session->plan->sites[what->site]);
    fprintf(out, " string=\\%zu:u32 piece=\\%u:u32", string, piece);
    udyn_piece_fetch(out, piece, 0, what->place);
    fputc('\n', out);
    error = fclose(out) == 0
                ? udyn_tracefs_append(depth->session->tracefs, "uprobe_events", text, size)
                : -ENOMEM;
    free(text);
    return error;
}

/* Makes the event's fields known to the reader, before a record of it can come. */
static int learn_event(struct udyn_depth *depth, unsigned int event)
{
    char name[UDYN_EVENT_SIZE];

    if (depth->events[event].id != 0)
        return 0;
    name_event(name, event);
    return udyn_session_read_format(depth->session, name, &depth->events[event]);
}

static void change_piece(struct udyn_depth *depth, size_t string, unsigned int piece, bool is_in)
{
    unsigned int event = udyn_piece(piece).event;
    int error;

    pthread_mutex_unlock(&depth->lock);
    error = write_piece(depth, is_in ? 'p' : '-', string, piece);
    pthread_mutex_lock(&depth->lock);
    depth->strings[string].has[piece] = is_in;
    if (error == 0)
        error = learn_event(depth, event);
    depth->is_refused[event] |= error < 0;
}

/* Takes those pieces into an event that are wanted, or the others out. */
static void change_pieces(struct udyn_depth *depth, unsigned int event, bool is_in)
{
    unsigned int piece;
    size_t i;

    for (i = 0; i < depth->session->plan->nstrings; i++)
        for (piece = 1; piece < UDYN_PIECES && !depth->is_stopping; piece++)
            if (udyn_piece(piece).event == event && depth->strings[i].has[piece] != is_in &&
                (depth->strings[i].wanted >= piece) == is_in)
                change_piece(depth, i, piece, is_in);
}

/* Is any piece of an event wanted? Are those in it the ones that are? */
static bool is_wanted(const struct udyn_depth *depth, unsigned int event, bool *is_same)
{
    bool is_any = false;
    unsigned int piece;
    size_t i;

    *is_same = true;
    for (i = 0; i < depth->session->plan->nstrings; i++) {
        const struct udyn_depth_string *string = &depth->strings[i];

        for (piece = 1; piece < UDYN_PIECES; piece++) {
            if (udyn_piece(piece).event != event)
                continue;
            is_any |= string->wanted >= piece;
            *is_same &= string->has[piece] == (string->wanted >= piece);
        }
    }
    return is_any;
}

/* Brings an event to what is wanted. Returns whether there was something to do. */
static bool change(struct udyn_depth *depth, unsigned int event)
{
    bool is_same;
    bool is_on = is_wanted(depth, event, &is_same) && !depth->is_refused[event];

    if (depth->is_on[event] == is_on && (is_same || !is_on))
        return false;
    /* It can be changed only while it is off. */
    if (depth->is_on[event])
        switch_event(depth, event, false);
    if (!is_on)
        return true;
    /* In this order: an event without a site is gone, and the kernel empties the buffers then. */
    change_pieces(depth, event, true);
    change_pieces(depth, event, false);
    if (!depth->is_stopping && !depth->is_refused[event])
        switch_event(depth, event, true);
    return true;
}

/* The longest first: they are the dearest. Returns whether there was something to do. */
static bool change_all(struct udyn_depth *depth)
{
    bool is_changed = false;
    unsigned int event;

    for (event = UDYN_PIECE_EVENTS - 1; event > 0 && !depth->is_stopping; event--)
        is_changed |= change(depth, event);
    return is_changed;
}

static void *work(void *context)
{
    struct udyn_depth *depth = context;

    pthread_mutex_lock(&depth->lock);
    while (!depth->is_stopping)
        if (!change_all(depth))
            pthread_cond_wait(&depth->changed, &depth->lock);
    pthread_mutex_unlock(&depth->lock);
    return NULL;
}

void udyn_depth_open(struct udyn_depth *depth, const struct udyn_session *session)
{
    const struct udyn_plan *plan = session->plan;
    bool is_shown = !plan->options->summary && plan->options->hist == NULL;
    size_t i;

    memset(depth, 0, sizeof(*depth));
    depth->session = session;
    depth->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    depth->changed = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    depth->strings = udyn_allocate(plan->nstrings, sizeof(*depth->strings));
    for (i = 0; i < plan->nstrings; i++) {
        struct udyn_depth_string *string = &depth->strings[i];

        string->patience = PATIENCE;
        if (is_shown && session->is_placed[plan->strings[i].site])
            string->most = UDYN_PIECES - 1;
        if (plan->nstrings <= MOST_AT_START)
            string->wanted = string->most;
    }
    pthread_mutex_lock(&depth->lock);
    depth->is_used = change_all(depth);
    pthread_mutex_unlock(&depth->lock);
}

static void want(struct udyn_depth *depth, struct udyn_depth_string *string, unsigned int piece)
{
    pthread_mutex_lock(&depth->lock);
    string->wanted = piece;
    pthread_cond_signal(&depth->changed);
    pthread_mutex_unlock(&depth->lock);
    depth->is_used = true;
    if (!depth->is_running)
        depth->is_running = pthread_create(&depth->thread, NULL, work, depth) == 0;
}

/* What a string wants after a hit. */
static unsigned int judge(struct udyn_depth_string *string, const struct udyn_depth_use *use)
{
    bool is_dear = use->is_unreadable && use->had > 1;
    unsigned int needed;

    if (use->needs > string->wanted) {
        string->seen = string->needed = 0;
        return string->most;
    }
    if (string->wanted == 0 || use->had != string->wanted) /* it is being switched */
        return string->wanted;
    if (use->needs > string->needed)
        string->needed = use->needs;
    if (++string->seen < string->patience && !is_dear)
        return string->wanted;
    if (is_dear && ++string->unreadable == MOST_UNREADABLE)
        string->most = 1;
    needed = string->needed < string->most ? string->needed : string->most;
    string->seen = string->needed = 0;
    if (needed < string->wanted)
        string->patience *= 2;
    return needed;
}

void udyn_depth_learn(struct udyn_depth *depth, size_t index, const struct udyn_depth_use *use)
{
    struct udyn_depth_string *string = &depth->strings[index];
    unsigned int wanted;

    if (depth->is_stopping)
        return;
    wanted = judge(string, use);
    if (wanted != string->wanted)
        want(depth, string, wanted);
}

const struct udyn_session_event *udyn_depth_event(struct udyn_depth *depth, uint16_t id)
{
    const struct udyn_session_event *found = NULL;
    unsigned int event;

    if (!depth->is_used)
        return NULL;
    pthread_mutex_lock(&depth->lock);
    for (event = 1; event < UDYN_PIECE_EVENTS; event++)
        if (depth->events[event].id == id)
            found = &depth->events[event];
    pthread_mutex_unlock(&depth->lock);
    return found;
}

void udyn_depth_stop(struct udyn_depth *depth)
{
    if (depth->is_stopping)
        return;
    pthread_mutex_lock(&depth->lock);
    depth->is_stopping = true;
    pthread_cond_signal(&depth->changed);
    pthread_mutex_unlock(&depth->lock);
    if (depth->is_running)
        (void)pthread_join(depth->thread, NULL);
}

void udyn_depth_close(struct udyn_depth *depth)
{
    udyn_depth_stop(depth);
    free(depth->strings);
    memset(depth, 0, sizeof(*depth));
}
