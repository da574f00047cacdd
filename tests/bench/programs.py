"""The programs that are measured: the real bot, and a Bolt app that does nothing and is wired the same way."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bot.config import read_settings
from bot.main.initialising import initialise
from tests.bench.slack_side import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, SlackSide
from tests.support.ports import free_ports

ROOT = Path(__file__).resolve().parents[2]
POLICY = ROOT / "bot" / "config" / "sandbox.toml"


@dataclass
class Running:
    """A program that is ready, and what it cost to get there."""

    pid: int
    port: int
    seconds: float

    def memory_mb(self) -> float:
        """The most it held, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def environment(folder: Path, slack: SlackSide, mode: str, port: int) -> dict[str, str]:
    """What the program is told."""
    tokens = {"SLACK_APP_TOKEN": APP_TOKEN} if mode == "socket" else {"SLACK_SIGNING_SECRET": SIGNING_SECRET}
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_API_URL": slack.api_url,
        "CRED_CONFIG": str(POLICY),
        "CRED_DATABASE_URL": f"sqlite:///{folder / 'cred.db'}",
        "CRED_KEY_FILE": str(folder / "cred.key"),
        "CRED_LOG_KEY_FILE": str(folder / "cred-log.key"),
        "CRED_CHECKPOINTS": str(folder / "checkpoints"),
        "PORT": str(port),
        **tokens,
    }


def prepare(folder: Path, slack: SlackSide) -> None:
    """Keys, database and ledger."""
    settings = read_settings(environment(folder, slack, "http", 7341))
    initialise(settings.places, "bench.example/log", now=datetime.now(UTC))


@asynccontextmanager
async def running(which: str, mode: str, folder: Path, slack: SlackSide) -> AsyncIterator[Running]:
    """The bot (`ours`) or the empty app (`floor`) on the first core, ready, with this process on the second."""
    port = free_ports()
    module = ["bot.cli", "serve"] if which == "ours" else ["tests.bench.empty", mode]
    slack.connected.clear()
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: ASYNC220 - it is waited for in a thread
        ["taskset", "-c", str(min(cores)), sys.executable, "-m", *module],
        cwd=ROOT,
        env={**os.environ, **environment(folder, slack, mode, port)},
        stderr=subprocess.DEVNULL,
    )
    try:
        await _ready(process, port)
        seconds = time.perf_counter() - began
        if mode == "socket":
            await asyncio.wait_for(slack.connected.wait(), 20)
        yield Running(pid=process.pid, port=port, seconds=seconds)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 30)
        os.sched_setaffinity(0, cores)


async def _ready(process: subprocess.Popen[bytes], port: int) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=1.0) as http:
        for _ in range(3000):
            if process.poll() is not None:
                raise RuntimeError(f"it ended with {process.returncode}")
            try:
                if (await http.get(f"http://127.0.0.1:{port}/healthz")).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.01)
    raise RuntimeError("it did not become ready")
