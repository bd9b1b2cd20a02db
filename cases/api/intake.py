"""The intake queue by REST, what the referrals of a case say, and the tasks of its first day."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rights
from cases.actions.tasks_done import finish_task, reopen_task
from cases.api.base import CaseAPIView, PageQuery
from cases.api.cases import CaseRowSerializer, WorkerSerializer, case_row, worker
from cases.models import CaseTask
from cases.selectors import intake as selectors
from nrm.accounts.scopes import Scope
from nrm.actions import Hidden
from nrm.audit import writer
from nrm.rest import APIView, ReferenceField, describe, page_response, page_schema, respond

TAG = "Cases"


# The queue ---------------------------------------------------------------------------------------
class WaitingSerializer(CaseRowSerializer):
    """A case that nobody has been given yet."""

    jurisdiction = serializers.CharField()
    referred_by = serializers.CharField(help_text="The organisation that referred it first.")
    tasks = serializers.IntegerField()
    tasks_open = serializers.IntegerField()


class IntakeView(APIView):
    """Referrals that nobody has been given, the oldest legal deadline first."""

    role_right = rights.SEE_INTAKE_QUEUE

    @describe(
        "list_intake",
        "List the referrals that wait for a caseworker",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: page_schema(WaitingSerializer, "IntakePage")},
        parameters=[PageQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.read_query(PageQuery)
        waiting, page = selectors.intake_queue(
            request.user, at=self.at, after=query["after"], size=query["limit"]
        )
        writer.write(
            "cases.listed",
            at=self.at,
            actor_id=request.user.pk,
            data={"list": "intake", "cases": [str(line.case.pk) for line in waiting]},
        )
        bodies = [
            {
                **case_row(line.case),
                "jurisdiction": line.jurisdiction,
                "referred_by": line.from_whom,
                "tasks": line.tasks,
                "tasks_open": line.tasks_open,
            }
            for line in waiting
        ]
        return page_response(request, bodies, after=page.after)


# What a referral says ----------------------------------------------------------------------------
class ToldRowSerializer(serializers.Serializer):
    question = serializers.CharField()
    answer = serializers.CharField()


class ToldPartSerializer(serializers.Serializer):
    title = serializers.CharField()
    urgent = serializers.BooleanField()
    rows = ToldRowSerializer(many=True)


class ToldReferralSerializer(serializers.Serializer):
    """A referral as it is read, without what says who the person is."""

    receipt = ReferenceField()
    organisation = serializers.CharField()
    sent_at = serializers.DateTimeField()
    readable = serializers.BooleanField(help_text="False where its key was destroyed.")
    parts = ToldPartSerializer(many=True)


class ToldReferralsSerializer(serializers.Serializer):
    """Every referral of the case, the newest first."""

    results = ToldReferralSerializer(many=True)


class CaseReferralsView(CaseAPIView):
    """What the referrals of a case say."""

    right = rights.SEE_REFERRAL

    @describe(
        "list_case_referrals",
        "Read what the referrals of a case say",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: ToldReferralsSerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        told = selectors.referrals_told(self.case)
        writer.write(
            "referral.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"referrals": [str(one.referral.pk) for one in told]},
        )
        return respond({"results": [_told(one) for one in told]})


def _told(told: selectors.Told) -> dict[str, Any]:
    return {
        "receipt": told.referral.receipt,
        "organisation": told.referral.organisation.name,
        "sent_at": told.referral.sent_at,
        "readable": told.readable,
        "parts": [
            {
                "title": str(part.title),
                "urgent": part.urgent,
                "rows": [
                    {"question": str(row["key"]), "answer": str(row["value"])} for row in part.rows
                ],
            }
            for part in told.parts
        ],
    }


# Tasks -------------------------------------------------------------------------------------------
class TaskSerializer(serializers.Serializer):
    """A task of the first day."""

    code = serializers.CharField()
    label = serializers.CharField()
    help = serializers.CharField(allow_blank=True)
    done_at = serializers.DateTimeField(allow_null=True)
    done_by = WorkerSerializer(allow_null=True)


class TasksBodySerializer(serializers.Serializer):
    """Every task of the case, in the order of the profile."""

    results = TaskSerializer(many=True)


class TaskWriteSerializer(serializers.Serializer):
    done = serializers.BooleanField(help_text="False: it is not done after all.")


def _task(task: CaseTask) -> dict[str, Any]:
    known = {one.code: one for one in task.case.profile.tasks}.get(task.code)
    return {
        "code": task.code,
        "label": str(known.label) if known else task.code,
        "help": str(known.help) if known else "",
        "done_at": task.done_at,
        "done_by": worker(task.done_by),
    }


class TasksView(CaseAPIView):
    """The tasks of a case."""

    @describe(
        "list_tasks",
        "Read the tasks of a case",
        tag=TAG,
        scope=Scope.CASES_READ,
        responses={200: TasksBodySerializer},
        problems=(404,),
    )
    def get(self, request: Request, reference: str) -> Response:
        order = [task.code for task in self.case.profile.tasks]
        tasks = list(self.case.casetasks.select_related("done_by"))
        tasks.sort(key=lambda t: order.index(t.code) if t.code in order else len(order))
        for task in tasks:
            task.case = self.case
        writer.write(
            "tasks.viewed",
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"tasks": [task.code for task in tasks]},
        )
        return respond({"results": [_task(task) for task in tasks]})


class TaskView(CaseAPIView):
    """One task of a case."""

    right = rights.DO_TASK

    @describe(
        "save_task",
        "Say that a task is done, or that it is not after all",
        tag=TAG,
        scope=Scope.CASES_WRITE,
        request=TaskWriteSerializer,
        responses={200: TaskSerializer},
        problems=(404,),
    )
    def put(self, request: Request, reference: str, code: str) -> Response:
        task = self.case.casetasks.filter(code=code).first()
        if task is None:
            raise Hidden(self.right.code)
        task.case = self.case
        change = finish_task if self.read(TaskWriteSerializer)["done"] else reopen_task
        return respond(_task(change(task, actor=request.user, at=self.at)))
