"""How fast one host is asked: so many at a time, so far apart, less when it struggles."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from presslift.errors import Stopped

TICK = 0.5
RECOVERY = 0.1
"""What one good answer gives back of the concurrency that trouble took: ten make one more at a time."""


class Pace:
    """Hands out turns to ask one host. Thread-safe.

    ``concurrency`` is the most at a time, ``delay`` the least seconds between two starts. Trouble halves the concurrency and
    stretches the delay alike; good answers bring both back.
    """

    def __init__(self, concurrency: int, delay: float, stop: threading.Event):
        self.concurrency, self.delay = max(1, concurrency), max(0.0, delay)
        self.limit = float(self.concurrency)
        self._stop, self._turns = stop, threading.Condition()
        self._active, self._next_start = 0, 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and hold it. Raises ``Stopped``."""
        with self._turns:
            while (wait := self._wait()) > 0:
                if self._stop.is_set():
                    raise Stopped("stopped while waiting for a turn")
                self._turns.wait(min(wait, TICK))
            self._active += 1
            self._next_start = time.monotonic() + self.delay * self.concurrency / self.limit
        try:
            yield
        finally:
            with self._turns:
                self._active -= 1
                self._turns.notify()

    def _wait(self) -> float:
        if self._stop.is_set() or self._active >= int(self.limit):
            return TICK
        return self._next_start - time.monotonic()

    def pause(self, seconds: float) -> None:
        """Ask nothing for so long: the server said when."""
        with self._turns:
            self._next_start = max(self._next_start, time.monotonic() + seconds)

    def trouble(self) -> None:
        """The server struggles: half as many at a time."""
        with self._turns:
            self.limit = max(1.0, self.limit / 2)

    def well(self) -> None:
        """A good answer."""
        with self._turns:
            if self.limit < self.concurrency:
                self.limit = min(float(self.concurrency), self.limit + RECOVERY)
                self._turns.notify()
