"""Views of the work list that somebody keeps for themselves, by REST."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions import saved_views as actions
from cases.api.cases import CaseFilters, wanted_of
from cases.models import SavedView
from cases.selectors.lists import COUNTED_TO, Count, Wanted, numbers
from cases.selectors.saved_views import find_view, saved_views
from nrm.accounts.scopes import Scope
from nrm.rest import APIView, describe, respond

TAG = "Work list"


class SavedViewNameSerializer(serializers.Serializer):
    label = serializers.CharField(
        max_length=actions.LONGEST, help_text="In your own words; not the name of a person."
    )
    not_a_name = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Say true where it was refused as a possible name and is none.",
    )


class SavedViewWriteSerializer(SavedViewNameSerializer):
    filters = CaseFilters(required=False, default=dict)


class SavedFiltersSerializer(serializers.Serializer):
    """As the parameters of the list of cases."""

    view = serializers.CharField()
    urgency = serializers.ListField(child=serializers.CharField())
    stage = serializers.ListField(child=serializers.CharField())
    child = serializers.BooleanField()
    caseworker = serializers.UUIDField(allow_null=True)
    waited = serializers.CharField(allow_blank=True)
    received = serializers.CharField(allow_blank=True)
    sort = serializers.CharField()


class SavedViewSerializer(serializers.Serializer):
    """A view that you keep, and how many cases it holds now."""

    id = serializers.UUIDField()
    label = serializers.CharField()
    filters = SavedFiltersSerializer()
    cases = serializers.IntegerField(help_text=f"Counted to {COUNTED_TO}.")
    more = serializers.BooleanField(help_text="True where there are more than were counted.")


class SavedViewsBodySerializer(serializers.Serializer):
    results = SavedViewSerializer(many=True)


def _body(row: SavedView, count: Count) -> dict[str, Any]:
    wanted = Wanted.of_query(row.asked)
    return {
        "id": row.pk,
        "label": row.label,
        "filters": {
            "view": wanted.view,
            "urgency": sorted(wanted.urgency),
            "stage": sorted(wanted.stages),
            "child": wanted.child,
            "caseworker": wanted.caseworker,
            "waited": wanted.waited,
            "received": wanted.received,
            "sort": wanted.order,
        },
        "cases": count.number,
        "more": count.more,
    }


class _View(APIView):
    role_right = rights.SEE_WORKLIST

    def _counted(self, rows: list[SavedView]) -> list[dict[str, Any]]:
        asked = {str(row.pk): Wanted.of_query(row.asked) for row in rows}
        counts, _stages = numbers(self.request.user, rights.SEE_CASE, asked, at=self.at)
        return [_body(row, counts[str(row.pk)]) for row in rows]


class SavedViewsView(_View):
    """Your views of the work list."""

    @describe(
        "list_saved_views",
        "List the views that you keep",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: SavedViewsBodySerializer},
    )
    def get(self, request: Request) -> Response:
        return respond({"results": self._counted(saved_views(request.user))})

    @describe(
        "save_view",
        "Keep filters of the work list under a name",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=SavedViewWriteSerializer,
        responses={201: SavedViewSerializer},
    )
    def post(self, request: Request) -> Response:
        data = self.read(SavedViewWriteSerializer)
        row = actions.save_view(
            request.user,
            actor=request.user,
            at=self.at,
            label=data["label"],
            asked=wanted_of(
                {"view": "team", "child": False, "sort": "due", **data["filters"]}
            ).query(),
            not_a_name=data["not_a_name"],
        )
        return respond(self._counted([row])[0], status=201)


class SavedViewView(_View):
    """One of your views."""

    @describe(
        "rename_view",
        "Give a view another name",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=SavedViewNameSerializer,
        responses={200: SavedViewSerializer},
        problems=(404,),
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        row = actions.rename_view(
            request.user,
            actor=request.user,
            at=self.at,
            view=find_view(request.user, pk),
            **self.read(SavedViewNameSerializer),
        )
        return respond(self._counted([row])[0])

    @describe(
        "remove_view",
        "Forget a view",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        responses={204: None},
        problems=(404,),
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        view = find_view(request.user, pk)
        actions.remove_view(request.user, actor=request.user, at=self.at, view=view)
        return respond(None, status=204)
