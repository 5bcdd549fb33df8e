# SPDX-License-Identifier: GPL-3.0-or-later
"""What a recording that runs, or that was killed, holds beside its files: "run.bnr.open" (engine/storage/FORMAT.md,
"The open end")."""
import os
import struct
from typing import NamedTuple

import numpy as np

from . import _container as container
from . import _streams as streams
from ._bytes import Cursor
from ._checksums import crc32c
from ._errors import FormatError

_MAGIC, _PAGE, _FILLER, _SLOTS, _SMALLEST = b"BNRopen\n", 4096, 0xFFFFFFFF, (256, 384), 64 << 10
_FRAME, _SPIKES, _DECISION, _EVENT, _MARK, _DESCRIPTION = range(6)


class Leftover(NamedTuple):
    """Items that are in no file yet. `limit`: chunks of the last file from there on are written only in part."""
    chunks: list  #: (CHUNK row, item numbers, decoded as by _streams) of streams, in order
    edits: list
    limit: int
    items: int


class Behind(Exception):
    """The last file was read before a write that the open end knows of: read it again."""


def _prepared(page):
    """The newest write that was prepared: stamp, from, to, first items, offset, length, segment; None: none."""
    newest = None
    for at in _SLOTS:
        *numbers, crc = struct.unpack_from("<7QII", page, at)
        if crc == crc32c(page[at:at + 60]) and numbers[0] > (newest[0] if newest else 0):
            newest = numbers
    return newest


def _records(ring, at, head):
    """Contents of the records of [at, head), up to one that the disk did not get to keep."""
    capacity = len(ring)
    while at < head:
        place = at % capacity
        length, crc = struct.unpack_from("<II", ring, place)
        if length == _FILLER:
            at += capacity - place
            continue
        content = ring[place + 8:place + 8 + length]
        if len(content) != length or crc32c(content) != crc:
            return
        yield content
        at += 8 + (length + 7) // 8 * 8


def read_open_end(path, uuid, segment, data_end):
    """What the open end of the recording `path` holds; None when there is none or it belongs to something else.

    segment, data_end: the last file's number, and where its last whole chunk that is no index page ends.
    """
    try:
        with open(path + ".open", "rb") as file:
            page = file.read(_PAGE)
            size = os.fstat(file.fileno()).st_size
            if (len(page) < _PAGE or page[:8] != _MAGIC or page[16:32] != uuid or
                    struct.unpack_from("<II", page, 8) != (1, crc32c(page[16:56]))):
                return None
            capacity, = struct.unpack_from("<Q", page, 64)
            head, = struct.unpack_from("<Q", page, 128)
            prepared = _prepared(page)
            if prepared is None or capacity < _SMALLEST or capacity % _PAGE or capacity > size - _PAGE:
                return None
            _, begin, end, begin_item, end_item, offset, length, number = prepared
            if segment < number or (segment == number and data_end < offset):
                raise Behind
            written = segment > number or data_end >= offset + length
            at = end if written else begin
            # A file that goes on behind the prepared write is newer than this (a power failure).
            if (segment == number and data_end > offset + length) or at > head or head - at > capacity:
                return None
            ring = file.read(capacity)
    except OSError:
        return None
    if len(ring) < capacity:
        return None
    collector = _Collector(end_item if written else begin_item)
    for content in _records(ring, at, head):
        try:
            collector.add(content)
        except FormatError:
            break
    limit = offset if not written else (1 << 64) - 1
    return Leftover(collector.chunks(), collector.edits, limit, collector.count)


class _Collector:
    """Records as decoded chunks, one a stream (frames: one for each stretch of the same width)."""

    def __init__(self, number):
        self._number, self.count, self.edits, self._parts, self._now = number, 0, [], {}, 0

    def _keep(self, kind, stream, width, item):
        self._parts.setdefault((kind, stream, width), []).append((self._number, item))
        self._number += 1
        self.count += 1

    def add(self, content):
        cursor = Cursor(content)
        tag = cursor.byte()
        if tag == _FRAME:
            source, t, device, recognised, width = cursor.unpack("IqdBI")
            self._keep(streams.FRAMES, source, width, (t, device, recognised != 0, cursor.array("<f4", width)))
            self._now = t
        elif tag == _SPIKES:
            layer, count = cursor.unpack("II")
            self._keep(streams.SPIKES, layer, 0, (cursor.array("<u4", 2 * count).reshape(count, 2), self._now))
        elif tag == _DECISION:
            latency, = cursor.unpack("q")
            record = cursor.take(cursor.end - cursor.at)
            streams.check_decision(record)
            self._keep(streams.DECISIONS, 0, 0, (record, latency))
        elif tag == _EVENT:
            kind, t, t2, count = cursor.unpack("BqqQ")
            self._keep(streams.EVENTS, 0, 0, streams.event(kind, t, t2, count, cursor.text()))
        elif tag == _MARK:
            t, = cursor.unpack("q")
            self._keep(streams.MARKS, 0, 0, streams.Mark(t, cursor.text()))
        elif tag == _DESCRIPTION:
            utc, = cursor.unpack("q")
            title, operator, notes = (cursor.text() for _ in range(3))
            self.edits.append({"utc_ns": utc, "title": title, "operator": operator, "notes": notes})
        else:
            raise FormatError(f"a record of the unknown kind {tag}")
        cursor.finish("a record")

    def chunks(self):
        found = []
        for (kind, stream, width), kept in self._parts.items():
            numbers = np.array([number for number, _ in kept], np.uint64)
            items = [item for _, item in kept]
            row = np.zeros(1, container.CHUNK)[0]
            row["type"], row["id"], row["items"] = kind, stream, len(items)
            if kind == streams.FRAMES:
                times = np.array([item[0] for item in items], np.int64)
                decoded = streams.Frames(times, np.array([item[3] for item in items], np.float32).reshape(-1, width),
                                         np.array([item[1] for item in items]), np.array([item[2] for item in items]))
                row["t0"], row["t1"] = times.min(), times.max()
            elif kind == streams.SPIKES:
                pairs = np.concatenate([item[0] for item in items])
                decoded = streams.SpikeChunk(pairs[:, 1], pairs[:, 0], np.array([len(item[0]) for item in items]),
                                             None, None)
                row["t0"] = row["t1"] = items[-1][1]
            elif kind == streams.DECISIONS:
                decoded = np.array([item[1] for item in items], np.int64), [item[0] for item in items]
            else:
                decoded = items
            found.append((row, numbers, decoded))
        return found
