"""`manage.py check` refuses a set of tables that no release could be made of: the file, the key and
the reason."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from nrm.profiles import Profile, profiles
from nrm.profiles.loader import ProfileFaults
from reporting.releases.tables import Plan, PlanFaults, load_plan, plan_files
from reporting.statistics.freezing import refusals


@register("profiles")
def releases_can_be_made(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Every fault of every set of tables, those of the installation's own folder with the rest."""
    return [Error(fault, id="reporting.E001") for fault in faults_of_plans()]


def faults_of_plans() -> list[str]:
    """What is wrong with the sets of tables, as "file: key: reason"."""
    try:
        known = {profile.code: profile for profile in profiles()}
    except ProfileFaults:
        return []  # told by the check of the profiles; until then nothing can be said of these
    found = []
    for code, path in plan_files().items():
        profile = known.get(code)
        try:
            plan = load_plan(code)
        except PlanFaults as refused:
            faults = refused.faults
        else:
            faults = refusals(plan) + (strangers(plan, profile) if profile else [])
        if profile is None:
            faults = [f"profile: there is no profile {code!r}", *faults]
        found += [f"{path.name}: {fault}" for fault in faults]
    return found


def strangers(plan: Plan, profile: Profile) -> list[str]:
    """Codes that a coarse code is said to hold and that the profile does not have, and codes of the
    profile's that stand for themselves and are missing: those who have one would be counted as
    another without anybody noticing."""
    referral = profile.referral
    known = {
        "exploitation": {kind.code for kind in referral.exploitation_types},
        "responder": {kind.code for kind in referral.responder_kinds},
        "place": {place.code for place in referral.places},
        "driver": {driver.code for driver in referral.structural_drivers},
        "authority": {authority.code for authority in profile.authorities},
        "service": {service.code for service in profile.support.services},
    }
    themselves = {
        "age": [band.code for band in profile.statistics.age_bands],
        "first_outcome": [outcome.code for outcome in profile.decisions[0].outcomes],
        "final_outcome": [outcome.code for outcome in profile.decisions[-1].outcomes],
    }
    found = []
    for dimension in plan.dimensions:
        where = f"dimensions[{dimension.code}].codes"
        if dimension.code in known:
            held = {value for one in dimension.codes for value in one.holds}
            wrong = sorted(held - known[dimension.code])
            found += [f"{where}: the profile has no code {value!r}" for value in wrong]
        missing = [v for v in themselves.get(dimension.code, ()) if v not in dimension.names]
        found += [f"{where}: {value!r} is missing" for value in missing]
    return found
