#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints an assembler file for a program with many probes: many_probes.py NUMBER. It waits for the end of its
stdin; each line on it fires the first and the last probe."""
import sys

number = int(sys.argv[1])
print(""".text
.globl main
main:
  push %rbx
  lea ready(%rip), %rdi
  call puts@PLT
  xor %edi, %edi
  call fflush@PLT
again:
  call getchar@PLT
  cmp $10, %eax
  je fire
  cmp $-1, %eax
  jne again
  xor %eax, %eax
  pop %rbx
  ret
fire:
  mov $7, %edi
  call sites
  jmp again
ready: .asciz "ready"
.section .note.GNU-stack,"",@progbits
.text
sites:""")
for i in range(number):
    print(f"s{i}: nop")
print("""  ret
.section .note.stapsdt, "", "note"
.balign 4""")
for i in range(number):
    print(f""".4byte 8, 3f-2f, 3
.asciz "stapsdt"
2: .8byte s{i}, 0, 0
.asciz "many"
.asciz "probe_{i}"
.asciz "8@%rdi"
3: .balign 4""")
