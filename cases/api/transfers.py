"""Offering a case to another authority, and answering such offers, by REST."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.transferring import answer_transfer, offer_transfer, withdraw_transfer
from cases.api.base import CaseAPIView, PageQuery
from cases.models import Transfer
from cases.models.transfer import TransferReason, TransferRefusal, TransferState
from cases.rules.transfers import LONGEST
from cases.selectors import transfers as reads
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import APIView, describe, page_response, page_schema, respond

TAG = "Transfers"


class TransferOfferSerializer(serializers.Serializer):
    organisation = serializers.UUIDField(help_text="The authority that is asked.")
    reason = serializers.ChoiceField(TransferReason.choices)
    words = serializers.CharField(
        max_length=LONGEST, help_text="What it has to know to answer. No name."
    )


class TransferSerializer(serializers.Serializer):
    """A case that one authority offers to another. It does not name the case."""

    id = serializers.UUIDField()
    authority = serializers.CharField(help_text="Who offers it.")
    organisation = serializers.CharField(help_text="Who is asked.")
    reason = serializers.CharField()
    state = serializers.CharField(help_text=f"One of: {', '.join(TransferState.values)}.")
    refusal = serializers.CharField(allow_blank=True)
    offered_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)


class TransfersSerializer(serializers.Serializer):
    results = TransferSerializer(many=True)


class TransferListSerializer(TransferSerializer):
    waits = serializers.BooleanField(help_text="It waits for the answer of your authority.")


class OfferedTransferSerializer(TransferListSerializer):
    """With what is told of the case, while it waits or once it is yours."""

    stage = serializers.CharField(allow_blank=True, help_text="A stage of the profile.")
    age_status = serializers.CharField(allow_blank=True)
    words = serializers.CharField(allow_blank=True)


class TransferAnswerSerializer(serializers.Serializer):
    accept = serializers.BooleanField()
    refusal = serializers.ChoiceField(
        [("", ""), *TransferRefusal.choices], default="", help_text="Where it is not accepted."
    )


def _body(row: Transfer) -> dict[str, Any]:
    return {
        "id": row.pk,
        "authority": row.authority.name,
        "organisation": row.organisation.name,
        "reason": row.reason,
        "state": row.state,
        "refusal": row.refusal,
        "offered_at": row.offered_at,
        "answered_at": row.answered_at,
    }


class CaseTransfersView(CaseAPIView):
    """What was offered of a case."""

    right = rights.TRANSFER

    @describe(
        "list_case_transfers",
        "List to whom the case was offered, and what came of it",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: TransfersSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        rows = reads.transfers_of(self.case)
        writer.write(
            "transfers.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"transfers": [str(row.pk) for row in rows]},
        )
        return respond({"results": [_body(row) for row in rows]})

    @describe(
        "offer_transfer",
        "Offer the case to another authority. Nothing moves before it is accepted",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=TransferOfferSerializer,
        responses={201: TransferSerializer},
        problems=(404,),
        fresh=True,
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(TransferOfferSerializer)
        row = offer_transfer(self.case, actor=request.user, at=self.at, **told)
        return respond(_body(row), status=201)


class CaseTransferWithdrawalView(CaseAPIView):
    """Taking an offer back."""

    right = rights.TRANSFER

    @describe(
        "withdraw_transfer",
        "Take an offer back, while it was not answered",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        responses={200: TransferSerializer},
        problems=(404, 422),
    )
    def post(self, request: Request, reference: str, transfer_id: UUID) -> Response:
        row = reads.find_transfer(self.case, transfer_id)
        return respond(_body(withdraw_transfer(row, actor=request.user, at=self.at)))


class TransfersView(APIView):
    """The transfers of your authority."""

    role_right = rights.ANSWER_TRANSFERS

    @describe(
        "list_transfers",
        "List the cases that were offered to your authority or by it, the newest first",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(TransferListSerializer, "TransferPage")},
        parameters=[PageQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery)
        page = reads.page_of_transfers(request.user, after=query["after"], size=query["limit"])
        writer.write(
            "transfers.viewed",
            at=self.at,
            actor_id=request.user.pk,
            data={"transfers": [str(line.row.pk) for line in page.rows]},
        )
        bodies = [{**_body(line.row), "waits": line.waits} for line in page.rows]
        return page_response(request, bodies, after=page.after)


class _OfferedEndpoint(APIView):
    role_right = rights.ANSWER_TRANSFERS

    def answer(self, offer: reads.Offer) -> Response:
        body = {**_body(offer.row), "waits": offer.waits}
        told = offer.told
        body |= {
            "stage": told.get("stage", ""),
            "age_status": told.get("age", ""),
            "words": told.get("words", ""),
        }
        return respond(body)


class OfferedTransferView(_OfferedEndpoint):
    """One that was offered to your authority."""

    @describe(
        "open_transfer",
        "Open an offer to your authority: what is told of the case; that you did is on record",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: OfferedTransferSerializer},
        problems=(404,),
    )
    def get(self, request: Request, transfer_id: UUID) -> Response:
        offer = reads.find_offer(request.user, transfer_id)
        writer.write(
            "transfer.opened",
            at=self.at,
            actor_id=request.user.pk,
            case_id=offer.row.case_id,
            data={"transfer": str(offer.row.pk)},
        )
        return self.answer(offer)


class TransferAnswerView(_OfferedEndpoint):
    """The answer of your authority."""

    @describe(
        "answer_transfer",
        "Accept a case for your authority, or not. Accepted, it is yours at once",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=TransferAnswerSerializer,
        responses={200: OfferedTransferSerializer},
        problems=(404,),
        fresh=True,
    )
    def post(self, request: Request, transfer_id: UUID) -> Response:
        row = reads.find_offer(request.user, transfer_id).row
        answer_transfer(row, actor=request.user, at=self.at, **self.read(TransferAnswerSerializer))
        return self.answer(reads.find_offer(request.user, transfer_id))
