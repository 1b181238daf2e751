/* SPDX-License-Identifier: MIT */
/*
 * Watches: sleep until a probe's enabled state changes.
 *
 * The kernel wakes nobody when it counts a semaphore up. But a tracer opens the image to read its
 * notes, mostly about a millisecond before that, and an open can be waited for. So a wait sleeps
 * until an image is opened, and then looks at the semaphores: closely at first, and the less often
 * the longer the open is ago. A slow look finds those who come without an open.
 *
 * The lock is held for each look, never during sleep.
 */
#include "core/watch.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "system/system.h"

/* After an open: every eighth of the time that has passed since, for this long. A tracer that needs
 * a second between open and attach is noticed within an eighth of a second. */
#define CLOSE_LOOKS_MS   10000
#define CLOSE_LOOKS_PART 8

/* How often to look while a probe is enabled (nothing tells of a detach), while the opens of some
 * image can't be noticed, and otherwise: a tracer that attaches by a tracefs event made long ago,
 * or gdb, which writes the semaphore itself, opens nothing when it attaches. */
#define ENABLED_LOOK_MS    100
#define UNFOLLOWED_LOOK_MS 500
#define SLOW_LOOK_MS       60000

/* How long after an open a tracer is near: perf probe reads the notes for an event that perf record
 * attaches much later, and a session of gdb is long. */
#define NEAR_MS (60 * 60 * 1000)

/* A provider in a watch: in the lists of both. */
struct udyn_watch_link {
    struct usdt_dyn_watch *watch;
    struct usdt_dyn_provider *provider;
    struct udyn_watch_link *next_in_watch;
    struct udyn_watch_link *next_in_provider;
    uint16_t *seen; /* of each probe, by its position: the semaphore as last seen; for a probe
                       without one 1 if it was enabled */
    size_t capacity;
    size_t enabled; /* how many of the probes were enabled */
};

struct usdt_dyn_watch {
    struct usdt_dyn_watch *next; /* all watches of the process */
    struct udyn_watch_link *links;
    struct udyn_wakeup wakeup;
    uint32_t generation; /* of the process that made it */
    /* Atomic; int, as not every processor can exchange a byte. */
    int is_waiting; /* a thread is in usdt_dyn_watch_wait() */
    int is_woken;   /* usdt_dyn_watch_wake() was called since the last wait */
};

/* Under the lock. */
static struct usdt_dyn_watch *watches;
static int64_t last_open = INT64_MIN / 2; /* in the time of udyn_clock_ms() */

int usdt_dyn_watch_new(usdt_dyn_watch **watch)
{
    struct usdt_dyn_watch *made;
    int error;

    if (watch == NULL)
        return udyn_fail(-EINVAL, "usdt_dyn_watch_new: no place to put the watch (NULL)");
    *watch = NULL;
    made = calloc(1, sizeof(*made));
    if (made == NULL)
        return udyn_fail(-ENOMEM, "no memory for a watch");
    error = udyn_wakeup_make(&made->wakeup);
    if (error < 0) {
        free(made);
        return error;
    }
    error = udyn_system_lock();
    if (error < 0) {
        udyn_wakeup_free(&made->wakeup);
        free(made);
        return error;
    }
    made->generation = udyn_system_generation();
    made->next = watches;
    __atomic_store_n(&watches, made, __ATOMIC_RELEASE);
    udyn_system_unlock();
    *watch = made;
    return 0;
}

static struct udyn_watch_link *find_link(const struct usdt_dyn_watch *watch,
                                         const struct usdt_dyn_provider *provider)
{
    struct udyn_watch_link *link;

    for (link = watch->links; link != NULL; link = link->next_in_watch)
        if (link->provider == provider)
            break;
    return link;
}

/* Makes room for all probes of the provider. The old table goes last: a child may be forked at any
 * moment by another thread. */
static int reserve(struct udyn_watch_link *link)
{
    size_t count = link->provider->count;
    uint16_t *old = link->seen;
    uint16_t *seen;

    if (count <= link->capacity)
        return 0;
    seen = calloc(count, sizeof(*seen));
    if (seen == NULL)
        return udyn_fail(-ENOMEM, "no memory to watch %zu probes of provider %s", count,
                         link->provider->name);
    if (old != NULL)
        memcpy(seen, old, link->capacity * sizeof(*seen));
    __atomic_store_n(&link->seen, seen, __ATOMIC_RELEASE);
    link->capacity = count;
    free(old);
    return 0;
}

static void follow_images(const struct usdt_dyn_provider *provider)
{
    struct udyn_image *image;

    for (image = provider->images; image != NULL; image = image->next)
        if (!image->is_followed)
            udyn_opens_follow(image);
}

static int add(struct usdt_dyn_watch *watch, struct usdt_dyn_provider *provider)
{
    struct udyn_watch_link *link;
    int error;

    if (watch->generation != udyn_system_generation())
        return udyn_fail(-ECHILD, "the watch was made before a fork: make a new one");
    if (find_link(watch, provider) != NULL)
        return 0;
    link = calloc(1, sizeof(*link));
    if (link == NULL)
        return udyn_fail(-ENOMEM, "no memory to watch provider %s", provider->name);
    link->watch = watch;
    link->provider = provider;
    error = reserve(link);
    if (error < 0) {
        free(link);
        return error;
    }
    link->next_in_watch = watch->links;
    link->next_in_provider = provider->watches;
    __atomic_store_n(&watch->links, link, __ATOMIC_RELEASE);
    __atomic_store_n(&provider->watches, link, __ATOMIC_RELEASE);
    follow_images(provider);
    udyn_wakeup_send(&watch->wakeup);
    return 0;
}

int usdt_dyn_watch_add(usdt_dyn_watch *watch, usdt_dyn_provider *provider)
{
    int error;

    if (watch == NULL || provider == NULL)
        return udyn_fail(-EINVAL, "usdt_dyn_watch_add: the %s is NULL",
                         watch == NULL ? "watch" : "provider");
    error = udyn_system_lock();
    if (error < 0)
        return error;
    error = add(watch, provider);
    udyn_system_unlock();
    return error;
}

int udyn_watch_reserve(const struct usdt_dyn_provider *provider)
{
    struct udyn_watch_link *link;
    int error = 0;

    for (link = provider->watches; link != NULL && error == 0; link = link->next_in_provider)
        error = reserve(link);
    return error;
}

void udyn_watch_published(const struct usdt_dyn_provider *provider)
{
    struct udyn_watch_link *link;

    if (provider->watches == NULL)
        return;
    follow_images(provider);
    for (link = provider->watches; link != NULL; link = link->next_in_provider)
        if (link->watch->generation == udyn_system_generation())
            udyn_wakeup_send(&link->watch->wakeup);
}

static void remove_from_watch(struct udyn_watch_link *link)
{
    struct udyn_watch_link **at = &link->watch->links;

    while (*at != link)
        at = &(*at)->next_in_watch;
    __atomic_store_n(at, link->next_in_watch, __ATOMIC_RELEASE);
}

static void remove_from_provider(struct udyn_watch_link *link)
{
    struct udyn_watch_link **at = &link->provider->watches;

    while (*at != link)
        at = &(*at)->next_in_provider;
    __atomic_store_n(at, link->next_in_provider, __ATOMIC_RELEASE);
}

static void free_link(struct udyn_watch_link *link)
{
    remove_from_watch(link);
    remove_from_provider(link);
    free(link->seen);
    free(link);
}

void udyn_watch_forget(struct usdt_dyn_provider *provider)
{
    struct udyn_watch_link *link, *next;

    for (link = provider->watches; link != NULL; link = next) {
        next = link->next_in_provider;
        free_link(link);
    }
}

/* Looks at the probes of one image. Returns whether the enabled state of one has changed. */
static bool look_at_image(struct udyn_watch_link *link, const struct udyn_image *image)
{
    const volatile uint16_t *semaphores = udyn_image_semaphore(image, 0);
    uint16_t *seen = link->seen + image->first;
    bool is_changed = false;
    size_t i;

    /* The semaphores of an image lie side by side: mostly this is all. */
    if (semaphores != NULL &&
        memcmp(seen, (const void *)(uintptr_t)semaphores, image->count * sizeof(*seen)) == 0)
        return false;
    for (i = 0; i < image->count; i++) {
        const struct udyn_probe *probe = link->provider->probes[image->first + i];
        uint16_t word = semaphores != NULL ? semaphores[i] : usdt_dyn_enabled(&probe->head);

        if ((word != 0) != (seen[i] != 0)) {
            is_changed = true;
            link->enabled = word != 0 ? link->enabled + 1 : link->enabled - 1;
        }
        seen[i] = word;
    }
    return is_changed;
}

struct view {
    bool is_changed;
    bool is_enabled;     /* some probe is */
    bool has_unfollowed; /* the opens of some image can't be noticed */
};

static struct view look_at_links(const struct usdt_dyn_watch *watch)
{
    struct view view = {false, false, false};
    struct udyn_watch_link *link;
    const struct udyn_image *image;

    for (link = watch->links; link != NULL; link = link->next_in_watch) {
        for (image = link->provider->images; image != NULL; image = image->next) {
            view.is_changed |= look_at_image(link, image);
            view.has_unfollowed |= !image->is_followed;
        }
        view.is_enabled |= link->enabled > 0;
    }
    return view;
}

/* An open is told only once: whoever hears of it tells the others. */
static void take_opens(const struct usdt_dyn_watch *taker, int64_t now)
{
    const struct usdt_dyn_watch *watch;

    if (!udyn_opens_take())
        return;
    last_open = now;
    for (watch = watches; watch != NULL; watch = watch->next)
        if (watch != taker && watch->generation == taker->generation &&
            (watch->wakeup.poll_fd >= 0 || __atomic_load_n(&watch->is_waiting, __ATOMIC_RELAXED)))
            udyn_wakeup_send(&watch->wakeup);
}

/* In how many milliseconds to look again. */
static int next_look(const struct view *view, int64_t now)
{
    int64_t since_open = now - last_open;
    int64_t next = SLOW_LOOK_MS;

    if (view->has_unfollowed)
        next = UNFOLLOWED_LOOK_MS;
    if (view->is_enabled)
        next = ENABLED_LOOK_MS;
    if (since_open < CLOSE_LOOKS_MS && since_open / CLOSE_LOOKS_PART < next)
        next = since_open / CLOSE_LOOKS_PART;
    return next > 0 ? (int)next : 1;
}

/* Not if the next look comes sooner: opens without end shall not keep a processor busy. */
static bool is_open_worth_a_look(int next)
{
    return next > 1;
}

static bool is_near(const struct view *view, int64_t now)
{
    return view->is_enabled || view->has_unfollowed || now - last_open < NEAR_MS;
}

/* Returns USDT_DYN_WATCH_CHANGED and USDT_DYN_WATCH_NEAR, or a negative errno with a sentence. */
static int look(struct usdt_dyn_watch *watch, int *next)
{
    int64_t now = udyn_clock_ms();
    struct view view;
    int seen;
    int error = udyn_system_lock();

    if (error < 0)
        return error;
    /* Here too, after the lock: a signal handler may fork in the middle of a wait. */
    if (watch->generation != udyn_system_generation()) {
        udyn_system_unlock();
        return udyn_fail(-ECHILD, "the watch was made before a fork: make a new one");
    }
    if (watch->wakeup.poll_fd >= 0)
        udyn_wakeup_take(&watch->wakeup);
    take_opens(watch, now);
    view = look_at_links(watch);
    *next = next_look(&view, now);
    if (watch->wakeup.poll_fd >= 0)
        udyn_wakeup_arm(&watch->wakeup, *next, is_open_worth_a_look(*next));
    seen = (view.is_changed ? USDT_DYN_WATCH_CHANGED : 0) |
           (is_near(&view, now) ? USDT_DYN_WATCH_NEAR : 0);
    udyn_system_unlock();
    return seen;
}

/* For was_near: whether a tracer is near does not end the wait. */
#define EITHER (-1)

static bool is_worth_telling(int seen, int was_near)
{
    int near = (seen & USDT_DYN_WATCH_NEAR) != 0;

    return (seen & USDT_DYN_WATCH_CHANGED) != 0 || (was_near != EITHER && near != was_near);
}

static int sleep_until_worth(struct usdt_dyn_watch *watch, int was_near, int64_t deadline)
{
    int next = SLOW_LOOK_MS;
    int error, seen;
    int64_t left;

    for (;;) {
        seen = look(watch, &next);
        if (seen < 0 || is_worth_telling(seen, was_near))
            return seen;
        if (__atomic_exchange_n(&watch->is_woken, 0, __ATOMIC_ACQUIRE))
            return seen;
        left = deadline - udyn_clock_ms();
        if (left <= 0)
            return seen;
        error = udyn_wakeup_wait(&watch->wakeup, left < next ? (int)left : next,
                                 is_open_worth_a_look(next));
        if (error < 0)
            return error;
    }
}

/* Returns what the last look saw, or a negative errno. */
static int wait_alone(struct usdt_dyn_watch *watch, int was_near, int timeout_ms)
{
    int64_t deadline = timeout_ms < 0 ? INT64_MAX : udyn_clock_ms() + timeout_ms;
    int result;

    if (watch == NULL)
        return udyn_fail(-EINVAL, "a wait on no watch (NULL)");
    if (!udyn_system_is_generation(watch->generation))
        return udyn_fail(-ECHILD, "the watch was made before a fork: make a new one");
    if (__atomic_exchange_n(&watch->is_waiting, 1, __ATOMIC_ACQUIRE))
        return udyn_fail(-EBUSY, "another thread waits on this watch: use one watch a thread");
    result = sleep_until_worth(watch, was_near, deadline);
    __atomic_store_n(&watch->is_waiting, 0, __ATOMIC_RELEASE);
    return result;
}

int usdt_dyn_watch_wait(usdt_dyn_watch *watch, int timeout_ms)
{
    int result = wait_alone(watch, EITHER, timeout_ms);

    return result < 0 ? result : (result & USDT_DYN_WATCH_CHANGED) != 0;
}

int usdt_dyn_watch_wait_near(usdt_dyn_watch *watch, bool was_near, int timeout_ms)
{
    return wait_alone(watch, was_near, timeout_ms);
}

int usdt_dyn_watch_fd(usdt_dyn_watch *watch)
{
    int fd;

    if (watch == NULL)
        return udyn_fail(-EINVAL, "usdt_dyn_watch_fd: the watch is NULL");
    fd = udyn_system_lock();
    if (fd < 0)
        return fd;
    if (watch->generation != udyn_system_generation())
        fd = udyn_fail(-ECHILD, "the watch was made before a fork: make a new one");
    else
        fd = udyn_wakeup_fd(&watch->wakeup);
    udyn_system_unlock();
    return fd;
}

void usdt_dyn_watch_wake(usdt_dyn_watch *watch)
{
    /* In a forked child the wakeup is the parent's. */
    if (watch == NULL || !udyn_system_is_generation(watch->generation))
        return;
    __atomic_store_n(&watch->is_woken, 1, __ATOMIC_RELEASE);
    udyn_wakeup_send(&watch->wakeup);
}

static bool is_last(uint32_t generation)
{
    const struct usdt_dyn_watch *watch;

    for (watch = watches; watch != NULL; watch = watch->next)
        if (watch->generation == generation)
            return false;
    return true;
}

void usdt_dyn_watch_free(usdt_dyn_watch *watch)
{
    struct usdt_dyn_watch **at = &watches;
    struct udyn_watch_link *link, *next;

    if (watch == NULL || udyn_system_lock() < 0)
        return;
    while (*at != watch)
        at = &(*at)->next;
    __atomic_store_n(at, watch->next, __ATOMIC_RELEASE);
    for (link = watch->links; link != NULL; link = next) {
        next = link->next_in_watch;
        free_link(link);
    }
    if (is_last(udyn_system_generation()))
        udyn_opens_stop();
    udyn_system_unlock();
    udyn_wakeup_free(&watch->wakeup);
    free(watch);
}
