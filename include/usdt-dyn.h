/* SPDX-License-Identifier: MIT */
/*
 * libusdt-dyn: create USDT probes (SystemTap .note.stapsdt) in a running program.
 *
 * A provider groups probes. A probe has a name, up to 12 typed arguments, a site (the instruction a
 * tracer puts its breakpoint on) and a semaphore (a 16-bit word the kernel counts up while a tracer
 * is attached). usdt_dyn_provider_load() makes the probes of a provider visible to bpftrace, bcc,
 * perf, gdb and SystemTap; usdt_dyn_fire() reports an event and costs one predicted branch while
 * nobody is attached.
 *
 * Errors: functions that return int give 0 (or a count) on success and a negative errno on failure.
 * usdt_dyn_last_error() then has a sentence for the calling thread. Nothing is printed, nothing
 * aborts, and a failed call leaves everything as it was.
 *
 * Threads: every function may be called from any thread. Firing may race with every other call on
 * the same provider but usdt_dyn_provider_free().
 *
 * Fork: providers and probes made before fork() may be used in the child; a watch may not, make a
 * new one. If the tracer targets only the parent (`-p`), a probe that was enabled seems so in the
 * child until the child fires it. A child of a multithreaded process that was made by _Fork() or a
 * raw clone() may fire, and nothing else, as POSIX has it for such a child.
 *
 * Signals: a handler may fire, and nothing else but usdt_dyn_watch_wake(). Other calls use malloc()
 * and the dynamic linker, and hang in a handler that has interrupted either. If a handler has
 * interrupted this library itself, they fail with -EDEADLK.
 *
 * Everything below is available since 0.1.0.
 */
#ifndef USDT_DYN_H
#define USDT_DYN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define USDT_DYN_VERSION_MAJOR 0
#define USDT_DYN_VERSION_MINOR 1
#define USDT_DYN_VERSION_PATCH 0

/* The most arguments one probe can have: what libbpf reads (BPF_USDT_MAX_ARG_CNT). */
#define USDT_DYN_MAX_ARGS 12

#if defined(__GNUC__)
#define USDT_DYN_API           __attribute__((visibility("default")))
#define USDT_DYN_UNLIKELY(e)   __builtin_expect(!!(e), 0)
#define USDT_DYN_LOAD(pointer) __atomic_load_n((pointer), __ATOMIC_RELAXED)
#else
#define USDT_DYN_API
#define USDT_DYN_UNLIKELY(e)   (e)
#define USDT_DYN_LOAD(pointer) (*(pointer))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * How a tracer reads the 64-bit slot of an argument. The size and the sign go into the probe's
 * note; a string is the address of a NUL-terminated string (or NULL), a double travels as its 64
 * bits.
 */
typedef enum usdt_dyn_type {
    USDT_DYN_INT8,
    USDT_DYN_UINT8,
    USDT_DYN_INT16,
    USDT_DYN_UINT16,
    USDT_DYN_INT32,
    USDT_DYN_UINT32,
    USDT_DYN_INT64,
    USDT_DYN_UINT64,
    USDT_DYN_POINTER,
    USDT_DYN_STRING,
    USDT_DYN_DOUBLE
} usdt_dyn_type;

/* One argument of a probe. The name is copied by usdt_dyn_provider_add_probe(). */
typedef struct usdt_dyn_arg {
    const char *name;
    usdt_dyn_type type;
} usdt_dyn_arg;

/* How a probe learns that a tracer is attached. */
typedef enum usdt_dyn_detection {
    USDT_DYN_DETECT_SEMAPHORE, /* default: the kernel's reference counter in the image (Linux 4.20+)
                                */
    USDT_DYN_DETECT_SITE       /* no semaphore: compare the probe site with its pristine bytes */
} usdt_dyn_detection;

/* Where the image, the small ELF file that tracers read, is kept. */
typedef enum usdt_dyn_backing {
    USDT_DYN_BACKING_AUTO,  /* default: a named file in memory, then a memfd, then a file on disk */
    USDT_DYN_BACKING_MEMFD, /* an anonymous file in memory */
    USDT_DYN_BACKING_FILE,  /* a named file, private to the process */
    USDT_DYN_BACKING_SHARED /* one file for all processes of this user with the same probes */
} usdt_dyn_backing;

typedef struct usdt_dyn_provider usdt_dyn_provider;

/*
 * The public head of a probe, for the inline check only: use usdt_dyn_enabled().
 *
 * `watched` is the word that changes when a tracer comes: the semaphore, or with
 * USDT_DYN_DETECT_SITE the first two bytes of the site. `pristine` is its value while nobody is
 * attached: 0 for a semaphore.
 */
typedef struct usdt_dyn_probe {
    const volatile uint16_t *watched;
    uint16_t pristine;
} usdt_dyn_probe;

/*
 * Makes an empty provider.
 *
 * provider: receives the new provider, which the caller owns and gives back with
 *           usdt_dyn_provider_free(); set to NULL on failure.
 * name:     [A-Za-z_][A-Za-z0-9_]*, at most 127 bytes; copied.
 *
 * Returns 0, -EINVAL (NULL or a bad name) or -ENOMEM. Several providers may have the same name as
 * long as no two of them have the same probe loaded.
 */
USDT_DYN_API int usdt_dyn_provider_new(usdt_dyn_provider **provider, const char *name);

/*
 * Adds a probe to a provider. It is invisible and disabled until the next usdt_dyn_provider_load();
 * probes that are loaded already are not disturbed.
 *
 * probe: receives the probe, which belongs to the provider and is valid until
 *        usdt_dyn_provider_free(); set to NULL on failure.
 * name:  as for a provider, unique in this provider; copied.
 * args:  nargs arguments, NULL if nargs is 0; copied.
 *
 * Returns 0, -EINVAL (NULL, a bad name, an unknown type), -EEXIST (the provider has a probe of that
 * name), -E2BIG (more than USDT_DYN_MAX_ARGS arguments) or -ENOMEM.
 */
USDT_DYN_API int usdt_dyn_provider_add_probe(usdt_dyn_provider *provider, usdt_dyn_probe **probe,
                                             const char *name, const usdt_dyn_arg *args,
                                             size_t nargs);

/*
 * Makes the probes of a provider visible to tracers: those added since the last load get a new
 * image, and after usdt_dyn_provider_unload() the older ones become visible again. If it is loaded
 * already and has no new probes, nothing happens.
 *
 * Returns 0, -EINVAL (NULL, no probes, or a bad USDT_DYN_* environment variable), -EEXIST (the same
 * provider:probe is live in this process), -ENOTSUP (this libelf), -ENOMEM, or the negative
 * errno with which the last of the possible places for the image refused it. Where nothing can be
 * traced (usdt_dyn_supported() is 0) it succeeds and the probes stay disabled.
 */
USDT_DYN_API int usdt_dyn_provider_load(usdt_dyn_provider *provider);

/*
 * Makes the probes of a provider invisible to tracers that come later. A tracer that is attached
 * stays attached. Code and semaphores stay mapped, so other threads may fire meanwhile. Does
 * nothing on a provider that is not loaded. In a process forked after the load, and with
 * USDT_DYN_BACKING_SHARED, the image is also another process's: the probes stay visible to tracers.
 *
 * Returns 0, -EINVAL (NULL), or the negative errno with which the image refused the change.
 */
USDT_DYN_API int usdt_dyn_provider_unload(usdt_dyn_provider *provider);

/*
 * Unmaps the images of a provider, removes their files and frees it with its probes. NULL is fine.
 * No thread may fire its probes, or use them in any other way, during the call or after it.
 */
USDT_DYN_API void usdt_dyn_provider_free(usdt_dyn_provider *provider);

/*
 * The path of the newest image of a provider as a tracer outside can open it (for a memfd
 * /proc/PID/fd/N), or NULL while the provider is not loaded. It belongs to the provider and is
 * valid until the next load, unload or free.
 */
USDT_DYN_API const char *usdt_dyn_provider_path(const usdt_dyn_provider *provider);

/*
 * Chooses how the probes that are not loaded yet learn that a tracer is attached.
 * Returns 0 or -EINVAL (NULL, or an unknown value).
 */
USDT_DYN_API int usdt_dyn_provider_set_detection(usdt_dyn_provider *provider,
                                                 usdt_dyn_detection how);

/*
 * Chooses where the images of later loads are kept. USDT_DYN_BACKING in the environment replaces
 * USDT_DYN_BACKING_AUTO, not another choice of the program. Returns 0 or -EINVAL (NULL, or an
 * unknown value).
 */
USDT_DYN_API int usdt_dyn_provider_set_backing(usdt_dyn_provider *provider, usdt_dyn_backing how);

/*
 * Is a tracer attached to the probe? The inline check of usdt_dyn_enabled() as a symbol, for
 * bindings. NULL is never enabled.
 */
USDT_DYN_API bool usdt_dyn_probe_enabled(const usdt_dyn_probe *probe);

/*
 * The semaphore of a probe: not zero while a tracer is attached. The address is stable from the
 * first load until the provider is freed. NULL for NULL, before the first load, and for a probe
 * loaded with USDT_DYN_DETECT_SITE. Treat it as zero or not zero: it does not count tracers.
 */
USDT_DYN_API const volatile uint16_t *usdt_dyn_probe_semaphore(const usdt_dyn_probe *probe);

/*
 * Fires a probe with nvalues values, one 64-bit slot each in the order of its arguments: integers
 * sign- or zero-extended, the address of a string (NULL is fine), the bits of a double.
 *
 * Does nothing while the probe is disabled. If nvalues is not the number of the probe's arguments,
 * or values is NULL where some are needed, an enabled probe is not fired, nothing is read, and
 * usdt_dyn_last_error() says so. No value is read, whatever its type: one that is no address of a
 * string is harmless, and a tracer shows it as it shows any bad address. The kernel is asked to
 * have the first 4 KiB of each string in memory when the tracer looks, with a call of futex(2) for
 * each page that it was not asked for just now.
 */
USDT_DYN_API void usdt_dyn_probe_fire(const usdt_dyn_probe *probe, const uint64_t *values,
                                      size_t nvalues);

/*
 * As usdt_dyn_probe_fire(), for interpreters whose small integers are words, n as 2n + 1. It has
 * the signature of a method of CRuby with any number of arguments (rb_define_method(), argc -1), so
 * that it can be one: a foreign function interface takes longer than the interpreter's own call.
 *
 * words: nwords such integers: the address of the probe, and a value for each of its arguments.
 * self: is not used.
 *
 * Returns such an integer: 0 if the probe is disabled or words starts with no address; 1 if it was
 * fired; -1 if it is enabled and was not fired, because their number is wrong, or one of them is no
 * such integer or is none that its argument can have. A string has its address, a double none.
 */
USDT_DYN_API uintptr_t usdt_dyn_probe_fire_tagged(int nwords, const uintptr_t *words,
                                                  uintptr_t self);

/*
 * A watch sleeps until the enabled state of some probe changes. While no tracer opens an image and
 * no probe is enabled it wakes once a minute, to find a tracer that came without opening one; where
 * inotify(7) is not to be had it looks twice a second. While a probe is enabled it looks ten times
 * a second for the end of that. Only usdt_dyn_watch_wait() blocks, and one thread at a time may be
 * in it.
 */
typedef struct usdt_dyn_watch usdt_dyn_watch;

/*
 * Makes an empty watch.
 * watch: receives it; the caller owns it and gives it back with usdt_dyn_watch_free(); set to NULL
 *        on failure.
 * Returns 0, -EINVAL (NULL), -ENOMEM, -EMFILE or -ENFILE.
 */
USDT_DYN_API int usdt_dyn_watch_new(usdt_dyn_watch **watch);

/*
 * Adds a provider, with the probes that it has and those that are added and loaded later. May be
 * called while another thread waits. Adding a provider twice does nothing. A provider that is freed
 * leaves its watches by itself.
 * Returns 0, -EINVAL (NULL), -ENOMEM or -ECHILD (made before a fork: make a new one).
 */
USDT_DYN_API int usdt_dyn_watch_add(usdt_dyn_watch *watch, usdt_dyn_provider *provider);

/*
 * Waits until the enabled state of some probe of the watch differs from what it was when the last
 * wait returned (at first: from disabled).
 *
 * timeout_ms: milliseconds, 0 to look once, negative to wait without end.
 *
 * Returns 1 (some state changed), 0 (time-out, or usdt_dyn_watch_wake() was called), -EINVAL
 * (NULL), -EBUSY (another thread waits), -ECHILD (made before a fork: make a new one), -EINTR (a
 * signal handler ran: wait again), -EBADF (the program has closed the watch's descriptors: make a
 * new one) or another negative errno of poll(2).
 */
USDT_DYN_API int usdt_dyn_watch_wait(usdt_dyn_watch *watch, int timeout_ms);

/* What usdt_dyn_watch_wait_near() returns, as bits. */
#define USDT_DYN_WATCH_CHANGED 1 /* the enabled state of some probe changed */
#define USDT_DYN_WATCH_NEAR                                                                        \
    2 /* a tracer is attached, or may attach without being noticed at once */

/*
 * As usdt_dyn_watch_wait(), and also tells when a tracer comes near: for a program that has a
 * cheaper way to fire, one that fires nothing, for as long as nobody can be attached.
 *
 * A tracer is near while some probe of the watch is enabled, for an hour after somebody has opened
 * an image of the process, and always where opens cannot be noticed. One that attaches otherwise,
 * by the event of an hour ago, is noticed within a minute.
 *
 * was_near: what the caller acts on; it returns at once if that is not true any more.
 *
 * Returns USDT_DYN_WATCH_CHANGED and USDT_DYN_WATCH_NEAR as they are, 0 for neither, after a
 * time-out and usdt_dyn_watch_wake() too, or a negative errno as usdt_dyn_watch_wait().
 */
USDT_DYN_API int usdt_dyn_watch_wait_near(usdt_dyn_watch *watch, bool was_near, int timeout_ms);

/*
 * Makes a wait that is under way, or else the next one, return 0. Any thread, also a signal
 * handler. NULL is fine, and so is a watch made before a fork: it does nothing.
 */
USDT_DYN_API void usdt_dyn_watch_wake(usdt_dyn_watch *watch);

/* Frees a watch. NULL is fine. No thread may be in usdt_dyn_watch_wait(). */
USDT_DYN_API void usdt_dyn_watch_free(usdt_dyn_watch *watch);

/*
 * The sentence for the last failure in this thread: what failed, on what, and what to do. Never
 * NULL; empty if nothing failed yet. Valid until the next call of the library in this thread.
 */
USDT_DYN_API const char *usdt_dyn_last_error(void);

/* The version of the library at run time, as "0.1.0". */
USDT_DYN_API const char *usdt_dyn_version(void);

/*
 * Can probes be traced here? Returns 1, or 0 with the reason in usdt_dyn_last_error(): another
 * system, another processor, a static program, or USDT_DYN_DISABLE=1. Every call succeeds all the
 * same, and the probes are never enabled.
 */
USDT_DYN_API int usdt_dyn_supported(void);

/* The bits of a double, for usdt_dyn_fire() and usdt_dyn_probe_fire(). */
static inline uint64_t usdt_dyn_f64(double value)
{
    union {
        double value;
        uint64_t bits;
    } pun;

    pun.value = value;
    return pun.bits;
}

/*
 * Is a tracer attached to the probe? One load of the semaphore, one compare, one branch that is
 * predicted not taken. The probe must not be NULL. The answer may be old by the time it is used.
 */
static inline bool usdt_dyn_enabled(const usdt_dyn_probe *probe)
{
    /* Relaxed is enough: what `watched` points at is mapped before the pointer is stored, and is
     * reached through it. */
    uint16_t word = *USDT_DYN_LOAD(&probe->watched);

    return USDT_DYN_UNLIKELY(word != 0) && word != USDT_DYN_LOAD(&probe->pristine);
}

#ifdef __cplusplus
} /* extern "C" */

#include <type_traits>

/* Also where somebody includes this header in an extern "C" block of their own. */
extern "C++" {
template <typename T> static inline uint64_t usdt_dyn_value(T value)
{
    if constexpr (std::is_floating_point_v<T>)
        return usdt_dyn_f64(static_cast<double>(value));
    else if constexpr (std::is_pointer_v<T>)
        return static_cast<uint64_t>(reinterpret_cast<uintptr_t>(value));
    else if constexpr (std::is_null_pointer_v<T>)
        return 0;
    else
        return static_cast<uint64_t>(value);
}

} /* extern "C++" */

#define USDT_DYN_VALUE(v) usdt_dyn_value(v)
#else
/* The slot of a value: the bits of a double for a floating number, else what a cast makes of it (a
 * signed integer is sign-extended, a pointer is its address). The inner selections keep each branch
 * valid C for every type; the value is evaluated once. */
/* clang-format off */
#define USDT_DYN_VALUE(v)                                                                          \
    _Generic((v),                                                                                  \
        float: usdt_dyn_f64((double)_Generic((v), float: (v), default: 0.0F)),                     \
        double: usdt_dyn_f64(_Generic((v), double: (v), default: 0.0)),                            \
        long double: usdt_dyn_f64((double)_Generic((v), long double: (v), default: 0.0L)),         \
        default: (uint64_t)(_Generic((v), float: 0, double: 0, long double: 0, default: (v))))
/* clang-format on */
#endif

/* The first element is no value: it keeps the array from being empty. */
#define USDT_DYN_FIRE_AT(probe, n, ...)                                                            \
    do {                                                                                           \
        const usdt_dyn_probe *usdt_dyn_fire_probe = (probe);                                       \
        if (usdt_dyn_enabled(usdt_dyn_fire_probe)) {                                               \
            const uint64_t usdt_dyn_fire_values[] = {__VA_ARGS__};                                 \
            usdt_dyn_probe_fire(usdt_dyn_fire_probe, usdt_dyn_fire_values + 1, n);                 \
        }                                                                                          \
    } while (0)

/* clang-format off */
#define USDT_DYN_V(v) USDT_DYN_VALUE(v)
#define USDT_DYN_FIRE_0(p) USDT_DYN_FIRE_AT(p, 0, 0)
#define USDT_DYN_FIRE_1(p, a) USDT_DYN_FIRE_AT(p, 1, 0, USDT_DYN_V(a))
#define USDT_DYN_FIRE_2(p, a, b) USDT_DYN_FIRE_AT(p, 2, 0, USDT_DYN_V(a), USDT_DYN_V(b))
#define USDT_DYN_FIRE_3(p, a, b, c) USDT_DYN_FIRE_AT(p, 3, 0, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c))
#define USDT_DYN_FIRE_4(p, a, b, c, d) \
    USDT_DYN_FIRE_AT(p, 4, 0, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d))
#define USDT_DYN_FIRE_5(p, a, b, c, d, e) \
    USDT_DYN_FIRE_AT(p, 5, 0, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), \
                     USDT_DYN_V(e))
#define USDT_DYN_FIRE_6(p, a, b, c, d, e, f) \
    USDT_DYN_FIRE_AT(p, 6, 0, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), \
                     USDT_DYN_V(e), USDT_DYN_V(f))
#define USDT_DYN_FIRE_7(p, a, b, c, d, e, f, g) \
    USDT_DYN_FIRE_AT(p, 7, 0, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), \
                     USDT_DYN_V(e), USDT_DYN_V(f), USDT_DYN_V(g))
#define USDT_DYN_FIRE_8(p, a, b, c, d, e, f, g, h) \
    USDT_DYN_FIRE_AT(p, 8, 0, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), \
                     USDT_DYN_V(e), USDT_DYN_V(f), USDT_DYN_V(g), USDT_DYN_V(h))
#define USDT_DYN_FIRE_9(p, a, b, c, d, e, f, g, h, i) \
    USDT_DYN_FIRE_AT(p, 9, 0, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), \
                     USDT_DYN_V(e), USDT_DYN_V(f), USDT_DYN_V(g), USDT_DYN_V(h), USDT_DYN_V(i))
#define USDT_DYN_FIRE_10(p, a, b, c, d, e, f, g, h, i, j) \
    USDT_DYN_FIRE_AT(p, 10, 0, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), \
                     USDT_DYN_V(e), USDT_DYN_V(f), USDT_DYN_V(g), USDT_DYN_V(h), USDT_DYN_V(i), \
                     USDT_DYN_V(j))
#define USDT_DYN_FIRE_11(p, a, b, c, d, e, f, g, h, i, j, k) \
    USDT_DYN_FIRE_AT(p, 11, 0, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), \
                     USDT_DYN_V(e), USDT_DYN_V(f), USDT_DYN_V(g), USDT_DYN_V(h), USDT_DYN_V(i), \
                     USDT_DYN_V(j), USDT_DYN_V(k))
#define USDT_DYN_FIRE_12(p, a, b, c, d, e, f, g, h, i, j, k, l) \
    USDT_DYN_FIRE_AT(p, 12, 0, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), \
                     USDT_DYN_V(e), USDT_DYN_V(f), USDT_DYN_V(g), USDT_DYN_V(h), USDT_DYN_V(i), \
                     USDT_DYN_V(j), USDT_DYN_V(k), USDT_DYN_V(l))
#define USDT_DYN_COUNT(...) \
    USDT_DYN_COUNT_AT(__VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0)
#define USDT_DYN_COUNT_AT(p, a, b, c, d, e, f, g, h, i, j, k, l, count, ...) count
#define USDT_DYN_FIRE_N(n, ...)  USDT_DYN_FIRE_N_(n, __VA_ARGS__)
#define USDT_DYN_FIRE_N_(n, ...) USDT_DYN_FIRE_##n(__VA_ARGS__)
/* clang-format on */

/*
 * usdt_dyn_fire(probe, values...): fires a probe with 0 to 12 values, integers, pointers or
 * doubles, as many as the probe has arguments. The values are evaluated, once, only when a tracer
 * is attached. Otherwise as usdt_dyn_probe_fire(); the probe must not be NULL. A statement, not an
 * expression.
 */
#define usdt_dyn_fire(...) USDT_DYN_FIRE_N(USDT_DYN_COUNT(__VA_ARGS__), __VA_ARGS__)

#endif /* USDT_DYN_H */
