# SPDX-License-Identifier: GPL-3.0-or-later
"""CRC-32C (RFC 3720, B.4) and XXH3-64 (xxHash 0.8), for inputs of any length, with numpy."""
import functools

import numpy as np

_POLYNOMIAL = 0x82F63B78  # Castagnoli's, bits reversed


def _byte_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return table


_TABLE = _byte_table()
_NUMPY_TABLE = np.array(_TABLE, dtype=np.uint32)


def _times(matrix, vector):
    product, row = 0, 0
    while vector:
        if vector & 1:
            product ^= matrix[row]
        vector >>= 1
        row += 1
    return product


@functools.lru_cache(maxsize=64)
def _shift_tables(length):
    """Four tables that move the register of a CRC over `length` zero bytes: one per byte of the register."""
    # One zero bit as a matrix over GF(2), squared and multiplied up to 8 * length bits.
    power = [_POLYNOMIAL] + [1 << bit for bit in range(31)]
    result = [1 << bit for bit in range(32)]
    bits = 8 * length
    while bits:
        if bits & 1:
            result = [_times(power, row) for row in result]
        power = [_times(power, row) for row in power]
        bits >>= 1
    return [[_times(result, byte << (8 * k)) for byte in range(256)] for k in range(4)]


def crc32c(data, crc=0):
    """CRC-32C of bytes-like `data`, continuing the sum `crc`."""
    data = bytes(data)
    register = crc ^ 0xFFFFFFFF
    done = 0
    if len(data) >= 8192:
        # Lanes of equal length side by side, then joined: the sum is linear in register and data.
        lanes = max(16, int(len(data) ** 0.5))
        length = len(data) // lanes
        done = lanes * length
        columns = np.ascontiguousarray(np.frombuffer(data, np.uint8, done).reshape(lanes, length).T)
        sums = np.zeros(lanes, dtype=np.uint32)
        for column in columns:
            sums = _NUMPY_TABLE[(sums ^ column) & np.uint32(0xFF)] ^ (sums >> np.uint32(8))
        t0, t1, t2, t3 = _shift_tables(length)
        for lane in sums.tolist():
            register = (t0[register & 255] ^ t1[(register >> 8) & 255] ^ t2[(register >> 16) & 255] ^
                        t3[register >> 24] ^ lane)
    table = _TABLE
    for byte in data[done:]:
        register = table[(register ^ byte) & 255] ^ (register >> 8)
    return register ^ 0xFFFFFFFF


_M64 = (1 << 64) - 1
_P32_1, _P32_2, _P32_3 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
_P64_1, _P64_2, _P64_3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_P64_4, _P64_5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5

#: The default secret of the XXH3 specification.
_SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221"
    "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb"
    "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e")


def _u64(data, at):
    return int.from_bytes(data[at:at + 8], "little")


def _u32(data, at):
    return int.from_bytes(data[at:at + 4], "little")


def _fold(a, b):
    product = a * b
    return (product & _M64) ^ (product >> 64)


def _avalanche(h):
    h ^= h >> 37
    h = h * 0x165667919E3779F9 & _M64
    return h ^ (h >> 32)


def _avalanche64(h):
    h ^= h >> 33
    h = h * _P64_2 & _M64
    h ^= h >> 29
    h = h * _P64_3 & _M64
    return h ^ (h >> 32)


def _rotate(value, bits):
    return ((value << bits) | (value >> (64 - bits))) & _M64


def _mix(data, at, secret_at, seed):
    return _fold(_u64(data, at) ^ (_u64(_SECRET, secret_at) + seed & _M64),
                 _u64(data, at + 8) ^ (_u64(_SECRET, secret_at + 8) - seed & _M64))


def _short(data, seed):
    n = len(data)
    if n > 8:
        low = _u64(data, 0) ^ ((_u64(_SECRET, 24) ^ _u64(_SECRET, 32)) + seed & _M64)
        high = _u64(data, n - 8) ^ ((_u64(_SECRET, 40) ^ _u64(_SECRET, 48)) - seed & _M64)
        swapped = int.from_bytes(low.to_bytes(8, "little"), "big")
        return _avalanche(n + swapped + high + _fold(low, high) & _M64)
    if n >= 4:
        seed ^= int.from_bytes((seed & 0xFFFFFFFF).to_bytes(4, "little"), "big") << 32
        flip = (_u64(_SECRET, 8) ^ _u64(_SECRET, 16)) - seed & _M64
        h = (_u32(data, n - 4) + (_u32(data, 0) << 32)) ^ flip
        h ^= _rotate(h, 49) ^ _rotate(h, 24)
        h = h * 0x9FB21C651E98DF25 & _M64
        h ^= (h >> 35) + n
        h = h * 0x9FB21C651E98DF25 & _M64
        return h ^ (h >> 28)
    if n:
        combined = data[0] << 16 | data[n >> 1] << 24 | data[n - 1] | n << 8
        return _avalanche64(combined ^ ((_u32(_SECRET, 0) ^ _u32(_SECRET, 4)) + seed & _M64))
    return _avalanche64(seed ^ _u64(_SECRET, 56) ^ _u64(_SECRET, 64))


def _middle(data, seed):
    n = len(data)
    total = n * _P64_1
    if n <= 128:
        for i in reversed(range((n - 1) // 32 + 1)):
            total += _mix(data, 16 * i, 32 * i, seed) + _mix(data, n - 16 * (i + 1), 32 * i + 16, seed)
        return _avalanche(total & _M64)
    for i in range(8):
        total += _mix(data, 16 * i, 16 * i, seed)
    total = _avalanche(total & _M64)
    for i in range(8, n // 16):
        total += _mix(data, 16 * i, 16 * (i - 8) + 3, seed)
    return _avalanche(total + _mix(data, n - 16, 136 - 17, seed) & _M64)


def _seeded_secret(seed):
    words = np.frombuffer(_SECRET, dtype="<u8").copy()
    words[0::2] += np.uint64(seed)
    words[1::2] -= np.uint64(seed)
    return words.tobytes()


def _accumulate(stripes, keys):
    """What stripes of eight u64 add to the eight lanes; `stripes` is (..., stripes, 8)."""
    keyed = stripes ^ keys
    product = (keyed & np.uint64(0xFFFFFFFF)) * (keyed >> np.uint64(32))
    # A lane takes its own product and its neighbour's data.
    neighbours = stripes.reshape(stripes.shape[:-1] + (4, 2))[..., ::-1].reshape(stripes.shape)
    return (product + neighbours).sum(axis=-2, dtype=np.uint64)


def _long(data, seed):
    secret = _seeded_secret(seed)
    keys = np.array([np.frombuffer(secret, "<u8", 8, 8 * i) for i in range(16)])
    last_key = np.frombuffer(secret, "<u8", 8, 192 - 64)
    sums = np.array([_P32_3, _P64_1, _P64_2, _P64_3, _P64_4, _P32_2, _P64_5, _P32_1], dtype=np.uint64)
    blocks = (len(data) - 1) // 1024
    prime, shift = np.uint64(_P32_1), np.uint64(47)
    for first in range(0, blocks, 1024):  # a megabyte at a time
        count = min(1024, blocks - first)
        words = np.frombuffer(data, "<u8", count * 128, first * 1024).reshape(count, 16, 8)
        for added in _accumulate(words, keys):
            sums = sums + added
            sums = (sums ^ (sums >> shift) ^ last_key) * prime
    stripes = (len(data) - 1 - 1024 * blocks) // 64
    if stripes:
        words = np.frombuffer(data, "<u8", stripes * 8, blocks * 1024).reshape(stripes, 8)
        sums = sums + _accumulate(words, keys[:stripes])
    words = np.frombuffer(data[-64:], "<u8").reshape(1, 8)
    sums = sums + _accumulate(words, np.frombuffer(secret, "<u8", 8, 192 - 64 - 7).reshape(1, 8))
    total = len(data) * _P64_1
    lanes = sums.tolist()
    for i in range(4):
        total += _fold(lanes[2 * i] ^ _u64(secret, 11 + 16 * i), lanes[2 * i + 1] ^ _u64(secret, 19 + 16 * i))
    return _avalanche(total & _M64)


def xxh3(seed, data):
    """XXH3-64 of bytes-like `data` with the 64-bit `seed`."""
    data = bytes(data)
    if len(data) <= 16:
        return _short(data, seed)
    if len(data) <= 240:
        return _middle(data, seed)
    return _long(data, seed)
