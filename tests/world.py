"""People to act in tests: every role, a second of the ones that need a second person, and the same
in another organisation."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from cases.models import Case
from nrm.accounts import factor_actions, role_requests
from nrm.accounts.models import (
    Factor,
    Membership,
    Organisation,
    RoleGroup,
    RoleRequest,
    User,
)
from nrm.accounts.roles import OrganisationKind, Role
from nrm.context import acting_as
from nrm.profiles import Profile, load_profile
from tests.rows import begun_with

PASSWORD = "correct horse battery staple"


@lru_cache
def _password() -> str:
    return make_password(PASSWORD)


def person(email: str, role: str, organisation: Organisation, **more: Any) -> User:
    """A user who holds the role in the organisation."""
    user = User.objects.create(
        email=email,
        display_name=email.partition("@")[0].replace("_", " ").title(),
        password=_password(),
        **more,
    )
    Membership.objects.create(user=user, group=RoleGroup.of(organisation, role))
    return user


def confirmed(asked: RoleRequest, *, at: datetime) -> User:
    """Who holds the account or the role that was asked for, now that a second administrator has
    confirmed it."""
    return role_requests.confirm_request(asked, actor=second_administrator(), at=at).user


def second_administrator() -> User:
    """Another administrator than the world's own."""
    email = "second-administrator@example.org"
    found = User.objects.filter(email=email).first()
    house = Organisation.objects.get(name="Monitoring Office")
    return found or person(email, Role.ADMINISTRATOR, house)


def signed_in(user: User, kind: type[Client] = Client, **more: Any) -> Any:
    """A browser in which this user has just signed in, with both factors."""
    client = kind(**more)
    client.force_login(user, backend="nrm.accounts.backends.SignIn")
    prove(client)
    return client


def prove(client: Client, *, ago: timedelta = timedelta(), by: str = "factor") -> None:
    """Notes in the session of this browser that its person proved to be there, so long ago."""
    session = client.session
    session["proved_at"], session["proved_by"] = (timezone.now() - ago).timestamp(), by
    session.save()


def with_app(user: User, *, at: datetime) -> tuple[Factor, bytes]:
    """An authenticator app that this user has set up, and its secret. No session ends by it."""
    factor_actions.begin_app(user, actor=user, at=at)
    row, secret = factor_actions.app_begun(user, at=at) or (None, b"")
    assert row is not None
    row.confirmed_at, row.label = at, f"Authenticator app {row.pk.hex[:4]}"
    row.save()
    return row, secret


@dataclass
class World:
    profile: Profile
    police: Organisation
    authority: Organisation
    provider_house: Organisation
    prosecution: Organisation
    oversight: Organisation
    other_police: Organisation
    other_authority: Organisation
    users: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["users"][name]
        except KeyError:
            raise AttributeError(name) from None

    def client(self, name: str) -> Client:
        """A browser in which this user has signed in."""
        return signed_in(self.users[name])

    def case(self, *, age_status: str = "adult", at: datetime | None = None, **more: Any) -> Case:
        """A case opened by the same steps as a referral's, with nothing told in it."""
        from cases.actions.opening import open_case
        from identities import vault

        at = at or timezone.now()
        more.setdefault("jurisdiction", self.profile.jurisdictions[0].code)
        with acting_as(self.users["responder"]):
            from nrm import actions

            token = actions._details.set({})
            try:
                case = open_case(
                    vault.new_person(at=at),
                    profile=self.profile,
                    age_status=age_status,
                    referrer=self.police,
                    at=at,
                    **more,
                )
            finally:
                actions._details.reset(token)
        return case

    def assigned_case(self, **more: Any) -> Case:
        """A case that intake has given to the caseworker."""
        from cases.actions.assigning import assign_case

        case = self.case(**more)
        at = more.get("at") or timezone.now()
        assign_case(case, actor=self.users["intake"], at=at, caseworker=self.users["caseworker"])
        return Case.objects.get(pk=case.pk)


def begin_world(profile_code: str) -> World:
    """The world, in a database that is empty. It is built once; then its rows are put back, and
    everybody is read from what was kept of them."""
    return begun_with(f"world {profile_code}", lambda: build_world(profile_code))


def build_world(profile_code: str) -> World:
    first = next((one.code for one in load_profile(profile_code).authorities), "")

    def organisation(name: str, kind: str) -> Organisation:
        which = first if kind == OrganisationKind.COMPETENT_AUTHORITY else ""
        return Organisation.objects.create(
            name=name, kind=kind, profile=profile_code, authority_kind=which
        )

    world = World(
        profile=load_profile(profile_code),
        police=organisation("Northshire Police", OrganisationKind.POLICE),
        authority=organisation("Central Authority", OrganisationKind.COMPETENT_AUTHORITY),
        provider_house=organisation("Harbour House", OrganisationKind.PROVIDER),
        prosecution=organisation("Public Prosecutor", OrganisationKind.PROSECUTION),
        oversight=organisation("Monitoring Office", OrganisationKind.OVERSIGHT),
        other_police=organisation("Southshire Police", OrganisationKind.POLICE),
        other_authority=organisation("Outer Authority", OrganisationKind.COMPETENT_AUTHORITY),
    )
    people = {
        "responder": (Role.FIRST_RESPONDER, world.police),
        "responder2": (Role.FIRST_RESPONDER, world.police),
        "lead": (Role.RESPONDER_LEAD, world.police),
        "intake": (Role.INTAKE, world.authority),
        "caseworker": (Role.CASEWORKER, world.authority),
        "caseworker2": (Role.CASEWORKER, world.authority),
        "supervisor": (Role.SUPERVISOR, world.authority),
        "supervisor2": (Role.SUPERVISOR, world.authority),
        "provider": (Role.PROTECTION_PROVIDER, world.provider_house),
        "liaison": (Role.PROSECUTION_LIAISON, world.prosecution),
        "auditor": (Role.AUDITOR, world.oversight),
        "administrator": (Role.ADMINISTRATOR, world.oversight),
        "other_responder": (Role.FIRST_RESPONDER, world.other_police),
        "other_caseworker": (Role.CASEWORKER, world.other_authority),
        "other_supervisor": (Role.SUPERVISOR, world.other_authority),
    }
    for name, (role, org) in people.items():
        world.users[name] = person(f"{name}@example.org", role, org)
    world.users["inactive"] = person(
        "inactive@example.org", Role.SUPERVISOR, world.authority, is_active=False
    )
    world.users["superuser"] = User.objects.create(
        email="superuser@example.org",
        display_name="Superuser",
        password=_password(),
        is_superuser=True,
    )
    return world
