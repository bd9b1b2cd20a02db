"""The organisations and sign-ins of the demonstration."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from nrm.accounts.models import Installation, Membership, Organisation, RoleGroup, User
from nrm.accounts.roles import OrganisationKind, Role
from nrm.variables import variable

DOMAIN = "demo.example"

ORGANISATIONS: dict[str, tuple[str, str, str]] = {
    # code: (name, kind, profile)
    "police": ("Northshire Police (demonstration)", OrganisationKind.POLICE, "uk"),
    "authority": (
        "Single Competent Authority (demonstration)",
        OrganisationKind.COMPETENT_AUTHORITY,
        "uk",
    ),
    "house": ("Harbour House (demonstration)", OrganisationKind.PROVIDER, "uk"),
    "prosecution": ("Prosecution Service (demonstration)", OrganisationKind.PROSECUTION, "uk"),
    "oversight": ("Monitoring Office (demonstration)", OrganisationKind.OVERSIGHT, "uk"),
    "camp": ("Protection desk of the camp (demonstration)", OrganisationKind.NGO, "palermo"),
    "panel": (
        "National identification panel (demonstration)",
        OrganisationKind.COMPETENT_AUTHORITY,
        "palermo",
    ),
}
# Which of the authorities of its law an office is.
AUTHORITIES = {"authority": "sca", "panel": "panel"}


@dataclass(frozen=True, slots=True)
class SignIn:
    """One demonstration account: the part before @demo.example, a name, and its roles."""

    code: str
    name: str
    roles: tuple[tuple[str, str], ...]  # (role, organisation code)


SIGN_INS: tuple[SignIn, ...] = (
    SignIn(
        "responder",
        "R. Adeyemi",
        ((Role.FIRST_RESPONDER, "police"), (Role.FIRST_RESPONDER, "camp")),
    ),
    SignIn(
        "lead",
        "L. Marchetti",
        ((Role.RESPONDER_LEAD, "police"), (Role.RESPONDER_LEAD, "camp")),
    ),
    SignIn("intake", "I. Novak", ((Role.INTAKE, "authority"), (Role.INTAKE, "panel"))),
    SignIn(
        "caseworker",
        "A. Okoro",
        ((Role.CASEWORKER, "authority"), (Role.CASEWORKER, "panel")),
    ),
    SignIn(
        "supervisor",
        "R. Silva",
        ((Role.SUPERVISOR, "authority"), (Role.SUPERVISOR, "panel")),
    ),
    SignIn(
        "supervisor2",
        "T. Lindqvist",
        ((Role.SUPERVISOR, "authority"), (Role.SUPERVISOR, "panel")),
    ),
    SignIn("provider", "H. Fontaine", ((Role.PROTECTION_PROVIDER, "house"),)),
    SignIn("liaison", "P. Grant", ((Role.PROSECUTION_LIAISON, "prosecution"),)),
    SignIn("auditor", "N. Haddad", ((Role.AUDITOR, "oversight"),)),
    SignIn("auditor2", "M. Costa", ((Role.AUDITOR, "oversight"),)),
    SignIn("admin", "S. Weber", ((Role.ADMINISTRATOR, "oversight"),)),
    SignIn("admin2", "J. Petrov", ((Role.ADMINISTRATOR, "oversight"),)),
)

# The sign-ins of the benchmark. They exist where at least BENCHMARK_FROM cases are generated at
# once; their roles are given in nrm.demonstration.cast.
BENCHMARK_FROM = 10_000
FEW = SignIn("few", "F. Ibarra", ())  # few@demo.example: a caseworker with about 20 cases
SOME = SignIn("some", "S. Nakamura", ())  # some@: supervises an authority with about 5,000
ALL = SignIn("all", "A. Lindgren", ())  # all@: supervises every authority, so sees every case
BENCHMARK = (FEW, SOME, ALL)


def email(code: str) -> str:
    return f"{code}@{DOMAIN}"


def make_people() -> None:
    """Marks the database as a demonstration and makes organisations, accounts and roles. These are
    the first rows of an installation: there is nobody yet who could be asked for the right."""
    Installation.objects.update_or_create(id=1, defaults={"demonstration": True})
    made = {
        code: Organisation.objects.get_or_create(
            name=name,
            kind=kind,
            profile=profile,
            defaults={"authority_kind": AUTHORITIES.get(code, "")},
        )[0]
        for code, (name, kind, profile) in ORGANISATIONS.items()
    }
    for sign_in in SIGN_INS:
        user, _ = User.objects.get_or_create(
            email=email(sign_in.code), defaults={"display_name": sign_in.name}
        )
        for role, organisation in sign_in.roles:
            Membership.objects.get_or_create(
                user=user, group=RoleGroup.of(made[organisation], role)
            )


def set_passwords(sign_ins: tuple[SignIn, ...] = ()) -> None:
    """Gives demonstration accounts the password in NRM_DEMO_PASSWORD, where it differs: these, or
    every one that people sign in with. They share it, so it is hashed once."""
    password = variable("NRM_DEMO_PASSWORD")
    wanted = [email(one.code) for one in sign_ins or (*SIGN_INS, *BENCHMARK)]
    users = User.objects.filter(email__in=wanted)
    first = users.first()
    if password and first is not None and not first.check_password(password):
        users.update(password=make_password(password))


def organisation(code: str) -> Organisation:
    name, kind, profile = ORGANISATIONS[code]
    return Organisation.objects.get(name=name, kind=kind, profile=profile)


def user(code: str) -> User:
    return User.objects.get(email=email(code))
