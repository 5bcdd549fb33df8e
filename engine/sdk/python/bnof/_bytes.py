# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers out of bytes, checked against what is there."""
import struct

import numpy as np

from ._errors import FormatError

_PAD = 8  #: zeros behind the bytes, so that eight can be fetched at any of them


class Cursor:
    """A place in a stretch of bytes. Every read is compared with what is left first (FormatError)."""

    __slots__ = ("data", "words", "at", "end")

    def __init__(self, data):
        self.data = bytes(data) + bytes(_PAD)
        # Eight bytes from each byte on: how packed bits are fetched.
        self.words = np.ndarray((len(data) + 1,), "<u8", self.data, 0, (1,))
        self.at, self.end = 0, len(data)

    def part(self, length):
        """The next `length` bytes as a cursor of their own; this one moves behind them."""
        other = Cursor.__new__(Cursor)
        other.data, other.words, other.at = self.data, self.words, self.at
        other.end = self.skip(length)
        return other

    def skip(self, length):
        """Move over `length` bytes; the place behind them."""
        if length > self.end - self.at:
            raise FormatError(f"{length} bytes are announced where {self.end - self.at} are left")
        self.at += length
        return self.at

    def take(self, length):
        begin = self.at
        return self.data[begin:self.skip(length)]

    def array(self, dtype, count):
        """`count` numbers as a numpy array, without a copy."""
        dtype = np.dtype(dtype)
        begin = self.at
        self.skip(dtype.itemsize * count)
        return np.frombuffer(self.data, dtype, count, begin)

    def unpack(self, layout):
        layout = struct.Struct("<" + layout)
        begin = self.at
        self.skip(layout.size)
        return layout.unpack_from(self.data, begin)

    def byte(self):
        begin = self.at
        self.skip(1)
        return self.data[begin]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if value >> 64:
                    raise FormatError("a varint does not fit into 64 bits")
                return value
            shift += 7
            if shift == 70:
                raise FormatError("a varint is longer than 10 bytes")

    def zigzag(self):
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def column(self):
        return self.part(self.varint())

    def text(self):
        return self.take(self.varint()).decode("utf-8", "replace")

    def varints(self, count):
        """All of what is left as exactly `count` varints: u64."""
        raw = np.frombuffer(self.data, np.uint8, self.end - self.at, self.at)
        last = np.flatnonzero(raw < 0x80)
        if len(last) != count or (len(raw) > 0 and (count == 0 or raw[-1] >= 0x80)):
            raise FormatError(f"a column of {count} varints holds {len(last)}")
        self.at = self.end
        if count == len(raw):
            return raw.astype(np.uint64)
        begin = np.empty(count, dtype=np.int64)
        begin[0] = 0
        begin[1:] = last[:-1] + 1
        lengths = last - begin + 1
        if lengths.max() > 10 or (raw[last[lengths == 10]] > 1).any():
            raise FormatError("a varint does not fit into 64 bits")
        place = np.arange(len(raw)) - np.repeat(begin, lengths)
        bits = (raw & np.uint8(0x7F)).astype(np.uint64) << (7 * place).astype(np.uint64)
        return np.add.reduceat(bits, begin)

    def finish(self, what):
        if self.at != self.end:
            raise FormatError(f"{self.end - self.at} bytes are left over behind {what}")


def unzigzag(values):
    """u64 to i64: 0, 1, 2, 3 to 0, -1, 1, -2."""
    values = np.asarray(values, dtype=np.uint64)
    return ((values >> np.uint64(1)) ^ (np.uint64(0) - (values & np.uint64(1)))).view(np.int64)
