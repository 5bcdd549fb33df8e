# SPDX-License-Identifier: GPL-3.0-or-later
"""The payloads of item streams (engine/storage/FORMAT.md, "Streams"), each decoded as a whole into arrays."""
import struct
from typing import NamedTuple, Optional

import numpy as np

from ._bytes import Cursor, unzigzag
from ._codecs import sensor_block, spike_block
from ._errors import FormatError

FRAMES, SPIKES, DECISIONS, EVENTS, MARKS = 16, 17, 18, 19, 20

#: Values of one chunk of frames; more are no recording but an attack on memory.
_MAX_VALUES = 1 << 26

EVENT_KINDS = {1: "gap", 2: "resynchronised", 3: "dropped", 4: "not recognised", 5: "recogniser reset",
               6: "back end or precision changed", 7: "note",
               8: "channel fault", 9: "sample withheld"}
RECOGNISER_RESET = 5


class Frames(NamedTuple):
    """Consecutive frames of one source."""
    times: np.ndarray  #: session time in nanoseconds, i64
    values: np.ndarray  #: f32, a row per frame and a column per channel
    device_seconds: np.ndarray  #: the device's own clock, f64; NaN where it told none
    recognised: np.ndarray  #: bool: the recogniser was shown this frame


class Spikes(NamedTuple):
    """Consecutive batches of spikes of one layer, one spike after the other."""
    ticks: np.ndarray  #: u32
    neurons: np.ndarray  #: u32
    times: np.ndarray  #: session time in nanoseconds, i64
    lengths: np.ndarray  #: spikes of each batch, i64


class Decision(NamedTuple):
    """What the recogniser said, and when."""
    t: int  #: session time in nanoseconds
    gas: int  #: index into metadata["gases"]; -1: unknown
    probabilities: np.ndarray  #: f32, one a gas
    novelty: float
    ppm: Optional[float]  #: concentration; None: not estimated
    ppm_low: float
    ppm_high: float
    onset: int  #: session time at which the odour began; -1: none
    latency_ns: int  #: from the frame's arrival to the decision
    degraded: int = 0  #: channels that it had to do without because they are faulty


class Event(NamedTuple):
    """Something that happened to the recording or its devices."""
    t: int
    t2: int
    kind: str  #: see EVENT_KINDS; "kind 10" and so on from a newer program
    count: int
    text: str


class Mark(NamedTuple):
    """A label that a person set."""
    t: int
    label: str


# --- Frames --------------------------------------------------------------------------------------------------------

def _recognised(cursor, n):
    mode = cursor.byte()
    if mode == 2:
        return np.unpackbits(cursor.array(np.uint8, (n + 7) // 8), count=n, bitorder="little").astype(bool)
    if mode > 1:
        raise FormatError("frames do not say which of them were recognised")
    return np.full(n, mode == 1)


def _planes(cursor, planes, n, dtype):
    """Numbers of `planes` bytes whose bytes are kept apart, least significant first."""
    bytes_ = cursor.array(np.uint8, planes * n).reshape(planes, n)
    return np.ascontiguousarray(bytes_.T).view(dtype).reshape(n)


def _device_clock(cursor, n, layout):
    mode = cursor.byte()
    if mode == 0:
        return np.full(n, cursor.array("<u8", 1)[0]).view(np.float64)
    if mode != 1:
        raise FormatError("frames have a device clock of an unknown kind")
    if layout == 2:
        return sensor_block(cursor.column(), 4, n)
    return np.cumsum(_planes(cursor, 8, n, "<u8")).view(np.float64)


def _frame_values(cursor, n, width, layout, channels):
    wanted = range(width) if channels is None else channels
    if channels is not None and any(not 0 <= channel < width for channel in wanted):
        raise IndexError(f"there are {width} channels, 0..{width - 1}")
    out = np.empty((len(wanted), n), dtype=np.float32)
    if layout == 2:
        columns = [cursor.column() for _ in range(width)]
        for row, channel in enumerate(wanted):
            out[row] = sensor_block(columns[channel], 3, n)
    else:
        bits = _planes(cursor, 4, width * n, "<u4").reshape(width, n)
        for row, channel in enumerate(wanted):
            out[row] = np.bitwise_xor.accumulate(bits[channel]).view(np.float32)
    cursor.finish("the frames")
    return out.T


def decode_frames(cursor, n, layout, channels=None):
    """Frames behind the column of item numbers; `channels`: only these."""
    width = cursor.varint()
    # The memory is bounded before it is taken: a channel needs at least a byte.
    if width > cursor.end - cursor.at or width * n > _MAX_VALUES:
        raise FormatError(f"{n} frames of {width} values in {cursor.end - cursor.at} bytes")
    if layout == 2:
        times = sensor_block(cursor.column(), 2, n)
    else:
        column = cursor.column()
        times = np.cumsum(np.cumsum(unzigzag(column.varints(n))))
    device = _device_clock(cursor, n, layout)
    recognised = _recognised(cursor, n)
    return Frames(times, _frame_values(cursor, n, width, layout, channels), device, recognised)


# --- Spikes --------------------------------------------------------------------------------------------------------

class SpikeChunk(NamedTuple):
    ticks: np.ndarray
    neurons: np.ndarray
    lengths: np.ndarray
    tick_zero: Optional[int]  #: session time of tick 0; None: not told (layout 1)
    tick_ns: Optional[int]


def _lengths(cursor, n, limit):
    lengths = cursor.column().varints(n)
    total = 0
    for length in lengths.tolist():
        total += length
        if total > limit:
            raise FormatError("batches of spikes are longer than their chunk")
    return lengths.astype(np.int64), total


def decode_spikes(cursor, n, layout):
    """Batches of spikes behind the column of item numbers."""
    if layout == 2:
        tick_zero, tick_ns = cursor.unpack("qQ")
        lengths, total = _lengths(cursor, n, 1 << 32)
        ticks, neurons = [np.zeros(0, np.uint32)], [np.zeros(0, np.uint32)]
        left = total
        while cursor.at < cursor.end:
            block_ticks, block_neurons = spike_block(cursor.column())
            left -= len(block_ticks)
            if left < 0:
                break
            ticks.append(block_ticks)
            neurons.append(block_neurons)
        if left:
            raise FormatError("batches and blocks of spikes do not hold the same number")
        return SpikeChunk(np.concatenate(ticks), np.concatenate(neurons), lengths, tick_zero, tick_ns)
    lengths, total = _lengths(cursor, n, cursor.end - cursor.at)
    both = [np.cumsum(unzigzag(cursor.column().varints(total))) for _ in range(2)]
    cursor.finish("the spikes")
    if total and any(int(column.min()) < 0 or int(column.max()) >> 32 for column in both):
        raise FormatError("a tick or a neuron does not fit into 32 bits")
    return SpikeChunk(both[0].astype(np.uint32), both[1].astype(np.uint32), lengths, None, None)


# --- Decisions, events, marks --------------------------------------------------------------------------------------

def decode_decisions(cursor, n):
    """Latencies (i64) and the decisions' records, as bytes each."""
    latencies = unzigzag(cursor.column().varints(n))
    mode = cursor.byte()
    if mode == 1:
        length = cursor.varint()
        planes = cursor.array(np.uint8, length * n).reshape(length, n)
        rows = np.ascontiguousarray(np.bitwise_xor.accumulate(planes, axis=1).T) if n else planes.T
        records = [row.tobytes() for row in rows]
    elif mode == 0:
        records = [cursor.take(cursor.varint()) for _ in range(n)]
    else:
        raise FormatError("decisions are packed in an unknown way")
    cursor.finish("the decisions")
    for record in records:
        check_decision(record)
    return latencies, records


def check_decision(record):
    """FormatError when the record is not as long as its number of probabilities says."""
    length = 41 + 4 * struct.unpack_from("<I", record, 12)[0] if len(record) >= 41 else 0
    if len(record) < 41 or len(record) not in (length, length + 4):
        raise FormatError("a decision has another length than its probabilities")


def decision(record, latency):
    """A decision from its record."""
    t, gas, count = struct.unpack_from("<qiI", record)
    probabilities = np.frombuffer(record, "<f4", count, 16)
    novelty, present, ppm, low, high, onset = struct.unpack_from("<fBfffq", record, 16 + 4 * count)
    end = 41 + 4 * count
    degraded = struct.unpack_from("<I", record, end)[0] if len(record) > end else 0
    return Decision(t, gas, probabilities, novelty, ppm if present else None, low, high, onset, latency, degraded)


def event(kind, t, t2, count, text):
    """An event with its kind by name."""
    return Event(t, t2, EVENT_KINDS.get(kind, f"kind {kind}"), count, text)


def decode_events(cursor, n):
    events = []
    for _ in range(n):
        kind, t, t2 = cursor.unpack("Bqq")
        count = cursor.varint()
        events.append(event(kind, t, t2, count, cursor.text()))
    cursor.finish("the events")
    return events


def decode_marks(cursor, n):
    marks = []
    for _ in range(n):
        t, = cursor.unpack("q")
        marks.append(Mark(t, cursor.text()))
    cursor.finish("the marks")
    return marks


def item_numbers(cursor, n):
    """The column that every payload of items begins with: rising numbers, u64."""
    steps = cursor.column().varints(n)
    if n > 1 and not steps[1:].all():
        raise FormatError("two items have the same number")
    return np.cumsum(steps)


def open_items(payload, n):
    """Item numbers and the cursor behind them."""
    cursor = Cursor(payload)
    return item_numbers(cursor, n), cursor
