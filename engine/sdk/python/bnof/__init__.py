# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads recordings of BioNeuro Olfactory Fusion (.bnr) with the standard library and numpy."""
from ._errors import DamagedError, NotARecordingError, RecordingError, UnsupportedError
from ._reader import Recording, open  # noqa: A004 (named like the built-in on purpose: bnof.open)
from ._streams import Decision, Event, Frames, Mark, Spikes

__all__ = ["open", "Recording", "Frames", "Spikes", "Decision", "Event", "Mark", "RecordingError", "DamagedError",
           "NotARecordingError", "UnsupportedError"]
