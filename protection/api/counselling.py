"""Counselling by REST: the sessions of a person and their notes, for the provider alone; and for
whoever plans the support, that sessions took place."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.api.base import CaseAPIView, PageQuery
from cases.models.referral import InterpreterSex
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import (
    IDEMPOTENCY_KEY,
    APIView,
    describe,
    page_response,
    page_schema,
    respond,
)
from protection.actions import counselling as actions
from protection.models import Session
from protection.models.counselling import (
    CancelledBy,
    Fit,
    InterpreterNeed,
    Modality,
    SessionState,
    VenueKind,
)
from protection.rules.counselling import (
    LONGEST_ADDRESS,
    LONGEST_DIALECT,
    LONGEST_NOTE,
    OUTCOMES,
)
from protection.selectors import counselling as reads

TAG = "Support"
OUTCOME_CODES = list(OUTCOMES)
_SEALED = "It is sealed, and only your organisation reads it."


class SessionHeldSerializer(serializers.Serializer):
    """That a session took place, or did not."""

    id = serializers.UUIDField()
    starts_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=SessionState.choices)
    cancelled_by = serializers.ChoiceField(choices=CancelledBy.choices, allow_blank=True)


class SessionsHeldSerializer(serializers.Serializer):
    results = SessionHeldSerializer(many=True)


class SessionPlanSerializer(serializers.Serializer):
    """A session with a person, and the interpreter whom they want."""

    starts_at = serializers.DateTimeField()
    modality = serializers.ChoiceField(
        choices=Modality.choices,
        help_text="`telephone` and `video` only where a way to reach the person is marked safe.",
    )
    venue = serializers.ChoiceField(
        choices=VenueKind.choices, default="", allow_blank=True, help_text="With `in_person`."
    )
    address = serializers.CharField(
        max_length=LONGEST_ADDRESS, default="", allow_blank=True, help_text=_SEALED
    )
    interpreter = serializers.ChoiceField(choices=InterpreterNeed.choices)
    language = serializers.CharField(
        max_length=10, default="", allow_blank=True, help_text="ISO 639, of the interpreter."
    )
    dialect = serializers.CharField(
        max_length=LONGEST_DIALECT, default="", allow_blank=True, help_text=_SEALED
    )
    interpreter_sex = serializers.ChoiceField(
        choices=InterpreterSex.choices, default=InterpreterSex.ANY
    )
    no_companions = serializers.BooleanField(
        default=True,
        help_text="Nobody of the family, and nobody who came along, interprets or is in the room.",
    )


class CounsellingSessionSerializer(SessionHeldSerializer):
    """A session of a person who is with your organisation."""

    modality = serializers.ChoiceField(choices=Modality.choices)
    venue = serializers.ChoiceField(choices=VenueKind.choices, allow_blank=True)
    interpreter = serializers.ChoiceField(choices=InterpreterNeed.choices)
    language = serializers.CharField(allow_blank=True)
    interpreter_sex = serializers.ChoiceField(choices=InterpreterSex.choices, allow_blank=True)
    no_companions = serializers.BooleanField()
    interpreter_was_right = serializers.ChoiceField(choices=Fit.choices, allow_blank=True)


class ClinicalNoteSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    text = serializers.CharField(allow_null=True, help_text="Null where no key opens it any more.")
    author = serializers.CharField()
    written_at = serializers.DateTimeField()


class CounsellingSessionReadSerializer(CounsellingSessionSerializer):
    """The same with what only your organisation reads."""

    address = serializers.CharField(allow_blank=True)
    dialect = serializers.CharField(allow_blank=True)
    notes = ClinicalNoteSerializer(many=True)


class SessionOutcomeSerializer(serializers.Serializer):
    """What came of a session."""

    outcome = serializers.ChoiceField(
        choices=OUTCOME_CODES,
        help_text="`stopped`: the interpreter was not right, and the session was ended.",
    )
    fit = serializers.ChoiceField(
        choices=Fit.choices,
        default="",
        allow_blank=True,
        help_text="Whether the interpreter was right: with `attended`, where one was needed.",
    )


class NewClinicalNoteSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=LONGEST_NOTE)


# On a case ----------------------------------------------------------------------------------------
def _held(row: Session) -> dict[str, Any]:
    return {
        "id": row.pk,
        "starts_at": row.starts_at,
        "state": row.state,
        "cancelled_by": row.cancelled_by,
    }


class SessionsHeldView(CaseAPIView):
    """The sessions of a service."""

    right = rights.SUPPORT

    @describe(
        "list_sessions_held",
        "List the sessions of a service: when they were, and whether the person came",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: SessionsHeldSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, service_id: UUID) -> Response:
        service = reads.counselling_of(self.case, service_id)
        held = reads.sessions_held(service, at=self.at)
        writer.write(
            "services.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"services": [str(service.pk)]},
        )
        return respond({"results": [_held(one.row) for one in held.meetings]})


# For the provider ---------------------------------------------------------------------------------
def _session(row: Session) -> dict[str, Any]:
    return {
        **_held(row),
        "modality": row.modality,
        "venue": row.venue,
        "interpreter": row.interpreter,
        "language": row.language,
        "interpreter_sex": row.interpreter_sex,
        "no_companions": row.no_companions,
        "interpreter_was_right": row.fit,
    }


class _CounsellingView(APIView):
    role_right = rights.SEE_REFERRED

    def looked(self, case_id: UUID, rows: list[Session], notes: list[reads.Noted]) -> None:
        writer.write(
            "counselling.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=case_id,
            data={
                "sessions": [str(row.pk) for row in rows],
                "notes": [str(note.row.pk) for note in notes],
            },
        )

    def find(self, service_id: UUID, session_id: UUID) -> Session:
        return reads.find_session(self.request.user, service_id, session_id, at=self.at)

    def read_one(self, service_id: UUID, session_id: UUID) -> dict[str, Any]:
        row = self.find(service_id, session_id)
        notes, private = reads.notes_of(row), reads.private_of(row)
        self.looked(row.case_id, [row], notes)
        return {
            **_session(row),
            "address": private.address,
            "dialect": private.dialect,
            "notes": [
                {
                    "id": note.row.pk,
                    "text": note.text,
                    "author": note.row.author.display_name,
                    "written_at": note.row.written_at,
                }
                for note in notes
            ],
        }


class SessionsView(_CounsellingView):
    """The sessions of a person who is with your organisation."""

    @describe(
        "list_counselling",
        "List the sessions of a person who is referred to you, the last first",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(CounsellingSessionSerializer, "CounsellingPage")},
        parameters=[PageQuery],
        problems=(404,),
    )
    def get(self, request: Request, service_id: UUID) -> Response:
        query = self.read_query(PageQuery)
        found = reads.find_counselled(request.user, service_id, at=self.at)
        page = reads.sessions_page(found.row, at=self.at, after=query["after"], size=query["limit"])
        rows = [one.row for one in page.rows]
        self.looked(found.row.case_id, rows, [])
        return page_response(request, [_session(row) for row in rows], after=page.after)

    @describe(
        "plan_session",
        "Plan a session with a person who is referred to you",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=SessionPlanSerializer,
        responses={201: CounsellingSessionReadSerializer},
        problems=(404,),
    )
    def post(self, request: Request, service_id: UUID) -> Response:
        found = reads.find_counselled(request.user, service_id, at=self.at)
        told = self.read(SessionPlanSerializer)
        row = actions.plan_session(found.row, actor=request.user, at=self.at, **told)
        return respond(self.read_one(service_id, row.pk), status=201)


class SessionView(_CounsellingView):
    """One of them."""

    @describe(
        "read_counselling_session",
        "Read one session, with the notes of your organisation",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: CounsellingSessionReadSerializer},
        problems=(404,),
    )
    def get(self, request: Request, service_id: UUID, session_id: UUID) -> Response:
        return respond(self.read_one(service_id, session_id))


class OutcomeView(_CounsellingView):
    """What came of one."""

    @describe(
        "record_session_outcome",
        "Record what came of a session",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=SessionOutcomeSerializer,
        responses={200: CounsellingSessionReadSerializer},
        problems=(404,),
    )
    def post(self, request: Request, service_id: UUID, session_id: UUID) -> Response:
        row = self.find(service_id, session_id)
        told = self.read(SessionOutcomeSerializer)
        actions.record_outcome(row, actor=request.user, at=self.at, **told)
        return respond(self.read_one(service_id, session_id))


class InterpreterView(_CounsellingView):
    """An interpreter for one."""

    @describe(
        "book_interpreter",
        "Record that an interpreter is booked for a session",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        responses={200: CounsellingSessionReadSerializer},
        problems=(404, 422),
    )
    def post(self, request: Request, service_id: UUID, session_id: UUID) -> Response:
        row = self.find(service_id, session_id)
        actions.book_interpreter(row, actor=request.user, at=self.at)
        return respond(self.read_one(service_id, session_id))


class ClinicalNotesView(_CounsellingView):
    """A note of one, which your organisation alone reads."""

    @describe(
        "write_clinical_note",
        "Write a note of a session, which nobody outside your organisation reads",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=NewClinicalNoteSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: CounsellingSessionReadSerializer},
        problems=(404,),
    )
    def post(self, request: Request, service_id: UUID, session_id: UUID) -> Response:
        row = self.find(service_id, session_id)
        told = self.read(NewClinicalNoteSerializer)
        key = self.submission_key()
        actions.write_clinical_note(row, actor=request.user, at=self.at, submission_key=key, **told)
        return respond(self.read_one(service_id, session_id), status=201)
