# SPDX-License-Identifier: GPL-3.0-or-later
"""Reader of .bnr recordings; as a program, prints what one holds: python3 -m bnof.recording FILE."""
import argparse
import json
import sys

from ._errors import DamagedError, NotARecordingError, RecordingError, UnsupportedError
from ._reader import Recording, open  # noqa: A004 (named like the built-in on purpose: bnof.open)
from ._streams import Decision, Event, Frames, Mark, Spikes

__all__ = ["open", "Recording", "Frames", "Spikes", "Decision", "Event", "Mark", "RecordingError", "DamagedError",
           "NotARecordingError", "UnsupportedError"]


def main(arguments=None):
    """0: the summary was printed; 1: the recording cannot be read."""
    parser = argparse.ArgumentParser(prog="python3 -m bnof.recording",
                                     description="Print what a recording holds, as JSON.")
    parser.add_argument("file", help="the recording's first file, run.bnr")
    parser.add_argument("--skip-damage", action="store_true", help="leave out what is damaged instead of stopping")
    parser.add_argument("--no-checks", action="store_true", help="do not compare the payloads' checksums")
    options = parser.parse_args(arguments)
    try:
        with open(options.file, "skip" if options.skip_damage else "raise", not options.no_checks) as recording:
            print(json.dumps(recording.summary(), ensure_ascii=False, indent=2))
    except (RecordingError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
