"""npm's oidc-provider, installed for one run into a folder of its own."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import wire

PINNED = "oidc-provider@9.13.3"
_SCRIPT = Path(__file__).with_suffix(".mjs")


class NotThereError(Exception):
    """It cannot be run on this machine; the text says why."""


@contextmanager
def oidc_provider(folder: Path) -> Iterator[wire.Served]:
    """It serves for as long as the block lasts. Raises `NotThereError`."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise NotThereError(f"there is no {program} on this machine")
    command = ["npm", "install", "--prefix", folder, "--no-package-lock", "--no-audit", "--no-fund", PINNED]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotThereError(f"npm could not install {PINNED}")
    script = shutil.copy(_SCRIPT, folder)
    with wire.serving("node", script, folder=folder, NODE_ENV="production") as served:
        yield served
