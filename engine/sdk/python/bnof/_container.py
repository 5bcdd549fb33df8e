# SPDX-License-Identifier: GPL-3.0-or-later
"""Files, chunk headers, index pages and footers (engine/storage/FORMAT.md)."""
import os
import re
import struct
from typing import NamedTuple

import numpy as np

from . import _codecs
from ._bytes import Cursor
from ._checksums import crc32c, xxh3
from ._errors import DamagedError, FormatError, NotARecordingError, UnsupportedError

MAGIC = b"\x89BNR\r\n\x1a\n"
TAIL_MAGIC = b"BNRtail\n"
HEADER_BYTES, TAIL_BYTES, MAX_PAYLOAD = 64, 48, 64 << 20
METADATA, MODEL, STATE, EDIT, AUDIT, FIRST_ITEM, INDEX_PAGE, FOOTER = 1, 2, 3, 4, 5, 16, 0x7E, 0x7F
_SYNC = {1: bytes.fromhex("B10E43688FD75AE3"), 2: bytes.fromhex("B10E4368")}
_CHUNK_BYTES = {1: 80, 2: 64}
_M64 = (1 << 64) - 1

#: A chunk as it is kept in memory, whatever version it comes from.
CHUNK = np.dtype([("offset", "<u8"), ("sequence", "<u8"), ("t0", "<i8"), ("t1", "<i8"), ("second", "<u8"),
                  ("payload_sum", "<u8"), ("items", "<u4"), ("stored", "<u4"), ("unpacked", "<u4"), ("low", "<u4"),
                  ("high", "<u4"), ("group", "<u4"), ("type", "<u2"), ("id", "<u2"), ("codec", "u1"),
                  ("layout", "u1")])

_V2 = np.dtype([("sync", "<u4"), ("crc", "<u4"), ("payload_sum", "<u8"), ("sequence", "<u4"), ("items", "<u4"),
                ("t0", "<i8"), ("t1", "<i8"), ("stored", "<u4"), ("unpacked", "<u4"), ("low", "<u4"),
                ("high", "<u4"), ("second", "<u4"), ("type", "u1"), ("codec", "u1"), ("id", "<u2")])
_V1 = np.dtype([("sync", "<u8"), ("crc", "<u4"), ("payload_sum", "<u4"), ("sequence", "<u8"), ("t0", "<i8"),
                ("t1", "<i8"), ("items", "<u4"), ("unpacked", "<u4"), ("stored", "<u4"), ("type", "<u2"),
                ("id", "<u2"), ("group", "<u4"), ("low", "<u4"), ("high", "<u4"), ("codec", "u1"),
                ("codec_version", "u1"), ("layout", "u1"), ("flags", "u1"), ("second", "<u8")])
_ENTRY = np.dtype([("offset", "<u8"), ("header", _V2)])


def _chunks(headers, offsets, version):
    """Chunk headers of `version` as CHUNK rows; `group` is only a flag (version 2) or a number (version 1)."""
    rows = np.zeros(len(headers), CHUNK)
    rows["offset"] = offsets
    for name in ("sequence", "t0", "t1", "second", "payload_sum", "items", "stored", "unpacked", "low", "high", "id"):
        rows[name] = headers[name]
    if version == 1:
        rows["type"] = np.where(headers["type"] == 0x7FFF, FOOTER, headers["type"])
        for name in ("codec", "layout", "group"):
            rows[name] = headers[name]
    else:
        rows["type"] = headers["type"] & 0x7F
        rows["group"] = headers["type"] >> 7
        rows["codec"] = headers["codec"] & 15
        rows["layout"] = headers["codec"] >> 4
    return rows


class FileHeader(NamedTuple):
    major: int
    minor: int
    uuid: bytes
    created_ns: int
    segment: int
    first_sequence: int


def parse_file_header(data):
    """None when these 64 bytes are no file header."""
    if len(data) < HEADER_BYTES or data[:8] != MAGIC or crc32c(data[:60]) != struct.unpack_from("<I", data, 60)[0]:
        return None
    major, minor, size, uuid, created, segment, sequence = struct.unpack_from("<HHI16sqII", data, 8)
    if size != HEADER_BYTES:
        return None
    return FileHeader(major, minor, uuid, created, segment, sequence)


class Footer(NamedTuple):
    offset: int
    header: FileHeader
    chunks: int
    pages: list  #: offsets of the index pages
    text: bytes  #: JSON


class Segment:
    """One file of a recording. `damage` is called with every DamagedError and decides whether it is raised."""

    def __init__(self, path, check_payloads, damage):
        self.path, self._check, self._damage = str(path), check_payloads, damage
        self._file = open(path, "rb", buffering=0)
        try:
            self._open()
        except BaseException:
            self._file.close()
            raise

    def close(self):
        self._file.close()

    # --- Bytes

    def read(self, offset, length):
        """Up to `length` bytes at `offset`: fewer at the end of the file."""
        self._file.seek(offset)
        parts = []
        while length > 0:
            part = self._file.read(min(length, 1 << 26))
            if not part:
                break
            parts.append(part)
            length -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def damaged(self, what, offset):
        return DamagedError(what, self.path, offset)

    # --- Opening

    def _open(self):
        self.size = os.fstat(self._file.fileno()).st_size
        self.header = parse_file_header(self.read(0, HEADER_BYTES))
        tail = self._tail_at(self.size - TAIL_BYTES) if self.size >= HEADER_BYTES + TAIL_BYTES else None
        self.footer = None
        if self.header is None:
            self._recover_header(tail)
        if self.header.major not in (1, 2):
            raise UnsupportedError(
                f"the recording has format version {self.header.major}.{self.header.minor}; this program reads "
                "versions 1 and 2, a newer one reads it", self.path, 8)
        self._prepare()
        if tail is not None and tail[2] == self.header.uuid:
            self.footer = self._read_footer(tail[0], tail[1])
        self.chunks = self._chunk_table()

    def _prepare(self):
        self.version = self.header.major
        self.chunk_bytes = _CHUNK_BYTES[self.version]
        self._uuid_sum = crc32c(self.header.uuid)
        first, second = struct.unpack("<QQ", self.header.uuid)
        self._seed = first ^ second

    def _tail_at(self, offset):
        """(offset and length of the footer, uuid) when a tail stands there."""
        data = self.read(offset, TAIL_BYTES)
        if len(data) < TAIL_BYTES or data[40:] != TAIL_MAGIC or crc32c(data[:36]) != struct.unpack_from("<I", data,
                                                                                                       36)[0]:
            return None
        at, length, uuid = struct.unpack_from("<QQ16s", data)
        if at + length != offset or length < 64:
            return None
        return at, length, uuid

    def _recover_header(self, tail):
        """The file header is destroyed: the footer holds it once more."""
        found = self.read(0, 8) == MAGIC
        if tail is not None:
            for version in (2, 1):
                self.header = FileHeader(version, 0, tail[2], 0, 0, 0)
                self._prepare()
                footer = self._read_footer(tail[0], tail[1])
                if footer is not None:
                    self._damage(self.damaged("the file header is destroyed; the footer's copy can replace it", 0))
                    self.header = footer.header
                    return
        self.header = None
        if found:
            raise self.damaged("the file header is destroyed and no footer can replace it", 0)
        raise NotARecordingError("this is no .bnr recording", self.path, 0)

    # --- Chunks

    def parse_chunk(self, data, offset):
        """The chunk whose header `data` begins with as a CHUNK row; None when it is none."""
        size = self.chunk_bytes
        sync = _SYNC[self.version]
        if len(data) < size or data[:len(sync)] != sync:
            return None
        at = len(sync)
        if crc32c(data[at + 4:size], self._uuid_sum) != struct.unpack_from("<I", data, at)[0]:
            return None
        row = _chunks(np.frombuffer(data, _V2 if self.version == 2 else _V1, 1), offset, self.version)[0]
        return row if self._is_honest(row) else None

    def _is_honest(self, row):
        stored, unpacked, codec = int(row["stored"]), int(row["unpacked"]), int(row["codec"])
        if stored > MAX_PAYLOAD or unpacked > MAX_PAYLOAD:
            return False
        if codec == 0:
            return stored == unpacked
        return codec not in _codecs.GENERAL or unpacked <= stored * _codecs.GENERAL[codec][1] + 64

    def end_of(self, row):
        """Where the chunk ends, its padding included."""
        return int(row["offset"]) + self.chunk_bytes + (int(row["stored"]) + 7) // 8 * 8

    def payload(self, row):
        """The unpacked payload of a chunk, after every check. DamagedError, UnsupportedError."""
        offset = int(row["offset"])
        data = self.read(offset, self.chunk_bytes + int(row["stored"]))
        there = self.parse_chunk(data, offset)
        if there is None or there["sequence"] != row["sequence"] or there["payload_sum"] != row["payload_sum"]:
            raise self.damaged("a chunk's header is damaged", offset)
        stored = data[self.chunk_bytes:]
        if len(stored) != row["stored"]:
            raise self.damaged("a chunk is cut off", offset)
        if self._check and self._payload_sum(int(row["sequence"]), stored) != int(row["payload_sum"]):
            raise self.damaged("a chunk's payload is damaged (its checksum differs)", offset)
        try:
            return self._unpack(row, stored)
        except FormatError as error:
            raise self.damaged(str(error), offset) from None

    def _payload_sum(self, sequence, stored):
        if self.version == 1:
            return crc32c(stored, crc32c(struct.pack("<Q", sequence), self._uuid_sum))
        return xxh3(self._seed ^ (sequence * 0x9E3779B97F4A7C15 & _M64), stored)

    def _unpack(self, row, stored):
        codec, length = int(row["codec"]), int(row["unpacked"])
        if codec == 0:
            return stored
        if codec == 1:
            return _codecs.lz4_block(stored, length)
        if codec == 3 and self.version == 2:
            return _codecs.gzip_member(stored, length)
        if codec == 2 and self.version == 2:
            out = _codecs.zstd_frame(stored, length)
            if out is not None:
                return out
            raise UnsupportedError(
                "this chunk is packed with Zstandard, and this Python has no decoder for it; install the module "
                "zstandard or pyzstd, or write the recording anew with \"bnof convert FILE --out NEW --codec lz4\"",
                self.path, int(row["offset"]))
        raise UnsupportedError(f"a chunk is packed with the unknown codec {codec}", self.path, int(row["offset"]))

    # --- Footer and index pages

    def _read_footer(self, offset, length):
        """The footer chunk at `offset`; None when it is damaged."""
        row = self.parse_chunk(self.read(offset, self.chunk_bytes), offset)
        if row is None or row["type"] != FOOTER or self.end_of(row) != offset + length:
            return None
        try:
            return self._parse_footer(offset, Cursor(self.payload(row)))
        except (DamagedError, FormatError):
            return None

    def _parse_footer(self, offset, cursor):
        header = parse_file_header(cursor.take(HEADER_BYTES))
        if header is None:
            raise FormatError("the footer has no file header")
        chunks, streams, places = cursor.unpack("QII")
        cursor.skip(56 * streams)
        cursor.skip(24 * places)
        pages = []
        if self.version == 2:
            count, = cursor.unpack("I")
            pages = [entry[0] for entry in cursor.array("<u8", 3 * count).reshape(count, 3).tolist()]
        length, = cursor.unpack("I")
        text = cursor.take(length)
        cursor.finish("the footer")
        return Footer(offset, header, chunks, pages, text)

    def _chunk_table(self):
        """All chunks of the file except index pages and footers, in order, with `group` counting up."""
        tables, begin, end = [], HEADER_BYTES, self.size
        if self.footer is not None:
            end = self.footer.offset
            for offset in self.footer.pages:
                page = self._read_page(offset, end)
                if page is None:  # a damaged page: its chunks are found by walking over them
                    break
                rows, begin = page
                tables.append(rows)
        tables.append(self._walk(begin, end, tables[-1][-1]["sequence"] if tables and len(tables[-1]) else -1))
        table = np.concatenate(tables)
        self._check_sequence(table)
        if self.version == 2:
            table["group"] = np.cumsum(table["group"])
        else:
            changed = np.ones(len(table), bool)
            changed[1:] = table["group"][1:] != table["group"][:-1]
            table["group"] = np.cumsum(changed)
        self.last_sequence = int(table["sequence"][-1]) if len(table) else self.header.first_sequence - 1
        return table[(table["type"] != INDEX_PAGE) & (table["type"] != FOOTER)]

    def _read_page(self, offset, end):
        """Rows of the index page at `offset` with that of the page itself, and where it ends; None: damaged."""
        row = self.parse_chunk(self.read(offset, self.chunk_bytes), offset)
        if row is None or row["type"] != INDEX_PAGE or self.end_of(row) > end:
            return None
        try:
            cursor = Cursor(self.payload(row))
            _, streams = cursor.unpack("QI")
            cursor.skip(56 * streams)
            count, = cursor.unpack("I")
            entries = cursor.array(_ENTRY, count)
        except (DamagedError, FormatError):
            return None
        rows = _chunks(entries["header"], entries["offset"], 2)
        ends = rows["offset"] + np.uint64(self.chunk_bytes) + rows["stored"]
        if (ends > offset).any() or not all(map(self._is_honest, rows)):
            return None
        return np.append(rows, row.reshape(1)), self.end_of(row)

    def _walk(self, offset, end, sequence):
        """Rows of the chunks from `offset` to `end`, header by header."""
        rows, search_from = [], offset
        while offset < end:
            row = self.parse_chunk(self.read(offset, self.chunk_bytes), offset)
            if row is not None and int(row["sequence"]) > sequence and self._fits(row, end):
                rows.append(row)
                sequence = int(row["sequence"])
                search_from = offset + self.chunk_bytes
                offset = self.end_of(row)
                continue
            if self._tail_at(offset) is not None:  # of a footer that was replaced
                offset += TAIL_BYTES
                continue
            found = self._search(search_from, end, sequence)
            if found is None:
                break
            self._damage(self.damaged("the bytes up to the next whole chunk are damaged", offset))
            offset = found
        return np.array(rows, CHUNK) if rows else np.zeros(0, CHUNK)

    def _fits(self, row, end):
        """The payload ends before `end`; the padding behind the last one may not have reached the disk."""
        return int(row["offset"]) + self.chunk_bytes + int(row["stored"]) <= end

    def _search(self, begin, end, sequence):
        """Offset of the next whole chunk that continues the sequence; None: none."""
        sync = _SYNC[self.version]
        window = 1 << 20
        while begin < end:
            data = self.read(begin, min(window + self.chunk_bytes, end - begin))
            at = data.find(sync)
            while 0 <= at < window:
                row = self.parse_chunk(data[at:at + self.chunk_bytes], begin + at)
                if row is not None and int(row["sequence"]) > sequence and self._fits(row, end):
                    return begin + at
                at = data.find(sync, at + 1)
            begin += window
        return None

    def _check_sequence(self, table):
        expected = self.header.first_sequence
        sequences = table["sequence"].astype(np.int64)
        steps = np.diff(sequences, prepend=expected - 1)
        for index in np.flatnonzero(steps != 1).tolist():
            missing = int(steps[index]) - 1
            self._damage(self.damaged(f"{missing} chunks are missing before this one", int(table["offset"][index])))
        if self.footer is not None and (steps == 1).all():
            found = int((table["type"] != FOOTER).sum())
            if found != self.footer.chunks:
                self._damage(self.damaged(f"the footer counts {self.footer.chunks} chunks; {found} are here",
                                          self.footer.offset))


def segment_files(path):
    """The later files beside `path`, as (number, path): "run.0002.bnr" is number 2 of "run.bnr"."""
    folder, name = os.path.split(os.path.abspath(path))
    stem, suffix = (name[:-4], r"\.bnr") if name.endswith(".bnr") else (name, "")
    pattern = re.compile(re.escape(stem) + r"\.(\d{4,})" + suffix)
    found = []
    for other in os.listdir(folder):
        match = pattern.fullmatch(other)
        if match and int(match.group(1)) > 0:
            found.append((int(match.group(1)), os.path.join(folder, other)))
    return sorted(found)
