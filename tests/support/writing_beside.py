"""Another writer of a database, who asks for a turn all the time and notes how long each took to come."""

import threading
import time
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from bot.store.engine import WRITING


class WritingBeside:
    """In a thread, from the beginning of a `with` block to its end."""

    def __init__(self, engine: Engine) -> None:
        self.waits: list[float] = []
        """Seconds, also of those turns that did not come in time."""
        self.has_written = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write, args=(engine,))

    def _write(self, engine: Engine) -> None:
        with engine.connect().execution_options(**WRITING) as connection:
            while not self._over.wait(0.005):
                began = time.monotonic()
                try:
                    connection.begin().rollback()
                except DBAPIError:
                    connection.rollback()  # the store's patience is at its end: somebody would be told that it is busy
                self.waits.append(time.monotonic() - began)
                self.has_written.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
