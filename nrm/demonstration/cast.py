"""Who plays whom: the organisations and people among whom generated cases are shared out.

A road is walked by the demonstration's own users; a generated case has others in their parts. Each
organisation that can take a part has as many people in each role as the one whose part it takes, so
that whoever would have been told is told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from nrm.accounts.models import Membership, Organisation, RoleGroup, User
from nrm.accounts.roles import OrganisationKind, Role
from nrm.demonstration import people
from nrm.demonstration.people import ALL, FEW, SOME

# Parts: how the text of a captured road names who acted in it.
RESPONDER, LEAD, REFERRER = "user:responder", "user:lead", "org:referrer"
INTAKE, CASEWORKER = "user:intake", "user:caseworker"
SUPERVISOR, SUPERVISOR_2 = "user:supervisor", "user:supervisor2"
AUTHORITY = "org:authority"
PROVIDER, HOUSE = "user:provider", "org:house"
LIAISON, PROSECUTION = "user:liaison", "org:prosecution"
GROUPS = {
    ("referrer", Role.FIRST_RESPONDER): "group:responders",
    ("referrer", Role.RESPONDER_LEAD): "group:leads",
    ("authority", Role.INTAKE): "group:intake",
    ("authority", Role.SUPERVISOR): "group:supervisors",
    ("house", Role.PROTECTION_PROVIDER): "group:providers",
    ("prosecution", Role.PROSECUTION_LIAISON): "group:liaisons",
}

# About how many cases the sign-ins of the benchmark have.
FEW_CASES, SOME_CASES = 20, 5_000
# About how many cases the demonstration's own people have, however many there are in all.
CASEWORKER_CASES, RESPONDER_CASES = 60, 90
PROVIDER_CASES, LIAISON_CASES = 40, 30

_REFERRERS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "uk": (
        ("westmarch", "Westmarch Police (demonstration)", OrganisationKind.POLICE),
        ("lantern", "Lantern Trust (demonstration)", OrganisationKind.NGO),
        ("harbourside", "Harbourside Council (demonstration)", OrganisationKind.LOCAL_AUTHORITY),
        ("border", "Border Desk (demonstration)", OrganisationKind.GOVERNMENT),
        ("clinic", "Quayside Clinic (demonstration)", OrganisationKind.HEALTH),
    ),
    "palermo": (
        ("riverbank", "Riverbank Aid (demonstration)", OrganisationKind.NGO),
        ("crossing", "Crossing Point Clinic (demonstration)", OrganisationKind.HEALTH),
    ),
}
_HOUSES = (("meadow", "Meadow House (demonstration)"), ("beacon", "Beacon Rooms (demonstration)"))
_PROSECUTIONS = (("northern", "Northern Prosecution Office (demonstration)"),)
# After the name of the authority that receives referrals, which goes by name.
_SMALL_AUTHORITY = "Southern Child Panel (demonstration)"
_INITIALS = "ABCDEFGHIJKLMNOPRSTVWYZ"
_FAMILIES = (
    "Achterberg Bellweather Cardoza Dunmorrow Eskelund Farrowby Galvinet Holmqvister Ivarsdal",
    "Jarnefelder Kestrelane Lambournet Mistrallo Norcastle Ollerenshaw Pembrigge Quistgarden",
    "Rosendahler Stavenhagen Thistlewood Umberlane Varnhagen Westerholt Yarrowdale",
)
_NAMES = tuple(name for line in _FAMILIES for name in line.split())


@dataclass(slots=True)
class Part:
    """What one organisation brings to a case: the parts it fills, each with an id as text."""

    fills: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Company:
    """Everybody among whom the cases of one profile are shared out; the first of each are the
    demonstration's own."""

    referrers: list[Part] = field(default_factory=list)
    authorities: list[Part] = field(default_factory=list)
    caseworkers: list[list[str]] = field(default_factory=list)  # by authority
    houses: list[Part] = field(default_factory=list)
    prosecutions: list[Part] = field(default_factory=list)
    few: str = ""


def _name(number: int) -> str:
    initial = _INITIALS[number * 7 % len(_INITIALS)]
    return f"{initial}. {_NAMES[number % len(_NAMES)]}"


class _Maker:
    """Makes organisations and people that are not there yet, and finds those that are."""

    def __init__(self) -> None:
        self.made = 0

    def organisation(
        self, name: str, kind: str, profile: str, authority_kind: str = ""
    ) -> Organisation:
        return Organisation.objects.get_or_create(
            name=name, kind=kind, profile=profile, defaults={"authority_kind": authority_kind}
        )[0]

    def user(self, code: str, *roles: tuple[str, Organisation], name: str = "") -> User:
        self.made += 1
        user, _ = User.objects.get_or_create(
            email=people.email(code),
            defaults={"display_name": name or _name(self.made), "password": "!"},
        )
        for role, organisation in roles:
            Membership.objects.get_or_create(user=user, group=RoleGroup.of(organisation, role))
        return user


def _groups(place: str, organisation: Organisation, roles: Iterable[str]) -> dict[str, str]:
    return {GROUPS[place, role]: str(RoleGroup.of(organisation, role).pk) for role in roles}


def referrer_part(organisation: Organisation, responder: User, lead: User | None) -> Part:
    fills = {
        REFERRER: str(organisation.pk),
        RESPONDER: str(responder.pk),
        **_groups("referrer", organisation, (Role.FIRST_RESPONDER, Role.RESPONDER_LEAD)),
    }
    if lead is not None:
        fills[LEAD] = str(lead.pk)
    return Part(fills)


def authority_part(
    organisation: Organisation, intake: User, supervisor: User, second: User
) -> Part:
    return Part(
        {
            AUTHORITY: str(organisation.pk),
            INTAKE: str(intake.pk),
            SUPERVISOR: str(supervisor.pk),
            SUPERVISOR_2: str(second.pk),
            **_groups("authority", organisation, (Role.INTAKE, Role.SUPERVISOR)),
        }
    )


def house_part(organisation: Organisation, provider: User) -> Part:
    groups = _groups("house", organisation, (Role.PROTECTION_PROVIDER,))
    return Part({HOUSE: str(organisation.pk), PROVIDER: str(provider.pk), **groups})


def prosecution_part(organisation: Organisation, liaison: User) -> Part:
    groups = _groups("prosecution", organisation, (Role.PROSECUTION_LIAISON,))
    return Part({PROSECUTION: str(organisation.pk), LIAISON: str(liaison.pk), **groups})


def own_parts(profile: str) -> dict[str, str]:
    """The parts as a road is walked: by the demonstration's own users."""
    police, authority = ("police", "authority") if profile == "uk" else ("camp", "panel")
    lead = people.user("lead") if profile == "uk" else None
    parts = (
        referrer_part(people.organisation(police), people.user("responder"), lead),
        authority_part(
            people.organisation(authority),
            people.user("intake"),
            people.user("supervisor"),
            people.user("supervisor2"),
        ),
        house_part(people.organisation("house"), people.user("provider")),
        prosecution_part(people.organisation("prosecution"), people.user("liaison")),
    )
    found = {CASEWORKER: str(people.user("caseworker").pk)}
    for part in parts:
        found |= part.fills
    return found


def assemble(profile: str, cases: int) -> Company:
    """Makes and finds everybody for this many cases of the profile."""
    maker = _Maker()
    company = Company()
    own = own_parts(profile)
    own_referrer = {k: v for k, v in own.items() if k in (REFERRER, RESPONDER, LEAD)}
    own_referrer |= {k: own[k] for k in ("group:responders", "group:leads")}
    company.referrers.append(Part(own_referrer))
    for code, name, kind in _REFERRERS[profile]:
        organisation = maker.organisation(name, kind, profile)
        responder = maker.user(f"responder.{code}", (Role.FIRST_RESPONDER, organisation))
        lead = None
        if profile == "uk":
            lead = maker.user(f"lead.{code}", (Role.RESPONDER_LEAD, organisation))
        company.referrers.append(referrer_part(organisation, responder, lead))
    keys = (AUTHORITY, INTAKE, SUPERVISOR, SUPERVISOR_2, "group:intake", "group:supervisors")
    company.authorities.append(Part({key: own[key] for key in keys}))
    organisation = people.organisation("authority" if profile == "uk" else "panel")
    company.caseworkers.append(
        [own[CASEWORKER], *_caseworkers(maker, profile, organisation, cases)]
    )
    for code, name in _HOUSES:
        house = maker.organisation(name, OrganisationKind.PROVIDER, "uk")
        provider = maker.user(f"provider.{code}", (Role.PROTECTION_PROVIDER, house))
        company.houses.append(house_part(house, provider))
    for code, name in _PROSECUTIONS:
        office = maker.organisation(name, OrganisationKind.PROSECUTION, "uk")
        liaison = maker.user(f"liaison.{code}", (Role.PROSECUTION_LIAISON, office))
        company.prosecutions.append(prosecution_part(office, liaison))
    own_house = {k: own[k] for k in (HOUSE, PROVIDER, "group:providers")}
    own_office = {k: own[k] for k in (PROSECUTION, LIAISON, "group:liaisons")}
    company.houses.insert(0, Part(own_house))
    company.prosecutions.insert(0, Part(own_office))
    return company


def _caseworkers(maker: _Maker, profile: str, organisation: Organisation, cases: int) -> list[str]:
    """Colleagues of the caseworker: about one for each sixty cases, as long as that is a few."""
    wanted = max(2, min(cases // CASEWORKER_CASES, 8 + cases // 2_500))
    return [
        str(maker.user(f"caseworker.{profile}{number}", (Role.CASEWORKER, organisation)).pk)
        for number in range(2, wanted + 2)
    ]


def add_benchmark_people(companies: Mapping[str, Company]) -> None:
    """The small authority and the three sign-ins of the benchmark. `all@` joins the supervisors of
    every authority, and was in none while the cases were worked on."""
    maker = _Maker()
    maker.made = 100
    authority = people.organisation("authority")
    small = maker.organisation(
        _SMALL_AUTHORITY, OrganisationKind.COMPETENT_AUTHORITY, "uk", "child_panel"
    )
    some = maker.user(SOME.code, (Role.SUPERVISOR, small), name=SOME.name)
    second = maker.user("supervisor2.south", (Role.SUPERVISOR, small))
    intake = maker.user("intake.south", (Role.INTAKE, small))
    company = companies["uk"]
    company.authorities.append(authority_part(small, intake, some, second))
    company.caseworkers.append(_caseworkers(maker, "south", small, SOME_CASES))
    company.few = str(maker.user(FEW.code, (Role.CASEWORKER, authority), name=FEW.name).pk)
    supervised = [authority, small, people.organisation("panel")]
    maker.user(ALL.code, *((Role.SUPERVISOR, one) for one in supervised), name=ALL.name)
    people.set_passwords(people.BENCHMARK)


def joined_before(moment: datetime) -> None:
    """Whoever was made for the demonstration had their role before the first case."""
    Membership.objects.filter(user__email__endswith=f"@{people.DOMAIN}", since__gt=moment).update(
        since=moment
    )
