"""Starts what holds a program against its OpenAPI document (`tests.support.asking`)."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping

from tests.support.program import ROOT


def held(
    examples: Mapping[str, int], rest: int, *, at: str = "", pair: tuple[str, str] | None = None, patience: float
) -> dict[str, set[int]]:
    """Which statuses each operation answered, none in another way than is described.

    `at`: the address of a program, and `pair` the ID and secret that work there; without them, the application over
    fakes. `patience`: seconds for all of it.
    """
    told = {"DESCRIBED_AT": at, "DESCRIBED_PAIR": json.dumps(pair), "PYTHONHASHSEED": "0"}
    told |= dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1")
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.asking", json.dumps(examples), str(rest)],
        cwd=ROOT,
        env=os.environ | told,
        capture_output=True,
        text=True,
        check=False,
        timeout=patience,
    )
    assert done.returncode == 0, done.stderr[-6000:]
    return {label: set(statuses) for label, statuses in json.loads(done.stdout).items()}
