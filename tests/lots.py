"""Pseudonyms of which a test can say that they are shown or hidden.

They are drawn by lot from few words, are not unique, and the examples of the API hold some of them:
a test that looks for another person's pseudonym on a page would now and then find an example there,
or one of the same words by chance. Here whatever stands in an example is put back, and whatever was
drawn a short while ago.
"""

from collections import deque
from pathlib import Path

from identities import pseudonyms, vault

_SHORT_WHILE = 2_000


def begin() -> None:
    """From now on each new person of this process has a pseudonym to be told apart by."""
    folder = Path(__file__).parent.parent / "nrm" / "examples"
    examples = "\n".join(page.read_text(encoding="utf-8") for page in folder.glob("*.json"))
    lately: deque[str] = deque(maxlen=_SHORT_WHILE)

    def draw() -> str:
        while (drawn := pseudonyms.new_pseudonym()) in lately or drawn in examples:
            pass
        lately.append(drawn)
        return drawn

    vault.new_pseudonym = draw
