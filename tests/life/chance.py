"""The ids of a life. Which of two rows is the last may hang on their ids: with the same choices a
life has to have the same rows in the same order, or what was chosen cannot be told again."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

_chance = Random()


def begin_anew(part: str) -> None:
    """From here on a part of a life has the ids that this part has in every life. What was made in
    one part stays there in others, so that each part needs its own."""
    _chance.seed(part)


@contextmanager
def same_in_every_life() -> Iterator[None]:
    """While lives are made up, what asks the system for random bytes is given those of the life."""
    of_the_system, os.urandom = os.urandom, _chance.randbytes
    try:
        yield
    finally:
        os.urandom = of_the_system
