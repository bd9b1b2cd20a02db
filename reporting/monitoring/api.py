"""The monitoring report by REST: what treaty bodies ask, answered from a published release."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from nrm.accounts.rights import SEE_STATISTICS
from nrm.accounts.scopes import Scope
from nrm.rest import APIView, describe, respond
from reporting.monitoring.selectors import answered
from reporting.monitoring.values import Entry
from reporting.monitoring.views import wrote_down
from reporting.statistics.selectors import auditors_profile

STATES = ("held", "partly", "not_held")


class MonitoringFigureSerializer(serializers.Serializer):
    """One published count."""

    codes = serializers.DictField(child=serializers.CharField(), help_text="By dimension.")
    label = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField(allow_null=True, help_text="Null: hidden, it is small.")


class MonitoringIndicatorSerializer(serializers.Serializer):
    """One indicator. Nothing is added up: each count is as it was published."""

    code = serializers.CharField()
    title = serializers.CharField()
    definition = serializers.CharField()
    source = serializers.CharField(help_text="What asks for it.")
    verified = serializers.BooleanField(help_text="Whether somebody has read it there.")
    record = serializers.CharField(allow_blank=True, help_text="Where it is recorded.")
    table = serializers.CharField(allow_blank=True, help_text="Of the release.")
    state = serializers.ChoiceField(STATES)
    because = serializers.CharField(
        allow_blank=True, help_text="Why it is not held, or in what part."
    )
    figures = MonitoringFigureSerializer(many=True)


class MonitoringOfBodySerializer(serializers.Serializer):
    """What one body asks."""

    code = serializers.CharField()
    title = serializers.CharField()
    asked_by = serializers.CharField()
    source = serializers.CharField()
    verified = serializers.BooleanField()
    indicators = MonitoringIndicatorSerializer(many=True)


class MonitoringReportSerializer(serializers.Serializer):
    """Every report of one period, from its published release and from nothing else."""

    profile = serializers.CharField()
    period = serializers.CharField()
    release_sha256 = serializers.CharField()
    reports = MonitoringOfBodySerializer(many=True)


def _indicator(entry: Entry) -> dict[str, Any]:
    one = entry.indicator
    return {
        "code": one.code,
        "title": str(one.title),
        "definition": str(one.definition),
        "source": one.source,
        "verified": one.verified,
        "record": entry.record,
        "table": one.table,
        "state": entry.value.state,
        "because": entry.value.because,
        "figures": [
            {"codes": dict(figure.codes), "label": figure.label, "count": figure.count}
            for figure in entry.value.figures
        ],
    }


class MonitoringReportView(APIView):
    """The monitoring report of a published period."""

    role_right = SEE_STATISTICS

    @describe(
        "read_monitoring_report",
        "Read the monitoring report of a published period",
        tag="Statistics",
        scope=Scope.STATISTICS_READ,
        responses={200: MonitoringReportSerializer},
        problems=(404,),
    )
    def get(self, request: Request, period: str) -> Response:
        found = answered(auditors_profile(request.user), period)
        wrote_down("monitoring.seen", found.release, actor=request.user, at=self.at)
        return respond(
            {
                "profile": found.document.profile,
                "period": str(found.document.period),
                "release_sha256": found.document.sha256,
                "reports": [
                    {
                        "code": one.report.code,
                        "title": str(one.report.title),
                        "asked_by": str(one.report.asked_by),
                        "source": one.report.source,
                        "verified": one.report.verified,
                        "indicators": [_indicator(entry) for entry in one.entries],
                    }
                    for one in found.filled
                ],
            }
        )
