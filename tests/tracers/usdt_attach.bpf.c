/* SPDX-License-Identifier: MIT */
/* Sends what each hit of a probe had: its arguments, and the string that the second is the address
 * of. */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>
#include <bpf/usdt.bpf.h>

#include "usdt_attach.h"

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 65536);
} hits SEC(".maps");

SEC("usdt")
int on_hit(struct pt_regs *registers)
{
    struct hit *hit = bpf_ringbuf_reserve(&hits, sizeof(*hit), 0);
    long value;
    int i;

    if (hit == 0)
        return 0;
#pragma unroll
    for (i = 0; i < 12; i++)
        hit->args[i] = bpf_usdt_arg(registers, i, &value) == 0 ? value : 0;
    if (bpf_probe_read_user_str(hit->text, sizeof(hit->text), (const void *)hit->args[1]) < 0)
        hit->text[0] = '\0';
    bpf_ringbuf_submit(hit, 0);
    return 0;
}

/* The kernel lets only programs that say so read memory. */
char LICENSE[] SEC("license") = "Dual MIT/GPL";
