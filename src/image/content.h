/* SPDX-License-Identifier: MIT */
/*
 * The content of an image: a small ELF shared object with one site and one semaphore a probe.
 *
 *   address = offset    segment    sections
 *   0                   R X        ELF header, .note.gnu.build-id, .hash, .dynsym, .dynstr,
 *                                  .stapsdt.base
 *   next page           R X        .text: the sites, 16 bytes each
 *   next page           R W        .probes: the semaphores, 2 bytes each
 *   next page           R W        .dynamic, which the dynamic linker writes to
 *   after that          -          .note.stapsdt, .note.usdt-dyn, .shstrtab, section headers: in
 *                                  the file, where tracers read them, and not in memory
 *
 * The sites and the semaphores have pages of their own that follow on each other, so that a forked
 * child can have both anew in one call (system/linux/renew.c); the first page is in one segment
 * with the sites for the same reason.
 *
 * Rules of the tracers that are behind this: bcc and bpftrace up to 0.24 want .text, .probes and
 * .note.stapsdt in this order, and .probes by that name for the semaphore's file offset; perf wants
 * .note.stapsdt not allocated, address and offset alike, and a build id of its own for each file;
 * gdb wants .stapsdt.base; libbpf wants the semaphore in a loaded segment that is not executable;
 * the kernel counts a semaphore only in a private writable mapping of the file, so it must be in
 * the file and not in .bss; glibc 2.41 wants PT_GNU_STACK without X. docs/how-it-works.md has the
 * whole.
 */
#ifndef UDYN_IMAGE_CONTENT_H
#define UDYN_IMAGE_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "arch/arch.h"
#include "base/probe.h"
#include "image/buffer.h"

#define UDYN_BUILD_ID_SIZE 16

/* Two to load, the dynamic section, the build id, the stack. */
#define UDYN_CONTENT_SEGMENTS 5

struct udyn_content_request {
    const struct udyn_arch *arch;
    const struct udyn_site *site;
    size_t page_size;
    const char *provider;
    struct udyn_probe *const *probes;
    size_t count;
    usdt_dyn_detection detection;
};

enum udyn_section {
    UDYN_SECTION_NULL,
    UDYN_SECTION_BUILD_ID,
    UDYN_SECTION_HASH,
    UDYN_SECTION_DYNSYM,
    UDYN_SECTION_DYNSTR,
    UDYN_SECTION_BASE,
    UDYN_SECTION_TEXT,
    UDYN_SECTION_PROBES, /* empty and left out with USDT_DYN_DETECT_SITE */
    UDYN_SECTION_DYNAMIC,
    UDYN_SECTION_NOTES,
    UDYN_SECTION_NAMES,
    UDYN_SECTION_SHSTRTAB,
    UDYN_SECTION_COUNT
};

struct udyn_content_section {
    uint64_t offset; /* and address, if it is loaded */
    uint64_t size;
};

struct udyn_content {
    const struct udyn_arch *arch;
    size_t page_size;
    struct udyn_buffer file; /* all bytes of it */
    struct udyn_content_section sections[UDYN_SECTION_COUNT];
    uint64_t section_headers; /* their offset */
    uint64_t build_id;        /* the offset of its UDYN_BUILD_ID_SIZE bytes */
};

/* Builds the content in memory. Returns 0, -ENOMEM or -ENOTSUP with a sentence; to be given back
 * with udyn_content_free() in every case. */
int udyn_content_build(struct udyn_content *content, const struct udyn_content_request *request);

/* Appends the names of all sections, in their order: what .shstrtab holds. */
void udyn_content_put_section_names(struct udyn_buffer *file);

/* headers.c. Appends the section headers and fills in the ELF header and the program headers, for
 * which there is room at the start. Returns 0 or a negative errno with a sentence. */
int udyn_content_put_headers(struct udyn_content *content);

/*
 * The offset in the file of the word that makes .note.stapsdt a note section. Its values are
 * SHT_NOTE, and SHT_NULL, which marks a section header as inactive (gABI, "Section Types"): one
 * write of 4 bytes hides all notes of the image from tracers, and one shows them again.
 */
uint64_t udyn_content_notes_switch(const struct udyn_content *content);

void udyn_content_free(struct udyn_content *content);

#endif
