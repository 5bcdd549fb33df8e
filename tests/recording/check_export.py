# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads an exported recording with the libraries that other people use and compares it, bit for bit, with what the
test recorded: check_export.py FORMAT EXPORT EXPECTED.json. Prints "same" or what differs."""
import json
import sys

import numpy as np


def fail(text):
    print(text)
    sys.exit(1)


def same_bits(name, got, expected_bits):
    got = np.ascontiguousarray(got, dtype="<f4").view("<u4")
    want = np.array(expected_bits, dtype="<u4").reshape(got.shape)
    # A NaN that went through a float64 may have lost its payload; libraries do not.
    if not np.array_equal(got, want):
        where = np.argwhere(got != want)[0]
        fail(f"{name}{tuple(where)}: {got[tuple(where)]:#x}, expected {want[tuple(where)]:#x}")


def same(name, got, want):
    got = list(got)
    if got != list(want):
        i = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b), min(len(got), len(want)))
        fail(f"{name}: {len(got)} items, expected {len(want)}; first difference at {i}: "
             f"{got[i:i + 1]} expected {list(want)[i:i + 1]}")


def ns(seconds):
    return [int(t) for t in np.rint(np.asarray(seconds, dtype=np.longdouble) * 1000000000)]


def check_arrays(get, text, expected):
    for s, source in enumerate(expected["sensors"], 1):
        values = get(f"sensors_{s}_values")
        if values.dtype != np.float32 or values.shape != (len(source["time_ns"]), len(source["channels"])):
            fail(f"sensors_{s}_values is {values.dtype} {values.shape}")
        same_bits(f"sensors_{s}_values", values, source["bits"])
        same(f"sensors_{s}_time_ns", get(f"sensors_{s}_time_ns").ravel().tolist(), source["time_ns"])
        same(f"sensors_{s}_recognised", get(f"sensors_{s}_recognised").ravel().tolist(), source["recognised"])
    for i, layer in enumerate(expected["spikes"], 1):
        same(f"spikes_{i}_neuron", get(f"spikes_{i}_neuron").ravel().tolist(), [s[0] for s in layer])
        same(f"spikes_{i}_tick", get(f"spikes_{i}_tick").ravel().tolist(), [s[1] for s in layer])
        same(f"spikes_{i}_time_ns", get(f"spikes_{i}_time_ns").ravel().tolist(), [s[2] for s in layer])
    same("decisions_gas", get("decisions_gas").ravel().tolist(), expected["gas"])
    same_bits("decisions_probabilities", get("decisions_probabilities"), expected["probability_bits"])
    same("marks_time_ns", get("marks_time_ns").ravel().tolist(), [m[0] for m in expected["marks"]])
    same("marks_label", text("marks_label"), [m[1] for m in expected["marks"]])
    same("events_kind", text("events_kind"), [e[1] for e in expected["events"]])
    same("events_text", text("events_text"), [e[2] for e in expected["events"]])


def check_npy(path, expected):
    get = lambda name: np.load(f"{path}/{name}.npy", allow_pickle=False)
    check_arrays(get, lambda name: get(name).tolist(), expected)
    with open(f"{path}/metadata.json", encoding="utf-8") as file:
        metadata = json.load(file)
    same("uuid", [metadata["recording"]["title"]], [expected["title"]])


def check_mat(path, expected):
    from scipy.io import loadmat
    data = loadmat(path)
    def text(name):
        return [cell[0].item() if cell[0].size else "" for cell in data[name]]
    check_arrays(lambda name: data[name], text, expected)
    metadata = json.loads(data["metadata"].item())
    same("title", [metadata["recording"]["title"]], [expected["title"]])


def check_nwb(path, expected):
    import h5py
    with h5py.File(path, "r") as file:
        same("root", [file.attrs[n] for n in ("nwb_version", "neurodata_type", "namespace")],
             ["2.6.0", "NWBFile", "core"])
        for name in ("identifier", "session_description", "session_start_time", "timestamps_reference_time",
                     "file_create_date", "acquisition", "analysis", "general", "processing", "stimulus/presentation",
                     "stimulus/templates"):
            if name not in file:
                fail(f"/{name} is missing, which every NWB file has")
        same("description", [file["session_description"][()].decode()], [expected["title"]])
        for s, source in enumerate(expected["sensors"], 1):
            series = file[f"acquisition/sensors_{s}"]
            same("type", [series.attrs["neurodata_type"]], ["TimeSeries"])
            same_bits(f"sensors_{s}", series["data"][()], source["bits"])
            same(f"sensors_{s} times", ns(series["timestamps"][()]), source["time_ns"])
            same("unit", [series["data"].attrs["unit"], series["timestamps"].attrs["unit"]],
                 [source["unit"], "seconds"])
            table = file[f"scratch/sensors_{s}_channels"]
            same("channels", table["channel"].asstr()[()], source["channels"])
        marks = file["intervals/marks"]
        same("columns", marks.attrs["colnames"], ["start_time", "stop_time", "label"])
        same("marks", zip(ns(marks["start_time"][()]), marks["label"].asstr()[()]),
             [tuple(m) for m in expected["marks"]])
        events = file["intervals/events"]
        same("events", zip(ns(events["start_time"][()]), events["kind"].asstr()[()], events["text"].asstr()[()]),
             [tuple(e) for e in expected["events"]])
        module = file["processing/odour_recognition"]
        same("gas", module["gas/data"][()].tolist(), expected["gas"])
        same_bits("probabilities", module["probabilities/data"][()], expected["probability_bits"])
        same("linked times", [len(module["novelty/timestamps"])], [len(expected["gas"])])
        units = file["units"]
        for name in ("spike_times", "spike_ticks"):
            if file[units[f"{name}_index"].attrs["target"]] != units[name]:
                fail(f"{name}_index does not point to {name}")
        got = []
        begin = 0
        layers = units["layer"].asstr()[()]
        for unit, end in enumerate(units["spike_times_index"][()].tolist()):
            times = ns(units["spike_times"][begin:end])
            if times != sorted(times):
                fail(f"unit {unit}: spike times are not in order")
            neuron = int(units["neuron"][unit])
            got += [(layers[unit], neuron, tick, t)
                    for tick, t in zip(units["spike_ticks"][begin:end].tolist(), times)]
            begin = end
        want = [(name, neuron, tick, t) for name, layer in zip(expected["layers"], expected["spikes"])
                for neuron, tick, t in layer]
        same("spikes", sorted(got), sorted(want))
        same("ids", units["id"][()].tolist(), range(len(layers)))


def check_arff(path, expected):
    from scipy.io import arff
    with open(path, encoding="utf-8") as file:
        data, meta = arff.loadarff(file)
    rows = expected["arff"]
    channels = [n for n in meta.names() if n not in ("t_s", "source", "class")]
    same("channels", channels, expected["arff_channels"])
    same("times", ns(data["t_s"]), [r["time_ns"] for r in rows])
    for i, row in enumerate(rows):
        for name, value in zip(channels, row["values"]):
            got = float(data[i][name])
            if not (np.isnan(got) if value is None else np.float32(got) == np.float32(value)):
                fail(f"row {i}, {name}: {got}, expected {value}")
    if "class" in meta.names():
        same("class", [c.decode("utf-8") if isinstance(c, bytes) else c for c in data["class"]],
             [r["class"] for r in rows])


if __name__ == "__main__":
    with open(sys.argv[3], encoding="utf-8") as expectation:
        wanted = json.load(expectation)
    globals()["check_" + sys.argv[1]](sys.argv[2], wanted)
    print("same")
