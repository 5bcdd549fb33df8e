# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what the reader in engine/sdk/python finds in a recording with what bnof says about it. Prints "same", or
what differs: check_reader.py CHECK ARGUMENTS…, see the functions check_*."""
import contextlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile

import numpy as np

import bnof  # PYTHONPATH names its folder
from bnof import _checksums as checksums
from bnof import _codecs as codecs


def fail(text):
    print(text)
    sys.exit(1)


def same(name, got, want):
    if isinstance(got, np.ndarray) and isinstance(want, np.ndarray):
        # Bit for bit: a NaN equals the same NaN, and 0 is not -0.
        ok = got.shape == want.shape and got.dtype == want.dtype and got.tobytes() == want.tobytes()
    else:
        ok = got == want
    if not ok:
        fail(f"{name}: {got!r}, expected {want!r}")


# --- Parts, against published test vectors

def check_parts():
    same("crc32c", checksums.crc32c(b"123456789"), 0xE3069283)  # RFC 3720 uses this sum; the catalogue of CRCs
    same("crc32c, 32 zeros", checksums.crc32c(bytes(32)), 0x8A9136AA)  # RFC 3720, B.4
    text = bytes(range(256)) * 150
    bytewise = checksums.crc32c(b"")
    for at in range(0, len(text), 1000):
        bytewise = checksums.crc32c(text[at:at + 1000], bytewise)
    same("crc32c in lanes", checksums.crc32c(text), bytewise)
    # xxHash 0.8's own library, over the generator of its sanity check: lengths on both sides of every border.
    for length, seed, expected in XXH3:
        same(f"xxh3 of {length} bytes", checksums.xxh3(seed, sanity_bytes(length)), expected)
    cursor = codecs.Cursor(bytes.fromhex("8201003F0302030F5C44"))
    same("packed column", codecs.packed(cursor, 5).tolist(), [3, 3, 3, 70000, 3])  # the example of CODECS.md
    same("packed column, all used", cursor.at, cursor.end)
    # An LZ4 block: "abc" repeated (an overlapping match), then literals.
    same("lz4", codecs.lz4_block(bytes([0x37]) + b"abc" + bytes([3, 0, 0x50]) + b"abcde", 19),
         b"abcabcabcabcab" + b"abcde")


def sanity_bytes(length):
    """The bytes that xxHash's sanity check hashes."""
    out, state = bytearray(), 2654435761
    for _ in range(length):
        out.append(state >> 56)
        state = state * 11400714785074694797 & (1 << 64) - 1
    return bytes(out)


#: Length, seed, XXH3-64 by libxxhash 0.8.1.
XXH3 = [
    (0, 0x0, 0x2d06800538d394c2),
    (0, 0x9e3779b185ebca8d, 0xa8a6b918b2f0364a),
    (1, 0x0, 0xc44bdff4074eecdb),
    (1, 0x9e3779b185ebca8d, 0x032be332dd766ef8),
    (3, 0x0, 0x54247382a8d6b94d),
    (3, 0x9e3779b185ebca8d, 0x634b8990b4976373),
    (4, 0x0, 0xe5dc74bc51848a51),
    (4, 0x9e3779b185ebca8d, 0xaa2e7eccb0c8f747),
    (8, 0x0, 0x24ccc9acaa9f65e4),
    (8, 0x9e3779b185ebca8d, 0x8f973410999b8f6b),
    (9, 0x0, 0x14d5001c15dd3f2b),
    (9, 0x9e3779b185ebca8d, 0xb3ae7333d9013f60),
    (16, 0x0, 0x981b17d36c7498c9),
    (16, 0x9e3779b185ebca8d, 0x663f29333b4db6b1),
    (17, 0x0, 0x796f5acd3a60f862),
    (17, 0x9e3779b185ebca8d, 0xf3ec5067f4306db3),
    (32, 0x0, 0x9feaddbdbf57eed3),
    (32, 0x9e3779b185ebca8d, 0x2199fab1534893d9),
    (33, 0x0, 0xabfb2d081b400a10),
    (33, 0x9e3779b185ebca8d, 0xad56348da574bb6d),
    (64, 0x0, 0x9cb48487720ec49d),
    (64, 0x9e3779b185ebca8d, 0x4fe8895db9b8c077),
    (65, 0x0, 0xfd81aac4bebc3883),
    (65, 0x9e3779b185ebca8d, 0xad80aeec1fc9e0a7),
    (96, 0x0, 0x935a769a7f94776f),
    (96, 0x9e3779b185ebca8d, 0x70cf51937e500540),
    (97, 0x0, 0xca4ca268fd3c3a6c),
    (97, 0x9e3779b185ebca8d, 0xee461d3add7ee6c9),
    (128, 0x0, 0xfcff24126754d861),
    (128, 0x9e3779b185ebca8d, 0x73fde75280646649),
    (129, 0x0, 0x98f1b0a679a2ca29),
    (129, 0x9e3779b185ebca8d, 0x21fffdbca099c844),
    (144, 0x0, 0xc440d47e5f03fe58),
    (144, 0x9e3779b185ebca8d, 0x858d16b71f4dd859),
    (240, 0x0, 0x81c3c2b67f568ccf),
    (240, 0x9e3779b185ebca8d, 0xcc0f58c27ef3d8ee),
    (241, 0x0, 0xc5a639ecd2030e5e),
    (241, 0x9e3779b185ebca8d, 0xdda9b0a161d4829a),
    (256, 0x0, 0x55de574ad89d0ac5),
    (256, 0x9e3779b185ebca8d, 0x4d30234b7a3aa61c),
    (1024, 0x0, 0xdd85c9b5c1109c5c),
    (1024, 0x9e3779b185ebca8d, 0xef368a8a2ebabaef),
    (1025, 0x0, 0xd870c0fa13211c6a),
    (1025, 0x9e3779b185ebca8d, 0x96792bcf9af88519),
    (1088, 0x0, 0xcc1450ea6b52a8f4),
    (1088, 0x9e3779b185ebca8d, 0x542632d046f3dde4),
    (2048, 0x0, 0xdd59e2c3a5f038e0),
    (2048, 0x9e3779b185ebca8d, 0x66f81670669ababc),
    (2049, 0x0, 0xd3afa4329779b921),
    (2049, 0x9e3779b185ebca8d, 0xe48083836cd58024),
    (2367, 0x0, 0xcb37aeb9e5d361ed),
    (2367, 0x9e3779b185ebca8d, 0xd2db3415b942b42a),
    (70000, 0x0, 0x1f8d9e4a592b32ba),
    (70000, 0x9e3779b185ebca8d, 0xd3100d71836aacda),
]


# --- A whole recording

def check_same(file, said, arrays):
    with open(said, encoding="utf-8") as text:
        info = json.loads(text.read().strip().splitlines()[-1])

    def get(name):
        return np.load(f"{arrays}/{name}.npy", allow_pickle=False)

    def has(name):
        return os.path.exists(f"{arrays}/{name}.npy")

    with bnof.open(file) as recording:
        summary = recording.summary()
        for name in ("uuid", "title", "frames", "spikes", "decisions", "complete", "spikes_hash", "decisions_hash"):
            same(name, summary[name], info[name])
        same("duration", round(summary["duration"], 9), round(info["duration"], 9))
        for name in ("operator", "notes"):
            same(name, recording.metadata[name], info[name])
        if "original_description" in info:
            for name, value in info["original_description"].items():
                same(f"original {name}", recording.original_metadata[name], value)
        sources = [stream for stream in info["streams"] if stream["kind"] == "frames"]
        for source, stream in enumerate(sources):
            names = [channel["name"] for channel in stream["channels"]]
            same("channels", [channel["name"] for channel in recording.channels(source)], names)
            compare_frames(recording, source, get, has)
        for layer, stream in enumerate(s for s in info["streams"] if s["kind"] == "spikes"):
            ticks, neurons = recording.spikes(stream["layer"])
            same("spikes", len(ticks), stream["count"])
            same("times", len(recording.spike_times(layer)), stream["count"])
            if stream["count"] and has(f"spikes_{layer + 1}_tick"):
                same("ticks", ticks.tolist(), get(f"spikes_{layer + 1}_tick").tolist())
                same("neurons", neurons.tolist(), get(f"spikes_{layer + 1}_neuron").tolist())
        compare_rest(recording, info, get, has)
    with bnof.open(file, check_payloads=False) as unchecked:
        same("without checks", unchecked.spikes_hash(), info["spikes_hash"])


def compare_frames(recording, source, get, has):
    times, values = recording.frames(source)
    if not len(times):
        return
    prefix = f"sensors_{source + 1}_"
    same("times", times.tolist(), get(prefix + "time_ns").tolist())
    same("values", np.ascontiguousarray(values), np.ascontiguousarray(get(prefix + "values")))
    parts = list(recording.iter_frames(source))
    recognised = np.concatenate([part.recognised for part in parts])
    same("recognised", recognised.tolist(), get(prefix + "recognised").astype(bool).tolist())
    device = np.concatenate([part.device_seconds for part in parts])
    if has(prefix + "device_s"):
        same("device clock", device, get(prefix + "device_s"))
    else:
        same("device clock", bool(np.isnan(device).all()), True)
    # A stretch of some channels is a part of the whole.
    start, end = int(times[len(times) // 3]), int(times[len(times) // 2])
    inside = (times >= start) & (times < end)
    some_times, some = recording.frames(source, start, end, channels=[3, 0])
    same("stretch", some_times, times[inside])
    same("some channels", np.ascontiguousarray(some), np.ascontiguousarray(values[inside][:, [3, 0]]))


def compare_rest(recording, info, get, has):
    decisions = list(recording.decisions())
    if decisions:
        same("latency", [d.latency_ns for d in decisions], get("decisions_latency_ns").tolist())
        same("time", [d.t for d in decisions], get("decisions_time_ns").tolist())
        same("gas", [d.gas for d in decisions], get("decisions_gas").tolist())
        same("onset", [d.onset if d.onset >= 0 else -1 for d in decisions], get("decisions_onset_ns").tolist())
        for i, exported in enumerate(get("decisions_probabilities")):  # padded to the number of gases
            own = decisions[i].probabilities
            same(f"probabilities {i}", own, exported[:len(own)])
        same("novelty", np.array([d.novelty for d in decisions], np.float32), get("decisions_novelty"))
        ppm = np.array([np.nan if d.ppm is None else d.ppm for d in decisions], np.float32)
        same("ppm", ppm, get("decisions_ppm").astype(np.float32))
    marks = list(recording.marks())
    same("marks", len(marks), next(s["count"] for s in info["streams"] if s["kind"] == "marks"))
    if marks:
        same("marks' times", [mark.t for mark in marks], get("marks_time_ns").tolist())
        same("labels", [mark.label for mark in marks], get("marks_label").tolist())
    events = list(recording.events())
    if has("events_time_ns"):
        same("events' times", [event.t for event in events], get("events_time_ns").tolist())
        same("kinds", [event.kind for event in events], get("events_kind").tolist())
        same("counts", [event.count for event in events], get("events_count").tolist())
        same("texts", [event.text for event in events], get("events_text").tolist())


def check_times(file, tick_zero, tick_ns):
    with bnof.open(file) as recording:
        for layer in range(2):
            ticks, _ = recording.spikes(layer)
            same("times", recording.spike_times(layer), int(tick_zero) + ticks.astype(np.int64) * int(tick_ns))
            first = next(recording.iter_spikes(layer, start_ns=int(recording.spike_times(layer)[-1])))
            same("from the end", int(first.ticks[-1]), int(ticks[-1]))


def check_zstandard(file):
    try:
        with bnof.open(file) as recording:
            recording.summary()
    except bnof.UnsupportedError as error:
        if "bnof convert" not in str(error) or error.offset is None:
            fail(f"unhelpful: {error}")
        return
    if codecs.zstd_frame(b"", 0) is None and not any(map(module_exists, ("zstandard", "pyzstd", "compression.zstd"))):
        fail("a Zstandard frame was read without a decoder")


def module_exists(name):
    try:
        __import__(name)
        return True
    except ImportError:
        return False


def check_missing(file):
    try:
        bnof.open(file).close()
        fail("a missing file was not noticed")
    except bnof.DamagedError as error:
        if "1 files of this recording are missing" not in str(error):
            fail(str(error))
    with bnof.open(file, damage="skip") as recording:
        same("complete", recording.complete, False)
        if not 0 < len(recording.frames(0)[0]) < 2000:
            fail("the other files were not read")


def check_alone(file):
    with bnof.open(file) as recording:
        same("complete", recording.complete, False)
        if not 0 < len(recording.frames(0)[0]) < 2000:
            fail("the part was not read")


# --- Damage

SECONDS = 10  #: longer than that, a read has hung


def content(file, **options):
    """Everything inside, stream by stream, as lists that can be compared."""
    signal.alarm(SECONDS)
    try:
        with bnof.open(file, **options) as recording:
            streams = {}
            for source in range(len(recording.metadata.get("sources", []))):
                parts = list(recording.iter_frames(source))
                streams[f"frames {source}"] = [(t, v.tobytes()) for p in parts for t, v in zip(p.times, p.values)]
            for layer in range(len(recording.metadata.get("layers", []))):
                ticks, neurons = recording.spikes(layer)
                streams[f"spikes {layer}"] = list(zip(ticks.tolist(), neurons.tolist()))
            streams["decisions"] = [record for record, _ in recording._decision_records()]
            streams["events"], streams["marks"] = list(recording.events()), list(recording.marks())
            return streams, recording.complete
    finally:
        signal.alarm(0)


def hung(*_):
    fail("a read did not end")


def is_part(name, part, whole):
    rest = iter(whole)
    if not all(any(item == other for other in rest) for item in part):
        fail(f"{name} holds what was never recorded")


def check_damage(file, count):
    """Flips and cuts: the documented exception, or nothing but what was recorded."""
    signal.signal(signal.SIGALRM, hung)
    whole, complete = content(file)
    same("complete", complete, True)
    with open(file, "rb") as original:
        data = original.read()
    rng = random.Random(7)
    folder = tempfile.mkdtemp()
    damaged = os.path.join(folder, "damaged.bnr")
    places = [i * len(data) // int(count) + rng.randrange(len(data) // int(count)) for i in range(int(count))]
    raised = 0
    try:
        for place in places:
            flip(damaged, data, place, rng.randrange(8))
            raised += read_flipped(damaged, whole, place)
        if raised < len(places) // 2:
            fail(f"only {raised} of {len(places)} flips were noticed")
        for place in sorted(places[::3]):
            with open(damaged, "wb") as out:
                out.write(data[:place])
            read_cut(damaged, whole, place)
    finally:
        shutil.rmtree(folder)


def flip(path, data, place, bit):
    with open(path, "wb") as out:
        out.write(data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1:])


def read_flipped(path, whole, place):
    """1 when the damage was noticed."""
    noticed = 0
    try:
        got, complete = content(path)
        if got != whole:
            fail(f"a flip at {place} changed what is read, unnoticed")
        noticed = 0 if complete else 1
    except bnof.RecordingError:
        noticed = 1
    with contextlib.suppress(bnof.RecordingError):
        got, _ = content(path, damage="skip")
        for name, items in got.items():
            is_part(f"{name} after a flip at {place}", items, whole[name])
    # Without checksums anything may come out, but no other exception.
    with contextlib.suppress(bnof.RecordingError):
        content(path, check_payloads=False)
    return noticed


def read_cut(path, whole, place):
    try:
        got, complete = content(path)
    except bnof.RecordingError:
        if place > 8000:
            raise
        return
    same(f"complete when cut at {place}", complete, False)
    for name, items in got.items():
        same(f"{name} when cut at {place}", items, whole[name][:len(items)])


if __name__ == "__main__":
    globals()["check_" + sys.argv[1]](*sys.argv[2:])
    print("same")
