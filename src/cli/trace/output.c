/* SPDX-License-Identifier: MIT */
#include "cli/trace/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

#define BUFFER_SIZE (256 * 1024)

static ssize_t write_some(const struct udyn_output *output, const char *bytes, size_t size)
{
    struct pollfd room = {.fd = output->fd, .events = POLLOUT};

    if (output->is_socket)
        return send(output->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (!output->is_careful)
        return write(output->fd, bytes, size);
    if (poll(&room, 1, 0) == 0) {
        errno = EAGAIN;
        return -1;
    }
    /* A pipe or terminal that has room has it for so much (pipe(7)). */
    return write(output->fd, bytes, size < PIPE_BUF ? size : PIPE_BUF);
}

/* Writes until no more is taken; returns how much was. */
static size_t push(struct udyn_output *output, const char *bytes, size_t size)
{
    size_t done = 0;

    while (done < size && output->error == 0) {
        ssize_t written = write_some(output, bytes + done, size - done);

        if (written > 0)
            done += (size_t)written;
        else if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        else if (written == 0 || errno != EINTR)
            output->error = written == 0 ? -EIO : -errno;
    }
    return done;
}

static void keep(struct udyn_output *output, const char *bytes, size_t size)
{
    if (size > output->capacity - output->end) {
        output->capacity = (output->end + size) * 2;
        output->kept = udyn_reallocate(output->kept, output->capacity, 1);
    }
    memcpy(output->kept + output->end, bytes, size);
    output->end += size;
}

static ssize_t take(void *cookie, const char *bytes, size_t size)
{
    struct udyn_output *output = cookie;
    size_t done = udyn_output_is_full(output) ? 0 : push(output, bytes, size);

    if (output->error == 0 && done < size)
        keep(output, bytes + done, size - done);
    return (ssize_t)size;
}

/* A pipe or terminal is opened once more, so that the new descriptor's O_NONBLOCK is ours alone. */
static int open_again(struct udyn_output *output)
{
    int fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0 && errno == ENXIO) /* a pipe that nobody reads */
        return -EPIPE;
    output->is_ours = fd >= 0;
    output->is_careful = fd < 0;
    if (fd >= 0)
        output->fd = fd;
    return 0;
}

int udyn_output_open(struct udyn_output *output)
{
    static const cookie_io_functions_t functions = {.write = take};
    static char buffer[BUFFER_SIZE];
    struct stat status;

    memset(output, 0, sizeof(*output));
    output->fd = STDOUT_FILENO;
    if (fstat(STDOUT_FILENO, &status) < 0)
        return -errno;
    if (S_ISSOCK(status.st_mode))
        output->is_socket = true;
    else if (S_ISFIFO(status.st_mode) || isatty(STDOUT_FILENO) == 1)
        output->error = open_again(output);
    output->stream = fopencookie(output, "w", functions);
    if (output->stream == NULL)
        return -ENOMEM;
    /* Else glibc locks such a stream at every character: an event took 1.7 times as long. */
    (void)__fsetlocking(output->stream, FSETLOCKING_BYCALLER);
    (void)setvbuf(output->stream, buffer, _IOFBF, sizeof(buffer)); /* a smaller one works, too */
    return 0;
}

void udyn_output_flush(struct udyn_output *output)
{
    (void)fflush(output->stream); /* take() notes what fails */
    if (!udyn_output_is_full(output))
        return;
    output->begin += push(output, output->kept + output->begin, output->end - output->begin);
    if (output->begin == output->end || output->error != 0)
        output->begin = output->end = 0;
}

bool udyn_output_is_full(const struct udyn_output *output)
{
    return output->begin < output->end;
}

struct pollfd udyn_output_poll(const struct udyn_output *output)
{
    return (struct pollfd){.fd = output->fd, .events = udyn_output_is_full(output) ? POLLOUT : 0};
}

void udyn_output_polled(struct udyn_output *output, short revents)
{
    if ((revents & (POLLERR | POLLHUP)) != 0 && output->error == 0)
        output->error = -EPIPE;
}

void udyn_output_close(struct udyn_output *output)
{
    if (output->stream != NULL)
        (void)fclose(output->stream); /* what failed was noted */
    if (output->is_ours)
        (void)close(output->fd);
    free(output->kept);
    memset(output, 0, sizeof(*output));
}
