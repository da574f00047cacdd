"""The real bot as a child process of the sandbox: started with an environment of its own, watched, stopped cleanly."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

import httpx

from bot.main.process import Stop

_STOP_PATIENCE = 20.0
_START_PATIENCE = 120.0
_LOOK_EVERY = 0.05


class BotProcess:
    """`cred serve`, with its log line by line."""

    def __init__(self, settings: Mapping[str, str], say: Callable[[str], None]) -> None:
        """`settings`: what it is told besides this process's own environment. `say` gets each line of its log."""
        self._process: Final = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "serve", "--stop-when-stdin-ends"],
            env={**os.environ, **settings},
            stdin=subprocess.PIPE,  # never written to: it ends when this process does, be it by SIGKILL
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C reaches the sandbox, which stops the bot first and then Slack
        )
        self._reader: Final = threading.Thread(target=self._read, args=(say,), name="bot-log", daemon=True)
        self._reader.start()

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process ID."""
        return self._process.pid

    def wait_until_ready(self, address: str, stop: Stop) -> bool:
        """Whether it serves at the address; False where it ended instead, took too long, or was told to stop."""
        until = time.monotonic() + _START_PATIENCE
        with httpx.Client(trust_env=False, timeout=2.0) as http:
            while self.running and not stop.asked and time.monotonic() < until:
                try:
                    if http.get(f"{address}/healthz").status_code == httpx.codes.OK:
                        return True
                except httpx.TransportError:
                    time.sleep(_LOOK_EVERY)
        return False

    def stop(self) -> int:
        """Tell it to stop, wait, and only then insist. Its exit code."""
        if self.running:
            self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(_STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._reader.join(timeout=2.0)
        return code

    def _read(self, say: Callable[[str], None]) -> None:
        if self._process.stderr is not None:
            for line in self._process.stderr:
                say(line.rstrip("\n"))
