# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong while a recording is read."""


class RecordingError(Exception):
    """Base of every error of this package.

    `what` is a sentence, `path` the file, `offset` the byte in it where the trouble begins (None where no single
    place is to blame). A file that is missing or may not be read raises the usual OSError instead.
    """

    def __init__(self, what, path=None, offset=None):
        self.what, self.path, self.offset = what, path, offset
        place = "" if path is None else str(path) + ("" if offset is None else f", byte {offset}") + ": "
        super().__init__(place + what)


class NotARecordingError(RecordingError):
    """The file is no .bnr recording, or nothing of its beginning and its end is left."""


class UnsupportedError(RecordingError):
    """Written by a newer program, or packed with a codec that this Python has no decoder for."""


class DamagedError(RecordingError):
    """Bytes are not as they were written, or a part of the recording is missing."""


class FormatError(ValueError):
    """Bytes that no honest writer produces. Inside the package only: it becomes a DamagedError with a place."""
