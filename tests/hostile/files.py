#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes files that any local user could put in the way of `usdt-dyn list`: files.py FOLDER.

Prints a line for each, "NAME STATUS": the exit status that list must have, or several with a '|' between. Each
file has one lie, or is honest and big; what is sparse takes no place on the disk."""
import os
import struct
import sys
import zlib

MIB = 1 << 20
CODE = 0x1000  # where every file has a page of code, mapped at the same address
NOTE, PROGBITS, STRTAB, SYMTAB, COMPRESSED = 7, 1, 3, 2, 0x800


def note(provider=b"p", probe=b"n", operands=b"8@%rdi", site=CODE, base=0, semaphore=0, order="<", wide=True):
    """One note of SystemTap, as sys/sdt.h writes it."""
    word = "Q" if wide else "I"
    description = struct.pack(order + word * 3, site, base, semaphore)
    description += b"\0".join([provider, probe, operands]) + b"\0"
    return raw_note(description, order=order)


def raw_note(description, kind=3, owner=b"stapsdt\0", order="<", namesz=None, descsz=None):
    head = struct.pack(order + "III", len(owner) if namesz is None else namesz,
                       len(description) if descsz is None else descsz, kind)
    return head + pad(owner) + pad(description)


def pad(data):
    return data + bytes(-len(data) % 4)


class File:
    """An ELF file of one page of code and any sections. What a test wants to be wrong is set before write()."""

    def __init__(self, order="<", wide=True, machine=62):
        self.order, self.wide, self.machine = order, wide, machine
        self.sections = []  # name, type, flags, address, data or (offset, size), link
        self.segments = [(1, 5, CODE, CODE, 0x1000)]  # type, flags, offset, address, size
        self.header = {}
        self.names_flags = 0
        self.truncate = None
        self.first_section = (0, 0, 0)  # size, link, info of section 0
        self.tail = b""

    def section(self, name, data, kind=NOTE, flags=0, address=0, link=0, align=4):
        self.sections.append((name, kind, flags, address, data, link, align))
        return self

    def probes(self, data, **more):
        return self.section(b".note.stapsdt", data, **more)

    def bytes(self):
        order, wide = self.order, self.wide
        names = b"\0" + b"\0".join(sorted({s[0] for s in self.sections} | {b".shstrtab"})) + b"\0"
        body = bytearray(2 * CODE)
        body[CODE:2 * CODE] = b"\x90" * CODE
        places, seen = [], {}
        for _, _, _, _, data, _, _ in self.sections:
            if isinstance(data, tuple):
                places.append(data)
            else:
                if id(data) not in seen:  # the same object is written once: sections that overlap
                    seen[id(data)] = len(body)
                    body += pad(data)
                places.append((seen[id(data)], len(data)))
        names_at = len(body)
        body += names + bytes(-len(names) % 8)
        table_at = len(body)
        form = order + ("IIQQQQIIQQ" if wide else "IIIIIIIIII")
        table = [struct.pack(form, 0, 0, 0, 0, 0, *self.first_section, 0, 0)]
        for (name, kind, flags, address, _, link, align), (offset, size) in zip(self.sections, places):
            table.append(struct.pack(form, names.index(b"\0" + name + b"\0") + 1, kind, flags, address, offset,
                                     size, link, 0, align, 24 if kind == SYMTAB else 0))
        table.append(struct.pack(form, names.index(b"\0.shstrtab\0") + 1, STRTAB, self.names_flags, 0, names_at,
                                 len(names), 0, 0, 1, 0))
        body += b"".join(table)
        segments_at = len(body)
        for kind, flags, offset, address, size in self.segments:
            body += (struct.pack(order + "IIQQQQQQ", kind, flags, offset, address, address, size, size, 0x1000)
                     if wide else
                     struct.pack(order + "IIIIIIII", kind, offset, address, address, size, size, flags, 0x1000))
        head = {"phoff": segments_at, "shoff": table_at, "phnum": min(len(self.segments), 0xffff),
                "shnum": len(table) if len(table) < 0xff00 else 0,
                "shstrndx": len(table) - 1 if len(table) < 0xff00 else 0xffff,
                "class": 2 if wide else 1, "data": 1 if order == "<" else 2}
        head.update(self.header)
        body[0:16] = b"\x7fELF" + bytes([head["class"], head["data"], 1]) + bytes(9)
        rest = struct.pack(order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH"), 3, self.machine, 1, CODE,
                           head["phoff"], head["shoff"], 0, 64 if wide else 52, 56 if wide else 32,
                           head["phnum"], 64 if wide else 40, head["shnum"], head["shstrndx"])
        body[16:16 + len(rest)] = rest
        return bytes(body) + self.tail

    def write(self, path):
        with open(path, "wb") as out:
            out.write(self.bytes())
            if self.truncate is not None:
                out.truncate(self.truncate)


def many(count, name=lambda i: b"probe_%d" % i, **more):
    return b"".join(note(probe=name(i), **more) for i in range(count))


def kinds():
    """Yields (name, status, file or function of a path)."""
    one = note()
    lot = many(100000)
    same = many(100000, lambda i: b"n")

    yield "good", "0", File().probes(one)
    # --- many of something, on the same bytes
    yield "200_sections_on_30_mib", "0", sections(200, many(30 * MIB // 56, lambda i: b"a"))
    yield "1000_sections_of_100000_notes", "0", sections(1000, lot)
    yield "1000_sections_of_100000_same_notes", "0", sections(1000, same)
    yield "100000_notes", "0", File().probes(lot)
    yield "100000_notes_of_one_name", "0", File().probes(same)
    yield "65000_sections", "1", sections(65000, one)
    yield "100000_sections_extended", "1", extended_sections(100000, one)
    yield "1000_base_sections", "0", bases(1000, one)
    yield "500000_segments", "1", extended_segments(500000, lot)
    yield "65000_segments", "1", segments(65000, lot)
    yield "200_overlapping_segments", "0", segments(200, lot)
    # --- counts and offsets that lie
    yield "shnum_65279", "1", changed(one, shnum=0xfeff)
    yield "shnum_in_section_0_of_2_to_63", "1", first(one, 1 << 63)
    yield "phnum_in_section_0_of_2_to_32", "1", first(one, 0, info=0xffffffff, phnum=0xffff)
    yield "shoff_beyond_the_end", "1", changed(one, shoff=1 << 40)
    yield "shoff_of_all_ones", "1", changed(one, shoff=(1 << 64) - 8)
    yield "phoff_beyond_the_end", "1", changed(one, phoff=1 << 40)
    yield "shstrndx_of_nothing", "1", changed(one, shstrndx=0xfe00)
    yield "shstrndx_of_itself_extended", "1", first(one, 3, link=0xffffffff, shstrndx=0xffff)
    yield "size_of_all_ones", "1", File().probes((2 * CODE, (1 << 64) - 1))
    yield "offset_that_wraps", "1", File().probes(((1 << 64) - 64, 128))
    yield "links_in_a_loop", "0", File().probes(one, link=2).section(b".strtab", b"\0", STRTAB, link=1)
    yield "segment_beyond_the_end", "1", with_segments(one, [(1, 5, 1 << 62, CODE, 1 << 62)])
    yield "segment_that_wraps", "1", with_segments(one, [(1, 5, (1 << 64) - CODE, CODE, CODE)])
    # --- notes that lie
    yield "owner_of_4_gib", "1", File().probes(raw_note(b"", namesz=0xffffffff))
    yield "description_of_4_gib", "1", File().probes(raw_note(b"", descsz=0xffffffff))
    yield "note_cut_short", "1", File().probes(one[:-9])
    yield "note_of_5_bytes", "1", File().probes(one[:5])
    yield "note_without_nul", "1", File().probes(raw_note(struct.pack("<QQQ", CODE, 0, 0) + b"a" * 64))
    yield "note_of_no_names", "1", File().probes(note(b"", b"", b""))
    yield "argument_note_without_type", "0", File().probes(one).section(
        b".note.usdt-dyn", raw_note(struct.pack("<Q", CODE) + b"p\0n\0id\0", 1, b"usdt-dyn\0"))
    yield "100000_argument_notes", "0", File().probes(one).section(
        b".note.usdt-dyn", raw_note(struct.pack("<Q", CODE) + b"p\0n\0id:int64\0", 1, b"usdt-dyn\0") * 100000)
    yield "note_of_a_million_arguments", "0", File().probes(one).section(
        b".note.usdt-dyn", raw_note(struct.pack("<Q", CODE) + b"p\0n\0" + b"i:int8\0" * 500000, 1, b"usdt-dyn\0"))
    yield "base_far_away", "1", File().probes(note(base=1)).section(b".stapsdt.base", b"\0", PROGBITS, address=1 << 63)
    yield "semaphore_in_code", "1", File().probes(note(semaphore=CODE))
    # --- texts
    yield "name_of_3_mib", "1", File().probes(note(probe=b"n" * 3 * MIB))
    yield "30000_names_with_one_prefix", "0", File().probes(many(30000, lambda i: b"n" * 100 + b"%d" % i))
    yield "operands_of_3_mib", "1", File().probes(note(operands=b"8@%rdi " * (3 * MIB // 7)))
    yield "operand_of_3_mib", "1", File().probes(note(operands=b"8@" + b"9" * 3 * MIB))
    yield "100000_operands", "1", File().probes(note(operands=b"8@$1 " * 100000))
    yield "1000_notes_of_names_of_4000", "1", File().probes(many(1000, lambda i: b"%05d" % i + b"\x01" * 4000))
    yield "one_long_name_among_50000", "0", File().probes(many(50000) + note(probe=b"n" * 1000))
    yield "odd_names", "0", odd_names()
    yield "60000_symbols_of_one_mib", "0", symbols(60000)
    # --- classes, orders, compression
    yield "big_endian_32", "0", File(">", False, 20).probes(note(order=">", wide=False))
    yield "wrong_class", "1", changed(one, **{"class": 1})
    yield "wrong_order", "1", changed(one, data=2)
    yield "class_of_9", "1", changed(one, **{"class": 9, "data": 9})
    yield "compressed_notes", "1", compressed_notes()
    yield "compressed_names", "1", compressed_names()
    yield "aligned_to_8", "0", File().probes(one[:20] + bytes(4) + one[20:], align=8)
    # --- sizes
    yield "notes_of_1_tib", "1", sparse(File().probes((1 << 20, 1 << 40)), (1 << 40) + (2 << 20))
    yield "names_of_1_tib", "1", sparse_names(1 << 40)
    yield "cut_at_the_headers", "1", cut(File().probes(lot), 70)
    yield "empty", "1", lambda path: open(path, "w").close()
    yield "magic_only", "1", lambda path: write(path, b"\x7fELF")
    yield "noise", "1", lambda path: write(path, b"\x7fELF\x02\x01\x01" + b"\xff" * 5000)
    # --- what is no file
    yield "fifo", "1", os.mkfifo
    yield "folder", "1", os.mkdir
    yield "loop", "1", lambda path: os.symlink(path, path)
    yield "to_a_terminal", "1", lambda path: os.symlink("/dev/tty", path)
    yield "to_random", "1", lambda path: os.symlink("/dev/urandom", path)
    yield "to_itself_by_proc", "1", lambda path: os.symlink("/proc/self/mem", path)


# What somebody who chooses names would have a terminal, a shell or a tracer do; none has a NUL or a slash.
ODD_NAMES = [b'n{printf("OWNED")} BEGIN', b"$(touch${IFS}OWNED)", b"$(touch OWNED)", b"`touch OWNED`", b";touch OWNED;",
             b"'; touch OWNED; '", b'"; touch OWNED; "', b"' ; touch OWNED #", b"new\nline", b"n\nshell touch OWNED\n",
             b"esc\x1b]0;OWNED\x07", b"\x1b[2J", b"c1\xc2\x9b2J", b"not\xff\xfeutf8", b"bidi\xe2\x80\xaetxt.so", b"cr\rOWNED",
             b"del\x7f", b"tab\tand space", b"x (deleted)", b"-option", b"colon:colon", b"\\x1b", b"#comment", b"*", b"??",
             b"u\xcc\x88\xc3\xa0", b"a&&b", b"a|b", b"a>b", b"~", b"!!", b"{a,b}", b"%sdt", b"a=b", b"@map", b"lib++.so"]


def odd_names():
    """Each odd name as a probe, a provider, an argument and a part of an operand, and two good probes."""
    notes = note(probe=b"good") + note(probe=b"go-od.2")
    arguments = b""
    for i, name in enumerate(ODD_NAMES):
        notes += note(probe=name) + note(provider=name) + note(probe=b"operand_%d" % i, operands=b"8@" + name)
        arguments += raw_note(struct.pack("<Q", CODE) + b"p\0go-od.2\0" + name.replace(b":", b"_") + b":int64\0", 1,
                              b"usdt-dyn\0")
    return File().probes(notes).section(b".note.usdt-dyn", arguments)


def write(path, data):
    with open(path, "wb") as out:
        out.write(data)


def sections(count, data):
    made = File()
    for _ in range(count):
        made.probes(data)
    return made


def extended_sections(count, data):
    made = sections(count, data)
    made.first_section = (count + 2, count + 1, 0)
    return made


def bases(count, data):
    made = File().probes(data)
    for _ in range(count):
        made.section(b".stapsdt.base", b"\0", PROGBITS, address=CODE)
    return made


def segments(count, data):
    made = File().probes(data)
    # The one that has the code is the last.
    made.segments = [(1, 5, CODE, 1 << 40, 0x1000)] * (count - 1) + made.segments
    return made


def extended_segments(count, data):
    made = segments(count, data)
    made.first_section = (0, 0, count)
    return made


def with_segments(data, wanted):
    made = File().probes(data)
    made.segments = wanted
    return made


def changed(notes, **header):
    made = File().probes(notes)
    made.header = header
    return made


def first(notes, size, link=0, info=0, **header):
    made = changed(notes, **{"shnum": 0, **header})
    made.first_section = (size, link, info)
    return made


def bomb(mib):
    """Zeros, a thousand times as many as there are bytes."""
    pack = zlib.compressobj(9)
    zeros = bytes(MIB)
    packed = b"".join([pack.compress(zeros) for _ in range(mib)] + [pack.flush()])
    return struct.pack("<IIQQ", 1, 0, mib * MIB, 4) + packed


def compressed_notes():
    return File().probes(bomb(64), flags=COMPRESSED)


def compressed_names():
    made = File().probes(note()).section(b".names", bomb(512), STRTAB, COMPRESSED)
    made.header = {"shstrndx": 2}
    return made


def symbols(count):
    """Each operand names another symbol, and the table of symbols is long."""
    table = bytes(24) * (MIB // 24)
    made = File().probes(many(count, operands=b"4@nowhere(%rip)"))
    made.section(b".symtab", table, SYMTAB, link=3).section(b".strtab", b"\0" + b"nowher_" * (MIB // 7) + b"\0", STRTAB)
    return made


def sparse(made, size):
    made.truncate = size
    return made


def sparse_names(size):
    made = File().probes(note()).section(b".names", (2 * CODE, size), STRTAB)
    made.header = {"shstrndx": 2}
    return sparse(made, size + 4 * CODE)


def cut(made, size):
    made.truncate = size
    return made


def make_all(folder):
    """Returns the paths and the exit statuses."""
    made = []
    for name, status, file in kinds():
        path = os.path.join(folder, name)
        if isinstance(file, File):
            file.write(path)
        else:
            file(path)
        made.append((path, status))
    return made


if __name__ == "__main__":
    for made_path, made_status in make_all(sys.argv[1]):
        print(os.path.basename(made_path), made_status)
