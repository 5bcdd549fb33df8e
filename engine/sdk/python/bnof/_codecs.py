# SPDX-License-Identifier: GPL-3.0-or-later
"""The codecs of engine/storage/CODECS.md: packed columns, magnitude codes, spike blocks, sensor blocks, and the
general codecs of whole payloads."""
import zlib

import numpy as np

from ._bytes import Cursor, unzigzag
from ._errors import FormatError

MAX_BLOCK_ITEMS = 1 << 20
_SECTION, _RUN = 2048, 128
_COUNT = np.arange(_SECTION, dtype=np.uint64)
_IN_RUN = _COUNT % np.uint64(_RUN)
_7, _3 = np.uint64(7), np.uint64(3)


# --- Packed column -------------------------------------------------------------------------------------------------

def _section(cursor, n):
    runs = -(-n // _RUN)
    widths = list(cursor.take(runs))
    patched = widths[0] & 0x80
    widths[0] &= 0x7F
    if max(widths) > 32:
        raise FormatError("a packed value is wider than 32 bits")
    patches = 0
    if patched:
        patches, = cursor.unpack("H")
        if not 1 <= patches <= n // 2:
            raise FormatError(f"{patches} patches in a section of {n} values")
    begin = cursor.at
    if min(widths) == widths[-1] == max(widths):
        cursor.skip((n * widths[0] + 7) // 8 if runs == 1 else
                    16 * widths[0] * (runs - 1) + ((n - _RUN * (runs - 1)) * widths[0] + 7) // 8)
        if widths[0] == 0:
            values = np.zeros(n, dtype=np.uint64)
        else:
            bits = np.uint64(8 * begin) + _COUNT[:n] * np.uint64(widths[0])
            values = (cursor.words[bits >> _3] >> (bits & _7)) & np.uint64((1 << widths[0]) - 1)
    else:
        starts = []
        for run, width in enumerate(widths):
            starts.append(8 * cursor.at)
            cursor.skip((min(_RUN, n - _RUN * run) * width + 7) // 8)
        width = np.repeat(np.array(widths, dtype=np.uint64), _RUN)[:n]
        bits = np.repeat(np.array(starts, dtype=np.uint64), _RUN)[:n] + _IN_RUN[:n] * width
        values = (cursor.words[bits >> _3] >> (bits & _7)) & ((np.uint64(1) << width) - np.uint64(1))
    if patches:
        gaps = _section(cursor, patches)
        high = _section(cursor, patches)
        places = np.cumsum(gaps + np.uint64(1)) - np.uint64(1)
        if places[-1] >= n:
            raise FormatError("a patch lies behind its section")
        places = places.astype(np.int64)
        shift = np.array(widths, dtype=np.uint64)[places // _RUN]
        values[places] |= (high << shift) & np.uint64(0xFFFFFFFF)
    return values


def packed(cursor, n):
    """`n` u32 values, as u64."""
    if n > 16 * MAX_BLOCK_ITEMS or n > _RUN * (cursor.end - cursor.at):
        raise FormatError(f"a packed column of {n} values in {cursor.end - cursor.at} bytes")
    if n <= _SECTION:
        return _section(cursor, n) if n else np.zeros(0, dtype=np.uint64)
    return np.concatenate([_section(cursor, min(_SECTION, n - at)) for at in range(0, n, _SECTION)])


# --- Magnitude code ------------------------------------------------------------------------------------------------

_MAX_CODE_BITS = 12


def _symbols():
    symbols = [(value, 0) for value in range(16)]
    for exponent in range(4, 32):
        symbols += [((8 + top) << (exponent - 3), exponent - 3) for top in range(8)]
    return symbols


_SYMBOLS = _symbols()  #: smallest value and number of low bits of each


def code_table(cursor):
    """A table by the next 12 bits of the stream: (bits of the code, smallest value, number of low bits) or None."""
    first, count = cursor.byte(), cursor.byte()
    if first + count > len(_SYMBOLS):
        raise FormatError("a code table names a symbol that does not exist")
    lengths = packed(cursor, count).tolist()
    if any(length > _MAX_CODE_BITS for length in lengths):
        raise FormatError("a code is longer than 12 bits")
    table = [None] * (1 << _MAX_CODE_BITS)
    code = 0
    for length in range(1, _MAX_CODE_BITS + 1):
        code <<= 1
        for symbol, own in enumerate(lengths):
            if own != length:
                continue
            if code >> length:
                raise FormatError("a code table has more codes than fit")
            reversed_code = int(format(code, f"0{length}b")[::-1], 2)
            entry = (length,) + _SYMBOLS[first + symbol]
            for index in range(reversed_code, len(table), 1 << length):
                table[index] = entry
            code += 1
    return table


class MagnitudeStream:
    """Numbers of a bit stream that reaches to the end of `cursor`."""

    def __init__(self, cursor):
        self._bits = 8 * (cursor.end - cursor.at)
        self._at = 0
        # A word of 64 bits for every 16: a number takes at most 12 + 28 bits. Bytes behind the stream may belong to
        # something else, but are never used: the end is compared afterwards.
        self._words = cursor.words[cursor.at:cursor.end:2].tolist() + [0] * 4
        cursor.at = cursor.end

    def read(self, table, count):
        """`count` numbers as a list."""
        words, at, limit = self._words, self._at, self._bits
        numbers = []
        append = numbers.append
        for _ in range(count):
            if at >= limit:
                raise FormatError("a bit stream ends too early")
            word = words[at >> 4] >> (at & 15)
            entry = table[word & 4095]
            if entry is None:
                raise FormatError("a bit stream holds a code that its table does not have")
            length, base, low = entry
            append(base + ((word >> length) & ((1 << low) - 1)))
            at += length + low
        if at > limit:
            raise FormatError("a bit stream ends too early")
        self._at = at
        return numbers

    def finish(self):
        left = self._bits - self._at
        if left >= 8 or (left and (self._words[self._at >> 4] >> (self._at & 15)) & ((1 << left) - 1)):
            raise FormatError("bits are left over behind a bit stream")


# --- Block of spikes -----------------------------------------------------------------------------------------------

_PAGE_SPIKES = 2048
_HOT, _COLD = 1, 2


class _Group:
    __slots__ = ("number", "spikes", "pages")  # pages: (first tick or None, length in bytes)

    def __init__(self, number, spikes, pages):
        self.number, self.spikes, self.pages = number, spikes, pages


def _directory(cursor, form, count, n, first_tick, last_tick):
    groups, left, number = [], n, 0
    for index in range(count):
        step = cursor.varint()
        number = step if index == 0 else number + step
        spikes = cursor.varint() + 1
        left -= spikes
        if left < 0 or (index > 0 and step == 0) or number >> 32:
            raise FormatError("the directory of a block of spikes contradicts itself")
        pages, tick = [], first_tick
        for _ in range(1 if form == _COLD else -(-spikes // _PAGE_SPIKES)):
            if form == _HOT:
                tick += cursor.varint()
                if tick > last_tick:
                    raise FormatError("a page of spikes begins behind its block")
            length = cursor.varint()
            if length == 0:
                raise FormatError("a page of spikes is empty")
            pages.append((tick, length))
        groups.append(_Group(number, spikes, pages))
    if left:
        raise FormatError("the directory of a block of spikes lacks spikes")
    return groups


def _hot_page(cursor, k, first_tick):
    mode = cursor.byte()
    if mode == 0:
        ticks = np.uint64(first_tick) + np.cumsum(packed(cursor, k))
        ids = packed(cursor, k)
    elif mode == 1:
        span = cursor.varint()
        if not 1 <= span <= 8192:
            raise FormatError(f"a page of spikes counts {span} ticks")
        counts = packed(cursor, span)
        if int(counts.sum()) != k:
            raise FormatError("the counts of a page of spikes do not add up")
        counts = counts.astype(np.int64)
        ticks = np.repeat(np.uint64(first_tick) + np.arange(span, dtype=np.uint64), counts)
        sums = np.cumsum(packed(cursor, k))
        # Inside a tick the differences add up; each tick begins anew.
        starts = (np.cumsum(counts) - counts)[counts > 0]
        before = np.where(starts > 0, sums[starts - 1], np.uint64(0))
        ids = sums - np.repeat(before, counts[counts > 0])
    else:
        raise FormatError(f"a page of spikes of the unknown kind {mode}")
    cursor.finish("a page of spikes")
    return ticks, ids


def _cold_page(cursor, k, first_tick, tables, naming):
    neurons = cursor.varint()
    if not 1 <= neurons <= k:
        raise FormatError(f"{neurons} neurons with {k} spikes")
    ids = np.cumsum(packed(cursor, neurons) + np.uint64(1)) - np.uint64(1)
    counts = packed(cursor, neurons) + np.uint64(1)
    if int(counts.sum()) != k:
        raise FormatError("the counts of a page of spikes do not add up")
    stream = MagnitudeStream(cursor)
    numbers = []
    for count in counts.tolist():
        numbers += stream.read(tables[naming[count.bit_length()]], count)
    stream.finish()
    counts = counts.astype(np.int64)
    sums = np.cumsum(np.array(numbers, dtype=np.uint64))
    starts = np.cumsum(counts) - counts
    before = np.where(starts > 0, sums[starts - 1], np.uint64(0))
    ticks = np.uint64(first_tick) + sums - np.repeat(before, counts)
    return ticks, np.repeat(ids, counts)


def _code_tables(cursor):
    naming = cursor.take(22)
    count = cursor.byte()
    if not 1 <= count <= 22 or max(naming) >= count:
        raise FormatError("a block of spikes names a code table that does not exist")
    return [code_table(cursor) for _ in range(count)], naming


def spike_block(cursor):
    """All spikes of the block that fills `cursor`, in canonical order: ticks and neurons (u32)."""
    form, group_bits = cursor.byte(), cursor.byte()
    if form not in (_HOT, _COLD) or group_bits > 32:
        raise FormatError(f"a block of spikes of the unknown form {form}")
    n = cursor.varint()
    if n > MAX_BLOCK_ITEMS:
        raise FormatError(f"a block of {n} spikes")
    if n == 0:
        cursor.finish("a block of spikes")
        return np.zeros(0, np.uint32), np.zeros(0, np.uint32)
    first_tick = cursor.varint()
    last_tick = first_tick + cursor.varint()
    if last_tick >> 32:
        raise FormatError("a tick does not fit into 32 bits")
    count = cursor.varint()
    if not 1 <= count <= n:
        raise FormatError(f"{count} groups of {n} spikes")
    tables, naming = _code_tables(cursor) if form == _COLD else (None, None)
    keys = []
    for group in _directory(cursor, form, count, n, first_tick, last_tick):
        left = group.spikes
        for tick, length in group.pages:
            k = min(left, _PAGE_SPIKES) if form == _HOT else left
            left -= k
            page = cursor.part(length)
            ticks, ids = (_hot_page(page, k, tick) if form == _HOT else
                          _cold_page(page, k, tick, tables, naming))
            ids = ids + np.uint64(group.number << group_bits)
            if int(ticks.max()) > last_tick or int(ids.max()) >= min((group.number + 1) << group_bits, 1 << 32):
                raise FormatError("a spike lies outside its block or its group")
            keys.append(ticks << np.uint64(32) | ids)
    cursor.finish("a block of spikes")
    # The groups one after the other are sorted stretches, which a stable sort merges.
    merged = np.sort(np.concatenate(keys), kind="stable")
    return (merged >> np.uint64(32)).astype(np.uint32), merged.astype(np.uint32)


# --- Block of sensor values ----------------------------------------------------------------------------------------

_TYPES = {1: np.dtype("<i4"), 2: np.dtype("<i8"), 3: np.dtype("<f4"), 4: np.dtype("<f8")}
_POWERS_OF_TEN = [10.0 ** p for p in range(16)]


def _wrapped(value):
    """A Python integer modulo 2^64 as u64."""
    return np.uint64(value & (1 << 64) - 1)


def _signed(value):
    return (value + (1 << 63) & (1 << 64) - 1) - (1 << 63)


def _smooth(differences, base, shift):
    numbers = []
    append = numbers.append
    level = _signed(base * 256)
    if abs(base) + sum(map(abs, differences)) + len(differences) < 1 << 50:
        for difference in differences:  # nothing can leave the 64 bits
            number = ((level + 128) >> 8) + difference
            append(number)
            level += (number * 256 - level) >> shift
    else:
        for difference in differences:
            number = _signed((_signed(level + 128) >> 8) + difference)
            append(number)
            level = _signed(level + (_signed(number * 256 - level) >> shift))
    return np.array(numbers, dtype=np.int64)


def _residuals(cursor, n):
    packing = cursor.byte()
    if packing == 0:
        return packed(cursor, n)
    if packing == 1:
        low = packed(cursor, n)
        return low | packed(cursor, n) << np.uint64(32)
    if packing == 2:
        table = code_table(cursor)
        stream = MagnitudeStream(cursor)
        numbers = stream.read(table, n)
        stream.finish()
        return np.array(numbers, dtype=np.uint64)
    raise FormatError(f"a sensor block of the unknown packing {packing}")


def _numbers(cursor, n):
    unit = cursor.varint()
    if unit == 0:
        raise FormatError("a sensor block has the unit 0")
    origin = cursor.zigzag() if unit > 1 else 0
    prediction = cursor.byte()
    if prediction > 3:
        raise FormatError(f"a sensor block of the unknown prediction {prediction}")
    shift = cursor.byte() if prediction == 3 else 0
    if shift > 7:
        raise FormatError("a sensor block smooths too much")
    base = cursor.zigzag()
    step = cursor.zigzag() if prediction == 2 else 0
    residuals = _residuals(cursor, n)
    cursor.finish("a sensor block")
    if prediction == 0:
        numbers = residuals + _wrapped(base)
    elif prediction == 3:
        numbers = _smooth(unzigzag(residuals).tolist(), base, shift).view(np.uint64)
    else:
        numbers = unzigzag(residuals).view(np.uint64)
        if prediction == 2:
            numbers = np.cumsum(numbers) + _wrapped(step)
        numbers = np.cumsum(numbers) + _wrapped(base)
    if unit > 1:
        numbers = numbers * np.uint64(unit) + _wrapped(origin)
    return numbers.view(np.int64)


def _exceptions(cursor, n, dtype):
    """Places and bit patterns of the values that the mapping cannot express."""
    count = cursor.varint()
    if count > n:
        raise FormatError(f"{count} exceptions among {n} values")
    places = np.cumsum(packed(cursor, count) + np.uint64(1)) - np.uint64(1)
    if count and int(places[-1]) >= n:
        raise FormatError("an exception lies behind its block")
    bits = packed(cursor, count)
    if dtype.itemsize == 8:
        bits = bits | packed(cursor, count) << np.uint64(32)
        return places.astype(np.int64), bits.view(np.float64)
    return places.astype(np.int64), bits.astype(np.uint32).view(np.float32)


def _from_bit_pattern(numbers, dtype):
    integer = np.dtype(f"<i{dtype.itemsize}")
    bits = numbers.astype(integer)
    return np.where(bits >= 0, bits, bits ^ np.iinfo(integer).max).astype(integer).view(dtype)


def sensor_block(cursor, kind, n):
    """The `n` values of the block that fills `cursor`, of the type `kind` (1 i32, 2 i64, 3 f32, 4 f64)."""
    if cursor.byte() != kind:
        raise FormatError("a sensor block holds another type of value")
    dtype = _TYPES[kind]
    count = cursor.varint()
    if count != n or n > MAX_BLOCK_ITEMS:
        raise FormatError(f"a sensor block of {count} values where {n} belong")
    if n == 0:
        cursor.finish("a sensor block")
        return np.zeros(0, dtype)
    mapping = cursor.byte()
    if mapping > 4 or (mapping == 0) != (kind <= 2):
        raise FormatError(f"a sensor block of the unknown mapping {mapping}")
    if mapping == 0:
        return _numbers(cursor, n).astype(dtype)
    if mapping == 4:
        return _from_bit_pattern(_numbers(cursor, n), dtype)
    if mapping == 1:
        power = cursor.byte()
        if power > 15:
            raise FormatError("a sensor block has too many decimals")
        convert = lambda numbers: numbers / _POWERS_OF_TEN[power]
    elif mapping == 2:
        exponent, = cursor.unpack("h")
        convert = lambda numbers: np.ldexp(numbers, exponent)
    else:
        scale, offset = cursor.unpack("dd")
        convert = lambda numbers: numbers * scale + offset
    places, values = _exceptions(cursor, n, dtype)
    with np.errstate(all="ignore"):
        out = convert(_numbers(cursor, n).astype(np.float64)).astype(dtype)
    out[places] = values
    return out


# --- General codecs ------------------------------------------------------------------------------------------------

#: By number: name, and the unpacked bytes that a stored one can become at most.
GENERAL = {0: ("none", 1), 1: ("lz4", 255), 2: ("zstd", 32768), 3: ("gzip", 1032)}


def lz4_block(data, length):
    """The `length` bytes that the LZ4 block `data` stands for."""
    out = bytearray()
    at, end = 0, len(data)
    try:
        while True:
            token = data[at]
            at += 1
            literals = token >> 4
            if literals == 15:
                while True:
                    more = data[at]
                    at += 1
                    literals += more
                    if more != 255:
                        break
            if literals > end - at or len(out) + literals > length:
                raise FormatError("an LZ4 block holds more than it announces")
            out += data[at:at + literals]
            at += literals
            if at == end:
                break
            distance = data[at] | data[at + 1] << 8
            at += 2
            match = (token & 15) + 4
            if match == 19:
                while True:
                    more = data[at]
                    at += 1
                    match += more
                    if more != 255:
                        break
            begin = len(out) - distance
            if distance == 0 or begin < 0 or len(out) + match > length:
                raise FormatError("an LZ4 block points outside of itself")
            if match <= distance:
                out += out[begin:begin + match]
            else:
                out += (bytes(out[begin:]) * (match // distance + 1))[:match]
    except IndexError:
        raise FormatError("an LZ4 block ends too early") from None
    if len(out) != length:
        raise FormatError("an LZ4 block holds less than it announces")
    return bytes(out)


def gzip_member(data, length):
    """The `length` bytes of one gzip member."""
    inflater = zlib.decompressobj(wbits=31)
    try:
        out = inflater.decompress(data, length + 1)
    except zlib.error as error:
        raise FormatError(f"a gzip member cannot be unpacked ({error})") from None
    if len(out) != length or not inflater.eof or inflater.unused_data or inflater.unconsumed_tail:
        raise FormatError("a gzip member holds another number of bytes than it announces")
    return out


def _zstd_decoder():
    """A function (bytes, length) from whichever module is there; None without one."""
    try:
        from compression import zstd  # Python 3.14
        return lambda data, length: zstd.ZstdDecompressor().decompress(data, length + 1)
    except ImportError:
        pass
    try:
        import zstandard
        return lambda data, length: zstandard.ZstdDecompressor().decompress(data, max_output_size=length + 1)
    except ImportError:
        pass
    try:
        import pyzstd
        return lambda data, length: pyzstd.ZstdDecompressor().decompress(data, length + 1)
    except ImportError:
        return None


def zstd_frame(data, length):
    """The `length` bytes of one Zstandard frame; None when this Python has no decoder for it."""
    decode = _zstd_decoder()
    if decode is None:
        return None
    try:
        out = decode(data, length)
    except Exception as error:  # each module has its own class
        raise FormatError(f"a Zstandard frame cannot be unpacked ({error})") from None
    if len(out) != length:
        raise FormatError("a Zstandard frame holds another number of bytes than it announces")
    return out


__all__ = ["Cursor", "GENERAL", "packed", "code_table", "MagnitudeStream", "spike_block", "sensor_block", "lz4_block",
           "gzip_member", "zstd_frame"]
