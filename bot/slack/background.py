"""Work that goes on after the answer to Slack: bounded threads, a bounded queue, an end that is waited for."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

Task = Callable[[], None]
_log = logging.getLogger(__name__)


class Background:
    """Runs tasks. A task catches its own exceptions; one that escapes is logged and ends nothing."""

    def __init__(self, *, threads: int = 8, most: int = 256) -> None:
        self._room = threading.BoundedSemaphore(most)
        self._running: set[Future[None]] = set()
        self._lock = threading.Lock()
        self._open = True
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="slack-later")

    def submit(self, task: Task) -> bool:
        """Run a task as soon as a thread is free; False if there is no room, or the program is stopping."""
        if not self._room.acquire(blocking=False):
            return False
        with self._lock:
            if not self._open:
                self._room.release()
                return False
            future = self._threads.submit(task)
            self._running.add(future)
        future.add_done_callback(self._done)
        return True

    def drain(self, timeout: float) -> bool:
        """Wait for everything that was submitted, for so many seconds; whether all of it is done."""
        with self._lock:
            waiting = set(self._running)
        return not wait(waiting, timeout).not_done

    def stop(self, timeout: float = 10.0) -> None:
        """Take nothing more, and give what runs and waits so many seconds to end."""
        with self._lock:
            self._open = False
        if not self.drain(timeout):
            _log.warning("Stopping although some answers to Slack are still on their way.")
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _done(self, future: Future[None]) -> None:
        with self._lock:
            self._running.discard(future)
        self._room.release()
        if not future.cancelled() and future.exception() is not None:
            _log.error("A task failed.", exc_info=future.exception())
