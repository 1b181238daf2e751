/* SPDX-License-Identifier: MIT */
/* Every macro and inline function of the header, for compilers that complain about much. Valid as C
 * and as C++. */
#include <usdt-dyn.h>

USDT_DYN_PROBE(idle);
USDT_DYN_PROBE(some, INT8, c, STRING, string, DOUBLE, d, POINTER, pointer);
USDT_DYN_PROBE(twelve, INT8, a, UINT8, b, INT16, c, UINT16, d, INT32, e, UINT32, f, INT64, g,
               UINT64, h, POINTER, i, STRING, j, DOUBLE, k, INT8, l);

int typed_use(usdt_dyn_provider *provider, signed char c, unsigned short us, int i,
              unsigned long ul, float f, double d, const char *string, void *pointer, bool flag);

int typed_use(usdt_dyn_provider *provider, signed char c, unsigned short us, int i,
              unsigned long ul, float f, double d, const char *string, void *pointer, bool flag)
{
    char array[4] = "abc";

    if (usdt_dyn_is_enabled(idle))
        usdt_dyn_emit(idle);
    else
        usdt_dyn_emit(some, c, "text", f, &i);
    usdt_dyn_emit(some, 1, array, d, pointer);
    usdt_dyn_emit(twelve, 'f', us, i + 1, flag, c, ul, 7L, 8UL, array, string, 2.0, -5);
    return usdt_dyn_add(provider, idle) + usdt_dyn_add(provider, some) +
           usdt_dyn_add(provider, twelve);
}

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
