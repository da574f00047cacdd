"""Spreadsheets of credentials at a vendor, and `cred import` as a process of its own beside a program that runs."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from bot.config import load_policy
from tests.support.birth import ROOT
from tests.support.live import MAYA, Program

HEADER = "name,estate,vendor,client_id,role,owner,expires,description"


def write(program: Program, name: str, rows: int, *, ends_in: timedelta = timedelta(days=200)) -> Path:
    """A file of so many rows whose names begin alike; the first ends today, so that it is told whatever the hour."""
    today = load_policy(program.places.policy).today(program.now())
    days = [today, *(today + ends_in + timedelta(days=n % 300) for n in range(1, rows))]
    lines = [
        f"{name}-{number},retail,Sophos Central,{name}.{number},read-only,{MAYA},{day},Taken over\n"
        for number, day in enumerate(days)
    ]
    file = program.folder / f"{name}.csv"
    file.write_text(f"{HEADER}\n{''.join(lines)}")
    return file


def take_over(program: Program, file: Path) -> "subprocess.Popen[str]":
    """`cred import FILE --yes`. Whoever calls it waits for it."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "import", str(file), "--yes"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **program.settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
