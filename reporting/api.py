"""Statistics by REST: the fixed tables over closed quarters, as they were frozen."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from nrm.accounts.rights import SEE_STATISTICS
from nrm.accounts.scopes import Scope
from nrm.actions import Hidden
from nrm.audit import writer
from nrm.rest import APIView, describe, respond
from reporting.actions import freeze_referrals_by_age
from reporting.models import FrozenTable
from reporting.selectors import QUARTERS, age_band, auditors_profile, frozen_quarters, frozen_table
from reporting.selectors import quarter_of as find_quarter

TAG = "Statistics"


class QuarterSerializer(serializers.Serializer):
    quarter = serializers.CharField(help_text="Such as 2026-Q1.")
    frozen = serializers.BooleanField()


class QuartersBodySerializer(serializers.Serializer):
    """The closed quarters of the last two years, the newest first."""

    profile = serializers.CharField()
    results = QuarterSerializer(many=True)


class CellSerializer(serializers.Serializer):
    """One count, rounded; null where it is too small to be told."""

    code = serializers.CharField()
    label = serializers.CharField()
    count = serializers.IntegerField(allow_null=True)


class FrozenTableSerializer(serializers.Serializer):
    """Referrals of one quarter by age band. What is frozen never changes."""

    table = serializers.CharField()
    quarter = serializers.CharField()
    cells = CellSerializer(many=True)
    total = serializers.IntegerField(allow_null=True, help_text="Rounded from its own count.")
    threshold = serializers.IntegerField(help_text="Counts below it are not told.")
    rounding = serializers.IntegerField()
    sha256 = serializers.CharField()
    frozen_at = serializers.DateTimeField()


def _body(table: FrozenTable, profile: Any) -> dict[str, Any]:
    return {
        "table": table.code,
        "quarter": table.quarter,
        "cells": [
            {"code": cell["code"], "label": age_band(cell["code"], profile), "count": cell["count"]}
            for cell in table.cells
        ],
        "total": table.total,
        "threshold": table.rule["threshold"],
        "rounding": table.rule["rounding"],
        "sha256": table.sha256,
        "frozen_at": table.frozen_at,
    }


class StatisticsView(APIView):
    """Which quarters there are, under the law of your own organisation."""

    role_right = SEE_STATISTICS

    @describe(
        "list_quarters",
        "List the quarters and which are frozen",
        tag=TAG,
        scope=Scope.STATISTICS_READ,
        responses={200: QuartersBodySerializer},
    )
    def get(self, request: Request) -> Response:
        profile = auditors_profile(request.user)
        told = [
            {"quarter": quarter, "frozen": frozen}
            for quarter, frozen in frozen_quarters(profile, at=self.at, count=QUARTERS)
        ]
        return respond({"profile": profile.code, "results": told})


class StatisticsTableView(APIView):
    """One table of one quarter."""

    role_right = SEE_STATISTICS

    @describe(
        "read_statistics",
        "Read a table as it was frozen",
        tag=TAG,
        scope=Scope.STATISTICS_READ,
        responses={200: FrozenTableSerializer},
        problems=(404,),
    )
    def get(self, request: Request, quarter: str) -> Response:
        profile = auditors_profile(request.user)
        chosen = find_quarter(quarter, profile, at=self.at)
        table = frozen_table(profile, chosen)
        if table is None:
            raise Hidden("see_statistics")
        writer.write(
            "statistics.seen",
            at=self.at,
            actor_id=request.user.pk,
            object_type="reporting.frozentable",
            object_id=table.pk,
            data={"quarter": table.quarter},
        )
        return respond(_body(table, profile))

    @describe(
        "freeze_statistics",
        "Freeze a table; what was frozen before is given again",
        tag=TAG,
        scope=Scope.STATISTICS_READ,
        request=None,
        responses={200: FrozenTableSerializer},
        problems=(404, 422),
    )
    def post(self, request: Request, quarter: str) -> Response:
        profile = auditors_profile(request.user)
        chosen = find_quarter(quarter, profile, at=self.at)
        table = freeze_referrals_by_age(
            actor=request.user, at=self.at, profile=profile, quarter=chosen
        )
        return respond(_body(table, profile))
