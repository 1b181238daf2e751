/* SPDX-License-Identifier: MIT */
/* What must not compile: CASE is the number of the statement that refused.sh takes. Without it all
 * of this is right. */
#include <stddef.h>
#include <usdt-dyn.h>

struct order {
    int id;
};

USDT_DYN_PROBE(idle);
USDT_DYN_PROBE(shipped, INT64, id, STRING, to);
USDT_DYN_PROBE(weighed, DOUBLE, kg);
USDT_DYN_PROBE(kept, POINTER, order);
USDT_DYN_PROBE(twelve, INT8, a, INT8, b, INT8, c, INT8, d, INT8, e, INT8, f, INT8, g, INT8, h, INT8,
               i, INT8, j, INT8, k, INT8, l);

#if CASE == 1
USDT_DYN_PROBE(bad, INT64);
#elif CASE == 2
USDT_DYN_PROBE(bad, INT8, a, INT8, b, INT8, c, INT8, d, INT8, e, INT8, f, INT8, g, INT8, h, INT8, i,
               INT8, j, INT8, k, INT8, l, INT8, m);
#elif CASE == 3
USDT_DYN_PROBE(bad, INT128, id);
#endif

void use(int n, double d, const char *s, struct order *o);
void use(int n, double d, const char *s, struct order *o)
{
    usdt_dyn_emit(idle);
    usdt_dyn_emit(shipped, n, s);
    usdt_dyn_emit(weighed, d);
    usdt_dyn_emit(kept, o);
    usdt_dyn_emit(twelve, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
#if CASE == 10
    usdt_dyn_emit(shipped);
#elif CASE == 11
    usdt_dyn_emit(shipped, n);
#elif CASE == 12
    usdt_dyn_emit(shipped, n, s, n);
#elif CASE == 13
    usdt_dyn_emit(idle, n);
#elif CASE == 14
    usdt_dyn_emit(twelve, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
#elif CASE == 15
    usdt_dyn_emit(shipped, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20);
#elif CASE == 20
    usdt_dyn_emit(shipped, s, s);
#elif CASE == 21
    usdt_dyn_emit(shipped, d, s);
#elif CASE == 22
    usdt_dyn_emit(shipped, NULL, s);
#elif CASE == 23
    usdt_dyn_emit(shipped, *o, s);
#elif CASE == 30
    usdt_dyn_emit(shipped, n, n);
#elif CASE == 31
    usdt_dyn_emit(shipped, n, 0);
#elif CASE == 32
    usdt_dyn_emit(shipped, n, d);
#elif CASE == 33
    usdt_dyn_emit(shipped, n, o);
#elif CASE == 34
    usdt_dyn_emit(shipped, n, *s);
#elif CASE == 40
    usdt_dyn_emit(weighed, n);
#elif CASE == 41
    usdt_dyn_emit(weighed, s);
#elif CASE == 50
    usdt_dyn_emit(kept, n);
#elif CASE == 51
    usdt_dyn_emit(kept, d);
#elif CASE == 60
    usdt_dyn_emit(shiped, n, s);
#elif CASE == 61
    (void)usdt_dyn_add(NULL, shiped);
#elif CASE == 62
    (void)usdt_dyn_is_enabled(shiped);
#endif
}
