"""Profiles and calendars from TOML files, read once: those of `nrm/profiles/data`, and those of the
folder of the installation's own that NRM_PROFILES names."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from nrm.profiles.calendars import Calendar
from nrm.profiles.faults import faults_of_calendar, faults_of_profile
from nrm.profiles.reading import read
from nrm.profiles.shape import Profile
from nrm.variables import variable

DATA = Path(__file__).parent / "data"
_NOT_PROFILES = ("calendars", "indicators-", "releases-")


class UnknownProfile(LookupError):
    """There is no profile of this code and version."""


class ProfileFaults(ValueError):
    """A file that cannot be used. `faults` holds every reason, as "file: key: reason"."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def folders() -> tuple[Path, ...]:
    """Where the files lie: what ships, then the installation's own, where there is one."""
    own = variable("NRM_PROFILES")
    return (DATA, Path(own)) if own else (DATA,)


def load_profile(code: str, version: str | None = None) -> Profile:
    """The profile with this code: this version, or the newest. Read once, then kept. Raises
    UnknownProfile, or ProfileFaults with every fault of its file."""
    if version is None:
        versions = _versions().get(code)
        if not versions:
            raise UnknownProfile(f'There is no profile "{code}".')
        version = versions[-1]
    return _profile(code, version)


def profiles() -> tuple[Profile, ...]:
    """The newest version of every profile, by code."""
    return tuple(load_profile(code) for code in sorted(_versions()))


def every_profile() -> tuple[Profile, ...]:
    """Every version of every profile: what an old case may still be under."""
    return tuple(
        load_profile(code, version)
        for code, versions in sorted(_versions().items())
        for version in versions
    )


@cache
def calendars() -> dict[str, Calendar]:
    """Every calendar by code. Raises ProfileFaults."""
    found, faults = every_calendar()
    if faults:
        raise ProfileFaults(faults)
    return found


@cache
def _versions() -> dict[str, list[str]]:
    """The versions of each profile, oldest first."""
    found: dict[str, list[str]] = {}
    for path in profile_files():
        code, _, version = path.stem.partition("-")
        found.setdefault(code, []).append(version)
    for versions in found.values():
        versions.sort(key=_in_order)
    return found


def _in_order(version: str) -> list[tuple[int, str]]:
    """2026.10 comes after 2026.9."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in version.split(".")]


@cache
def _profile(code: str, version: str) -> Profile:
    if version not in _versions().get(code, ()):
        raise UnknownProfile(f'There is no profile "{code}" in version "{version}".')
    path = next(p for p in profile_files() if p.name == f"{code}-{version}.toml")
    profile, faults = read_profile(path, calendars())
    if profile is None or faults:
        raise ProfileFaults(faults)
    return profile


def profile_files() -> list[Path]:
    """The files that hold a profile: code-version.toml."""
    return [
        path
        for folder in folders()
        for path in sorted(folder.glob("*.toml"))
        if not path.name.startswith(_NOT_PROFILES)
    ]


def every_fault() -> list[str]:
    """What is wrong with the files, old versions included: cases still run under them."""
    known, faults = every_calendar()
    files = profile_files()
    for name, times in Counter(path.name for path in files).items():
        if times > 1:
            faults.append(f"{name}: stands in two folders. Give your own another version.")
    faults += [f"{folder}: there is no such folder" for folder in folders() if not folder.is_dir()]
    for path in files:
        faults += read_profile(path, known)[1]
    return faults


def every_calendar() -> tuple[dict[str, Calendar], list[str]]:
    """The calendars of all folders, and every fault found in them."""
    found: dict[str, Calendar] = {}
    faults: list[str] = []
    for folder in folders():
        path = folder / "calendars.toml"
        if folder == DATA or path.exists():
            more, wrong = read_calendars(path)
            faults += wrong
            faults += [
                f"{path.name}: {code}: stands in two folders" for code in found.keys() & more
            ]
            found |= more
    return found, faults


def read_calendars(path: Path) -> tuple[dict[str, Calendar], list[str]]:
    """The calendars of a file and the faults found in it."""
    faults: list[str] = []
    found: dict[str, Calendar] = {}
    for code, table in _toml(path, faults).items():
        given = {**table, "code": code} if isinstance(table, Mapping) else table
        calendar = read(Calendar, given, code, faults)
        if calendar is not None:
            found[code] = calendar
            faults += faults_of_calendar(calendar)
    return found, [f"{path.name}: {fault}" for fault in faults]


def read_profile(
    path: Path, known_calendars: Mapping[str, Calendar]
) -> tuple[Profile | None, list[str]]:
    """The profile of a file, with the catalogue of indicators it names, and every fault found."""
    faults: list[str] = []
    table = _toml(path, faults)
    _give_reminders(table, faults)
    _give_catalogue(table, path.parent, faults)
    if faults and not table:
        return None, [f"{path.name}: {fault}" for fault in faults]
    profile = read(Profile, table, "", faults)
    if profile is not None:
        if path.stem != f"{profile.code}-{profile.version}":
            faults.append(f"code, version: the file must be {profile.code}-{profile.version}.toml")
        faults += faults_of_profile(profile, known_calendars)
    return profile, [f"{path.name}: {fault}" for fault in faults]


def _toml(path: Path, faults: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as reason:
        faults.append(f"cannot be read: {reason}")
        return {}


def _give_reminders(table: dict[str, Any], faults: list[str]) -> None:
    """A term names a ladder of reminders; the rungs take its place."""
    ladders = table.pop("ladders", {})
    terms = table.get("terms")
    if not isinstance(ladders, Mapping) or not isinstance(terms, list):
        return
    for term in terms:
        if isinstance(term, dict) and "ladder" in term:
            name = term.pop("ladder")
            if name in ladders:
                term.setdefault("reminders", ladders[name])
            else:
                faults.append(f"terms[{term.get('code')}].ladder: there is no ladder {name!r}")


def _give_catalogue(table: dict[str, Any], folder: Path, faults: list[str]) -> None:
    """The catalogue that `screening.catalogue` names, with what the profile leaves out, says
    otherwise and adds."""
    own = table.get("screening")
    if not isinstance(own, dict) or not isinstance(own.get("catalogue"), str):
        return  # told as a fault when the profile is read
    name = f"indicators-{own['catalogue']}.toml"
    path = folder / name if (folder / name).exists() else DATA / name
    catalogue = _toml(path, faults)
    if catalogue.pop("version", None) != own["catalogue"]:
        faults.append(f"screening.catalogue: {path.name} does not hold {own['catalogue']}")
    indicators = {
        entry.get("code"): entry
        for entry in catalogue.get("indicators", [])
        if isinstance(entry, Mapping)
    }
    for code in own.pop("leave_out", []):
        if indicators.pop(code, None) is None:
            faults.append(f"screening.leave_out: there is no indicator {code!r}")
    for entry in own.pop("say_otherwise", []):
        code = entry.get("code")
        if code not in indicators:
            faults.append(f"screening.say_otherwise: there is no indicator {code!r}")
        elif wrong := sorted(set(entry) - {"code", "label", "help"}):
            # Another element would be another rule: that is a new code, not a new wording.
            faults.append(f"screening.say_otherwise[{code}]: cannot change {', '.join(wrong)}")
        else:
            indicators[code] = {**indicators[code], **entry}
    merged = {**catalogue, **own}
    merged["indicators"] = [*indicators.values(), *own.get("indicators", [])]
    table["screening"] = merged
