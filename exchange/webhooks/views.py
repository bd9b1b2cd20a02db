"""The administrator's pages of webhooks. No case, and nothing by which one could be found."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from exchange.models import Subscription
from exchange.webhooks import actions, secrets, selectors
from exchange.webhooks.forms import WebhookForm
from nrm.accounts.administration import AdministrationView
from nrm.actions import Hidden, Refused
from nrm.web import add_objections


class WebhooksView(AdministrationView):
    """Every subscription, what waits for a second administrator apart, before the others."""

    def get(self, request: HttpRequest) -> HttpResponse:
        lists = []
        for waiting, prefix, title in (
            (True, "waiting_", _("Waiting to be confirmed")),
            (False, "", _("Webhooks")),
        ):
            page = selectors.listed(
                waiting=waiting,
                after=request.GET.get(f"{prefix}after", ""),
                before=request.GET.get(f"{prefix}before", ""),
            )
            if page.rows:
                links = page.links(request.path, {}, prefix=prefix)
                caption = f"webhooks-{'waiting' if waiting else 'others'}"
                lists.append({"rows": page.rows, "title": title, "caption": caption, **links})
        context = {"lists": lists, "set_up": secrets.are_set()}
        return render(request, "exchange/webhooks.html", context)


class WebhookAddView(AdministrationView):
    """Asking for one. The answer shows its secret, this once."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, WebhookForm(initial={"key": uuid4()}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = WebhookForm(request.POST)
        if form.is_valid():
            said = form.cleaned_data
            try:
                made = actions.ask_for_webhook(
                    said["organisation"],
                    actor=request.user,  # type: ignore[arg-type]
                    at=self.at,
                    url=said["url"],
                    events=said["events"],
                    key=said["key"],
                )
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                return _with_secret(request, made)
        return self._page(request, form, status=422 if form.errors else 200)

    def _page(self, request: HttpRequest, form: WebhookForm, status: int = 200) -> HttpResponse:
        return render(request, "exchange/webhook_add.html", {"form": form}, status=status)


def _with_secret(request: HttpRequest, row: Subscription) -> HttpResponse:
    """The secret, where it was made just now; a repeated submission leads to the page."""
    secret = getattr(row, "secret_to_show", "")
    if not secret:
        return redirect("webhook", pk=row.pk)
    context = {"subscription": row, "secret": secret}
    return render(request, "exchange/webhook_secret.html", context)


class WebhookView(AdministrationView):
    """One subscription and what was sent to it. POST does the one thing that its button names."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._page(request, self._row(pk))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._row(pk)
        by: Any = {"actor": request.user, "at": self.at}
        try:
            match request.POST.get("do"):
                case "confirm":
                    actions.confirm_webhook(row, **by)
                    said = _("It is confirmed. Events are sent from now on.")
                case "decline":
                    actions.decline_webhook(row, **by)
                    said = _("It is declined. Nothing is sent.")
                case "pause":
                    actions.pause_webhook(row, **by)
                    said = _("It is paused. What happens meanwhile waits.")
                case "resume":
                    actions.resume_webhook(row, **by)
                    said = _("It goes on. What waited is sent.")
                case "end":
                    actions.end_webhook(row, **by)
                    said = _("It is ended. Nothing more is sent.")
                case "secret":
                    return _with_secret(request, actions.change_secret(row, **by))
                case "trial":
                    actions.send_trial(row, **by)
                    said = _("A trial is on its way. Look again in a minute.")
                case "repeat":
                    delivery = _uuid(request.POST.get("delivery"))
                    actions.repeat_delivery(row, **by, delivery=delivery)
                    said = _("It is sent again.")
                case _:
                    return self._page(request, row)
        except Refused as refusal:
            for objection in refusal.objections:
                messages.error(request, objection.text)
            return self._page(request, self._row(pk))
        messages.success(request, said)
        return redirect("webhook", pk=pk)

    def _row(self, pk: UUID) -> Subscription:
        found = selectors.all_subscriptions().filter(pk=pk).first()
        if found is None:
            raise Hidden("administer")
        return found

    def _page(self, request: HttpRequest, row: Subscription) -> HttpResponse:
        page = selectors.deliveries_of(
            row, after=request.GET.get("after", ""), before=request.GET.get("before", "")
        )
        waits = row.state == Subscription.State.WAITING
        context = {
            "subscription": row,
            "deliveries": page.rows,
            "waits": waits,
            "runs": row.state in actions.RUNNING,
            "paused": row.state == Subscription.State.PAUSED,
            "may_confirm": waits and actions.CONFIRM_WEBHOOK.held_by(request.user, row),
            "mine": row.asked_by_id == request.user.pk,
            **page.links(request.path, {}),
        }
        return render(request, "exchange/webhook.html", context)


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        return UUID(int=0)
