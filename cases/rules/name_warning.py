"""Words that may be somebody's name. Used to warn, never to refuse: a place or a title looks like
a name, and a name in small letters, or in a script without capitals, looks like nothing."""

import re

_CAPITAL = r"[^\W\d_a-zà-öø-ÿ]"
_NAME = rf"{_CAPITAL}[\w’'-]+"

# After these words comes a name: "her name is Amara", "called Tran", "Mrs Okafor". The first word
# of it may be in small letters, except after "called", which also means telephoned.
_INTRODUCED = re.compile(
    r"(?i:\b(?:name\s+(?:is|was)|named|nicknamed|goes\s+by|known\s+as|surname|s['’]appelle"
    r"|nommée?|prénommée?|nom\s*:))[\s:“\"(]+"
    rf"([^\W\d_][\w’'-]+(?:\s+{_NAME}){{0,3}})"
)
_CALLED = re.compile(rf"(?i:\bcalled|\bappelée?)\s+({_NAME}(?:\s+{_NAME}){{0,3}})")
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Mme|Mlle|Madame|Monsieur|Sra|Sr|Sheikh)\b\.?\s+"
    rf"({_NAME}(?:\s+{_NAME}){{0,2}})"
)
# Two to four words with a capital, the first not at the start of a sentence.
_TOGETHER = re.compile(rf"(?<=[\w,;:(“\"]\s)({_NAME}(?:\s+{_NAME}){{1,3}})")

_NO_NAME = frozenset({"not", "unknown", "the", "an", "to", "for", "him", "her", "them", "me"})

# One of these makes a place or an institution of the words beside it.
_INSTITUTIONS = """
street road avenue lane house hotel airport station port hospital university school church mosque
court council county city town police agency office park market square bridge river force service
services authority army cross enforcement crime referral mechanism kingdom nations union republic
"""
# Other words with a capital that are no name of a person.
_ORDINARY = """
monday tuesday wednesday thursday friday saturday sunday january february march april may june july
august september october november december christmas easter ramadan eid england scotland wales
britain great northern southern eastern western central ireland europe africa asia america middle
north south east west united home border new saint facebook instagram whatsapp tiktok telegram
snapchat she he they her his we it this that
"""
_PLACES = frozenset(_INSTITUTIONS.split())
_WORDS = _PLACES | frozenset(_ORDINARY.split())


def names_in(text: str) -> tuple[str, ...]:
    """What in the text may be the name of a person: in the order found, each once, the longest."""
    found: list[tuple[int, str]] = []
    for pattern in (_INTRODUCED, _CALLED, _TITLED, _TOGETHER):
        for match in pattern.finditer(text):
            words = match.group(1).split()
            plain = [word.lower().strip("’'-") for word in words]
            if plain[0] in _NO_NAME or any(word in _PLACES for word in plain):
                continue
            if all(word in _WORDS for word in plain):
                continue
            found.append((match.start(1), " ".join(words)))
    names = [name for _start, name in sorted(found)]
    longest = [
        name for name in names if not any(name != other and name in other for other in names)
    ]
    return tuple(dict.fromkeys(longest))
