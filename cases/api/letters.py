"""Letters about a case by REST."""

from typing import Any
from uuid import UUID, uuid4

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.writing import give_letter, make_letter, preview_letter
from cases.api.base import CaseAPIView, PageQuery
from cases.api.cases import WorkerSerializer, worker
from cases.models import Letter
from cases.rules.letters import LONGEST
from cases.selectors import letters as reads
from cases.selectors.keyset import page_of
from identities.crypto import KeyGone
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import describe, page_response, page_schema, respond

TAG = "Letters"


class LetterWantedSerializer(serializers.Serializer):
    """Which letter, in which language, and what is added to it."""

    letter = serializers.CharField(max_length=40, help_text="A code of `letters` in the profile.")
    language = serializers.CharField(max_length=10, help_text="One of the profile's.")
    details = serializers.CharField(
        max_length=LONGEST, default="", allow_blank=True, help_text="In that language, no names."
    )


class LetterWriteSerializer(LetterWantedSerializer):
    digest = serializers.CharField(max_length=64, help_text="From the preview.")
    key = serializers.UUIDField(help_text="From the preview: sent twice, it is written once.")


class LetterSheetSerializer(serializers.Serializer):
    """What the letter says. It names nobody."""

    title = serializers.CharField()
    reference = serializers.CharField()
    pseudonym = serializers.CharField(allow_blank=True)
    authority = serializers.CharField()
    made_on = serializers.CharField()
    paragraphs = serializers.ListField(child=serializers.CharField())
    details = serializers.CharField(allow_blank=True)


class LetterPreviewSerializer(serializers.Serializer):
    sheet = LetterSheetSerializer()
    digest = serializers.CharField()
    key = serializers.UUIDField()


class CaseLetterSerializer(serializers.Serializer):
    """A letter that was written, and how it was given."""

    id = serializers.UUIDField()
    letter = serializers.CharField()
    language = serializers.CharField()
    made_by = WorkerSerializer()
    made_at = serializers.DateTimeField()
    given_on = serializers.DateField(allow_null=True)
    channel = serializers.CharField(allow_blank=True)


class CaseLetterReadSerializer(CaseLetterSerializer):
    sheet = LetterSheetSerializer()


class LetterGivenSerializer(serializers.Serializer):
    given_on = serializers.DateField()
    channel = serializers.CharField(
        max_length=20,
        help_text="To the person as a decision is served: `in_person`, `nominated`, `post`, "
        "`email`, `call`; to others `in_person`, `secure`, `office`.",
    )


def _body(row: Letter) -> dict[str, Any]:
    return {
        "id": row.pk,
        "letter": row.code,
        "language": row.language,
        "made_by": worker(row.made_by),
        "made_at": row.made_at,
        "given_on": row.given_on,
        "channel": row.channel,
    }


class _LettersView(CaseAPIView):
    right = rights.WRITE_LETTER

    def looked(self, rows: list[Letter]) -> None:
        writer.write(
            "letters.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"letters": [str(row.pk) for row in rows]},
        )


class LettersView(_LettersView):
    """The letters of a case."""

    @describe(
        "list_letters",
        "List the letters that were written about a case, and how each was given",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(CaseLetterSerializer, "CaseLetterPage")},
        problems=(404,),
        parameters=[PageQuery],
    )
    def get(self, request: Request, reference: str) -> Response:
        query = self.read_query(PageQuery)
        page = page_of(
            reads.letters_of(self.case),
            "made_at",
            newest_first=True,
            after=query["after"],
            size=query["limit"],
        )
        self.looked(page.rows)
        return page_response(request, [_body(row) for row in page.rows], after=page.after)

    @describe(
        "write_letter",
        "Keep the letter that you have previewed",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=LetterWriteSerializer,
        responses={201: CaseLetterSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(LetterWriteSerializer)
        row = make_letter(self.case, actor=request.user, at=self.at, **told)
        return respond(_body(row), status=201)


class LetterPreviewView(_LettersView):
    """What a letter would say."""

    @describe(
        "preview_letter",
        "See exactly what a letter would say",
        tag=TAG,
        scope=Scope.CASES_READ,
        request=LetterWantedSerializer,
        responses={200: LetterPreviewSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(LetterWantedSerializer)
        sheet = preview_letter(self.case, actor=request.user, at=self.at, **told)
        return respond({"sheet": sheet.as_json(), "digest": sheet.digest, "key": uuid4()})


class LetterView(_LettersView):
    """One letter."""

    @describe(
        "read_case_letter",
        "Read a letter that was written about a case",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: CaseLetterReadSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str, letter: UUID) -> Response:
        row = reads.find_letter(self.case, letter)
        sheet = reads.opened_sheet(row)
        if sheet is None:
            raise KeyGone("The key is gone.")
        self.looked([row])
        return respond({**_body(row), "sheet": sheet.as_json()})


class LetterGivingView(_LettersView):
    """That it was given."""

    @describe(
        "give_letter",
        "Record when and how a letter was given; never by a way that is not marked safe",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=LetterGivenSerializer,
        responses={200: CaseLetterSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str, letter: UUID) -> Response:
        row = reads.find_letter(self.case, letter)
        told = self.read(LetterGivenSerializer)
        return respond(_body(give_letter(row, actor=request.user, at=self.at, **told)))
