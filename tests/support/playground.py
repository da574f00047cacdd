"""`cred sandbox` as a newcomer starts it: the real command, its address read from its screen."""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.support.ports import free_ports

START_SECONDS = 60.0
STOP_SECONDS = 60.0
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\?token=\S+")
_OURS = ("SLACK_", "CRED_")


class Playground:
    """One start of the sandbox on a folder; a second one on the same folder goes on with its data."""

    def __init__(self, folder: Path, *, http: bool) -> None:
        command = [Path(sys.executable).with_name("cred"), "sandbox", "--folder", folder, "--port", str(free_ports(2))]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        self._process = subprocess.Popen(
            [*command, *(["--http"] if http else [])],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.screen: list[str] = []
        self._found: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        address = self._found.get(timeout=START_SECONDS)
        if address is None:
            raise AssertionError("the sandbox did not start:\n" + "\n".join(self.screen))
        self.address = address

    def interrupt(self) -> int:
        """Press Ctrl-C in its terminal, and wait for the end. The exit code."""
        self._process.send_signal(signal.SIGINT)
        code = self._process.wait(STOP_SECONDS)
        self._reader.join(STOP_SECONDS)
        return code

    def close(self) -> None:
        """Take it away, whatever a test left it in."""
        if self._process.poll() is None:
            try:
                self.interrupt()
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.screen.append(line.rstrip("\n"))
            found = _ADDRESS.search(line)
            if found:
                self._found.put(found[0])
        self._found.put(None)
