/* SPDX-License-Identifier: MIT */
/* The types of arguments. */
#ifndef UDYN_BASE_TYPE_H
#define UDYN_BASE_TYPE_H

#include <stdbool.h>
#include <stdint.h>

#include "usdt-dyn.h"

/* The size in bytes of a type's value in its slot, 0 if there is no such type. */
unsigned int udyn_type_size(usdt_dyn_type type);
bool udyn_type_is_signed(usdt_dyn_type type);
/* Returns whether an argument of this type can have that integer: a double has none. */
bool udyn_type_holds(usdt_dyn_type type, int64_t value);

/* The name of a type in the image's own note and in the command: "int8" ... "string", "double". */
const char *udyn_type_name(usdt_dyn_type type);
/* The other way round. Returns false if there is no such type. */
bool udyn_type_find(const char *name, usdt_dyn_type *type);

#endif
