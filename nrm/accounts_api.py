"""One's own account and the administrator's work by REST: the same actions as their pages.

No program makes a token: a stolen one must not be able to outlive itself. Making one is for a
person who signed in.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from nrm.accounts import actions, factor_actions, limits, role_requests
from nrm.accounts.factors import HANDED_FOR
from nrm.accounts.models import (
    SYSTEM_ID,
    Factor,
    Membership,
    Organisation,
    RoleRequest,
    Session,
    Token,
    User,
)
from nrm.accounts.rights import ADMINISTER
from nrm.accounts.roles import OrganisationKind, Role
from nrm.accounts.scopes import Scope
from nrm.accounts.sessions import live_sessions
from nrm.actions import Forbidden, Hidden
from nrm.profiles import profiles
from nrm.rest import (
    IDEMPOTENCY_KEY,
    APIView,
    Coded,
    IdPageQuery,
    coded_choice,
    describe,
    page_by_id,
    page_response,
    page_schema,
    respond,
)

ACCOUNT, ADMINISTRATION = "Account", "Administration"
LANGUAGES = [code for code, _label in settings.LANGUAGES]


# What an answer looks like -----------------------------------------------------------------------
class OrganisationNameSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class HeldRoleSerializer(serializers.Serializer):
    """A role that somebody holds in an organisation."""

    id = serializers.IntegerField()
    role = Coded()
    organisation = OrganisationNameSerializer()


class TokenSerializer(serializers.Serializer):
    """A token. Its secret was shown once, when a person made it."""

    id = serializers.UUIDField()
    label = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices))
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="Exact to the hour.")


class SessionSerializer(serializers.Serializer):
    """A browser in which you are signed in."""

    id = serializers.UUIDField()
    browser = serializers.CharField(help_text="A word or two, or empty where it is not known.")
    started_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField(help_text="Exact to the minute.")
    ends_at = serializers.DateTimeField(help_text="When it ends whatever is done in it.")


class AccountSerializer(serializers.Serializer):
    """Who you are here, and what the token that you came with is for."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()
    language = serializers.ChoiceField(LANGUAGES)
    shortcuts = serializers.BooleanField(help_text="Whether pages answer to single keys.")
    roles = HeldRoleSerializer(many=True)
    token = TokenSerializer(allow_null=True, help_text="Null where you came by session.")


class AdministeredAccountSerializer(serializers.Serializer):
    """An account as its administrator sees it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()
    is_open = serializers.BooleanField()
    roles = HeldRoleSerializer(many=True)


class RoleRequestSerializer(serializers.Serializer):
    """A role, with or without a new account, or a closed organisation to be opened, that one
    administrator asks for. It gives nothing until another one has confirmed it."""

    id = serializers.UUIDField()
    account = serializers.UUIDField(
        allow_null=True, help_text="Null while the account is not there."
    )
    name = serializers.CharField()
    email = serializers.EmailField(
        allow_null=True, help_text="Null where the organisation itself is to be opened."
    )
    organisation = OrganisationNameSerializer()
    role = Coded(allow_null=True, help_text="Null where the organisation itself is to be opened.")
    opens_account = serializers.BooleanField(help_text="Whether it opens a new account.")
    opens_organisation = serializers.BooleanField(help_text="Whether it opens a closed one.")
    state = Coded()
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    decided_by = serializers.CharField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)


class ConfirmedRequestSerializer(RoleRequestSerializer):
    """One that you confirmed, and the link with which the owner of a new account chooses a
    password."""

    welcome_url = serializers.URLField(
        allow_null=True,
        help_text="Works once: hand it to the owner yourself. They need a code too, which is shown "
        "on a page to who asked. Null where there is no new account, or its owner has a password.",
    )


class HandedCodeSerializer(serializers.Serializer):
    """A code to hand over face to face: with it and the password a new factor is set up."""

    code = serializers.CharField(help_text="Shown this once only. It works once.")
    expires_at = serializers.DateTimeField()


class FactorSerializer(serializers.Serializer):
    """A second factor that you have set up."""

    id = serializers.UUIDField()
    kind = Coded()
    label = serializers.CharField()
    confirmed_at = serializers.DateTimeField()
    used_at = serializers.DateTimeField(allow_null=True)


class FactorsSerializer(serializers.Serializer):
    """Your second factors, and how many recovery codes still work."""

    factors = FactorSerializer(many=True)
    codes_left = serializers.IntegerField()


class OrganisationSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = Coded()
    profile = serializers.CharField(help_text="The law that it works under.")
    authority_kind = Coded(
        allow_null=True,
        help_text="Which of the authorities of that law it is. Null where it is none of them, or "
        "where that was not recorded.",
    )
    is_open = serializers.BooleanField()


# What is sent ------------------------------------------------------------------------------------
class LanguageSerializer(serializers.Serializer):
    language = serializers.ChoiceField(LANGUAGES)


class ShortcutsSerializer(serializers.Serializer):
    on = serializers.BooleanField()


class OrganisationWriteSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(OrganisationKind.choices)
    profile = serializers.CharField(max_length=30, help_text="The code of a profile, such as uk.")
    authority_kind = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text="Of a competent authority: which one of the profile it is, such as sca.",
    )

    def validate_profile(self, value: str) -> str:
        if value not in {profile.code for profile in profiles()}:
            raise serializers.ValidationError(_("There is no such profile."))
        return value


class OrganisationChangeSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    is_open = serializers.BooleanField(
        help_text="In a closed one no role gives anything. One that is closed is opened by two."
    )
    authority_kind = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text="Which authority of its profile it is; empty: none. Left out, it stays as it is.",
    )


class AccountWriteSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=150, help_text="As colleagues will see it.")
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(Role.choices)


class RoleWriteSerializer(serializers.Serializer):
    organisation = serializers.UUIDField()
    role = serializers.ChoiceField(Role.choices)


class OrganisationsQuery(IdPageQuery):
    """What may stand after the question mark."""

    kind = serializers.ChoiceField(OrganisationKind.choices, required=False)
    is_open = serializers.BooleanField(required=False, allow_null=True, default=None)


class RoleRequestsQuery(IdPageQuery):
    """What may stand after the question mark."""

    state = serializers.ChoiceField(RoleRequest.State.choices, required=False)


def _request_body(row: RoleRequest) -> dict[str, Any]:
    return {
        "id": row.pk,
        "account": row.user_id,
        "name": row.name,
        "email": row.address or None,
        "organisation": {"id": row.organisation.pk, "name": row.organisation.name},
        "role": coded_choice(Role, row.role) if row.role else None,
        "opens_account": row.opens_account,
        "opens_organisation": row.opens_organisation,
        "state": coded_choice(RoleRequest.State, row.state),
        "asked_by": row.asked_by.display_name,
        "asked_at": row.asked_at,
        "decided_by": row.decided_by.display_name if row.decided_by else None,
        "decided_at": row.decided_at,
    }


def _organisation_body(organisation: Organisation) -> dict[str, Any]:
    return {
        "id": organisation.pk,
        "name": organisation.name,
        "kind": coded_choice(OrganisationKind, organisation.kind),
        "profile": organisation.profile,
        "authority_kind": {
            "code": organisation.authority_kind,
            "label": organisation.authority_label,
        }
        if organisation.authority_kind
        else None,
        "is_open": organisation.is_active,
    }


def _role_body(membership: Membership) -> dict[str, Any]:
    return {
        "id": membership.pk,
        "role": coded_choice(Role, membership.role),
        "organisation": {"id": membership.organisation.pk, "name": membership.organisation.name},
    }


def _token_body(token: Token) -> dict[str, Any]:
    names = ("label", "scopes", "created_at", "expires_at", "last_used_at")
    return {"id": token.pk, **{name: getattr(token, name) for name in names}}


def _held(user: User, **only: Any) -> list[dict[str, Any]]:
    rows = user.memberships.select_related("group__role_group__organisation").filter(**only)
    return [_role_body(membership) for membership in rows.order_by("pk")]


def _account_body(user: User) -> dict[str, Any]:
    return {
        "id": user.pk,
        "name": user.display_name,
        "email": user.email,
        "is_open": user.is_active,
        "roles": _held(user),
    }


# One's own account -------------------------------------------------------------------------------
class AccountView(APIView):
    """Your own account."""

    @describe(
        "read_account",
        "Read who you are and what your token is for",
        tag=ACCOUNT,
        scope=Scope.ACCOUNT,
        responses={200: AccountSerializer},
    )
    def get(self, request: Request) -> Response:
        user: User = request.user
        token = request._request.token
        return respond(
            {
                "id": user.pk,
                "name": user.display_name,
                "email": user.email,
                "language": user.language,
                "shortcuts": user.shortcuts,
                "roles": _held(user, group__role_group__organisation__is_active=True),
                "token": _token_body(token) if token else None,
            }
        )


class LanguageView(APIView):
    """The language in which you are told things."""

    @describe(
        "choose_language",
        "Choose the language of your account",
        tag=ACCOUNT,
        scope=Scope.ACCOUNT,
        request=LanguageSerializer,
        responses={200: LanguageSerializer},
    )
    def put(self, request: Request) -> Response:
        said = self.read(LanguageSerializer)
        actions.choose_language(request.user, actor=request.user, at=self.at, **said)
        return respond(said)


class ShortcutsView(APIView):
    """Whether pages answer to single keys."""

    @describe(
        "choose_shortcuts",
        "Turn the keyboard shortcuts of the pages on or off",
        tag=ACCOUNT,
        scope=Scope.ACCOUNT,
        request=ShortcutsSerializer,
        responses={200: ShortcutsSerializer},
    )
    def put(self, request: Request) -> Response:
        said = self.read(ShortcutsSerializer)
        actions.choose_shortcuts(request.user, actor=request.user, at=self.at, **said)
        return respond(said)


class SessionsView(APIView):
    """The browsers in which you are signed in."""

    @describe(
        "list_sessions",
        "List the browsers in which you are signed in",
        tag=ACCOUNT,
        scope=Scope.ACCOUNT,
        responses={200: page_schema(SessionSerializer, "SessionPage")},
        parameters=[IdPageQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(IdPageQuery)
        rows, after = page_by_id(live_sessions(request.user, at=self.at), **query)
        return page_response(request, [_session_body(row) for row in rows], after=after)


class SessionView(APIView):
    """One of the browsers in which you are signed in."""

    @describe(
        "end_session",
        "End one of your sessions, at once",
        tag=ACCOUNT,
        scope=Scope.ACCOUNT,
        responses={204: None},
        problems=(404,),
    )
    def delete(self, request: Request, session_id: UUID) -> Response:
        session = request.user.sessions.filter(pk=session_id).first()
        if session is None:
            raise Hidden("own_account")
        if session.ended_at is None:
            actions.end_session(request.user, actor=request.user, at=self.at, session=session)
        return respond(None, status=204)


def _session_body(session: Session) -> dict[str, Any]:
    return {
        "id": session.pk,
        "browser": session.browser,
        "started_at": session.started_at,
        "seen_at": session.seen_at,
        "ends_at": session.ends_at,
    }


class FactorsView(APIView):
    """Your second factors. They are set up and removed on the pages, by a person who is there."""

    @describe(
        "list_factors",
        "List your second factors",
        tag=ACCOUNT,
        scope=Scope.ACCOUNT,
        responses={200: FactorsSerializer},
    )
    def get(self, request: Request) -> Response:
        rows = [
            {
                "id": row.pk,
                "kind": coded_choice(Factor.Kind, row.kind),
                "label": row.label,
                "confirmed_at": row.confirmed_at,
                "used_at": row.used_at,
            }
            for row in factor_actions.factors_of(request.user)
        ]
        left = factor_actions.codes_left(request.user)
        return respond({"factors": rows, "codes_left": left})


class TokensView(APIView):
    """Your tokens that hold. They are made on the account page, by a person who signed in."""

    @describe(
        "list_tokens",
        "List your tokens",
        tag=ACCOUNT,
        scope=Scope.ACCOUNT,
        responses={200: page_schema(TokenSerializer, "TokenPage")},
        parameters=[IdPageQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(IdPageQuery)
        live = request.user.tokens.filter(revoked_at=None, expires_at__gt=self.at)
        rows, after = page_by_id(live, **query)
        return page_response(request, [_token_body(token) for token in rows], after=after)


class TokenView(APIView):
    """One of your tokens."""

    @describe(
        "revoke_token",
        "Revoke one of your tokens, at once",
        tag=ACCOUNT,
        scope=Scope.ACCOUNT,
        responses={204: None},
        problems=(404,),
    )
    def delete(self, request: Request, token_id: UUID) -> Response:
        token = Token.objects.filter(pk=token_id, user=request.user).first()
        if token is None:
            raise Hidden("own_account")
        if token.revoked_at is None:
            actions.revoke_token(request.user, actor=request.user, at=self.at, token=token)
        return respond(None, status=204)


# Administration ----------------------------------------------------------------------------------
class AdministrationAPIView(APIView):
    """An endpoint for administrators alone. No case is in it."""

    role_right = ADMINISTER

    def organisation(self, pk: UUID) -> Organisation:
        """The organisation, or 404."""
        if found := Organisation.objects.filter(pk=pk).first():
            return found
        raise Hidden("administer")

    def account(self, pk: UUID) -> User:
        """The account, or 404; the system's own is none."""
        if found := User.objects.exclude(pk=SYSTEM_ID).filter(pk=pk).first():
            return found
        raise Hidden("administer")


class OrganisationsView(AdministrationAPIView):
    """Organisations."""

    @describe(
        "list_organisations",
        "List the organisations",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        responses={200: page_schema(OrganisationSerializer, "OrganisationPage")},
        parameters=[OrganisationsQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(OrganisationsQuery)
        rows: QuerySet[Organisation] = Organisation.objects.all()
        if kind := query.get("kind"):
            rows = rows.filter(kind=kind)
        if query["is_open"] is not None:
            rows = rows.filter(is_active=query["is_open"])
        found, after = page_by_id(rows, after=query["after"], limit=query["limit"])
        return page_response(request, [_organisation_body(row) for row in found], after=after)

    @describe(
        "add_organisation",
        "Add an organisation",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        request=OrganisationWriteSerializer,
        responses={201: OrganisationSerializer},
        parameters=[IDEMPOTENCY_KEY],
        fresh=True,
    )
    def post(self, request: Request) -> Response:
        made = actions.add_organisation(
            actor=request.user,
            at=self.at,
            key=self.submission_key(),
            **self.read(OrganisationWriteSerializer),
        )
        where = reverse("api_organisation", args=[made.pk])
        return respond(_organisation_body(made), status=201, location=where)


class OrganisationView(AdministrationAPIView):
    """One organisation."""

    @describe(
        "read_organisation",
        "Read an organisation",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        responses={200: OrganisationSerializer},
        problems=(404,),
    )
    def get(self, request: Request, organisation_id: UUID) -> Response:
        return respond(_organisation_body(self.organisation(organisation_id)))

    @describe(
        "change_organisation",
        "Rename or close an organisation, or say which authority it is",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        request=OrganisationChangeSerializer,
        responses={200: OrganisationSerializer},
        problems=(404,),
        fresh=True,
    )
    def put(self, request: Request, organisation_id: UUID) -> Response:
        organisation = self.organisation(organisation_id)
        said = self.read(OrganisationChangeSerializer)
        changed = actions.change_organisation(
            organisation,
            actor=request.user,
            at=self.at,
            name=said["name"],
            is_active=said["is_open"],
            authority_kind=said.get("authority_kind"),
        )
        return respond(_organisation_body(changed))


class OrganisationOpeningView(AdministrationAPIView):
    """That a closed organisation is to be opened."""

    tight = limits.invitations

    @describe(
        "ask_to_open_organisation",
        "Ask for a closed organisation to be opened, which another administrator confirms",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        request=None,
        responses={201: RoleRequestSerializer},
        problems=(404, 422),
        parameters=[IDEMPOTENCY_KEY],
        fresh=True,
    )
    def post(self, request: Request, organisation_id: UUID) -> Response:
        asked = role_requests.ask_to_open(
            self.organisation(organisation_id),
            actor=request.user,
            at=self.at,
            key=self.submission_key(),
        )
        return _asked(asked)


class OrganisationAccountsView(AdministrationAPIView):
    """The accounts with a role in one organisation."""

    tight = limits.invitations

    @describe(
        "list_accounts",
        "List the accounts of an organisation",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        responses={200: page_schema(AdministeredAccountSerializer, "AccountPage")},
        problems=(404,),
        parameters=[IdPageQuery],
    )
    def get(self, request: Request, organisation_id: UUID) -> Response:
        organisation = self.organisation(organisation_id)
        people = User.objects.filter(
            memberships__group__role_group__organisation=organisation
        ).distinct()
        rows, after = page_by_id(
            people.prefetch_related("memberships__group__role_group__organisation"),
            **self.read_query(IdPageQuery),
        )
        bodies = [
            {
                "id": user.pk,
                "name": user.display_name,
                "email": user.email,
                "is_open": user.is_active,
                "roles": [_role_body(m) for m in user.memberships.all()],
            }
            for user in rows
        ]
        return page_response(request, bodies, after=after)

    @describe(
        "add_account",
        "Ask for an account, which another administrator confirms",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        request=AccountWriteSerializer,
        responses={201: RoleRequestSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
        fresh=True,
    )
    def post(self, request: Request, organisation_id: UUID) -> Response:
        organisation = self.organisation(organisation_id)
        said = self.read(AccountWriteSerializer)
        _refuse_by_token(request, said["role"])
        asked = role_requests.ask_for_account(
            organisation,
            actor=request.user,
            at=self.at,
            email=said["email"],
            display_name=said["name"],
            role=said["role"],
            key=self.submission_key(),
        )
        return _asked(asked)


def _asked(row: RoleRequest) -> Response:
    where = reverse("api_role_request", args=[row.pk])
    return respond(_request_body(row), status=201, location=where)


# The roles that reach cases or make those who do. A token may be stolen, and what it opens would
# outlive it: these are asked for on the pages, by somebody who has signed in.
_BY_HAND = frozenset({Role.INTAKE, Role.CASEWORKER, Role.SUPERVISOR, Role.ADMINISTRATOR})


def _refuse_by_token(request: Request, role: str) -> None:
    if request._request.token is not None and role in _BY_HAND:
        raise Forbidden("administer")


class AdministeredAccountView(AdministrationAPIView):
    """One account."""

    @describe(
        "read_administered_account",
        "Read an account and its roles",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        responses={200: AdministeredAccountSerializer},
        problems=(404,),
    )
    def get(self, request: Request, account_id: UUID) -> Response:
        return respond(_account_body(self.account(account_id)))


class FactorsResetView(AdministrationAPIView):
    """The second factor of an account whose owner has lost theirs."""

    tight = limits.invitations

    @describe(
        "reset_factors",
        "Take away the second factor of somebody who lost it, and get a code to hand to them",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        request=None,
        responses={200: HandedCodeSerializer},
        problems=(404,),
        in_person=True,
    )
    def post(self, request: Request, account_id: UUID) -> Response:
        code = factor_actions.reset_factors(
            self.account(account_id), actor=request.user, at=self.at
        )
        return respond({"code": code, "expires_at": self.at + HANDED_FOR})


class RolesView(AdministrationAPIView):
    """The roles of one account."""

    @describe(
        "give_role",
        "Ask for a role for an account, which another administrator confirms",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        request=RoleWriteSerializer,
        responses={201: RoleRequestSerializer},
        problems=(404,),
        parameters=[IDEMPOTENCY_KEY],
        fresh=True,
    )
    def post(self, request: Request, account_id: UUID) -> Response:
        user = self.account(account_id)
        said = self.read(RoleWriteSerializer)
        _refuse_by_token(request, said["role"])
        asked = role_requests.ask_for_role(
            user,
            actor=request.user,
            at=self.at,
            organisation=self.organisation(said["organisation"]),
            role=said["role"],
            key=self.submission_key(),
        )
        return _asked(asked)


class RoleView(AdministrationAPIView):
    """One role of one account."""

    @describe(
        "end_role",
        "Take a role away",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        responses={204: None},
        problems=(404, 422),
        fresh=True,
    )
    def delete(self, request: Request, account_id: UUID, role_id: int) -> Response:
        found = self.account(account_id).memberships.filter(pk=role_id).first()
        if found is None:
            raise Hidden("administer")
        actions.end_role(found, actor=request.user, at=self.at)
        return respond(None, status=204)


class ClosureView(AdministrationAPIView):
    """That an account is closed."""

    @describe(
        "close_account",
        "Close an account: its sessions and tokens end at once",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        request=None,
        responses={200: AdministeredAccountSerializer},
        problems=(404, 422),
        fresh=True,
    )
    def post(self, request: Request, account_id: UUID) -> Response:
        user = actions.close_account(self.account(account_id), actor=request.user, at=self.at)
        return respond(_account_body(user))

    @describe(
        "reopen_account",
        "Open a closed account again, without its tokens and roles",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        responses={200: AdministeredAccountSerializer},
        problems=(404, 422),
        fresh=True,
    )
    def delete(self, request: Request, account_id: UUID) -> Response:
        user = actions.reopen_account(self.account(account_id), actor=request.user, at=self.at)
        return respond(_account_body(user))


class RoleRequestsView(AdministrationAPIView):
    """The accounts and roles that administrators asked for."""

    @describe(
        "list_role_requests",
        "List the accounts and roles that were asked for",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        responses={200: page_schema(RoleRequestSerializer, "RoleRequestPage")},
        parameters=[RoleRequestsQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(RoleRequestsQuery)
        rows = role_requests.all_requests()
        if state := query.get("state"):
            rows = rows.filter(state=state)
        found, after = page_by_id(rows, after=query["after"], limit=query["limit"])
        return page_response(request, [_request_body(row) for row in found], after=after)


class OneRoleRequestView(AdministrationAPIView):
    """One account or role that was asked for."""

    def asked(self, pk: UUID) -> RoleRequest:
        """The request, or 404."""
        if found := role_requests.all_requests().filter(pk=pk).first():
            return found
        raise Hidden("administer")


class RoleRequestView(OneRoleRequestView):
    @describe(
        "read_role_request",
        "Read what an administrator asked for",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        responses={200: RoleRequestSerializer},
        problems=(404,),
    )
    def get(self, request: Request, request_id: UUID) -> Response:
        return respond(_request_body(self.asked(request_id)))


class RoleConfirmationView(OneRoleRequestView):
    """That a second administrator confirms it."""

    tight = limits.invitations

    @describe(
        "confirm_role_request",
        "Confirm what another administrator asked for, and get the link of a new account",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        request=None,
        responses={200: ConfirmedRequestSerializer},
        problems=(404, 422),
        in_person=True,
    )
    def post(self, request: Request, request_id: UUID) -> Response:
        row = role_requests.confirm_request(self.asked(request_id), actor=request.user, at=self.at)
        link = role_requests.welcome_path(row, reader=request.user)
        url = request.build_absolute_uri(link) if link else None
        return respond({**_request_body(row), "welcome_url": url})


class RoleRefusalView(OneRoleRequestView):
    """That it is declined, or taken back by who asked."""

    @describe(
        "decline_role_request",
        "Decline what another administrator asked for, or take back what you asked for",
        tag=ADMINISTRATION,
        scope=Scope.ADMINISTRATION,
        request=None,
        responses={200: RoleRequestSerializer},
        problems=(404, 422),
        fresh=True,
    )
    def post(self, request: Request, request_id: UUID) -> Response:
        row = role_requests.decline_request(self.asked(request_id), actor=request.user, at=self.at)
        return respond(_request_body(row))


_ORGANISATIONS = "administration/organisations/"
_REQUESTS = "administration/requests/"
_ONE = "administration/accounts/<uuid:account_id>/"

urlpatterns = [
    path("account/", AccountView.as_view(), name="api_account"),
    path("account/language/", LanguageView.as_view(), name="api_account_language"),
    path("account/shortcuts/", ShortcutsView.as_view(), name="api_account_shortcuts"),
    path("account/sessions/", SessionsView.as_view(), name="api_sessions"),
    path("account/sessions/<uuid:session_id>/", SessionView.as_view(), name="api_session"),
    path("account/factors/", FactorsView.as_view(), name="api_factors"),
    path("account/tokens/", TokensView.as_view(), name="api_tokens"),
    path("account/tokens/<uuid:token_id>/", TokenView.as_view(), name="api_token"),
    path(_ORGANISATIONS, OrganisationsView.as_view(), name="api_organisations"),
    path(
        f"{_ORGANISATIONS}<uuid:organisation_id>/",
        OrganisationView.as_view(),
        name="api_organisation",
    ),
    path(
        f"{_ORGANISATIONS}<uuid:organisation_id>/opening/",
        OrganisationOpeningView.as_view(),
        name="api_organisation_opening",
    ),
    path(
        f"{_ORGANISATIONS}<uuid:organisation_id>/accounts/",
        OrganisationAccountsView.as_view(),
        name="api_organisation_accounts",
    ),
    path(_REQUESTS, RoleRequestsView.as_view(), name="api_role_requests"),
    path(f"{_REQUESTS}<uuid:request_id>/", RoleRequestView.as_view(), name="api_role_request"),
    path(
        f"{_REQUESTS}<uuid:request_id>/confirmation/",
        RoleConfirmationView.as_view(),
        name="api_role_confirmation",
    ),
    path(
        f"{_REQUESTS}<uuid:request_id>/refusal/",
        RoleRefusalView.as_view(),
        name="api_role_refusal",
    ),
    path(_ONE, AdministeredAccountView.as_view(), name="api_administered_account"),
    path(f"{_ONE}factors/reset/", FactorsResetView.as_view(), name="api_factors_reset"),
    path(f"{_ONE}roles/", RolesView.as_view(), name="api_account_roles"),
    path(f"{_ONE}roles/<int:role_id>/", RoleView.as_view(), name="api_account_role"),
    path(f"{_ONE}closure/", ClosureView.as_view(), name="api_account_closure"),
]
