"""Views of the work list that somebody keeps: under words of their own, for themselves alone."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import SavedView
from cases.selectors import saved_views as views
from nrm.audit.models import Event
from tests.api.tools import api
from tests.casework.people import assigned, child
from tests.casework.test_worklist import listed

SAVE = "/cases/views/?view=team&child=1&sort=received"


def save(client, label, url=SAVE, **more):
    return client.post(url, {"label": label, **more})


def test_a_view_is_saved_shown_with_its_count_and_opens_its_list(world, at):
    young = child(world, at=at)
    assigned(world, at=at)
    client = world.client("supervisor")
    answer = save(client, "  Children  first ")
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert page.status_code == 200
    (view,) = page.context["own_views"]
    assert (view["label"], str(view["count"]), view["current"]) == ("Children first", "1", True)
    assert listed(client, view["url"].removeprefix("/cases/")) == [young.reference]
    assert "children" not in view["url"].lower()
    event = Event.objects.get(verb="worklist.view_saved")
    assert "Children" not in str(event.data)


def test_it_is_renamed_and_removed_by_its_owner_and_is_nobody_elses(world):
    client, other = world.client("supervisor"), world.client("supervisor2")
    save(client, "Children")
    row = SavedView.objects.get()
    for name in ("saved_view", "saved_view_removal"):
        assert other.post(reverse(name, args=[row.pk]), {"label": "Mine"}).status_code == 404
    assert other.get("/cases/").context["own_views"] == []
    assert client.post(reverse("saved_view", args=[row.pk]), {"label": "Young"}).status_code == 302
    assert SavedView.objects.get().label == "Young"
    assert client.post(reverse("saved_view_removal", args=[row.pk])).status_code == 302
    assert not SavedView.objects.exists()


def test_words_that_may_be_a_name_are_kept_only_when_somebody_says_that_they_are_none(world):
    client = world.client("supervisor")
    refused = save(client, "Amara Okafor")
    assert refused.status_code == 422
    assert "This may be the name of a person" in refused.content.decode()
    assert 'value="Amara Okafor"' in refused.content.decode()
    assert not SavedView.objects.exists()
    assert save(client, "Amara Okafor", not_a_name="1").status_code == 302


@pytest.mark.parametrize("label", ["", " ", "x" * 61])
def test_a_name_that_cannot_be_is_told_beside_its_field(world, label):
    assert save(world.client("supervisor"), label).status_code == 422


def test_the_same_words_twice_and_more_than_twenty_are_refused(world):
    client = world.client("supervisor")
    assert save(client, "Children").status_code == 302
    assert "You have a view of this name" in save(client, "children").content.decode()
    for number in range(19):
        assert save(client, f"view {number}").status_code == 302
    assert "You have 20 views" in save(client, "one more").content.decode()


def test_a_program_keeps_the_same_views(world, at):
    child(world, at=at)
    client = api(world.supervisor)
    body = {"label": "Children", "filters": {"view": "team", "child": True, "stage": []}}
    made = client.post("/api/v1/worklist-views/", body, format="json")
    assert made.status_code == 201, made.content
    assert (made.json()["cases"], made.json()["more"]) == (1, False)
    assert made.json()["filters"]["child"] is True
    url = f"/api/v1/worklist-views/{made.json()['id']}/"
    named = client.patch(url, {"label": "Young"}, format="json")
    assert named.json()["label"] == "Young"
    listed_now = client.get("/api/v1/worklist-views/").json()["results"]
    assert [row["label"] for row in listed_now] == ["Young"]
    assert api(world.supervisor2).delete(url).status_code == 404
    assert client.delete(url).status_code == 204


def test_finding_works_from_the_page_with_its_token(world, at):
    case = assigned(world, at=at)
    client = Client(enforce_csrf_checks=True)
    client.cookies = world.client("caseworker").cookies
    page = client.get("/cases/").content.decode()
    form = page[page.index('action="/cases/find/"') :]
    token = form.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    sent = {"q": case.reference, "csrfmiddlewaretoken": token}
    assert client.post("/cases/find/", sent).status_code == 302


def test_the_supervisor_of_a_large_team_is_offered_those_whose_cases_the_page_shows(
    world, at, monkeypatch
):
    monkeypatch.setattr(views, "OFFERED", 1)
    assigned(world, at=at)
    client, page = world.client("supervisor"), reverse("worklist")
    offered = re.findall(r'<option value="([^"]*)"', client.get(page).content.decode())
    assert str(world.caseworker.pk) in offered
    assert str(world.caseworker2.pk) not in offered
    assert str(world.supervisor.pk) not in offered
    chosen = client.get(f"{page}?caseworker={world.caseworker2.pk}")
    assert chosen.context["form"].wanted.caseworker == world.caseworker2.pk
    for nobody in (world.supervisor.pk, "nonsense"):
        refused = client.get(f"{page}?caseworker={nobody}")
        assert refused.context["form"].wanted.caseworker is None
