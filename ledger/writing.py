"""Files that are replaced whole: a reader sees what was there before or what is there now, also after a crash."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Durable once it returns; the folder is made where there is none. Raises `OSError`, with nothing half-written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False)  # noqa: SIM115 - it is to stay
    try:
        with new:
            new.write(content)
            new.flush()
            os.fchmod(new.fileno(), mode)
            os.fsync(new.fileno())
        Path(new.name).replace(path)
    except OSError as error:
        Path(new.name).unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from None  # a full disk names no file
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
