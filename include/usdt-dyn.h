/* SPDX-License-Identifier: MIT */
/*
 * libusdt-dyn: USDT probes (SystemTap .note.stapsdt) that a program creates at run time.
 *
 * A provider groups probes. A probe has a name, up to 12 typed arguments, a site (the instruction
 * that a tracer puts its breakpoint on) and a semaphore (a 16-bit word that the kernel increments
 * while a tracer is attached). usdt_dyn_provider_load() makes the probes of a provider visible to
 * bpftrace, bcc, perf, gdb and SystemTap. usdt_dyn_fire() reports an event; it costs one predicted
 * branch while no tracer is attached.
 *
 * Errors: a function that returns int returns a negative errno on failure, and
 * usdt_dyn_last_error() then describes it to the calling thread. A failed call changes nothing. The
 * library never aborts, and prints nothing unless asked to by USDT_DYN_DEBUG=1.
 *
 * Threads: every function may be called from any thread. Firing may run concurrently with any other
 * call on the same provider except usdt_dyn_provider_free().
 *
 * Fork: providers and probes made before fork() may be used in the child. A watch may not: make a
 * new one. If the tracer targets only the parent (`-p`), a probe that was enabled still appears
 * enabled in the child until the child fires it. A child of a multithreaded process that was
 * created by _Fork() or a raw clone() may only fire: POSIX restricts such a child to
 * async-signal-safe calls.
 *
 * Signals: a signal handler may fire and call usdt_dyn_watch_wake(), and nothing else. Other calls
 * use malloc() and the dynamic linker, and deadlock in a handler that has interrupted either. In a
 * handler that has interrupted this library itself, they fail with -EDEADLK.
 *
 * Environment: USDT_DYN_DISABLE=1 disables all probes. USDT_DYN_DEBUG=1 reports on stderr what the
 * library does. USDT_DYN_BACKING (`memfd`, `file` or `shared`) and USDT_DYN_DIR choose where images
 * are kept, and USDT_DYN_SITE (`nop`, `nop5`, `nop10` or `nop+nop10`) the instruction of a site.
 *
 * History: what is in this header is available since 0.1.0, unless it says "since" another version.
 */
#ifndef USDT_DYN_H
#define USDT_DYN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The version of the header. That of the library is usdt_dyn_version(). */
#define USDT_DYN_VERSION_MAJOR 0
#define USDT_DYN_VERSION_MINOR 1
#define USDT_DYN_VERSION_PATCH 0

/* The maximum number of arguments of a probe: what libbpf reads (BPF_USDT_MAX_ARG_CNT). */
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
 * How a tracer reads the 64-bit slot of an argument. The probe's note records the size and the
 * sign. A string is the address of a NUL-terminated string, or NULL; a double is passed as its 64
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

/* One argument of a probe. usdt_dyn_provider_add_probe() copies the name. */
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

/* Where an image, the small ELF file that tracers read, is kept. */
typedef enum usdt_dyn_backing {
    USDT_DYN_BACKING_AUTO,  /* default: a named file in memory, else a memfd, else a file on disk */
    USDT_DYN_BACKING_MEMFD, /* an anonymous file in memory */
    USDT_DYN_BACKING_FILE,  /* a named file, private to the process */
    USDT_DYN_BACKING_SHARED /* one file for all processes of this user with the same probes */
} usdt_dyn_backing;

/* A named group of probes, which are loaded and unloaded together. */
typedef struct usdt_dyn_provider usdt_dyn_provider;

/*
 * A probe of a provider. Its members are for usdt_dyn_enabled() and for code that is generated at
 * run time, as by a JIT compiler.
 *
 * `watched` points to the word that changes when a tracer attaches: the semaphore, or with
 * USDT_DYN_DETECT_SITE the first two bytes of the site. `pristine` is the value of that word while
 * no tracer is attached: 0 for a semaphore.
 *
 * Since 0.2.0 generated code may rely on this layout for as long as the name of the library ends in
 * `.so.0`: `watched` is at offset 0, and `pristine` is behind it. Such code loads `watched` each
 * time, as it may change, and calls a function that fires if the 16 bits at that address are not 0.
 * The function compares them with `pristine` too.
 */
typedef struct usdt_dyn_probe {
    const volatile uint16_t *watched;
    uint16_t pristine;
} usdt_dyn_probe;

/*
 * The check in generated code, with the address of the probe in rdi (x86-64) or x0 (aarch64):
 *
 *     mov  (%rdi), %rax             ldr  x1, [x0]
 *     cmpw $0, (%rax)               ldrh w1, [x1]
 *     jne  fire                     cbnz w1, fire
 */

/*
 * Creates an empty provider. Several providers may have the same name as long as no two of them
 * have the same probe loaded.
 *
 * provider: receives the new provider, which the caller owns and frees with
 *           usdt_dyn_provider_free(); set to NULL on failure.
 * name: `[A-Za-z_][A-Za-z0-9_]*`, at most 127 bytes; copied.
 *
 * Returns 0, -EINVAL (NULL or an invalid name) or -ENOMEM.
 */
USDT_DYN_API int usdt_dyn_provider_new(usdt_dyn_provider **provider, const char *name);

/*
 * Adds a probe to a provider. The probe is invisible and disabled until the next
 * usdt_dyn_provider_load(). Probes that are already loaded are not disturbed.
 *
 * provider: the provider.
 * probe: receives the probe, which belongs to the provider and is valid until
 *        usdt_dyn_provider_free(). On failure it is set to a probe that belongs to no provider, is
 *        never enabled and may be passed to every function (since 0.2.0; before that to NULL).
 * name: as in usdt_dyn_provider_new(), unique within the provider; copied.
 * args: the arguments, or NULL if nargs is 0; copied.
 * nargs: the number of arguments.
 *
 * Returns 0, -EINVAL (NULL, an invalid name or an unknown type), -EEXIST (the provider already has
 * a probe of that name), -E2BIG (more than USDT_DYN_MAX_ARGS arguments) or -ENOMEM.
 */
USDT_DYN_API int usdt_dyn_provider_add_probe(usdt_dyn_provider *provider, usdt_dyn_probe **probe,
                                             const char *name, const usdt_dyn_arg *args,
                                             size_t nargs);

/*
 * Adds a probe to a provider, with its arguments as text. This is for languages in which an array
 * of structures is awkward. Since 0.2.0.
 *
 * provider: the provider.
 * probe: as in usdt_dyn_provider_add_probe().
 * name: as in usdt_dyn_provider_add_probe().
 * signature: a name and a type for each argument, such as "id:int64,to:string"; "" or NULL if there
 *            are none. The types are int8 to int64, uint8 to uint64, pointer, string and double.
 *
 * Returns what usdt_dyn_provider_add_probe() does, and -EINVAL also if the signature is invalid.
 */
USDT_DYN_API int usdt_dyn_provider_add(usdt_dyn_provider *provider, usdt_dyn_probe **probe,
                                       const char *name, const char *signature);

/*
 * Makes the probes of a provider visible to tracers. Probes added since the last load get a new
 * image; after usdt_dyn_provider_unload() the older ones become visible again. Does nothing if the
 * provider is loaded and has no new probes.
 *
 * Returns 0, -EINVAL (NULL, no probes, or an invalid USDT_DYN_* environment variable), -EEXIST (the
 * same provider:probe is already loaded in this process), -ENOTSUP (libelf cannot make the image),
 * -ENOMEM, or the negative errno of the last place that was tried for the image. Where nothing can
 * be traced (usdt_dyn_supported() is 0), it succeeds and the probes stay disabled.
 */
USDT_DYN_API int usdt_dyn_provider_load(usdt_dyn_provider *provider);

/*
 * Hides the probes of a provider from tracers that come later. A tracer that is attached stays
 * attached. Code and semaphores stay mapped, so other threads may fire during the call. Does
 * nothing if the provider is not loaded.
 *
 * In a process forked after the load, and with USDT_DYN_BACKING_SHARED, other processes use the
 * image too: the probes stay visible.
 *
 * Returns 0, -EINVAL (NULL), or a negative errno if the image cannot be changed.
 */
USDT_DYN_API int usdt_dyn_provider_unload(usdt_dyn_provider *provider);

/*
 * Frees a provider and its probes. Unmaps its images and removes their files. Does nothing for
 * NULL. No thread may fire or otherwise use its probes during or after the call.
 */
USDT_DYN_API void usdt_dyn_provider_free(usdt_dyn_provider *provider);

/*
 * Gets the path of a provider's newest image.
 *
 * Returns the path by which a tracer outside the process can open the image (for a memfd,
 * /proc/PID/fd/N), or NULL if the provider is not loaded. The string belongs to the provider and is
 * valid until the next load, unload or free.
 */
USDT_DYN_API const char *usdt_dyn_provider_path(const usdt_dyn_provider *provider);

/*
 * Chooses how probes learn that a tracer is attached. Applies to the probes of the provider that
 * are not loaded yet.
 *
 * Returns 0 or -EINVAL (NULL or an unknown value).
 */
USDT_DYN_API int usdt_dyn_provider_set_detection(usdt_dyn_provider *provider,
                                                 usdt_dyn_detection how);

/*
 * Chooses where images are kept. Applies to later loads. The environment variable USDT_DYN_BACKING
 * overrides USDT_DYN_BACKING_AUTO, but no other choice of the program.
 *
 * Returns 0 or -EINVAL (NULL or an unknown value).
 */
USDT_DYN_API int usdt_dyn_provider_set_backing(usdt_dyn_provider *provider, usdt_dyn_backing how);

/*
 * Tells whether a tracer is attached to a probe. The inline check of usdt_dyn_enabled() as a
 * symbol, for bindings.
 *
 * Returns false if probe is NULL.
 */
USDT_DYN_API bool usdt_dyn_probe_enabled(const usdt_dyn_probe *probe);

/*
 * Gets the semaphore of a probe. It is nonzero while a tracer is attached. Only test it for zero:
 * it does not count tracers.
 *
 * Returns its address, which stays the same from the first load until the provider is freed, or
 * NULL if probe is NULL, has not been loaded yet, or was loaded with USDT_DYN_DETECT_SITE.
 */
USDT_DYN_API const volatile uint16_t *usdt_dyn_probe_semaphore(const usdt_dyn_probe *probe);

/*
 * Fires a probe with an array of values. Does nothing while the probe is disabled.
 *
 * values: one 64-bit slot for each argument, in their order: an integer sign- or zero-extended, the
 *         address of a string (or NULL), the bits of a double.
 * nvalues: the number of values.
 *
 * If nvalues is not the number of the probe's arguments, or values is NULL although the probe has
 * arguments, an enabled probe does not fire, nothing is read, and usdt_dyn_last_error() says so.
 *
 * The library never dereferences a value, whatever its type: a value that is not the address of a
 * string does no harm, and a tracer shows it like any bad address. The library has the kernel bring
 * the first 4 KiB of each string into memory for the tracer, with one futex(2) call per page,
 * except for pages that it has just asked for.
 */
USDT_DYN_API void usdt_dyn_probe_fire(const usdt_dyn_probe *probe, const uint64_t *values,
                                      size_t nvalues);

/* The length of a string that ends with a NUL. It is for usdt_dyn_probe_fire_sized(). */
#define USDT_DYN_NUL_TERMINATED SIZE_MAX

/*
 * Fires a probe with strings that may have a length instead of a NUL. This is for bindings: it
 * returns what happened, and the error in a buffer of the caller, since some languages continue in
 * another thread after a call. Otherwise like usdt_dyn_probe_fire(). Since 0.2.0.
 *
 * probe: the probe.
 * values: as in usdt_dyn_probe_fire().
 * lengths: the number of bytes of each value that is a string, or USDT_DYN_NUL_TERMINATED; ignored
 *          for other values. NULL if all strings end with a NUL.
 * nvalues: the number of values.
 * error: receives a sentence, empty if nothing failed, cut to error_size bytes with its NUL; may be
 *        NULL.
 * error_size: the size of that buffer.
 *
 * Unlike other values, a string with a length is read, although only while the probe is enabled:
 * all of its bytes must be readable. It is cut at its first NUL and to 4095 bytes, two such strings
 * to 2047 bytes each, and so on.
 *
 * Returns 1 (it fired), 0 (the probe is disabled) or -EINVAL (nvalues is wrong or values is NULL:
 * it did not fire, and nothing was read).
 */
USDT_DYN_API int usdt_dyn_probe_fire_sized(const usdt_dyn_probe *probe, const uint64_t *values,
                                           const size_t *lengths, size_t nvalues, char *error,
                                           size_t error_size);

/*
 * Fires a probe for an interpreter whose small integers are tagged words, n as 2n + 1. Otherwise
 * like usdt_dyn_probe_fire(). It has the signature of a CRuby method with any number of arguments
 * (rb_define_method(), argc -1), so it can be one: a call through a foreign function interface
 * takes longer than the interpreter's own.
 *
 * nwords: the number of words.
 * words: tagged integers: the address of the probe, and a value for each of its arguments. A string
 *        is passed as its address; a double cannot be passed.
 * self: unused.
 *
 * Returns a tagged integer: 0 if the probe is disabled or words does not start with an address; 1
 * if it fired; -1 if it is enabled but did not fire, because the count is wrong, or a value is not
 * a tagged integer or is out of range.
 */
USDT_DYN_API uintptr_t usdt_dyn_probe_fire_tagged(int nwords, const uintptr_t *words,
                                                  uintptr_t self);

/*
 * A way to sleep until a probe becomes enabled or disabled. Only usdt_dyn_watch_wait() and
 * usdt_dyn_watch_wait_near() block, and only one thread at a time may wait on a watch.
 *
 * While no probe is enabled and no tracer opens an image, a wait wakes once a minute, to find a
 * tracer that attached without opening one; where inotify(7) is not available, it polls twice a
 * second. While a probe is enabled, it polls for detach every 100 ms.
 */
typedef struct usdt_dyn_watch usdt_dyn_watch;

/*
 * Creates an empty watch.
 *
 * watch: receives the new watch, which the caller owns and frees with usdt_dyn_watch_free(); set to
 *        NULL on failure.
 *
 * Returns 0, -EINVAL (NULL), -ENOMEM, -EMFILE or -ENFILE.
 */
USDT_DYN_API int usdt_dyn_watch_new(usdt_dyn_watch **watch);

/*
 * Adds a provider to a watch. This includes probes that are added and loaded later. May be called
 * while another thread waits. Adding a provider twice does nothing. A provider that is freed is
 * removed from its watches.
 *
 * Returns 0, -EINVAL (NULL), -ENOMEM or -ECHILD (made before a fork: make a new one).
 */
USDT_DYN_API int usdt_dyn_watch_add(usdt_dyn_watch *watch, usdt_dyn_provider *provider);

/*
 * Waits until a probe of a watch becomes enabled or disabled. More precisely, until the enabled
 * state of some probe differs from what it was when the last wait returned (initially: disabled).
 *
 * timeout_ms: milliseconds; 0 checks once, a negative value waits forever.
 *
 * Returns 1 (some state changed), 0 (timeout, or usdt_dyn_watch_wake() was called), -EINVAL (NULL),
 * -EBUSY (another thread is waiting), -ECHILD (made before a fork: make a new one), -EINTR (a
 * signal handler ran: wait again), -EBADF (the program has closed the watch's descriptors: make a
 * new one) or another negative errno of poll(2).
 */
USDT_DYN_API int usdt_dyn_watch_wait(usdt_dyn_watch *watch, int timeout_ms);

/* What usdt_dyn_watch_wait_near() returns, as bits. */
#define USDT_DYN_WATCH_CHANGED 1 /* the enabled state of some probe changed */
#define USDT_DYN_WATCH_NEAR    2 /* a tracer is attached, or may attach unnoticed for a moment */

/*
 * Waits like usdt_dyn_watch_wait(), and also until a tracer is near or no longer near. This is for
 * a program that can take a cheaper path, one that never fires, while no tracer can be attached.
 *
 * A tracer is near while some probe of the watch is enabled, for an hour after an image of the
 * process has been opened, and always where opens cannot be noticed. A tracer that attaches in
 * another way, by an event created more than an hour ago, is noticed within a minute.
 *
 * was_near: what the caller assumes; the call returns at once if that is no longer true.
 * timeout_ms: as for usdt_dyn_watch_wait().
 *
 * Returns the current USDT_DYN_WATCH_CHANGED and USDT_DYN_WATCH_NEAR bits, also after a timeout or
 * usdt_dyn_watch_wake(), or a negative errno like usdt_dyn_watch_wait().
 */
USDT_DYN_API int usdt_dyn_watch_wait_near(usdt_dyn_watch *watch, bool was_near, int timeout_ms);

/*
 * Makes a wait return. If no thread is waiting, the next wait returns at once. May be called from
 * any thread and from a signal handler. Does nothing for NULL or a watch made before a fork.
 */
USDT_DYN_API void usdt_dyn_watch_wake(usdt_dyn_watch *watch);

/*
 * Gets a descriptor of a watch to poll. This is for a program that sleeps in a loop of its own:
 * poll(2), epoll(7), libuv, GLib. The descriptor is readable when usdt_dyn_watch_wait() with a
 * timeout of 0 may have something to report, as it is at first. That call makes it unreadable until
 * the next time. Since 0.2.0.
 *
 * The descriptor belongs to the watch, and usdt_dyn_watch_free() closes it: only poll it, do not
 * read or close it. A thread may wait on the watch meanwhile.
 *
 * Returns the same descriptor each time, or -EINVAL (NULL), -ECHILD (made before a fork: make a new
 * one), -EBADF (the program has closed the watch's descriptors: make a new one), -EMFILE, -ENFILE
 * or -ENOMEM.
 */
USDT_DYN_API int usdt_dyn_watch_fd(usdt_dyn_watch *watch);

/* Frees a watch. Does nothing for NULL. No thread may be waiting on it. */
USDT_DYN_API void usdt_dyn_watch_free(usdt_dyn_watch *watch);

/*
 * A live probe, as usdt_dyn_each() reports it. It is valid during the callback. `path` is the path
 * by which a tracer outside the process can open the image, or NULL if there is none. A later
 * version may have more members, after these. Since 0.2.0.
 */
typedef struct usdt_dyn_live_probe {
    const char *provider;
    const char *name;
    const usdt_dyn_arg *args;
    size_t nargs;
    const char *path;
    bool enabled;
} usdt_dyn_live_probe;

/*
 * A function that usdt_dyn_each() calls for each probe. It may call every function of the library.
 * Since 0.2.0.
 *
 * probe: the probe.
 * context: what the caller passed to usdt_dyn_each().
 *
 * Returns 0 to be called for the next probe too, anything else to stop.
 */
typedef int usdt_dyn_each_callback(const usdt_dyn_live_probe *probe, void *context);

/*
 * Calls a function for each probe of the process that is visible to tracers at this moment, whoever
 * loaded it. Where nothing can be traced, there is none. Since 0.2.0.
 *
 * callback: the function.
 * context: what to pass to the function.
 *
 * Returns 0, what the callback returned if that was not 0, -EINVAL (NULL) or -ENOMEM.
 */
USDT_DYN_API int usdt_dyn_each(usdt_dyn_each_callback *callback, void *context);

/*
 * Describes the last failure in the calling thread.
 *
 * Returns a sentence: what failed, on what, and what to do. It is never NULL, and empty if nothing
 * has failed yet. It is valid until the next call of the library in this thread.
 */
USDT_DYN_API const char *usdt_dyn_last_error(void);

/*
 * Gets the version of the library at run time.
 *
 * Returns a string such as "0.1.0".
 */
USDT_DYN_API const char *usdt_dyn_version(void);

/*
 * Tells whether probes can be traced here. Where they cannot, every call still succeeds and no
 * probe is ever enabled.
 *
 * Returns 1, or 0 with the reason in usdt_dyn_last_error(): another system, another processor, a
 * static program, or USDT_DYN_DISABLE=1.
 */
USDT_DYN_API int usdt_dyn_supported(void);

/* Converts a double to its bits, for usdt_dyn_fire() and usdt_dyn_probe_fire(). */
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
 * Tells whether a tracer is attached to a probe. One load of the semaphore, one compare, one branch
 * that is predicted not taken. The probe must not be NULL. The answer may be out of date by the
 * time it is used.
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

/* Also for those who include this header in an extern "C" block of their own. Overloads, for C++11,
 * and without a header of the C++ library, which such a block must not contain. */
extern "C++" {
template <typename T> static inline uint64_t usdt_dyn_value(T value)
{
    return static_cast<uint64_t>(value);
}

static inline uint64_t usdt_dyn_value(unsigned long value)
{
    return value;
}

static inline uint64_t usdt_dyn_value(unsigned long long value)
{
    return value;
}

static inline uint64_t usdt_dyn_value(double value)
{
    return usdt_dyn_f64(value);
}

static inline uint64_t usdt_dyn_value(float value)
{
    return usdt_dyn_f64(static_cast<double>(value));
}

static inline uint64_t usdt_dyn_value(long double value)
{
    return usdt_dyn_f64(static_cast<double>(value));
}

template <typename T> static inline uint64_t usdt_dyn_value(T *value)
{
    return reinterpret_cast<uintptr_t>(value);
}

static inline uint64_t usdt_dyn_value(decltype(nullptr))
{
    return 0;
}

} /* extern "C++" */

#define USDT_DYN_VALUE(v) usdt_dyn_value(v)
#else
/* The slot of a value: the bits of a double for a floating-point number, otherwise what a cast
 * makes of it (a signed integer is sign-extended, a pointer is its address). The inner selections
 * keep each branch valid C for every type; the value is evaluated once. */
/* clang-format off */
#define USDT_DYN_VALUE(v)                                                                          \
    _Generic((v),                                                                                  \
        float: usdt_dyn_f64((double)_Generic((v), float: (v), default: 0.0F)),                     \
        double: usdt_dyn_f64(_Generic((v), double: (v), default: 0.0)),                            \
        long double: usdt_dyn_f64((double)_Generic((v), long double: (v), default: 0.0L)),         \
        default: (uint64_t)(_Generic((v), float: 0, double: 0, long double: 0, default: (v))))
/* clang-format on */
#endif

/* The last element is not a value: it keeps the array from being empty. */
#define USDT_DYN_FIRE_AT(probe, n, ...)                                                            \
    do {                                                                                           \
        const usdt_dyn_probe *usdt_dyn_fire_probe = (probe);                                       \
        if (usdt_dyn_enabled(usdt_dyn_fire_probe)) {                                               \
            const uint64_t usdt_dyn_fire_values[] = {__VA_ARGS__};                                 \
            usdt_dyn_probe_fire(usdt_dyn_fire_probe, usdt_dyn_fire_values, n);                     \
        }                                                                                          \
    } while (0)

/* clang-format off */
#define USDT_DYN_V(v) USDT_DYN_VALUE(v)
#define USDT_DYN_FIRE_0(p) USDT_DYN_FIRE_AT(p, 0, 0)
#define USDT_DYN_FIRE_1(p, a) USDT_DYN_FIRE_AT(p, 1, USDT_DYN_V(a), 0)
#define USDT_DYN_FIRE_2(p, a, b) USDT_DYN_FIRE_AT(p, 2, USDT_DYN_V(a), USDT_DYN_V(b), 0)
#define USDT_DYN_FIRE_3(p, a, b, c) USDT_DYN_FIRE_AT(p, 3, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), 0)
#define USDT_DYN_FIRE_4(p, a, b, c, d) \
    USDT_DYN_FIRE_AT(p, 4, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), 0)
#define USDT_DYN_FIRE_5(p, a, b, c, d, e) \
    USDT_DYN_FIRE_AT(p, 5, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), \
                     USDT_DYN_V(e), 0)
#define USDT_DYN_FIRE_6(p, a, b, c, d, e, f) \
    USDT_DYN_FIRE_AT(p, 6, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), \
                     USDT_DYN_V(e), USDT_DYN_V(f), 0)
#define USDT_DYN_FIRE_7(p, a, b, c, d, e, f, g) \
    USDT_DYN_FIRE_AT(p, 7, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), \
                     USDT_DYN_V(e), USDT_DYN_V(f), USDT_DYN_V(g), 0)
#define USDT_DYN_FIRE_8(p, a, b, c, d, e, f, g, h) \
    USDT_DYN_FIRE_AT(p, 8, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), \
                     USDT_DYN_V(e), USDT_DYN_V(f), USDT_DYN_V(g), USDT_DYN_V(h), 0)
#define USDT_DYN_FIRE_9(p, a, b, c, d, e, f, g, h, i) \
    USDT_DYN_FIRE_AT(p, 9, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), \
                     USDT_DYN_V(e), USDT_DYN_V(f), USDT_DYN_V(g), USDT_DYN_V(h), USDT_DYN_V(i), 0)
#define USDT_DYN_FIRE_10(p, a, b, c, d, e, f, g, h, i, j) \
    USDT_DYN_FIRE_AT(p, 10, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), \
                     USDT_DYN_V(e), USDT_DYN_V(f), USDT_DYN_V(g), USDT_DYN_V(h), USDT_DYN_V(i), \
                     USDT_DYN_V(j), 0)
#define USDT_DYN_FIRE_11(p, a, b, c, d, e, f, g, h, i, j, k) \
    USDT_DYN_FIRE_AT(p, 11, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), \
                     USDT_DYN_V(e), USDT_DYN_V(f), USDT_DYN_V(g), USDT_DYN_V(h), USDT_DYN_V(i), \
                     USDT_DYN_V(j), USDT_DYN_V(k), 0)
#define USDT_DYN_FIRE_12(p, a, b, c, d, e, f, g, h, i, j, k, l) \
    USDT_DYN_FIRE_AT(p, 12, USDT_DYN_V(a), USDT_DYN_V(b), USDT_DYN_V(c), USDT_DYN_V(d), \
                     USDT_DYN_V(e), USDT_DYN_V(f), USDT_DYN_V(g), USDT_DYN_V(h), USDT_DYN_V(i), \
                     USDT_DYN_V(j), USDT_DYN_V(k), USDT_DYN_V(l), 0)
#define USDT_DYN_COUNT(...) \
    USDT_DYN_COUNT_AT(__VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0)
#define USDT_DYN_COUNT_AT(p, a, b, c, d, e, f, g, h, i, j, k, l, count, ...) count
#define USDT_DYN_FIRE_N(n, ...)  USDT_DYN_FIRE_N_(n, __VA_ARGS__)
#define USDT_DYN_FIRE_N_(n, ...) USDT_DYN_FIRE_##n(__VA_ARGS__)
/* clang-format on */

/*
 * usdt_dyn_fire(probe, values...): fires a probe with 0 to 12 values. Pass as many as the probe has
 * arguments: integers, pointers or doubles. They are evaluated once if a tracer is attached, and
 * not at all otherwise. The probe must not be NULL. This is a statement, not an expression.
 * Otherwise like usdt_dyn_probe_fire().
 */
#define usdt_dyn_fire(...) USDT_DYN_FIRE_N(USDT_DYN_COUNT(__VA_ARGS__), __VA_ARGS__)

/*
 * Probes whose values the compiler checks, in C11 and C++11:
 *
 *     USDT_DYN_PROBE(shipped, INT64, id, STRING, to);    outside of functions
 *     int error = usdt_dyn_add(provider, shipped);       like usdt_dyn_provider_add_probe()
 *     usdt_dyn_emit(shipped, 42, "bread");               like usdt_dyn_fire()
 *     usdt_dyn_is_enabled(shipped)                       like usdt_dyn_enabled()
 */

/*
 * A probe as USDT_DYN_PROBE() declares it. Its members are for usdt_dyn_add(), usdt_dyn_emit() and
 * usdt_dyn_is_enabled() alone. Since 0.2.0.
 */
typedef struct usdt_dyn_declared {
    usdt_dyn_probe *probe; /* points to `never` until it is added */
    usdt_dyn_probe never;  /* looks at `zero` */
    uint16_t zero[4];
    const char *text; /* what USDT_DYN_PROBE() has between its parentheses */
    /* The number of arguments, and the usdt_dyn_type of each. */
    uint8_t types[1 + USDT_DYN_MAX_ARGS];
} usdt_dyn_declared;

#define USDT_DYN_KIND_INTEGER  1 /* kinds of values, as bits */
#define USDT_DYN_KIND_FLOATING 2
#define USDT_DYN_KIND_STRING   4
#define USDT_DYN_KIND_POINTER  8

/* The kind of value that a type takes: a constant expression. */
#define USDT_DYN_KIND_OF_TYPE(type)                                                                \
    ((type) < USDT_DYN_POINTER    ? USDT_DYN_KIND_INTEGER                                          \
     : (type) == USDT_DYN_POINTER ? USDT_DYN_KIND_POINTER                                          \
     : (type) == USDT_DYN_STRING  ? USDT_DYN_KIND_STRING                                           \
                                  : USDT_DYN_KIND_FLOATING)

#define USDT_DYN_MUST_BE_INTEGER  "must be an integer"
#define USDT_DYN_MUST_BE_FLOATING "must be a float or a double"
#define USDT_DYN_MUST_BE_STRING   "must be a string, a char * or a null pointer"
#define USDT_DYN_MUST_BE_POINTER  "must be a pointer"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Adds a declared probe to a provider. This is what usdt_dyn_add() calls. Since 0.2.0.
 *
 * provider: the provider.
 * declared: a probe that USDT_DYN_PROBE() declares.
 *
 * Returns what usdt_dyn_add() does, and -EINVAL if declared is NULL.
 */
USDT_DYN_API int usdt_dyn_provider_add_declared(usdt_dyn_provider *provider,
                                                usdt_dyn_declared *declared);

#ifdef __cplusplus
} /* extern "C" */

extern "C++" {
/* The kinds that a value of some type can be. */
template <typename T> struct usdt_dyn_kinds {
    static constexpr int value = __is_class(T) || __is_union(T) ? 0 : USDT_DYN_KIND_INTEGER;
};
template <> struct usdt_dyn_kinds<float> {
    static constexpr int value = USDT_DYN_KIND_FLOATING;
};
template <> struct usdt_dyn_kinds<double> {
    static constexpr int value = USDT_DYN_KIND_FLOATING;
};
template <> struct usdt_dyn_kinds<long double> {
    static constexpr int value = USDT_DYN_KIND_FLOATING;
};
template <typename T> struct usdt_dyn_kinds<T *> {
    static constexpr int value = USDT_DYN_KIND_POINTER;
};
template <> struct usdt_dyn_kinds<char *> {
    static constexpr int value = USDT_DYN_KIND_STRING | USDT_DYN_KIND_POINTER;
};
template <> struct usdt_dyn_kinds<const char *> {
    static constexpr int value = USDT_DYN_KIND_STRING | USDT_DYN_KIND_POINTER;
};
template <> struct usdt_dyn_kinds<decltype(nullptr)> {
    static constexpr int value = USDT_DYN_KIND_STRING | USDT_DYN_KIND_POINTER;
};

template <usdt_dyn_type Type, typename T> static inline uint64_t usdt_dyn_slot(T value)
{
    constexpr int wanted = USDT_DYN_KIND_OF_TYPE(Type);
    constexpr bool fits = (usdt_dyn_kinds<T>::value & wanted) != 0;

    static_assert(fits || wanted != USDT_DYN_KIND_INTEGER, "a value " USDT_DYN_MUST_BE_INTEGER);
    static_assert(fits || wanted != USDT_DYN_KIND_FLOATING, "a value " USDT_DYN_MUST_BE_FLOATING);
    static_assert(fits || wanted != USDT_DYN_KIND_STRING, "a value " USDT_DYN_MUST_BE_STRING);
    static_assert(fits || wanted != USDT_DYN_KIND_POINTER, "a value " USDT_DYN_MUST_BE_POINTER);
    return usdt_dyn_value(value);
}

/* The types of a probe's arguments. */
template <int Count, usdt_dyn_type... Types> struct usdt_dyn_types {
    static constexpr int count = Count;

    template <typename... Values> static void fire(const usdt_dyn_probe *probe, Values... values)
    {
        /* The last element is not a value: it keeps the array from being empty. */
        const uint64_t slots[] = {usdt_dyn_slot<Types>(values)..., 0};

        usdt_dyn_probe_fire(probe, slots, sizeof...(values));
    }
};
} /* extern "C++" */

#define USDT_DYN_STATIC_ASSERT(condition, text)    static_assert(condition, text)
#define USDT_DYN_DECLARE_TYPES(name, ...)          typedef usdt_dyn_types<__VA_ARGS__> usdt_dyn_types_##name
#define USDT_DYN_NARGS(name)                       usdt_dyn_types_##name::count
#define USDT_DYN_CHECK_VALUE(name, n, left, value) /* usdt_dyn_slot() does */
#define USDT_DYN_PASS_VALUE(name, n, left, value)  , (value)
#define USDT_DYN_FIRE_DECLARED(name, n, probe, ...)                                                \
    usdt_dyn_types_##name::fire(probe USDT_DYN_EACH_##n(USDT_DYN_PASS_VALUE, name, n, __VA_ARGS__))
#else
#define USDT_DYN_STATIC_ASSERT(condition, text) _Static_assert(condition, text)

/* The types are numbers below 16, six in a constant. */
#define USDT_DYN_DECLARE_TYPES(name, ...)                                                          \
    USDT_DYN_DECLARE_TYPES_(name, __VA_ARGS__, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
#define USDT_DYN_DECLARE_TYPES_(name, n, a, b, c, d, e, f, g, h, i, j, k, l, ...)                  \
    enum {                                                                                         \
        usdt_dyn_nargs_##name = n,                                                                 \
        usdt_dyn_types_##name = a | b << 4 | c << 8 | d << 12 | e << 16 | f << 20,                 \
        usdt_dyn_more_types_##name = g | h << 4 | i << 8 | j << 12 | k << 16 | l << 20             \
    }
#define USDT_DYN_TYPE_AT(name, i)                                                                  \
    ((((i) < 6 ? usdt_dyn_types_##name : usdt_dyn_more_types_##name) >> 4 * ((i) % 6)) & 15)
#define USDT_DYN_NARGS(name) usdt_dyn_nargs_##name

/* The kinds that a value can be. gcc has types of its own for bit-fields. */
#ifdef __GNUC__
#define USDT_DYN_OTHER_KIND(value)                                                                 \
    (__builtin_classify_type(value) < 5    ? USDT_DYN_KIND_INTEGER                                 \
     : __builtin_classify_type(value) == 5 ? USDT_DYN_KIND_POINTER                                 \
                                           : 0)
#else
#define USDT_DYN_OTHER_KIND(value) USDT_DYN_KIND_POINTER
#endif
#define USDT_DYN_KINDS(value)                                                                      \
    _Generic((value),                                                                              \
        float: USDT_DYN_KIND_FLOATING,                                                             \
        double: USDT_DYN_KIND_FLOATING,                                                            \
        long double: USDT_DYN_KIND_FLOATING,                                                       \
        char *: USDT_DYN_KIND_STRING | USDT_DYN_KIND_POINTER,                                      \
        const char *: USDT_DYN_KIND_STRING | USDT_DYN_KIND_POINTER,                                \
        void *: USDT_DYN_KIND_STRING | USDT_DYN_KIND_POINTER, /* NULL */                           \
        _Bool: USDT_DYN_KIND_INTEGER,                                                              \
        char: USDT_DYN_KIND_INTEGER,                                                               \
        signed char: USDT_DYN_KIND_INTEGER,                                                        \
        unsigned char: USDT_DYN_KIND_INTEGER,                                                      \
        short: USDT_DYN_KIND_INTEGER,                                                              \
        unsigned short: USDT_DYN_KIND_INTEGER,                                                     \
        int: USDT_DYN_KIND_INTEGER,                                                                \
        unsigned int: USDT_DYN_KIND_INTEGER,                                                       \
        long: USDT_DYN_KIND_INTEGER,                                                               \
        unsigned long: USDT_DYN_KIND_INTEGER,                                                      \
        long long: USDT_DYN_KIND_INTEGER,                                                          \
        unsigned long long: USDT_DYN_KIND_INTEGER,                                                 \
        default: USDT_DYN_OTHER_KIND(value))

/* Of n values this is the one with `left` - 1 after it. */
#define USDT_DYN_CHECK_VALUE(name, n, left, value)                                                 \
    enum {                                                                                         \
        usdt_dyn_wanted_##left = (n) == USDT_DYN_NARGS(name)                                       \
                                     ? USDT_DYN_KIND_OF_TYPE(USDT_DYN_TYPE_AT(name, n - left))     \
                                     : 0,                                                          \
        usdt_dyn_fits_##left = (USDT_DYN_KINDS(value) & usdt_dyn_wanted_##left) != 0               \
    };                                                                                             \
    USDT_DYN_CHECK_KIND(name, left, value, INTEGER);                                               \
    USDT_DYN_CHECK_KIND(name, left, value, FLOATING);                                              \
    USDT_DYN_CHECK_KIND(name, left, value, STRING);                                                \
    USDT_DYN_CHECK_KIND(name, left, value, POINTER);
#define USDT_DYN_CHECK_KIND(name, left, value, kind)                                               \
    _Static_assert(usdt_dyn_fits_##left || usdt_dyn_wanted_##left != USDT_DYN_KIND_##kind,         \
                   "usdt_dyn_emit(" #name "): the value " #value " " USDT_DYN_MUST_BE_##kind)
#define USDT_DYN_PASS_VALUE(name, n, left, value) USDT_DYN_VALUE(value),
#define USDT_DYN_FIRE_DECLARED(name, n, probe, ...)                                                \
    do {                                                                                           \
        const uint64_t usdt_dyn_emit_values[] = {                                                  \
            USDT_DYN_EACH_##n(USDT_DYN_PASS_VALUE, name, n, __VA_ARGS__) 0};                       \
        usdt_dyn_probe_fire(probe, usdt_dyn_emit_values, n);                                       \
    } while (0)
#endif

/* clang-format off */
/* f(name, n, left, value) for each of n values, of which `left` - 1 follow. 13 is too many. */
#define USDT_DYN_EACH_0(f, probe, n, ...)
#define USDT_DYN_EACH_1(f, probe, n, v, ...) \
    f(probe, n, 1, v) USDT_DYN_EACH_0(f, probe, n, __VA_ARGS__)
#define USDT_DYN_EACH_2(f, probe, n, v, ...) \
    f(probe, n, 2, v) USDT_DYN_EACH_1(f, probe, n, __VA_ARGS__)
#define USDT_DYN_EACH_3(f, probe, n, v, ...) \
    f(probe, n, 3, v) USDT_DYN_EACH_2(f, probe, n, __VA_ARGS__)
#define USDT_DYN_EACH_4(f, probe, n, v, ...) \
    f(probe, n, 4, v) USDT_DYN_EACH_3(f, probe, n, __VA_ARGS__)
#define USDT_DYN_EACH_5(f, probe, n, v, ...) \
    f(probe, n, 5, v) USDT_DYN_EACH_4(f, probe, n, __VA_ARGS__)
#define USDT_DYN_EACH_6(f, probe, n, v, ...) \
    f(probe, n, 6, v) USDT_DYN_EACH_5(f, probe, n, __VA_ARGS__)
#define USDT_DYN_EACH_7(f, probe, n, v, ...) \
    f(probe, n, 7, v) USDT_DYN_EACH_6(f, probe, n, __VA_ARGS__)
#define USDT_DYN_EACH_8(f, probe, n, v, ...) \
    f(probe, n, 8, v) USDT_DYN_EACH_7(f, probe, n, __VA_ARGS__)
#define USDT_DYN_EACH_9(f, probe, n, v, ...) \
    f(probe, n, 9, v) USDT_DYN_EACH_8(f, probe, n, __VA_ARGS__)
#define USDT_DYN_EACH_10(f, probe, n, v, ...) \
    f(probe, n, 10, v) USDT_DYN_EACH_9(f, probe, n, __VA_ARGS__)
#define USDT_DYN_EACH_11(f, probe, n, v, ...) \
    f(probe, n, 11, v) USDT_DYN_EACH_10(f, probe, n, __VA_ARGS__)
#define USDT_DYN_EACH_12(f, probe, n, v, ...) \
    f(probe, n, 12, v) USDT_DYN_EACH_11(f, probe, n, __VA_ARGS__)
#define USDT_DYN_EACH_13(f, probe, n, ...)

/* The types of n pairs of a type and a name. 13 is too many, 14 no pairs. */
#define USDT_DYN_TYPES_0(...)
#define USDT_DYN_TYPES_1(t, name, ...) , USDT_DYN_##t USDT_DYN_TYPES_0(__VA_ARGS__)
#define USDT_DYN_TYPES_2(t, name, ...) , USDT_DYN_##t USDT_DYN_TYPES_1(__VA_ARGS__)
#define USDT_DYN_TYPES_3(t, name, ...) , USDT_DYN_##t USDT_DYN_TYPES_2(__VA_ARGS__)
#define USDT_DYN_TYPES_4(t, name, ...) , USDT_DYN_##t USDT_DYN_TYPES_3(__VA_ARGS__)
#define USDT_DYN_TYPES_5(t, name, ...) , USDT_DYN_##t USDT_DYN_TYPES_4(__VA_ARGS__)
#define USDT_DYN_TYPES_6(t, name, ...) , USDT_DYN_##t USDT_DYN_TYPES_5(__VA_ARGS__)
#define USDT_DYN_TYPES_7(t, name, ...) , USDT_DYN_##t USDT_DYN_TYPES_6(__VA_ARGS__)
#define USDT_DYN_TYPES_8(t, name, ...) , USDT_DYN_##t USDT_DYN_TYPES_7(__VA_ARGS__)
#define USDT_DYN_TYPES_9(t, name, ...) , USDT_DYN_##t USDT_DYN_TYPES_8(__VA_ARGS__)
#define USDT_DYN_TYPES_10(t, name, ...) , USDT_DYN_##t USDT_DYN_TYPES_9(__VA_ARGS__)
#define USDT_DYN_TYPES_11(t, name, ...) , USDT_DYN_##t USDT_DYN_TYPES_10(__VA_ARGS__)
#define USDT_DYN_TYPES_12(t, name, ...) , USDT_DYN_##t USDT_DYN_TYPES_11(__VA_ARGS__)
#define USDT_DYN_TYPES_13(...)
#define USDT_DYN_TYPES_14(...)

#define USDT_DYN_SELECT( \
    _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19, _20, \
    _21, _22, _23, _24, _25, _26, _27, _28, _29, _30, _31, _32, _33, _34, _35, _36, _37, _38, \
    _39, _40, n, ...) n
#define USDT_DYN_COUNT_VALUES(...) \
    USDT_DYN_SELECT(__VA_ARGS__, \
        13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, \
        13, 13, 13, 13, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0)
#define USDT_DYN_COUNT_PAIRS(...) \
    USDT_DYN_SELECT(__VA_ARGS__, \
        13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 12, 14, 11, 14, 10, 14, 9, \
        14, 8, 14, 7, 14, 6, 14, 5, 14, 4, 14, 3, 14, 2, 14, 1, 14, 0, 0)
/* clang-format on */

/* What the pointer of a declaration points to is written before the pointer is stored, and is
 * reached through it. Every processor orders these two, but ThreadSanitizer does not know. */
#if defined(__SANITIZE_THREAD__)
#define USDT_DYN_IS_SANITIZED 1
#elif defined(__has_feature)
#define USDT_DYN_IS_SANITIZED __has_feature(thread_sanitizer)
#else
#define USDT_DYN_IS_SANITIZED 0
#endif
#if USDT_DYN_IS_SANITIZED
#define USDT_DYN_DECLARED(name) __atomic_load_n(&usdt_dyn_declared_##name.probe, __ATOMIC_ACQUIRE)
#else
#define USDT_DYN_DECLARED(name) USDT_DYN_LOAD(&usdt_dyn_declared_##name.probe)
#endif

/* USDT_DYN_PROBE() and usdt_dyn_emit() append an empty argument: the "..." of a macro gets at least
 * one. */

/*
 * USDT_DYN_PROBE(name, type, argument, ...): declares a probe with 0 to 12 arguments in this source
 * file. Its place is outside of functions. usdt_dyn_add() adds the probe to a provider, and
 * usdt_dyn_emit() fires it. Since 0.2.0, in C11 and C++11.
 *
 * name: the name of the probe.
 * type: the end of a usdt_dyn_type: INT8 to UINT64, POINTER, STRING or DOUBLE.
 * argument: the name of the argument of that type. More pairs of a type and a name may follow.
 *
 * Names are used as they are written, even if there are macros of the same name. If several source
 * files fire a probe, one of them declares it and has a function that calls usdt_dyn_emit() for the
 * others.
 *
 * A probe that has not been added yet, that could not be added, or whose provider has been freed
 * may be used too, and is never enabled. It may not be used during usdt_dyn_provider_free().
 */
#define USDT_DYN_PROBE(...)                                                                        \
    USDT_DYN_DECLARE(#__VA_ARGS__, USDT_DYN_COUNT_PAIRS(__VA_ARGS__), __VA_ARGS__, )
#define USDT_DYN_DECLARE(text, n, ...) USDT_DYN_DECLARE_(text, n, __VA_ARGS__)
#define USDT_DYN_DECLARE_(text, n, name, ...)                                                      \
    USDT_DYN_STATIC_ASSERT((n) != 13, "USDT_DYN_PROBE(" #name "): it has more than 12 arguments"); \
    USDT_DYN_STATIC_ASSERT((n) != 14, "USDT_DYN_PROBE(" #name "): each argument has a type and a " \
                                      "name, as in USDT_DYN_PROBE(shipped, INT64, id)");           \
    USDT_DYN_DECLARE_TYPES(name, n USDT_DYN_TYPES_##n(__VA_ARGS__));                               \
    static usdt_dyn_declared usdt_dyn_declared_##name = {&usdt_dyn_declared_##name.never,          \
                                                         {usdt_dyn_declared_##name.zero, 0},       \
                                                         {0},                                      \
                                                         text,                                     \
                                                         {n USDT_DYN_TYPES_##n(__VA_ARGS__)}}

/*
 * usdt_dyn_add(provider, name): adds a declared probe to a provider. Otherwise like
 * usdt_dyn_provider_add_probe(). Other threads may call usdt_dyn_emit() meanwhile. Since 0.2.0.
 *
 * provider: the provider.
 * name: the name of a probe that USDT_DYN_PROBE() declares.
 *
 * Returns what usdt_dyn_provider_add_probe() does, and -EEXIST also if the probe is in a provider
 * already, even in another one.
 */
#define usdt_dyn_add(provider, name) USDT_DYN_ADD(provider, name)
#define USDT_DYN_ADD(provider, name)                                                               \
    usdt_dyn_provider_add_declared((provider), &usdt_dyn_declared_##name)

/*
 * usdt_dyn_is_enabled(name): tells whether a tracer is attached to a declared probe. Otherwise like
 * usdt_dyn_enabled(). Since 0.2.0.
 */
#define usdt_dyn_is_enabled(name) USDT_DYN_IS_ENABLED(name)
#define USDT_DYN_IS_ENABLED(name) usdt_dyn_enabled(USDT_DYN_DECLARED(name))

/*
 * usdt_dyn_emit(name, values...): fires a declared probe with a value for each argument. A wrong
 * number or kind of values does not compile. While no tracer is attached, it is the same code as
 * usdt_dyn_fire(). Since 0.2.0.
 *
 * INT8 to UINT64 take an integer, a bool, a char or an enumeration, DOUBLE a float, a double or a
 * long double, STRING a `char *` or a null pointer (in C++ `nullptr`), and POINTER any pointer. The
 * values are evaluated once if a tracer is attached, and not at all otherwise. This is a statement,
 * not an expression. Otherwise like usdt_dyn_probe_fire().
 */
#define usdt_dyn_emit(...)    USDT_DYN_EMIT(USDT_DYN_COUNT_VALUES(__VA_ARGS__), __VA_ARGS__, )
#define USDT_DYN_EMIT(n, ...) USDT_DYN_EMIT_(n, __VA_ARGS__)

/* clang-format off */
#define USDT_DYN_EMIT_(n, name, ...)                                                               \
    do {                                                                                           \
        const usdt_dyn_probe *usdt_dyn_emit_probe = USDT_DYN_DECLARED(name);                       \
        USDT_DYN_STATIC_ASSERT((n) == USDT_DYN_NARGS(name),                                        \
                               "usdt_dyn_emit(" #name "): the number of values is not that of "    \
                               "the arguments in USDT_DYN_PROBE(" #name ")");                      \
        USDT_DYN_EACH_##n(USDT_DYN_CHECK_VALUE, name, n, __VA_ARGS__)                              \
        if (usdt_dyn_enabled(usdt_dyn_emit_probe))                                                 \
            USDT_DYN_FIRE_DECLARED(name, n, usdt_dyn_emit_probe, __VA_ARGS__);                     \
    } while (0)
/* clang-format on */

#endif /* USDT_DYN_H */
