# SPDX-License-Identifier: MIT
"""A binding as one writes it for another language, with nothing but the library's functions: fires
what binding.sh expects once a tracer is attached. binding.py LIBRARY"""
import ctypes
import sys

library = ctypes.CDLL(sys.argv[1])
library.usdt_dyn_last_error.restype = ctypes.c_char_p
library.usdt_dyn_probe_fire_sized.argtypes = [
    ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint64), ctypes.POINTER(ctypes.c_size_t),
    ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]


def check(result):
    if result < 0:
        sys.exit(library.usdt_dyn_last_error().decode())


def fire(probe, *values):
    """Bytes go by address and length, without a NUL."""
    buffers = [(ctypes.c_char * len(v)).from_buffer_copy(v) if isinstance(v, bytes) else None for v in values]
    slots = (ctypes.c_uint64 * len(values))(
        *(ctypes.addressof(b) if b is not None else v & (2 ** 64 - 1) for v, b in zip(values, buffers)))
    lengths = (ctypes.c_size_t * len(values))(*(len(b) if b is not None else 0 for b in buffers))
    error = ctypes.create_string_buffer(200)
    result = library.usdt_dyn_probe_fire_sized(probe, slots, lengths, len(values), error, len(error))
    return result, error.value.decode()


provider, probe = ctypes.c_void_p(), ctypes.c_void_p()
check(library.usdt_dyn_provider_new(ctypes.byref(provider), b"bound"))
check(library.usdt_dyn_provider_add(provider, ctypes.byref(probe), b"shipped", b"id:int64,to:string"))
check(library.usdt_dyn_provider_load(provider))
print("ready", *fire(probe, 0, b"nobody"), flush=True)
for line in sys.stdin:
    print("fired", *fire(probe, -7, b"bread"), flush=True)
    print("fired", *fire(probe, 8, "café".encode()), flush=True)
    print("fired", *fire(probe, 9, b""), flush=True)
    print("fired", *fire(probe, 10), flush=True)
    print("fired", *fire(probe, 11, b"end"), flush=True)
