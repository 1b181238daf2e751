/* SPDX-License-Identifier: MIT */
#include "cli/kernel/pieces.h"

#define WORD 8

/* The most words that the kernel takes for an array (MAX_ARRAY_LEN). */
#define ARRAY_MOST 64

/* Those of one size can be in one event, which is to be on or off as one. The kernel refuses an
 * event of more than 3 KiB. */
static const struct udyn_piece pieces[UDYN_PIECES] = {
    {0, 32, 0}, {32, 128, 1}, {160, 984, 2}, {1144, 984, 2}, {2128, 984, 2}, {3112, 984, 2},
};

struct udyn_piece udyn_piece(unsigned int number)
{
    return pieces[number];
}

void udyn_piece_fetch(FILE *out, unsigned int number, size_t index,
                      const char place[UDYN_PLACE_SIZE])
{
    struct udyn_piece piece = udyn_piece(number);
    size_t words = piece.size / WORD;
    size_t done;

    for (done = 0; done < words; done += ARRAY_MOST) {
        fprintf(out, " s%zu", index);
        if (done > 0)
            fprintf(out, "_%zu", done);
        fprintf(out, "=+%zu(%s):u64[%zu]", piece.start + done * WORD, place,
                words - done < ARRAY_MOST ? words - done : ARRAY_MOST);
    }
}
