"""Invented victims in six scripts, none of whose strings stands anywhere else."""

from dataclasses import dataclass

# Sounds of each script, from which names are put together by counting.
_SOUNDS = {
    "Latin": ("vex", "qui", "løm", "zar", "ñor", "tüb", "pœl", "gwy", "šen", "rhu"),
    "Cyrillic": ("вщу", "жыл", "цеп", "ґро", "юха", "фзе", "шчи", "эбд", "їва", "гню"),
    "Arabic": ("ظقي", "غطو", "ضشر", "ثخا", "ذجع", "صفك", "ژپه", "چگل", "ؤنز", "ءبس"),
    "Han": ("龘鑫", "彧垚", "翀赟", "珺弢", "喆昊", "邈岚", "嫄祎", "晟琮", "曌霖", "樾澜"),
    "Devanagari": ("ढ़ूघ", "ऋझे", "ञवौ", "ठणि", "छ्यू", "ङगो", "फ़ैल", "थऐन", "षृत", "भूक"),
    "Ethiopic": ("ጨቋ", "ኟጰዐ", "ሿጬ", "ዷቬ", "ጳጒ", "ፄኰ", "ሧዥ", "ቿጷ", "ኧፏ", "ጇሗ"),
}
SCRIPTS = tuple(_SOUNDS)


@dataclass(frozen=True)
class Victim:
    """Somebody who does not exist, and what a leak of them would look like."""

    number: int
    script: str
    name: str
    telephone: str
    email: str
    document: str
    address: str
    told: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every string by which they could be found; telephone and document also as they are
        written for comparing."""
        return (
            self.name,
            *self.name.split(),
            self.telephone,
            self.telephone.replace(" ", ""),
            self.email,
            self.document,
            self.document.replace("-", ""),
            self.address,
            self.told,
        )


def victims(count: int) -> list[Victim]:
    """So many, each script in turn."""
    return [_victim(number) for number in range(count)]


def _victim(number: int) -> Victim:
    script = SCRIPTS[number % len(SCRIPTS)]
    sounds = _SOUNDS[script]
    units, tens, hundreds = number % 10, number // 10 % 10, number // 100 % 10
    given = sounds[units] + sounds[tens] + sounds[(hundreds + 3) % 10]
    family = sounds[(hundreds + 7) % 10] + sounds[tens] + sounds[units] + sounds[5]
    if script in ("Latin", "Cyrillic"):
        given, family = given.capitalize(), family.capitalize()
    return Victim(
        number=number,
        script=script,
        name=f"{given} {family}",
        telephone=f"+44 7700 98{number:04d}",
        email=f"canary.{number:03d}.zyx@canary-home.example",
        document=f"QXZ-{number:03d}-77{number:03d}",
        address=f"{number + 4000} Canary Perch Row, {family}",
        told=f"{given} {family} told us of {number + 4000} Canary Perch Row",
    )
