"""Access to a case by REST: who can see it and why, who has looked, and bringing others near."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions.assigning import bring_near, take_away
from cases.api.base import CaseAPIView
from cases.models import Case
from cases.rights import ASSIGN, SEE_ACCESS, SEE_REFERRAL, rights_in_words
from cases.selectors import people as people_selectors
from cases.selectors.cooperation import cooperation_of
from cases.selectors.looks import who_looked
from cases.selectors.near import Access, organisations_to_bring, who_can_see
from cases.selectors.timeline import IDENTITY, LOOKS, REFUSED, Narrowed, access_log
from cases.selectors.why import people_to_ask_about, why
from nrm.accounts.models import Organisation
from nrm.accounts.rights import ADMINISTER
from nrm.accounts.roles import Role
from nrm.accounts.scopes import Scope
from nrm.actions import Forbidden, Hidden, Objection, Refused
from nrm.audit import writer
from nrm.rest import (
    MOST_ROWS,
    PAGE_SIZE,
    APIView,
    Coded,
    coded_choice,
    describe,
    page_response,
    page_schema,
    respond,
)

TAG = "Cases"


# Who can see a case ------------------------------------------------------------------------------
class OrganisationChoiceSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class GrantSerializer(serializers.Serializer):
    """Why somebody can see the case, and whom it reaches."""

    nearness = serializers.CharField()
    role = serializers.CharField()
    organisation = serializers.CharField(allow_blank=True)
    organisation_id = serializers.UUIDField(allow_null=True)
    people = serializers.ListField(child=serializers.CharField())
    reason = serializers.CharField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    can_end = serializers.BooleanField()


class AccessSerializer(serializers.Serializer):
    """Every grant that runs, and which organisations could be brought near."""

    results = GrantSerializer(many=True)
    could_be_brought = OrganisationChoiceSerializer(many=True)


class BringNearSerializer(serializers.Serializer):
    organisation = serializers.UUIDField(help_text="One of `could_be_brought`.")


def _grant(access: Access) -> dict[str, Any]:
    names = ("nearness", "role", "organisation", "organisation_id", "people", "reason", "since")
    told = {name: getattr(access, name) for name in names}
    return {**told, "until": access.until, "can_end": access.can_end}


def _access(case: Case) -> dict[str, Any]:
    could = organisations_to_bring(case)
    return {
        "results": [_grant(access) for access in who_can_see(case)],
        "could_be_brought": [{"id": one.pk, "name": one.name} for one in could],
    }


class _AccessView(CaseAPIView):
    """An endpoint of who can see a case, and who has looked."""

    right = SEE_ACCESS

    def looked(self, **data: Any) -> None:
        """Writes that who can see the case was read, and of whom or of which looks."""
        writer.write(
            "access_log.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data=data,
        )


class _ChangeAccess(_AccessView):
    """Changing it needs the right to assign."""

    def may_change(self) -> None:
        if ASSIGN.code not in self.held:
            raise Forbidden(ASSIGN.code)


class AccessView(_ChangeAccess):
    """Who can see the case, and why."""

    @describe(
        "read_access",
        "Read who can see a case, and why",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: AccessSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        self.looked()
        return respond(_access(self.case))

    @describe(
        "bring_near",
        "Let a provider or a prosecution see the summary; sent twice, it changes nothing more",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=BringNearSerializer,
        responses={200: AccessSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        self.may_change()
        wanted = self.read(BringNearSerializer)["organisation"]
        organisation = Organisation.objects.filter(pk=wanted).first()
        if organisation is None:
            text = _("Choose a protection provider or a prosecution that is still open.")
            raise Refused([Objection(text, field="organisation")])
        bring_near(self.case, actor=request.user, at=self.at, organisation=organisation)
        return respond(_access(self.case))


class AskedPersonSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class WhySerializer(serializers.Serializer):
    """Why one person can see the case, or cannot."""

    person = AskedPersonSerializer()
    can = serializers.BooleanField()
    because = serializers.ListField(child=serializers.CharField())
    rights = serializers.ListField(
        child=serializers.CharField(), help_text="What they may do, in words."
    )


class AccessPeopleView(_AccessView):
    """The people about whom may be asked why they can see the case."""

    @describe(
        "list_access_people",
        "List the people about whose access you can ask",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: AskedPersonSerializer(many=True)},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        people = list(people_to_ask_about(self.case))
        self.looked(people=[str(one.pk) for one in people])
        return respond([{"id": one.pk, "name": one.display_name} for one in people])


class AccessPersonView(_AccessView):
    """Why one person can see the case, or cannot."""

    @describe(
        "explain_access",
        "Read why a person can see a case, or cannot",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: WhySerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, person: UUID) -> Response:
        answer = why(self.case, person, at=self.at)
        if answer is None:
            raise Hidden(SEE_ACCESS.code)
        self.looked(people=[str(person)])
        return respond(
            {
                "person": {"id": answer.person.pk, "name": answer.person.display_name},
                "can": answer.can,
                "because": answer.because,
                "rights": answer.rights,
            }
        )


class EndAccessView(_ChangeAccess):
    """What one organisation was given."""

    @describe(
        "take_away",
        "End what an organisation was given",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        responses={204: None},
        problems=(404, 422),
    )
    def delete(self, request: Request, reference: str, organisation_id: UUID) -> Response:
        self.may_change()
        found = Organisation.objects.filter(pk=organisation_id).first()
        if found is None:
            raise Hidden(ASSIGN.code)
        take_away(self.case, actor=request.user, at=self.at, organisation=found)
        return respond(None, status=204)


# Who has looked ----------------------------------------------------------------------------------
class AccessPeriodQuery(serializers.Serializer):
    """What may stand after the question mark."""

    first = serializers.DateField(required=False, help_text="The first day.")
    last = serializers.DateField(required=False, help_text="The last day.")

    @staticmethod
    def period(query: dict[str, Any]) -> Narrowed:
        """The days that were asked for."""
        return Narrowed(first=query.get("first"), last=query.get("last"))


class AccessLogQuery(AccessPeriodQuery):
    """The same, of a list with pages."""

    show = serializers.ChoiceField(
        [LOOKS, IDENTITY, REFUSED],
        required=False,
        default=LOOKS,
        help_text="Every look and refusal, only where it was shown who the person is, or only "
        "where somebody was refused.",
    )
    after = serializers.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, help_text="From `next`."
    )
    limit = serializers.IntegerField(
        required=False, default=PAGE_SIZE, min_value=1, max_value=MOST_ROWS
    )


class LookSerializer(serializers.Serializer):
    """One look at the case, or a refusal of one."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    title = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    by = serializers.CharField()
    refused = serializers.BooleanField()
    purpose = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class AccessLogView(_AccessView):
    """Who has looked at the case, the newest first."""

    @describe(
        "list_looks",
        "Read who has looked at a case, and who was refused",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(LookSerializer, "LookPage")},
        problems=(404,),
        parameters=[AccessLogQuery],
    )
    def get(self, request: Request, reference: str) -> Response:
        query = self.read_query(AccessLogQuery)
        looks, older, _newer = access_log(
            self.case,
            show=query["show"],
            period=AccessLogQuery.period(query),
            after=str(query.get("after", "")),
            size=query["limit"],
        )
        self.looked(events=[look.told.id for look in looks])
        bodies = [
            {
                "id": look.told.id,
                "at": look.told.at,
                "title": str(look.told.title),
                "text": look.told.text,
                "by": str(look.told.by),
                "refused": look.refused,
                "purpose": str(look.purpose),
                "reason": str(look.reason),
            }
            for look in looks
        ]
        return page_response(request, bodies, after=older)


class LookerSerializer(serializers.Serializer):
    """One person who saw the case, did something with it, or was refused it."""

    person = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    did = serializers.ListField(
        child=serializers.CharField(), help_text="What, in words, and how often."
    )
    shown = serializers.BooleanField(help_text="They were shown who the person is.")
    refused = serializers.BooleanField()
    first = serializers.DateTimeField()
    last = serializers.DateTimeField()


class LookersSerializer(serializers.Serializer):
    """Everybody of the days asked for, whoever was last first. `more`: there was more than is read
    at once; ask for fewer days."""

    results = LookerSerializer(many=True)
    more = serializers.BooleanField()


class LookersView(_AccessView):
    """Who saw the case in some days, person by person."""

    @describe(
        "list_lookers",
        "Read who saw a case in a time, person by person, and what they did",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: LookersSerializer},
        problems=(404,),
        parameters=[AccessPeriodQuery],
    )
    def get(self, request: Request, reference: str) -> Response:
        period = AccessPeriodQuery.period(self.read_query(AccessPeriodQuery))
        lookers, more = who_looked(self.case, period)
        self.looked(people=[str(one.person_id) for one in lookers])
        rows = [
            {
                "person": one.person_id,
                "name": str(one.name),
                "did": list(one.did),
                "shown": one.shown,
                "refused": one.refused,
                "first": one.first,
                "last": one.last,
            }
            for one in lookers
        ]
        return respond({"results": rows, "more": more})


# People and consent ------------------------------------------------------------------------------
class PeopleRowSerializer(serializers.Serializer):
    label = serializers.CharField()
    text = serializers.CharField()


class ConsentSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    about = serializers.CharField()
    answer = serializers.CharField()
    rows = PeopleRowSerializer(many=True)


class ContactMarkSerializer(serializers.Serializer):
    channel = serializers.CharField()
    mark = serializers.CharField()


class ContactCardSerializer(serializers.Serializer):
    """The card that counts. Only what is marked safe may be used."""

    id = serializers.UUIDField()
    marks = ContactMarkSerializer(many=True)
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.CharField()
    rows = PeopleRowSerializer(many=True)


class CooperationSaidSerializer(serializers.Serializer):
    """What the person said last. Nothing depends on it."""

    id = serializers.UUIDField()
    answer = serializers.CharField()
    rows = PeopleRowSerializer(many=True)


class PeopleSerializer(serializers.Serializer):
    """What the person agreed to and how they may be reached. Nothing here says who they are."""

    consents = ConsentSerializer(many=True)
    safe_contact = ContactCardSerializer(allow_null=True)
    cooperation = CooperationSaidSerializer(
        allow_null=True, help_text="With police and courts; null where nobody has asked yet."
    )


def _rows(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"label": str(row["key"]), "text": str(row["value"])} for row in rows]


class PeopleView(CaseAPIView):
    """What the person agreed to, and how they may be reached."""

    right = SEE_REFERRAL

    @describe(
        "read_people",
        "Read what the person agreed to and how they may be reached",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: PeopleSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        consents = people_selectors.consents(self.case, at=self.at)
        card = people_selectors.safe_contact(self.case, at=self.at)
        said = next(iter(cooperation_of(self.case)), None)
        writer.write(
            "people.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={
                "consents": [str(consent.id) for consent in consents],
                "card": str(card.id) if card else None,
                "cooperation": [str(said.row.pk)] if said else [],
            },
        )
        told = [
            {"id": c.id, "about": c.title, "answer": str(c.answer), "rows": _rows(c.rows)}
            for c in consents
        ]
        contact = card and {
            "id": card.id,
            "marks": [{"channel": mark.channel, "mark": mark.word} for mark in card.marks],
            "recorded_at": card.recorded_at,
            "recorded_by": card.by,
            "rows": _rows(card.details),
        }
        answer = said and {"id": said.row.pk, "answer": said.answer, "rows": _rows(said.rows)}
        return respond({"consents": told, "safe_contact": contact, "cooperation": answer})


# Roles and rights --------------------------------------------------------------------------------
class RightsByNearnessSerializer(serializers.Serializer):
    nearness = serializers.CharField()
    rights = serializers.ListField(child=serializers.CharField())


class RoleRightsSerializer(serializers.Serializer):
    role = Coded()
    always = serializers.ListField(child=serializers.CharField())
    cases = RightsByNearnessSerializer(many=True)


class RolesBodySerializer(serializers.Serializer):
    """For each role, what it may do by itself, and on a case by how near it stands."""

    results = RoleRightsSerializer(many=True)


class RolesView(APIView):
    """The table of roles and rights. No case is in it."""

    role_right = ADMINISTER

    @describe(
        "read_rights",
        "Read what each role may do",
        tag="Administration",
        scope=Scope.ADMINISTRATION,
        responses={200: RolesBodySerializer},
    )
    def get(self, request: Request) -> Response:
        told = [
            {
                "role": coded_choice(Role, line["code"]),
                "always": [str(label) for label in line["always"]],
                "cases": [
                    {
                        "nearness": str(by["nearness"]),
                        "rights": [str(label) for label in by["rights"]],
                    }
                    for by in line["cases"]
                ],
            }
            for line in rights_in_words()
        ]
        return respond({"results": told})
