/* SPDX-License-Identifier: MIT */
/*
 * Reads the SystemTap-style probes of an ELF file, made by any compiler or by this library. The
 * file may hold any bytes: what lies outside of its bounds or contradicts itself is left out and
 * told in a sentence. It does not depend on the library itself.
 */
#ifndef UDYN_READ_READ_H
#define UDYN_READ_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The offset of what is in no part of the file. */
#define UDYN_READ_NOWHERE UINT64_MAX

/* What one file may cost, in bytes of notes and of probes: the largest programs known take 1 MiB.
 */
#define UDYN_READ_MOST ((size_t)16 * 1024 * 1024)

/* A longer name of a provider or a probe is refused, and longer operands or names of arguments. */
#define UDYN_READ_MAX_NAME 1023
#define UDYN_READ_MAX_TEXT 4096

#define UDYN_READ_SENTENCE 256

/* One location of a probe. The strings belong to the udyn_read_file. */
struct udyn_read_probe {
    const char *provider;
    const char *name;
    const char *operands; /* where the arguments are, as the compiler wrote it; see operand.h */
    const char *names;    /* nnames strings "name:type", one behind the other, or NULL */
    size_t nnames;        /* 0 where the image does not tell */
    uint64_t site;        /* address as linked */
    uint64_t site_offset; /* in the file */
    uint64_t semaphore;   /* address as linked, 0 for none */
    uint64_t semaphore_offset; /* in the file, UDYN_READ_NOWHERE for none */
};

struct udyn_read_file {
    uint16_t machine;               /* e_machine */
    struct udyn_read_probe *probes; /* by provider, name and site */
    size_t count;
    size_t damaged;                     /* notes that were left out */
    char complaint[UDYN_READ_SENTENCE]; /* about the first of them, or about a whole section */
    size_t cost;                        /* bytes, see UDYN_READ_MOST */
    /* Private. */
    size_t left;                   /* of what it may cost */
    struct udyn_read_bytes *bytes; /* what the strings point into */
};

/*
 * Reads the probes of an open file that together cost no more than `most`; the rest is left out and
 * told. Returns 0, also for a file without any, or a negative errno with a sentence in
 * file->complaint: -ENOEXEC (no ELF file), -EBADMSG (one that is broken), -ENOMEM. Give the file
 * back with udyn_read_free() in all cases.
 */
int udyn_read_probes(int fd, size_t most, struct udyn_read_file *file);

void udyn_read_free(struct udyn_read_file *file);

/* symbol.c. Finds the address, as linked, of a symbol that an operand names. *left is how many
 * bytes may be read for this and is lowered. Returns 0, -ENOENT if the file has no such symbol (it
 * may be stripped) or more bytes would have to be read, or as udyn_read_probes(). */
int udyn_read_symbol(int fd, uint64_t *left, const char *name, size_t length, uint64_t *address);

#endif
