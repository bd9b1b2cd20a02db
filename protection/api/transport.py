"""How a person gets to the place where a bed is held for them, by REST."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.api.base import CaseAPIView
from nrm.accounts.scopes import Scope
from nrm.rest import IF_MATCH, describe, respond
from protection.actions.transport import note_transport
from protection.models import Stay
from protection.models.transport import ArrangedBy
from protection.rules.transport import LONGEST
from protection.selectors import shelter as reads
from protection.selectors import transport


class TransportSerializer(serializers.Serializer):
    """What the provider of the place reads of it."""

    arranged_by = serializers.ChoiceField(choices=ArrangedBy.choices)
    leaves_at = serializers.DateTimeField()
    apart = serializers.BooleanField(help_text="The person travels apart from somebody.")
    done = serializers.BooleanField()


class NoteTransportSerializer(TransportSerializer):
    """And the words, for who plans the support."""

    words = serializers.CharField(
        max_length=LONGEST,
        default="",
        allow_blank=True,
        help_text="From whom apart, and what else matters on the way. It is sealed.",
    )


class NotedTransportSerializer(NoteTransportSerializer):
    """And which version it is."""

    version = serializers.IntegerField(help_text="0 while nothing is noted.")


def as_provided(stay: Stay) -> dict[str, Any] | None:
    """For the provider of the place."""
    row = transport.transport_of(stay)
    if row is None:
        return None
    return {
        "arranged_by": row.arranged_by,
        "leaves_at": row.leaves_at,
        "apart": row.apart,
        "done": row.done_at is not None,
    }


def as_noted(stay: Stay) -> dict[str, Any] | None:
    """For who plans the support."""
    found, shown = transport.noted(stay), as_provided(stay)
    if found is None or shown is None:
        return None
    return {**shown, "words": found.words, "version": found.row.version}


class TransportView(CaseAPIView):
    """One of a stay."""

    right = rights.SUPPORT

    @describe(
        "note_transport",
        "Note who brings the person to the place, when, and whether they travel apart",
        tag="Shelter",
        scope=Scope.CASES_WRITE,
        request=NoteTransportSerializer,
        responses={200: NotedTransportSerializer},
        problems=(404, 412, 428),
        parameters=[IF_MATCH],
    )
    def put(self, request: Request, reference: str, stay_id: UUID) -> Response:
        row = reads.find_stay(self.case, stay_id)
        version = self.expected_version()
        told = self.read(NoteTransportSerializer)
        made = note_transport(row, actor=request.user, at=self.at, version=version, **told)
        return respond(as_noted(made.stay), version=made.version)
