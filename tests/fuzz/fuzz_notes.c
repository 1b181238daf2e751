/* SPDX-License-Identifier: MIT */
/*
 * The reader of probes on any bytes. With clang this is a libFuzzer target:
 *
 *   cmake -B build-fuzz -DCMAKE_C_COMPILER=clang -DUSDT_DYN_FUZZ=ON && cmake --build build-fuzz
 *   build-fuzz/tests/fuzz/fuzz-notes -max_total_time=60 NEW tests/fuzz/corpus-notes
 *
 * NEW is a folder that receives what it finds. replay.c runs it on the corpus in the normal tests.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "read/operand.h"
#include "read/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Reads all that the reader promises to be readable. */
static void use_probe(int fd, const struct udyn_read_probe *probe)
{
    static const uint16_t machines[] = {EM_X86_64, EM_AARCH64, EM_RISCV, EM_S390};
    const char *name = probe->names;
    struct udyn_operand operand;
    size_t i;

    if (probe->provider[0] == '\0' || probe->name[0] == '\0' ||
        probe->site_offset == UDYN_READ_NOWHERE)
        abort();
    for (i = 0; i < probe->nnames; i++) {
        if (strchr(name, ':') == NULL)
            abort();
        name += strlen(name) + 1;
    }
    for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
        const char *operands = probe->operands;
        const char *end = operands + strlen(operands);
        size_t count = 0;

        while (count++ < UDYN_OPERAND_MAX && udyn_operand_next(machines[i], &operands, &operand)) {
            uint64_t address, left = 1 << 24;

            if (operand.text < probe->operands || operand.text + operand.length > end ||
                udyn_operand_type(&operand)[0] == '\0')
                abort();
            if (operand.kind == UDYN_OPERAND_SYMBOL && count == 1)
                (void)udyn_read_symbol(fd, &left, operand.symbol, operand.symbol_length, &address);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    struct udyn_read_file file;
    size_t i;

    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    if (udyn_read_probes(fd, UDYN_READ_MOST, &file) == 0)
        for (i = 0; i < file.count && i < 64; i++)
            use_probe(fd, &file.probes[i]);
    else if (file.complaint[0] == '\0')
        abort();
    udyn_read_free(&file);
    (void)close(fd); /* a file in memory */
    return 0;
}
