"""Releases by REST: which there are, and their published files."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from nrm.accounts.rights import SEE_STATISTICS
from nrm.accounts.scopes import Scope
from nrm.actions import Hidden
from nrm.rest import APIView, describe, respond
from reporting.models import Release, ReleaseState
from reporting.statistics.files import KINDS, type_of
from reporting.statistics.selectors import auditors_profile, offered, period_of, release_of
from reporting.statistics.views import give_file

TAG = "Statistics"
NOT_ASKED = "not_asked"


class ReleaseSerializer(serializers.Serializer):
    """A closed period and what is released of it."""

    period = serializers.CharField(help_text="Such as 2026-Q1, or 2026.")
    state = serializers.ChoiceField(
        [NOT_ASKED, *ReleaseState.values],
        help_text="asked: being built; built: waits for two people; blocked: did not withstand the"
        " attacks; published: its files are there; withheld: will not be published; lost: a restore"
        " has lost it, its files may be published, and the period is not released again.",
    )
    asked_at = serializers.DateTimeField(allow_null=True)
    built_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    sha256 = serializers.CharField(allow_blank=True, help_text="Of what the JSON says.")
    files = serializers.ListField(
        child=serializers.CharField(), help_text="Kinds of files; none before it is published."
    )


class ReleasesSerializer(serializers.Serializer):
    """The closed periods, the newest first."""

    profile = serializers.CharField()
    results = ReleaseSerializer(many=True)


def _told(period: str, release: Release | None) -> dict[str, Any]:
    published = release is not None and release.state == ReleaseState.PUBLISHED
    return {
        "period": period,
        "state": release.state if release else NOT_ASKED,
        "asked_at": release.asked_at if release else None,
        "built_at": release.built_at if release else None,
        "published_at": release.published_at if release else None,
        "sha256": release.sha256 if release else "",
        "files": list(KINDS) if published else [],
    }


class ReleasesView(APIView):
    """Which periods have ended, under the law of your own organisation, and what is released."""

    role_right = SEE_STATISTICS

    @describe(
        "list_releases",
        "List the closed periods and what is released of each",
        tag=TAG,
        scope=Scope.STATISTICS_READ,
        responses={200: ReleasesSerializer},
    )
    def get(self, request: Request) -> Response:
        profile = auditors_profile(request.user)
        found = [_told(str(one.period), one.release) for one in offered(profile, at=self.at)]
        return respond({"profile": profile.code, "results": found})


class ReleaseView(APIView):
    """One period. It is asked for and approved on its page, by people who are there: asking spends
    epsilon for good."""

    role_right = SEE_STATISTICS

    @describe(
        "read_release",
        "Read what is released of a period",
        tag=TAG,
        scope=Scope.STATISTICS_READ,
        responses={200: ReleaseSerializer},
        problems=(404,),
    )
    def get(self, request: Request, period: str) -> Response:
        profile = auditors_profile(request.user)
        chosen = period_of(period, profile, at=self.at)
        return respond(_told(str(chosen), release_of(profile, chosen)))


class FileView(APIView):
    """A published file. It never changes: 304 to who has it."""

    role_right = SEE_STATISTICS

    @describe(
        "download_release",
        "Take a published file",
        tag=TAG,
        scope=Scope.STATISTICS_READ,
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            **{
                (200, type_of(kind).partition(";")[0]): OpenApiResponse(
                    OpenApiTypes.BINARY, description="The file, in the media type of its kind."
                )
                for kind in KINDS[1:]
            },
            304: OpenApiResponse(description="You have it: it has not changed."),
        },
        problems=(404,),
        parameters=[
            OpenApiParameter(
                "If-None-Match",
                str,
                OpenApiParameter.HEADER,
                description="The ETag of the file that you have.",
            )
        ],
        fresh=True,
    )
    def get(self, request: Request, period: str, kind: str) -> HttpResponse:
        profile = auditors_profile(request.user)
        release = release_of(profile, period_of(period, profile, at=self.at))
        if release is None:
            raise Hidden("see_statistics")
        return give_file(request, release, kind, actor=request.user, at=self.at)
