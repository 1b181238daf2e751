/* SPDX-License-Identifier: MIT */
/*
 * A small job queue with probes: one thread puts jobs in, two workers take them out and do them.
 *
 *   jobs:request  id uint64, kind string, size uint32                  a job was put in
 *   jobs:done     id uint64, kind string, duration_ns uint64, ok int32, load double
 *                                                                      a worker has done it
 *
 *   cc job-queue.c -o job-queue -pthread $(pkg-config --cflags --libs usdt-dyn)
 *   ./job-queue [JOBS]        without a number until Ctrl-C
 *
 * It prints its pid and then nothing until the end: watch it with the bpftrace scripts beside it.
 */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <usdt-dyn.h>

#define QUEUE_SIZE 64
#define WORKERS    2

struct job {
    uint64_t id;
    const char *kind;
    uint32_t size; /* bytes to work on */
    uint64_t put_ns;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct job jobs[QUEUE_SIZE];
    unsigned int first, count;
    bool is_closed;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static usdt_dyn_probe *request, *done;
static atomic_uint busy;
static atomic_uint_fast64_t jobs_done;
static volatile sig_atomic_t is_stopped;

static void stop(int signal)
{
    (void)signal;
    is_stopped = 1;
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

/* The work: a checksum over as many bytes as the job says. An odd one counts as a failure. */
static bool work_on(const struct job *job)
{
    uint32_t sum = (uint32_t)job->id;
    uint32_t i;

    for (i = 0; i < job->size; i++)
        sum = sum * 31 + (i & 0xff);
    return (sum & 1) == 0;
}

static bool take(struct job *job)
{
    bool is_taken;

    pthread_mutex_lock(&queue.lock);
    while (queue.count == 0 && !queue.is_closed)
        pthread_cond_wait(&queue.changed, &queue.lock);
    is_taken = queue.count > 0;
    if (is_taken) {
        *job = queue.jobs[queue.first];
        queue.first = (queue.first + 1) % QUEUE_SIZE;
        queue.count--;
        pthread_cond_broadcast(&queue.changed);
    }
    pthread_mutex_unlock(&queue.lock);
    return is_taken;
}

static void put(const struct job *job)
{
    pthread_mutex_lock(&queue.lock);
    while (queue.count == QUEUE_SIZE)
        pthread_cond_wait(&queue.changed, &queue.lock);
    queue.jobs[(queue.first + queue.count++) % QUEUE_SIZE] = *job;
    pthread_cond_broadcast(&queue.changed);
    pthread_mutex_unlock(&queue.lock);
}

static void *worker(void *unused)
{
    struct job job;

    while (take(&job)) {
        unsigned int active = atomic_fetch_add(&busy, 1) + 1;
        bool ok = work_on(&job);

        /* The two values that cost something, the clock and the division, are only made when a
         * tracer is attached. */
        usdt_dyn_fire(done, job.id, job.kind, now_ns() - job.put_ns, ok, (double)active / WORKERS);
        atomic_fetch_sub(&busy, 1);
        atomic_fetch_add(&jobs_done, 1);
    }
    return unused;
}

static int make_probes(usdt_dyn_provider **provider)
{
    const usdt_dyn_arg request_args[] = {
        {"id", USDT_DYN_UINT64}, {"kind", USDT_DYN_STRING}, {"size", USDT_DYN_UINT32}};
    const usdt_dyn_arg done_args[] = {{"id", USDT_DYN_UINT64},
                                      {"kind", USDT_DYN_STRING},
                                      {"duration_ns", USDT_DYN_UINT64},
                                      {"ok", USDT_DYN_INT32},
                                      {"load", USDT_DYN_DOUBLE}};
    int error = usdt_dyn_provider_new(provider, "jobs");

    if (error == 0)
        error = usdt_dyn_provider_add_probe(*provider, &request, "request", request_args, 3);
    if (error == 0)
        error = usdt_dyn_provider_add_probe(*provider, &done, "done", done_args, 5);
    if (error == 0)
        error = usdt_dyn_provider_load(*provider);
    return error;
}

/* Puts jobs in, some tens a second, until there were enough or it is told to stop. */
static void produce(uint64_t wanted)
{
    static const struct {
        const char *kind;
        uint32_t size;
    } kinds[] = {{"mail", 20000}, {"thumbnail", 400000}, {"report", 3000000}};
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    uint64_t id;

    for (id = 1; !is_stopped && (wanted == 0 || id <= wanted); id++) {
        size_t kind = id % 7 == 0 ? 2 : id % 2;
        struct job job = {.id = id, .kind = kinds[kind].kind, .size = kinds[kind].size};

        job.put_ns = now_ns();
        usdt_dyn_fire(request, job.id, job.kind, job.size);
        put(&job);
        nanosleep(&pause, NULL);
    }
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = stop};
    usdt_dyn_provider *provider = NULL;
    pthread_t workers[WORKERS];
    size_t i;

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (make_probes(&provider) < 0) {
        fprintf(stderr, "no probes: %s\n", usdt_dyn_last_error());
        usdt_dyn_provider_free(provider);
        return 1;
    }
    printf("%d\n", (int)getpid());
    fflush(stdout);

    for (i = 0; i < WORKERS; i++)
        if (pthread_create(&workers[i], NULL, worker, NULL) != 0)
            return 1;
    produce(argc > 1 ? strtoull(argv[1], NULL, 10) : 0);

    pthread_mutex_lock(&queue.lock);
    queue.is_closed = true;
    pthread_cond_broadcast(&queue.changed);
    pthread_mutex_unlock(&queue.lock);
    for (i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
    printf("%" PRIuFAST64 " jobs done\n", atomic_load(&jobs_done));
    usdt_dyn_provider_free(provider);
    return 0;
}
