#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes resources/models/default.bnofmodel and resources/samples/simulated-nose.bnr again, from the simulated nose
# alone. Run it when the simulator or the recogniser changes on purpose.  Usage: make_default_model.sh [BNOF]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bnof=${1:-$root/build/release/bin/bnof}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$bnof" simulate --dataset "$work/data" --sessions 20 --duration 600 --rate 20 --seed 100 --unit 1
rm -f "$root/resources/models/default.bnofmodel"
mkdir -p "$root/resources/models" "$root/resources/samples"
"$bnof" train "$work/data" --name "Simulated nose" --seed 1 --out "$root/resources/models/default.bnofmodel"

# A short recording of the same nose, of other exposures, played fast.
"$bnof" simulate --on pty --seed 7 --unit 1 --rate 20 --speed 20 --duration 5 >"$work/uri" &
simulator=$!
while [[ ! -s $work/uri ]]; do sleep 0.1; done
rm -f "$root/resources/samples/simulated-nose.bnr"
"$bnof" record "$(head -n 1 "$work/uri")&time=device" --model "$root/resources/models/default.bnofmodel" \
  --title "Sample: simulated nose" --out "$root/resources/samples/simulated-nose.bnr" --duration 2.5
kill "$simulator" 2>/dev/null || true
wait "$simulator" 2>/dev/null || true
"$bnof" replay "$root/resources/samples/simulated-nose.bnr" --quiet
