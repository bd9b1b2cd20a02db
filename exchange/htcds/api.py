"""The Human Trafficking Case Data Standard by REST."""

from typing import Any
from uuid import uuid4

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import parsers, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.sharing import Wanted
from cases.api.base import CaseAPIView
from cases.models.case import CaseKind
from cases.rights import REFER
from exchange.actions import sending_organisation
from exchange.htcds.exports import FILE_KINDS, FURTHER, export_case, preview_export, wanted_of
from exchange.htcds.imports import Line, import_htcds, look_into
from exchange.htcds.standard.plans import NEEDED
from exchange.htcds.standard.reading import MOST_BYTES, Reading, kind_of, read, read_plain
from nrm.accounts.scopes import Scope
from nrm.actions import refuse_if
from nrm.rest import APIView, Coded, JSONParser, TooLarge, coded_choice, describe, respond

_ROOM = 64 * 1024  # what stands round a file in a form


class HtcdsImportQuery(serializers.Serializer):
    """What may stand after the question mark."""

    organisation = serializers.UUIDField(
        required=False,
        help_text="The id of your organisation, where you refer people for more than one.",
    )
    jurisdiction = serializers.CharField(
        required=False,
        default="",
        max_length=64,
        help_text="Where the people were met, for records without `nrm_Jurisdiction`: a code of"
        " the referral form.",
    )
    age_status = serializers.CharField(
        required=False,
        default="",
        max_length=64,
        help_text="Adult or child, for records without `nrm_AgeStatus` or a birth that says it.",
    )
    consent_answer = serializers.CharField(
        required=False,
        default="",
        max_length=64,
        help_text="Whether the people agreed to be referred, for records without"
        " `nrm_ConsentToReferral`. The consent of the standard (`con_Consent`) is about something"
        " else and never stands for it.",
    )
    dry_run = serializers.BooleanField(
        required=False, default=False, help_text="Only say what would become of it."
    )


class HtcdsFileSerializer(serializers.Serializer):
    """A form with a file: JSON, CSV or XLSX; which one is told by its content."""

    file = serializers.FileField(allow_empty_file=True)


class HtcdsUnmappedSerializer(serializers.Serializer):
    """A value that has no place in its field. It is kept with the referral, encrypted."""

    row = serializers.IntegerField(help_text="Of the table, or the number of the record in JSON.")
    column = serializers.CharField(help_text="The heading or key as it was sent.")
    code = serializers.CharField()
    reason = serializers.CharField()


class HtcdsLineSerializer(serializers.Serializer):
    """What became of a record. Keep the receipt: by it you and the authority speak of it."""

    row = serializers.IntegerField(help_text="Where the record begins.")
    receipt = serializers.CharField(allow_null=True, help_text="Null in a dry run.")
    kind = Coded(allow_null=True)
    status = serializers.CharField(
        allow_blank=True, help_text="What the sender may know of the case."
    )
    received_at = serializers.DateTimeField(allow_null=True)
    made_now = serializers.BooleanField(help_text="False: it was received before, or a dry run.")
    answered = serializers.ListField(
        child=serializers.CharField(), help_text="Questions of the form that the record answers."
    )
    assumed = serializers.ListField(
        child=serializers.CharField(), help_text="Questions that your query answered for it."
    )
    kept = serializers.ListField(
        child=serializers.CharField(),
        help_text="Fields of the standard that are kept as they are, encrypted: the form does not"
        " ask for them, or in another way.",
    )
    unmapped = HtcdsUnmappedSerializer(many=True)


class HtcdsImportedSerializer(serializers.Serializer):
    records = HtcdsLineSerializer(many=True)


def imported_line(line: Line) -> dict[str, Any]:
    """A line as `HtcdsLineSerializer` shows it."""
    plan, referral = line.plan, line.referral
    told: dict[str, Any] = {
        "row": plan.record.row,
        "receipt": None,
        "kind": None,
        "status": "",
        "received_at": None,
        "made_now": line.made_now,
        "answered": [one for one in plan.answers if one not in plan.assumed],
        "assumed": list(plan.assumed),
        "kept": list(plan.kept),
        "unmapped": [
            {"row": one.row, "column": one.column, "code": one.code, "reason": one.reason}
            for one in plan.record.unmapped
        ],
    }
    if referral is not None:
        case = referral.case
        told |= {
            "receipt": referral.receipt,
            "kind": coded_choice(CaseKind, case.kind),
            "status": str(case.profile.stage(case.stage).public_label),
            "received_at": referral.sent_at,
        }
    return told


class HtcdsIntakeView(APIView):
    """Records of the Human Trafficking Case Data Standard 2.0 as referrals, 100 at most at a time:
    in JSON one record, a list of records or a document with `records`; a form with a file of JSON,
    CSV or XLSX.

    201 where at least one became a referral now, 200 where all were received before, and after a
    dry run. A record that you sent before, by its `nrm_RecordId` or, without one, by what it says,
    makes no second referral. All records are taken or none: 422 names every fault with its row and
    field. Values that have no place are listed and kept.

    The standard is of the International Organization for Migration (IOM), CC BY 4.0. IOM endorses
    neither this system nor anybody who uses it.
    """

    role_right = REFER
    takes_files = True
    most_bytes = MOST_BYTES + _ROOM
    parser_classes = [JSONParser, parsers.MultiPartParser]

    @describe(
        "import_htcds",
        "Send records of the Human Trafficking Case Data Standard",
        tag="Referrals",
        scope=Scope.REFERRALS_WRITE,
        request={
            "application/json": {
                "oneOf": [
                    {"type": "object", "additionalProperties": True},
                    {"type": "array", "items": {"type": "object", "additionalProperties": True}},
                ]
            },
            "multipart/form-data": HtcdsFileSerializer,
        },
        responses={200: HtcdsImportedSerializer, 201: HtcdsImportedSerializer},
        problems=(413,),
        parameters=[HtcdsImportQuery],
    )
    def post(self, request: Request) -> Response:
        query = self.read_query(HtcdsImportQuery)
        reading = self._reading(request)
        about: dict[str, Any] = {
            "actor": request.user,
            "at": self.at,
            "organisation": sending_organisation(
                request.user, wanted=str(query.get("organisation") or "")
            ),
            "said": {question: query[question] for question in NEEDED},
        }
        if query["dry_run"]:
            looked = look_into(reading, **about)
            refuse_if(looked.objections)
            lines = list(looked.lines)
        else:
            lines = import_htcds(reading, **about)
        made = any(line.made_now for line in lines)
        return respond(
            {"records": [imported_line(line) for line in lines]}, status=201 if made else 200
        )

    def _reading(self, request: Request) -> Reading:
        if not str(request.content_type).startswith("multipart/"):
            return read_plain(request.data)
        file = self.read(HtcdsFileSerializer)["file"]
        if file.size > MOST_BYTES:
            raise TooLarge
        content = file.read()
        return read(content, kind=kind_of(content))


# A case as a record -------------------------------------------------------------------------------
class HtcdsWantedSerializer(serializers.Serializer):
    """To whom, for what, on which consent, and what beside codes and counts."""

    organisation = serializers.UUIDField()
    purpose = serializers.CharField(max_length=40, help_text="A code of the profile.")
    consent = serializers.UUIDField(help_text="A consent of the case that stands.")
    further = serializers.ListField(
        child=serializers.ChoiceField(choices=list(FURTHER)),
        default=list,
        max_length=len(FURTHER),
        help_text="`text`: days, places, people who work with the person and what is told in words."
        " `identity`: who the person is, which is recorded as showing it. Without them nothing says"
        " who the person is.",
    )


class HtcdsExportSerializer(HtcdsWantedSerializer):
    digest = serializers.CharField(max_length=64, help_text="From the preview.")
    key = serializers.UUIDField(help_text="From the preview: sent twice, it is shared once.")
    kind = serializers.ChoiceField(choices=list(FILE_KINDS), default=FILE_KINDS[0])


class HtcdsPreviewSerializer(serializers.Serializer):
    """Exactly what would leave: a record as docs/htcds-2.0.schema.json has it."""

    record = serializers.DictField()
    digest = serializers.CharField()
    key = serializers.UUIDField()


def _wanted(told: dict[str, Any]) -> Wanted:
    return wanted_of(told["organisation"], told["purpose"], told["consent"], told["further"])


class HtcdsPreviewView(CaseAPIView):
    """What would leave of a case as a record of the standard."""

    right = rights.SHARE

    @describe(
        "preview_htcds_export",
        "See what would leave of a case as a record of the Human Trafficking Case Data Standard",
        tag="Sharing",
        scope=Scope.IDENTITIES_READ,
        request=HtcdsWantedSerializer,
        responses={200: HtcdsPreviewSerializer},
        problems=(404,),
        fresh=True,
    )
    def post(self, request: Request, reference: str) -> Response:
        wanted = _wanted(self.read(HtcdsWantedSerializer))
        told = preview_export(self.case, actor=request.user, at=self.at, wanted=wanted)
        return respond({"record": told.plain, "digest": told.digest, "key": uuid4()})


class HtcdsExportView(CaseAPIView):
    """A case as a file of the standard, for another organisation, on the person's consent. What
    left is listed with everything that was shared of the case, and recalled with it."""

    right = rights.SHARE

    @describe(
        "export_htcds",
        "Export a case as a file of the Human Trafficking Case Data Standard",
        tag="Sharing",
        scope=Scope.IDENTITIES_READ,
        request=HtcdsExportSerializer,
        responses={
            (200, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY, description="The file: JSON, CSV or XLSX."
            )
        },
        problems=(404,),
        fresh=True,
    )
    def post(self, request: Request, reference: str) -> HttpResponseBase:
        told = self.read(HtcdsExportSerializer)
        _row, exported = export_case(
            self.case,
            actor=request.user,
            at=self.at,
            wanted=_wanted(told),
            digest=told["digest"],
            key=told["key"],
        )
        return exported.attachment(told["kind"])
