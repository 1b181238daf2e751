/* SPDX-License-Identifier: MIT */
/* Every macro and inline function of the header, for compilers that complain about much. Valid as C
 * and as C++. */
#include <usdt-dyn.h>

int header_use(const usdt_dyn_probe *probe, signed char c, unsigned short us, int i,
               unsigned long ul, float f, double d, const char *string, void *pointer, bool flag);

int header_use(const usdt_dyn_probe *probe, signed char c, unsigned short us, int i,
               unsigned long ul, float f, double d, const char *string, void *pointer, bool flag)
{
    char array[4] = "abc";

    if (usdt_dyn_enabled(probe))
        usdt_dyn_fire(probe);
    else
        usdt_dyn_fire(probe, c);
    usdt_dyn_fire(probe, us, i);
    usdt_dyn_fire(probe, ul, f, d);
    usdt_dyn_fire(probe, string, pointer, flag, array);
    usdt_dyn_fire(probe, 1, 2U, 3L, 4UL, -5);
    usdt_dyn_fire(probe, 1.0F, 2.0, "three", 'f', i + 1, c);
    usdt_dyn_fire(probe, 1, 2, 3, 4, 5, 6, 7);
    usdt_dyn_fire(probe, 1, 2, 3, 4, 5, 6, 7, 8);
    usdt_dyn_fire(probe, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    usdt_dyn_fire(probe, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    usdt_dyn_fire(probe, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    usdt_dyn_fire(probe, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    return usdt_dyn_f64(d) != 0;
}
