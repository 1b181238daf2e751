/* SPDX-License-Identifier: MIT */
#include "base/type.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    uint8_t size;
    bool is_signed;
} types[] = {
    [USDT_DYN_INT8] = {"int8", 1, true},        [USDT_DYN_UINT8] = {"uint8", 1, false},
    [USDT_DYN_INT16] = {"int16", 2, true},      [USDT_DYN_UINT16] = {"uint16", 2, false},
    [USDT_DYN_INT32] = {"int32", 4, true},      [USDT_DYN_UINT32] = {"uint32", 4, false},
    [USDT_DYN_INT64] = {"int64", 8, true},      [USDT_DYN_UINT64] = {"uint64", 8, false},
    [USDT_DYN_POINTER] = {"pointer", 8, false}, [USDT_DYN_STRING] = {"string", 8, false},
    [USDT_DYN_DOUBLE] = {"double", 8, false},
};

unsigned int udyn_type_size(usdt_dyn_type type)
{
    return (size_t)type < sizeof(types) / sizeof(types[0]) ? types[type].size : 0;
}

bool udyn_type_is_signed(usdt_dyn_type type)
{
    return types[type].is_signed;
}

const char *udyn_type_name(usdt_dyn_type type)
{
    return types[type].name;
}

bool udyn_type_find(const char *name, usdt_dyn_type *type)
{
    size_t i;

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(types[i].name, name) == 0) {
            *type = (usdt_dyn_type)i;
            return true;
        }
    }
    return false;
}

bool udyn_type_holds(usdt_dyn_type type, int64_t value)
{
    unsigned int unused = 64 - 8 * udyn_type_size(type);

    if (type == USDT_DYN_DOUBLE)
        return false;
    if (types[type].is_signed)
        return (int64_t)((uint64_t)value << unused) >> unused == value;
    return value >= 0 && (uint64_t)value << unused >> unused == (uint64_t)value;
}
