# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings as a whole: metadata, streams, hashes."""
import builtins
import hashlib
import json
import uuid as _uuid

import numpy as np

from . import _container as container
from . import _streams as streams
from ._container import Segment, segment_files
from ._errors import DamagedError, FormatError
from ._open_end import Behind, read_open_end


_ATTEMPTS = 20  #: looks at a recording that grows, until its file and its open end fit together


def open(path, damage="raise", check_payloads=True):
    """Open a recording by its first file: `with bnof.open("run.bnr") as r: ...`.

    damage: "raise" lets the first damaged or missing part raise DamagedError with its place; "skip" leaves it out and
        writes a sentence to `findings`. A recording that was interrupted is no damage: it is read to its end, and
        `complete` is false.
    check_payloads: False leaves out the checksums of payloads, which are most of the time of reading on fast disks;
        headers are always checked.

    Errors: OSError, NotARecordingError, UnsupportedError (newer format), DamagedError.
    """
    return Recording(path, damage, check_payloads)


class Recording:
    """A recording that is open for reading. Close it, or use it in a `with` statement.

    metadata: dict, as the recording is described now; names as in engine/recording/metadata.cpp
    original_metadata: the same before any change of title, operator and notes
    edits, audit: lists of dicts: changes of the description, entries of the audit trail
    uuid, version: str, (major, minor)
    files: paths of the files that were found
    complete: it was finished properly and nothing is missing
    findings: list of sentences about what is damaged, missing or was cut off
    """

    def __init__(self, path, damage="raise", check_payloads=True):
        if damage not in ("raise", "skip"):
            raise ValueError('damage is "raise" or "skip"')
        self.path, self._skip = str(path), damage == "skip"
        self.findings, self.complete = [], True
        self._segments, self._resets, self._leftover = [], None, []
        try:
            for attempt in range(_ATTEMPTS):
                try:
                    self._open(check_payloads, attempt + 1 == _ATTEMPTS)
                    break
                except Behind:  # the recording runs, and has grown between two looks
                    self.close()
                    self._segments, self.findings, self.complete = [], [], True
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Close the files. The arrays that were handed out stay valid."""
        for segment in self._segments:
            segment.close()

    # --- Opening

    def _damage(self, error):
        if not self._skip:
            raise error
        self._note(str(error))

    def _note(self, finding):
        self.complete = False
        if finding not in self.findings:
            self.findings.append(finding)

    def _open(self, check_payloads, last_attempt):
        first = Segment(self.path, check_payloads, self._damage)
        self._segments.append(first)
        header = first.header
        self.uuid, self.version = str(_uuid.UUID(bytes=header.uuid)), (header.major, header.minor)
        if header.segment > 0:
            self._note(f"{self.path}: this is part {header.segment + 1} of a recording, read alone")
        elif header.major > 1:
            self._open_later(check_payloads)
        self.files = [segment.path for segment in self._segments]
        last = self._segments[-1]
        for segment in self._segments:
            if segment.footer is None:
                self._note(f"{segment.path}: there is no whole footer; the recording was interrupted or still runs")
        if last.footer is not None and not self._footer_text(last).get("last", True):
            self._note(f"{last.path}: the recording went on in another file, which is missing")
        edits = []
        if last.footer is None and header.major > 1 and header.segment == 0:
            edits = self._take_open_end(last, last_attempt)
        self._read_texts(first, edits)

    def _take_open_end(self, last, last_attempt):
        """Items that were accepted and are in no file; returns changes of the description among them."""
        data_end = last.end_of(last.chunks[-1]) if len(last.chunks) else container.HEADER_BYTES
        try:
            found = read_open_end(self.path, last.header.uuid, last.header.segment, data_end)
        except Behind:
            if last_attempt:
                return []
            raise
        if found is None:
            return []
        last.chunks = last.chunks[last.chunks["offset"] < found.limit]
        self._leftover = found.chunks
        if found.items:
            self._note(f"{self.path}.open: {found.items} items at the end come from this file, which belongs to the "
                       "recording until it is closed or repaired")
        return found.edits

    def _open_later(self, check_payloads):
        expected = 1
        for number, path in segment_files(self.path):
            if not self._belongs(path):
                continue
            before = self._segments[-1]
            segment = Segment(path, check_payloads, self._damage)
            self._segments.append(segment)
            if number != expected or segment.header.segment != number:
                self._damage(DamagedError(f"{number - expected} files of this recording are missing before this one",
                                          path))
            elif segment.header.first_sequence > before.last_sequence + 2:
                # The footer of the file before is one chunk, too, which an interruption takes along.
                self._damage(DamagedError("chunks are missing at the end of the file before this one", path))
            expected = number + 1

    def _belongs(self, path):
        """The file is a part of this recording: a file of another one may lie beside it under such a name."""
        try:
            with builtins.open(path, "rb") as file:
                header = container.parse_file_header(file.read(container.HEADER_BYTES))
                if header is None:  # perhaps only its header is destroyed: opening it tells
                    file.seek(-container.TAIL_BYTES, 2)
                    return file.read()[16:32] == self._segments[0].header.uuid
        except OSError:
            return False
        return header.uuid == self._segments[0].header.uuid

    def _footer_text(self, segment):
        return self._json(segment.footer.text, segment.path, segment.footer.offset)

    def _json(self, text, path, offset):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise DamagedError(f"a text is no JSON ({error})", path, offset) from None
        if not isinstance(value, dict):
            raise DamagedError("a text is no JSON object", path, offset)
        return value

    def _read_texts(self, first, newest_edits):
        text = self._blob(first, container.METADATA)
        if text:
            self.original_metadata = self._json(text, first.path, None)
        elif first.footer is not None:
            self.original_metadata = self._footer_text(first).get("metadata", {})
        else:
            self.original_metadata = {}
        self.edits = self._texts(container.EDIT) + newest_edits
        self.audit = self._texts(container.AUDIT)
        self.metadata = dict(self.original_metadata)
        self._add_late_sources()
        if self.edits:
            self.metadata.update({name: self.edits[-1].get(name, "") for name in ("title", "operator", "notes")})

    def _add_late_sources(self):
        """Sources that the head does not describe: the last footer knows them; without one, notes tell of them."""
        last = self._segments[-1]
        if last.footer is not None:
            self.metadata["sources"] = self._footer_text(last).get("metadata", {}).get(
                "sources", self.metadata.get("sources", []))
            return
        sources = list(self.metadata.get("sources", []))
        for event in self.events():
            if event.kind != "note" or not event.text.startswith("source added: "):
                continue
            try:
                late = json.loads(event.text[len("source added: "):])
                number = late.pop("source")
                if not 0 <= number < 1 << 16 or not isinstance(late["channels"], list):
                    continue
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                continue
            sources += [{"uri": "", "device": "", "simulated": False, "channels": []}
                        for _ in range(number + 1 - len(sources))]
            sources[number] = late
        self.metadata["sources"] = sources

    def _texts(self, kind):
        texts = []
        for segment in self._segments:
            for row in segment.chunks[segment.chunks["type"] == kind]:
                payload = self._payload(segment, row)
                if payload is not None:
                    texts.append(self._json(payload, segment.path, int(row["offset"])))
        return texts

    def _payload(self, segment, row):
        """The payload, or None where it is damaged and skipped."""
        try:
            return segment.payload(row)
        except DamagedError as error:
            self._damage(error)
            return None

    def _blob(self, segment, kind):
        rows = segment.chunks[segment.chunks["type"] == kind]
        parts = []
        for part, row in enumerate(rows):
            payload = self._payload(segment, row)
            if payload is None or row["low"] != part:
                return b""
            parts.append(payload)
            if row["low"] == row["high"]:
                break
        blob = b"".join(parts)
        if parts and (rows[len(parts) - 1]["low"] != rows[len(parts) - 1]["high"] or len(blob) != rows[0]["second"]):
            self._damage(segment.damaged("a part of the metadata, the model or the state is missing",
                                         int(rows[0]["offset"])))
            return b""
        return blob

    @property
    def model(self):
        """The model's file, as bytes; empty when nothing was recognised."""
        return self._blob(self._segments[0], container.MODEL)

    @property
    def recogniser_state(self):
        """The recogniser's state at the beginning, as bytes."""
        return self._blob(self._segments[0], container.STATE)

    # --- Streams

    def _rows(self, kind, stream=None):
        """(segment, rows of one group) of the chunks of a stream, in order."""
        for segment in self._segments:
            rows = segment.chunks[segment.chunks["type"] == kind]
            if stream is not None:
                rows = rows[rows["id"] == stream]
            if len(rows):
                for group in np.split(rows, np.flatnonzero(np.diff(rows["group"])) + 1):
                    yield segment, group

    def _decode(self, kind, stream, decode, wanted=lambda row: True):
        """Items in order, as (row, item numbers, decoded chunk, first item, item behind the last)."""
        for segment, group in self._rows(kind, stream):
            chunks = []
            for row in group:
                if not wanted(row):
                    continue
                payload = self._payload(segment, row)
                if payload is None:
                    continue
                try:
                    numbers, cursor = streams.open_items(payload, int(row["items"]))
                    chunks.append((row, numbers, decode(cursor, int(row["items"]), int(row["layout"]))))
                except (FormatError, MemoryError) as error:
                    self._damage(segment.damaged(str(error) or "not enough memory", int(row["offset"])))
            yield from _interleaved(chunks)
        # Behind the files: all of it is in memory, and of one group.
        yield from _interleaved([chunk for chunk in self._leftover if chunk[0]["type"] == kind and wanted(chunk[0]) and
                                 (stream is None or chunk[0]["id"] == stream)])

    def channels(self, source=0):
        """The channels of a source, as the metadata describe them: a list of dicts."""
        return self.metadata["sources"][source]["channels"]

    def iter_frames(self, source=0, start_ns=None, end_ns=None, channels=None):
        """Frames of a source, chunk by chunk, as Frames(times, values, device_seconds, recognised).

        start_ns, end_ns: only frames with start_ns <= time < end_ns (session nanoseconds)
        channels: numbers of the channels to decode, in this order; None: all
        """
        def wanted(row):
            return (start_ns is None or row["t1"] >= start_ns) and (end_ns is None or row["t0"] < end_ns)

        def decode(cursor, n, layout):
            return streams.decode_frames(cursor, n, _known(layout, 2), channels)

        for row, _, frames, begin, end in self._decode(streams.FRAMES, source, decode, wanted):
            if row["layout"] == 0 and channels is not None:  # of the open end
                frames = frames._replace(values=frames.values[:, list(channels)])
            keep = np.zeros(len(frames.times), bool)
            keep[begin:end] = True
            if start_ns is not None:
                keep &= frames.times >= start_ns
            if end_ns is not None:
                keep &= frames.times < end_ns
            if keep.all():
                yield frames
            elif keep.any():
                yield streams.Frames(*(column[keep] for column in frames))

    def frames(self, source=0, start_ns=None, end_ns=None, channels=None):
        """All frames of a source: times (i64, session nanoseconds) and values (f32, frames x channels)."""
        parts = list(self.iter_frames(source, start_ns, end_ns, channels))
        if not parts:
            return np.zeros(0, np.int64), np.zeros((0, 0), np.float32)
        if len({part.values.shape[1] for part in parts}) > 1:
            raise ValueError("the number of channels changes within the recording; use iter_frames()")
        return np.concatenate([part.times for part in parts]), np.concatenate([part.values for part in parts])

    def _layer(self, layer):
        if isinstance(layer, str):
            names = [entry["name"] for entry in self.metadata.get("layers", [])]
            if layer not in names:
                raise KeyError(f"there is no layer \"{layer}\": {', '.join(names) or 'none at all'}")
            return names.index(layer)
        return layer

    def _reset_times(self):
        """Item numbers and times of the recogniser's resets, which tick 0 belongs to."""
        if self._resets is None:
            found = [(int(numbers[i]), events[i].t)
                     for _, numbers, events, begin, end in self._decode(streams.EVENTS, None, _events)
                     for i in range(begin, end)
                     if events[i].kind == streams.EVENT_KINDS[streams.RECOGNISER_RESET]]
            self._resets = (np.array([number for number, _ in found], np.uint64),
                            np.array([t for _, t in found], np.int64))
        return self._resets

    def _spike_times(self, row, numbers, spikes):
        with np.errstate(over="ignore"):
            ticks = spikes.ticks.astype(np.int64)
            if spikes.tick_zero is not None:
                return spikes.tick_zero + ticks * np.uint64(spikes.tick_ns).astype(np.int64)
            reset_numbers, reset_times = self._reset_times()
            at = np.searchsorted(reset_numbers, numbers) - 1
            tick_ns = int(self.metadata.get("tick_ms", 1) * 1e6)
            if len(reset_times):
                times = np.repeat(reset_times[np.maximum(at, 0)], spikes.lengths) + ticks * tick_ns
            else:
                times = np.zeros(len(ticks), np.int64)
            return np.where(np.repeat(at, spikes.lengths) >= 0, times, row["t0"])

    def iter_spikes(self, layer, start_ns=None, end_ns=None):
        """Spikes of a layer, chunk by chunk, as Spikes(ticks, neurons, times, lengths).

        layer: number or name. The order is that of the recording: batch after batch as the recogniser gave them.
        start_ns, end_ns: chunks without any spike in start_ns <= time < end_ns are left out (whole chunks: batches
        are not cut apart).
        times: exact where the chunk tells the time of tick 0 (layout 2) or a "recogniser reset" came before it; else
        all have the time of the newest frame when they were written.
        """
        def wanted(row):
            return row["layout"] < 2 or ((start_ns is None or row["t1"] >= start_ns) and
                                         (end_ns is None or row["t0"] < end_ns))

        for row, numbers, spikes, begin, end in self._decode(streams.SPIKES, self._layer(layer), _spikes, wanted):
            times = self._spike_times(row, numbers, spikes)
            ends = np.cumsum(spikes.lengths)
            first = int(ends[begin - 1]) if begin else 0
            last = int(ends[end - 1]) if end else 0
            part = slice(first, last)
            yield streams.Spikes(spikes.ticks[part], spikes.neurons[part], times[part], spikes.lengths[begin:end])

    def spikes(self, layer):
        """All spikes of a layer: ticks and neurons (u32), in the order of the recording."""
        parts = [(part.ticks, part.neurons) for part in self.iter_spikes(layer)]
        parts.append((np.zeros(0, np.uint32), np.zeros(0, np.uint32)))
        return tuple(np.concatenate(column) for column in zip(*parts))

    def spike_times(self, layer):
        """Times of all spikes of a layer (i64, session nanoseconds), parallel to spikes(); see iter_spikes()."""
        return np.concatenate([part.times for part in self.iter_spikes(layer)] + [np.zeros(0, np.int64)])

    def _decision_records(self):
        for _, _, (latencies, records), begin, end in self._decode(streams.DECISIONS, None, _decisions):
            yield from zip(records[begin:end], latencies[begin:end].tolist())

    def decisions(self):
        """Iterator of Decision, in the order of the recording."""
        for record, latency in self._decision_records():
            yield streams.decision(record, latency)

    def events(self):
        """Iterator of Event, in the order of the recording."""
        for _, _, events, begin, end in self._decode(streams.EVENTS, None, _events):
            yield from events[begin:end]

    def marks(self):
        """Iterator of Mark, in the order of the recording."""
        for _, _, marks, begin, end in self._decode(streams.MARKS, None, _marks):
            yield from marks[begin:end]

    # --- Hashes

    def _ids(self, kind):
        """Highest number of a source or layer that has items, plus 1."""
        ids = [int(group["id"].max()) + 1 for _, group in self._rows(kind)]
        ids += [int(row["id"]) + 1 for row, _, _ in self._leftover if row["type"] == kind]
        return max(ids, default=0)

    def spikes_hash(self):
        """SHA-256 over the layers' SHA-256, each over little-endian u32 pairs (neuron, tick), as hexadecimal."""
        whole = hashlib.sha256()
        for layer in range(max(len(self.metadata.get("layers", [])), self._ids(streams.SPIKES))):
            own = hashlib.sha256()
            for part in self.iter_spikes(layer):
                own.update(np.column_stack([part.neurons, part.ticks]).astype("<u4").tobytes())
            whole.update(own.digest())
        return whole.hexdigest()

    def decisions_hash(self):
        """SHA-256 over the records of the decisions (engine/storage/FORMAT.md, stream 18), as hexadecimal."""
        whole = hashlib.sha256()
        for record, _ in self._decision_records():
            whole.update(record)
        return whole.hexdigest()

    def summary(self):
        """Reads everything: a dict of counts, duration and hashes."""
        per_source, times = [], []
        for source in range(max(len(self.metadata.get("sources", [])), self._ids(streams.FRAMES))):
            per_source.append(0)
            for part in self.iter_frames(source):
                per_source[-1] += len(part.times)
                times += [int(part.times.min()), int(part.times.max())]
                times = [min(times), max(times)]
        layers = range(max(len(self.metadata.get("layers", [])), self._ids(streams.SPIKES)))
        per_layer = [sum(len(part.ticks) for part in self.iter_spikes(layer)) for layer in layers]
        return {
            "file": self.path, "files": len(self.files), "uuid": self.uuid,
            "format": ".".join(map(str, self.version)), "title": self.metadata.get("title", ""),
            "frames": sum(per_source), "frames_per_source": per_source,
            "spikes": sum(per_layer), "spikes_per_layer": per_layer,
            "decisions": sum(1 for _ in self.decisions()), "events": sum(1 for _ in self.events()),
            "marks": sum(1 for _ in self.marks()),
            "duration": (times[-1] - times[0]) / 1e9 if times else 0.0,
            "spikes_hash": self.spikes_hash(), "decisions_hash": self.decisions_hash(),
            "complete": self.complete, "findings": self.findings,
        }


def _known(layout, newest=1):
    if not 1 <= layout <= newest:
        raise FormatError(f"items are laid out in the unknown way {layout}")
    return layout


def _spikes(cursor, n, layout):
    return streams.decode_spikes(cursor, n, _known(layout, 2))


def _decisions(cursor, n, layout):
    _known(layout, 2)
    return streams.decode_decisions(cursor, n)


def _events(cursor, n, layout):
    _known(layout, 2)
    return streams.decode_events(cursor, n)


def _marks(cursor, n, layout):
    _known(layout)
    return streams.decode_marks(cursor, n)


def _interleaved(chunks):
    """Chunks of one group in the order of their items' numbers, cut where another chunk comes between."""
    if len(chunks) == 1:
        row, numbers, decoded = chunks[0]
        yield row, numbers, decoded, 0, len(numbers)
        return
    if not chunks:
        return
    owner = np.concatenate([np.full(len(numbers), index) for index, (_, numbers, _) in enumerate(chunks)])
    order = np.argsort(np.concatenate([numbers for _, numbers, _ in chunks]), kind="stable")
    done = [0] * len(chunks)
    for run in np.split(owner[order], np.flatnonzero(np.diff(owner[order])) + 1):
        index, begin = int(run[0]), done[int(run[0])]
        done[index] += len(run)
        yield (*chunks[index], begin, done[index])
