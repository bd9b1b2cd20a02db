"""How long a file is looked into: a small one can be made to keep a computer busy for hours."""

import time

# Of the processor alone, so that an honest file passes on a busy computer too: the largest scans
# take one or two.
MOST_SECONDS = 6.0


class TooMuch(Exception):
    """The time is over before all of the file was looked into."""


class Effort:
    """The time that this thread may still spend on a file."""

    def __init__(self, seconds: float | None = None) -> None:
        self._until = time.thread_time() + (MOST_SECONDS if seconds is None else seconds)

    def check(self) -> None:
        """Raises TooMuch where it is over."""
        if time.thread_time() > self._until:
            raise TooMuch
