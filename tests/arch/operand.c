/* SPDX-License-Identifier: MIT */
#include "operand.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct operand {
    char reg[16];
    long offset;
    unsigned int size;
    bool is_signed;
    bool is_memory;
};

/* The ways to write a place: [reg, offset] and [reg] (aarch64), offset(reg), reg. */
static int parse_place(const char *text, struct operand *operand)
{
    int end = 0;

    operand->is_memory = true;
    if (sscanf(text, "[%15[a-z0-9], %ld]%n", operand->reg, &operand->offset, &end) == 2 && end > 0)
        return end;
    operand->offset = 0;
    if (sscanf(text, "[%15[a-z0-9]]%n", operand->reg, &end) == 1 && end > 0)
        return end;
    if (sscanf(text, "%ld(%15[%a-z0-9])%n", &operand->offset, operand->reg, &end) == 2 && end > 0)
        return end;
    operand->is_memory = false;
    if (sscanf(text, "%15[%a-z0-9]%n", operand->reg, &end) == 1)
        return end;
    return 0;
}

/* Cuts what was read to the size of the operand, and extends it to 64 bits by its sign. */
static uint64_t extend(uint64_t value, const struct operand *operand)
{
    unsigned int shift = 64 - 8 * operand->size;

    value <<= shift;
    return operand->is_signed ? (uint64_t)((int64_t)value >> shift) : value >> shift;
}

/* `size` bytes of memory as the number that this processor takes them for. */
static bool read_stack(const struct machine *machine, const struct operand *operand,
                       uint64_t *value)
{
    const unsigned char *bytes = machine->stack + operand->offset;
    uint8_t one;
    uint16_t two;
    uint32_t four;

    if (operand->offset < 0 || (size_t)operand->offset + operand->size > sizeof(machine->stack))
        return false;
    switch (operand->size) {
    case 1:
        memcpy(&one, bytes, sizeof(one));
        *value = one;
        return true;
    case 2:
        memcpy(&two, bytes, sizeof(two));
        *value = two;
        return true;
    case 4:
        memcpy(&four, bytes, sizeof(four));
        *value = four;
        return true;
    default:
        memcpy(value, bytes, sizeof(*value));
        return true;
    }
}

const char *operand_read(const char *text, const struct machine *machine, uint64_t *value)
{
    struct operand operand = {0};
    int number, end = 0;

    operand.is_signed = *text == '-';
    text += operand.is_signed;
    if (sscanf(text, "%1u@%n", &operand.size, &end) != 1 || end == 0 ||
        strchr("1248", text[0]) == NULL)
        return NULL;
    text += end;
    end = parse_place(text, &operand);
    if (end == 0)
        return NULL;
    number = machine_register(operand.reg);
    if (operand.is_memory) {
        if (number != MACHINE_STACK_POINTER || !read_stack(machine, &operand, value))
            return NULL;
    } else {
        if (number < 0)
            return NULL;
        *value = machine->registers[number];
    }
    *value = extend(*value, &operand);
    return text + end;
}
