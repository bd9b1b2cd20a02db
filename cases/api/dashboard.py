"""The supervisor's dashboard by REST: numbers, each with the address of the list that it counts."""

from dataclasses import asdict

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.selectors.dashboard import Charted, dashboard
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import APIView, describe, respond


class DashboardNumberSerializer(serializers.Serializer):
    """A number and the page with the list that it counts."""

    code = serializers.CharField()
    label = serializers.CharField()
    count = serializers.IntegerField()
    more = serializers.BooleanField(help_text="True where the list is longer than is counted.")
    url = serializers.CharField()


class DashboardBarSerializer(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()
    value = serializers.IntegerField()
    cases = serializers.IntegerField()
    target = serializers.CharField(allow_blank=True, help_text="What the law sets, in words.")
    url = serializers.CharField(allow_blank=True)


class DashboardChartSerializer(serializers.Serializer):
    title = serializers.CharField(help_text="What the chart shows, worked out from its numbers.")
    bars = DashboardBarSerializer(many=True)


class DashboardSerializer(serializers.Serializer):
    """How the work of your authority stands. Nothing in it is about one worker."""

    numbers = DashboardNumberSerializer(many=True)
    ageing = DashboardChartSerializer(help_text="Days that half of the cases of a stage reached.")
    causes = DashboardChartSerializer(help_text="What overdue cases wait on.")
    read = serializers.IntegerField(help_text="Open cases that the ageing was read from.")
    more = serializers.BooleanField(help_text="True where there are further open cases.")


def _chart(chart: Charted) -> dict[str, object]:
    return {
        "title": chart.title,
        "bars": [
            {
                "code": bar["code"],
                "label": bar["label"],
                "value": bar["value"],
                "cases": bar["cases"],
                "target": bar["target_text"],
                "url": bar["href"],
            }
            for bar in chart.bars
        ],
    }


class DashboardView(APIView):
    """How the work stands in the cases that you decide."""

    role_right = rights.SEE_DASHBOARD

    @describe(
        "get_dashboard",
        "Read how the work of your authority stands",
        tag="Cases",
        scope=Scope.CASES_READ,
        responses={200: DashboardSerializer},
    )
    def get(self, request: Request) -> Response:
        board = dashboard(request.user, at=self.at)
        writer.write("dashboard.viewed", at=self.at, actor_id=request.user.pk)
        return respond(
            {
                "numbers": [asdict(number) for number in board.numbers],
                "ageing": _chart(board.ageing),
                "causes": _chart(board.causes),
                "read": board.read,
                "more": board.more,
            }
        )
