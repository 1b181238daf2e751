/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target without a fuzzer: on each file of a folder as it is, and, unless "as-is" comes
 * after the folder, cut short at each length, and with each byte in turn set to 0, to 0xff and to
 * its complement.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST ((size_t)64 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void replay_changed(uint8_t *bytes, size_t size)
{
    size_t i, j;

    for (i = 0; i < size; i++) {
        uint8_t kept = bytes[i];
        const uint8_t others[] = {0, 0xff, (uint8_t)~kept};

        (void)LLVMFuzzerTestOneInput(bytes, i);
        /* Of a zero, as most bytes are, the complement is 0xff. */
        for (j = kept == 0; j < (kept == 0 ? 2 : sizeof(others)); j++) {
            bytes[i] = others[j];
            (void)LLVMFuzzerTestOneInput(bytes, size);
        }
        bytes[i] = kept;
    }
}

int main(int argc, char **argv)
{
    static uint8_t bytes[MOST];
    DIR *folder = argc >= 2 ? opendir(argv[1]) : NULL;
    struct dirent *entry;
    int count = 0;

    if (folder == NULL) {
        fprintf(stderr, "usage: %s FOLDER [as-is]\n", argv[0]);
        return 2;
    }
    while ((entry = readdir(folder)) != NULL) {
        char path[4096];
        FILE *file;
        size_t size;

        snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
        file = entry->d_name[0] != '.' ? fopen(path, "rb") : NULL;
        if (file == NULL)
            continue;
        size = fread(bytes, 1, sizeof(bytes), file);
        fclose(file);
        (void)LLVMFuzzerTestOneInput(bytes, size);
        if (argc == 2)
            replay_changed(bytes, size);
        count++;
    }
    closedir(folder);
    printf("%d files\n", count);
    return count == 0;
}
