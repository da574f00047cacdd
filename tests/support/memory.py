"""Temporary files in memory, where the machine has room for them.

The programs under test say `fsync` at each commit, and wait for the disk for most of their time. No test cuts the
power, so none proves more on a disk; what `kill` leaves behind is the same.
"""

import os
import tempfile
from pathlib import Path

_PLACE = Path("/dev/shm")  # noqa: S108 - each test has a folder of its own in it, as it has in /tmp
_ROOM = 2 * 1024**3
"""Bytes that must be free: what lies there at once is a small part of it."""


def hold_temporary_files() -> None:
    """For this process and those that it starts, unless somebody has said where (`TMPDIR`)."""
    if "TMPDIR" in os.environ or not _is_good(_PLACE):
        return
    os.environ["TMPDIR"] = str(_PLACE)
    tempfile.tempdir = None  # looked up anew


def _is_good(place: Path) -> bool:
    try:
        found = os.statvfs(place)
    except OSError:
        return False
    free = found.f_bavail * found.f_frsize
    return os.access(place, os.W_OK) and free >= _ROOM and not found.f_flag & (os.ST_RDONLY | os.ST_NOEXEC)
