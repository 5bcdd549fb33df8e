# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a Vogels-Abbott network in Brian 2 and prints biological seconds per CPU second and the mean rate.

Usage: brian.py cuba|coba FOLDER SECONDS. Generates C++ (standalone, single precision) in FOLDER, builds it and runs it
on one thread; only the simulation is timed, after 0.2 s of warm-up. The equations are those of the networks that
`bnof bench snn.cuba4000` and `snn.coba4000` run (Brette et al. 2007).
"""
import glob
import json
import resource
import subprocess
import sys

import brian2 as b
import numpy as np

model, folder, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
b.prefs.core.default_float_dtype = b.float32
b.prefs.devices.cpp_standalone.openmp_threads = 0
b.prefs.codegen.cpp.extra_compile_args_gcc = ["-O3", "-march=native", "-ffast-math", "-std=c++11", "-w"]
b.set_device("cpp_standalone", directory=folder, build_on_run=False)
b.defaultclock.dt = 0.1 * b.ms
b.seed(1)
ms, mV = b.ms, b.mV
if model == "cuba":
    equations = """dv/dt = (ge + gi - (v + 49*mV)) / (20*ms) : volt (unless refractory)
                   dge/dt = -ge / (5*ms) : volt
                   dgi/dt = -gi / (10*ms) : volt"""
    weights = ("ge += 1.62*mV", "gi -= 9*mV")
else:
    equations = """dv/dt = (-(v + 60*mV) - ge*v - gi*(v + 80*mV)) / (20*ms) : volt (unless refractory)
                   dge/dt = -ge / (5*ms) : 1
                   dgi/dt = -gi / (10*ms) : 1"""
    weights = ("ge += 0.6", "gi += 6.7")
neurons = b.NeuronGroup(4000, equations, threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * ms,
                        method="exact" if model == "cuba" else "exponential_euler")
neurons.v = "-60*mV + rand() * 10*mV"
if model == "coba":
    neurons.ge = "(randn() * 1.5 + 4)"
    neurons.gi = "(randn() * 12 + 20)"
excitatory = b.Synapses(neurons[:3200], neurons, on_pre=weights[0], delay=0.8 * ms)
excitatory.connect(p=0.02)
inhibitory = b.Synapses(neurons[3200:], neurons, on_pre=weights[1], delay=0.8 * ms)
inhibitory.connect(p=0.02)
spikes = b.SpikeMonitor(neurons, record=False)
b.run(0.2 * b.second)
b.run(seconds * b.second)
b.device.build(directory=folder, compile=True, run=False)


def cpu_of_run():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["./main"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


cpu_of_run()
total = min(cpu_of_run() for _ in range(3))
with open(f"{folder}/results/last_run_info.txt") as info:
    wall, share = (float(word) for word in info.read().split()[:2])
# last_run_info tells how much of the run was simulation; the rest is set-up.
simulated = min(total, wall) if wall > 0 else total
counts = glob.glob(f"{folder}/results/_array_spikemonitor_N_*")
rate = int(np.fromfile(counts[0], dtype=np.int32)[0]) / 4000 / (seconds + 0.2)
print(json.dumps({"times_real_time": (seconds + 0.2) / simulated, "rate_hz": rate, "version": b.__version__}))
