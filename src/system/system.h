/* SPDX-License-Identifier: MIT */
/*
 * The contract between the portable core and the system under it. system/linux fulfils it with
 * images in memory; system/none does nothing, for systems without uprobes. What a system may lack,
 * system/posix has in a form that does without.
 */
#ifndef UDYN_SYSTEM_H
#define UDYN_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/probe.h"
#include "usdt-dyn.h"

/* ---- The process (linux/system.c, linux/lock.c) --------------------------------------------- */

/* Returns 1, or 0 with a sentence, like usdt_dyn_supported(). */
int udyn_system_supported(void);

/*
 * The one lock of the library. It guards everything but the fields that a fire reads. It is free in
 * a forked child, whoever held it in the parent. Returns 0 or a negative errno with a sentence.
 */
int udyn_system_lock(void);
void udyn_system_unlock(void);

/*
 * Slow work is done with the lock given back: nothing that the program may hold while it calls the
 * library is waited for under the lock. A fork waits for it to end.
 * udyn_system_wait_for_slow_work() gives the lock back until some slow work has ended. All under
 * the lock.
 */
void udyn_system_begin_slow_work(void);
void udyn_system_end_slow_work(void);
void udyn_system_wait_for_slow_work(void);

/*
 * Counts the forks that lie between the process that first used the library and this one. What was
 * made in another generation belongs to another process as well: its files are not ours to change
 * or to remove. A child counts as soon as it has had the lock once.
 */
uint32_t udyn_system_generation(void);

/* Is this process the one of that generation? Without the lock, also in a signal handler. */
bool udyn_system_is_generation(uint32_t generation);

/* ---- Images (linux/image.c) ----------------------------------------------------------------- */

/* What makes probes traceable, as the core sees it: a link in the list of a provider's images,
 * newest first. */
struct udyn_image {
    struct udyn_image *next;
    size_t first;     /* the position of its first probe in the provider */
    size_t count;     /* of its probes */
    bool is_followed; /* udyn_opens_take() tells when a tracer opens it */
};

/* What an image is wanted for. */
struct udyn_image_request {
    const char *provider;
    struct udyn_probe *const *probes; /* that have no image yet */
    size_t count;
    usdt_dyn_detection detection;
    usdt_dyn_backing backing;
};

/*
 * Makes one image and shows it to tracers. The request is read before it does slow work, and the
 * probes are not touched. Under the lock.
 * Returns 0, or a negative errno with a sentence and nothing left behind.
 */
int udyn_image_make(struct udyn_image **image, const struct udyn_image_request *request);

/* Hides an image from tracers and shows it again. Under the lock. Returns 0 or a negative errno. */
int udyn_image_hide(struct udyn_image *image);
int udyn_image_show(struct udyn_image *image);

/* Takes an image out of the process, which is slow work, and frees it. Under the lock. */
void udyn_image_free(struct udyn_image *image);

/* The path of an image for a tracer, NULL if it has none; belongs to the image. */
const char *udyn_image_path(struct udyn_image *image);

/* What the probe at `position` of the image needs: its site, its semaphore (NULL if the image has
 * none) and the first two bytes of a site that nobody traces. */
const void *udyn_image_site(const struct udyn_image *image, size_t position);
const volatile uint16_t *udyn_image_semaphore(const struct udyn_image *image, size_t position);
uint16_t udyn_image_pristine(const struct udyn_image *image);

/* ---- Firing (linux/system.c, linux/touch.c) ------------------------------------------------- */

/*
 * Called before a site is called, with the probe found enabled. False: do not call the site. What a
 * forked child must do before its first fire is done here.
 */
bool udyn_system_may_fire(const struct udyn_probe *probe);

/*
 * Called after udyn_system_may_fire() and before a site is called with a string: makes sure that
 * the string is in memory, where a tracer can read it, if it is one at all. Takes any value, reads
 * nothing itself and does nothing for what is no address. Any thread, also a signal handler; errno
 * may change.
 */
void udyn_system_touch_string(uint64_t address);

/* ---- Opens: a system that cannot tell of them takes system/posix/no_opens.c ----------------- */

/*
 * A tracer opens an image, to read its notes, right before it attaches. All under the lock.
 *
 * udyn_opens_follow() begins to notice the opens of an image and sets is_followed if it can.
 * udyn_opens_take() tells whether some image was opened since it was last asked.
 * udyn_opens_stop() ends it for all images, when the last watch of the process is gone.
 */
void udyn_opens_follow(struct udyn_image *image);
bool udyn_opens_take(void);
void udyn_opens_stop(void);

/* ---- Wakeups: system/posix/wakeup.c serves a system without opens --------------------------- */

/* What a watch sleeps on, and is woken with. */
struct udyn_wakeup {
    int wait_fd;
    int wake_fd; /* may be the same */
    int poll_fd; /* for a loop of the program's own, -1 while there is none */
    int timer_fd;
};

/* Returns 0 or a negative errno with a sentence. */
int udyn_wakeup_make(struct udyn_wakeup *wakeup);

/*
 * Sleeps until somebody sends the wakeup, an image is opened (if until_opened) or timeout_ms have
 * passed. Not under the lock. Returns 0 or a negative errno with a sentence: -EINTR, or -EBADF if
 * the program has closed the descriptors.
 */
int udyn_wakeup_wait(const struct udyn_wakeup *wakeup, int timeout_ms, bool until_opened);

/*
 * For a program that sleeps in a poll(2) of its own. All under the lock.
 *
 * udyn_wakeup_fd() gives the descriptor that it polls, made at the first call and readable then, or
 * a negative errno with a sentence. A watch that has one calls udyn_wakeup_take() before each look,
 * which takes what was sent, and udyn_wakeup_arm() after it: from then on it is readable when
 * somebody sends the wakeup, when an image is opened (if until_opened), and after next_ms. Where
 * system/posix/wakeup.c serves a system it is so when somebody sends the wakeup, and not before.
 */
int udyn_wakeup_fd(struct udyn_wakeup *wakeup);
void udyn_wakeup_take(const struct udyn_wakeup *wakeup);
void udyn_wakeup_arm(const struct udyn_wakeup *wakeup, int next_ms, bool until_opened);

/* Any thread, also a signal handler. */
void udyn_wakeup_send(const struct udyn_wakeup *wakeup);

void udyn_wakeup_free(struct udyn_wakeup *wakeup);

#endif
