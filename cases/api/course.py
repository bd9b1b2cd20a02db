"""The course of a case by REST: suspending it, withdrawing, closing and opening it again."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import ports
from cases.access import near_now
from cases.actions import closing, suspending, withdrawing
from cases.actions.withdrawing import LONGEST_NAME
from cases.api.base import CaseAPIView
from cases.models import Case
from cases.models.closure import ReopenReason
from cases.rights import CHANGE_COURSE, SEE_CASE
from cases.rules.course import LONGEST
from cases.selectors.course import Happened, course_of, referred_again
from nrm.accounts.scopes import Scope
from nrm.audit import writer
from nrm.rest import Coded, ReferenceField, coded, describe, respond

TAG = "Cases"


class CourseOfferSerializer(serializers.Serializer):
    """What can be done with the case at this stage. `why_not`: why you do not do it."""

    code = serializers.CharField()
    label = serializers.CharField()
    why_not = serializers.ListField(child=serializers.CharField())


class CourseDetailSerializer(serializers.Serializer):
    label = serializers.CharField()
    value = serializers.CharField(allow_blank=True)


class CourseStepSerializer(serializers.Serializer):
    """What was done with the case: `code` is the reason, in the profile or the program."""

    what = serializers.CharField()
    code = serializers.CharField()
    reason = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    by = serializers.CharField()
    at = serializers.DateTimeField()
    over = serializers.BooleanField()
    details = CourseDetailSerializer(many=True)


class CourseSerializer(serializers.Serializer):
    """Where the case stands, what can be done with it and what was done, the newest first."""

    stage = Coded()
    since = serializers.DateTimeField()
    suspended = serializers.BooleanField()
    review_on = serializers.DateField(allow_null=True)
    ended = serializers.BooleanField()
    keep_until = serializers.DateField(allow_null=True)
    held = serializers.BooleanField(help_text="A legal hold keeps it for longer.")
    ask_until = serializers.DateField(
        allow_null=True, help_text="Until when a negative decision can be asked to be looked at."
    )
    reconsideration = serializers.UUIDField(
        allow_null=True, help_text="The request that waits for an answer."
    )
    referred_before = serializers.ListField(child=ReferenceField())
    referred_again = serializers.ListField(child=ReferenceField())
    provisional = serializers.BooleanField(
        help_text="It is identified provisionally, and waits for the decision of an authority."
    )
    offers = CourseOfferSerializer(many=True)
    left_open = serializers.ListField(
        child=serializers.CharField(), help_text="What is not over, and does not stop closing it."
    )
    happened = CourseStepSerializer(many=True)


class SuspensionSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=40, help_text="A suspension reason of the profile.")
    review_on = serializers.DateField(help_text="When it is looked at again.")
    note = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True)


class KeepSuspendedSerializer(serializers.Serializer):
    review_on = serializers.DateField(help_text="When it is looked at again.")


class WithdrawalSerializer(serializers.Serializer):
    method = serializers.CharField(max_length=20, help_text="A method of the profile.")
    told_on = serializers.DateField(help_text="The day on which the person said it.")
    heard_by = serializers.CharField(max_length=LONGEST_NAME, help_text="Who heard it.")
    explained = serializers.BooleanField(help_text="What ends and what stays was explained.")
    wish = serializers.CharField(
        max_length=LONGEST, required=False, allow_blank=True, help_text="What they want now."
    )


class ClosureSerializer(serializers.Serializer):
    code = serializers.CharField(max_length=40, help_text="A closure code of the profile.")
    note = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True)


class ReopeningSerializer(serializers.Serializer):
    reason = serializers.ChoiceField(ReopenReason.choices)


def _happened(one: Happened) -> dict[str, Any]:
    return {
        "what": one.what,
        "code": one.code,
        "reason": one.reason,
        "note": one.note,
        "by": one.by,
        "at": one.at,
        "over": one.over,
        "details": [{"label": label, "value": value} for label, value in one.details],
    }


class _CourseView(CaseAPIView):
    right = CHANGE_COURSE

    def told(self, status: int = 200) -> Response:
        """The course as it stands now."""
        case = Case.objects.select_related("person").get(pk=self.case.pk)
        roles = {role for _near, role in near_now(self.request.user, case.pk).as_what}
        course = course_of(case, roles)
        again = referred_again(case, self.request.user)
        body = {
            "stage": coded(course.stage),
            "since": course.since,
            "suspended": course.suspension is not None,
            "review_on": course.suspension.review_on if course.suspension else None,
            "ended": course.ended,
            "keep_until": course.keep_until,
            "held": course.held,
            "ask_until": course.newest.standing.last_day if course.newest else None,
            "reconsideration": course.look.pk if course.look else None,
            "referred_before": [one.case.reference for one in again if one.case and not one.later],
            "referred_again": [one.case.reference for one in again if one.case and one.later],
            "provisional": course.provisional is not None,
            "offers": [
                {
                    "code": offer.code,
                    "label": offer.label,
                    "why_not": [one.text for one in offer.why_not],
                }
                for offer in course.offers
            ],
            "left_open": ports.left_open(case) if case.closed_at is None else [],
            "happened": [_happened(one) for one in course.happened],
        }
        return respond(body, status=status)


class CourseView(_CourseView):
    """What can be done with a case as a whole, and what was done."""

    right = SEE_CASE

    @describe(
        "read_course",
        "Read what can be done with a case as a whole, and what was done",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: CourseSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        writer.write("course.viewed", at=self.at, actor_id=request.user.pk, case_id=self.case.pk)
        return self.told()


class SuspensionView(_CourseView):
    """A case is held for a while."""

    @describe(
        "suspend_case",
        "Suspend a case until it is looked at again",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=SuspensionSerializer,
        responses={201: CourseSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(SuspensionSerializer)
        suspending.suspend(self.case, actor=request.user, at=self.at, **told)
        return self.told(201)


class KeepSuspendedView(_CourseView):
    @describe(
        "keep_case_suspended",
        "Keep a case suspended until it is looked at again on another day",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=KeepSuspendedSerializer,
        responses={200: CourseSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(KeepSuspendedSerializer)
        suspending.keep_suspended(self.case, actor=request.user, at=self.at, **told)
        return self.told()


class ResumptionView(_CourseView):
    @describe(
        "resume_case",
        "Let a suspended case go on where it stood",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        responses={200: CourseSerializer},
        problems=(404, 422),
    )
    def post(self, request: Request, reference: str) -> Response:
        suspending.resume(self.case, actor=request.user, at=self.at)
        return self.told()


class WithdrawalView(_CourseView):
    @describe(
        "record_withdrawal",
        "Record that the person withdraws, which ends the case",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=WithdrawalSerializer,
        responses={201: CourseSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(WithdrawalSerializer)
        withdrawing.withdraw(self.case, actor=request.user, at=self.at, **told)
        return self.told(201)


class ClosureView(_CourseView):
    @describe(
        "close_case",
        "Close a case with a code of the profile",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ClosureSerializer,
        responses={201: CourseSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(ClosureSerializer)
        closing.close(self.case, actor=request.user, at=self.at, **told)
        return self.told(201)


class ReopeningView(_CourseView):
    @describe(
        "reopen_case",
        "Open a closed case again, where the profile has a way back",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=ReopeningSerializer,
        responses={200: CourseSerializer},
        problems=(404,),
    )
    def post(self, request: Request, reference: str) -> Response:
        told = self.read(ReopeningSerializer)
        closing.reopen(self.case, actor=request.user, at=self.at, **told)
        return self.told()
