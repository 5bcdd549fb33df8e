# SPDX-License-Identifier: GPL-3.0-or-later
"""Files as other programs write them, for the import tests: make_arrays.py FOLDER."""
import sys

import h5py
import numpy as np
from scipy.io import savemat

folder = sys.argv[1]
n = 1000
t = np.arange(n) * 0.02 + 0.5
x = np.stack([np.sin(t), np.cos(t), t * 1e-3], axis=1)

np.save(f"{folder}/plain.npy", x.astype("<f4"))
np.save(f"{folder}/big_endian.npy", x.astype(">f4"))
np.save(f"{folder}/fortran.npy", np.asfortranarray(x.astype("<f4")))
np.save(f"{folder}/half.npy", np.array([[1.5, -2], [np.inf, 6e-8], [np.nan, 65504]], dtype="<f2"))
np.save(f"{folder}/counts.npy", (np.arange(12).reshape(6, 2) * 1000).astype("<u2"))
table = np.zeros(n, dtype=[("time", "<f8"), ("a", "<f4"), ("b", ">i2"), ("label", "<U8")])
table["time"], table["a"], table["b"] = t, x[:, 0], np.arange(n)
table["label"] = np.where(np.arange(n) < 400, "air", "ethanöl")
np.save(f"{folder}/table.npy", table)
np.save(f"{folder}/complex.npy", np.zeros(3, dtype="<c8"))

with h5py.File(f"{folder}/plain.h5", "w") as file:
    file["time"] = t
    file["time"].attrs["unit"] = "s"
    file["sensors/values"] = x.astype("<f4")
    file["sensors/values"].attrs["unit"] = "kOhm"
    file["sensors/valid"] = np.ones(n, dtype=bool)
    file["label"] = ["air"] * 600 + ["acetone"] * 400
    file["gain"] = 3.5
    file["loop"] = h5py.SoftLink("/")
    file.create_dataset("packed", data=x[:, 0], chunks=(100,), compression="gzip", shuffle=True)

with h5py.File(f"{folder}/plain.nwb", "w") as file:
    file.attrs.update({"nwb_version": "2.5.0", "neurodata_type": "NWBFile", "namespace": "core"})
    file["session_start_time"] = "2026-03-05T15:02:11.250000+01:00"
    file["session_description"] = "somebody else's"
    for name in ("acquisition", "intervals", "units"):
        file.create_group(name)
    rated = file.create_group("acquisition/thermistor")
    rated.attrs.update({"neurodata_type": "TimeSeries", "description": "temperature"})
    rated["data"] = np.arange(50, dtype="<i2")
    rated["data"].attrs.update({"unit": "celsius", "conversion": 0.5, "offset": 20.0})
    rated["starting_time"] = 1.0
    rated["starting_time"].attrs["rate"] = 10.0
    stamped = file.create_group("acquisition/nose")
    stamped.attrs["neurodata_type"] = "TimeSeries"
    stamped["data"] = x.astype("<f4")
    stamped["data"].attrs["unit"] = "ohm"
    stamped["timestamps"] = t
    trials = file.create_group("intervals/trials")
    trials.attrs["neurodata_type"] = "TimeIntervals"
    trials["start_time"] = [1.0, 3.0]
    trials["stop_time"] = [2.0, 4.0]
    trials["odour"] = ["ethanol", "acetone"]
    file["units/spike_times"] = [0.6, 1.5, 0.7, 2.25, 2.5]
    file["units/spike_times_index"] = [2, 5]
    file["units/id"] = [10, 11]

savemat(f"{folder}/plain.mat", {"t": t, "X": x, "label": np.array(["air"] * 3 + ["etOH"] * (n - 3), dtype=object),
                                "note": "größer", "z": np.array([1 + 2j])})
savemat(f"{folder}/struct.mat", {"run": {"time_ms": np.arange(5) * 20, "R": np.arange(10, dtype="f4").reshape(5, 2)}},
        do_compression=True)
