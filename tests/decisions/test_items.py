"""What a decision considered stands in its record: each item with its date, source and weight."""

from cases.actions import deciding
from nrm.context import acting_as
from screening import actions as screening_actions
from tests.decisions.road import again, consent, content, own_grounds
from tests.decisions.test_pages import body, url
from tests.screening.build import first_episode, item, started


def test_author_weighs_each_item_and_the_record_keeps_it(world, at):
    screening = started(world, at)
    who = {"actor": world.caseworker, "at": at}
    said = screening_actions.record_evidence(screening, **who, item=item(dated="2026-03"))
    paper = screening_actions.record_evidence(
        screening, **who, item=item("A contract of Zanzibar-Quill.", source="document")
    )
    episode = first_episode(screening, world).pk
    for code in ("ACT-REC", "MC-04", "PU-LAB"):
        screening_actions.record_indicator(
            screening, **who, episode=episode, code=code, state="shown", evidence_ids=[said.pk]
        )
    screening_actions.complete_screening(screening, **who, agrees=True)
    case = again(world, screening.case)
    consent(world, case, at=at)
    draft = deciding.draft_decision(case, **who, code="reasonable_grounds")
    page = body(world.client("caseworker").get(url("decision", case, draft)))
    assert "Evidence 1: The person, in their own words, 2026-03" in page
    assert "Evidence 2: A document" in page
    assert "Zanzibar" not in page  # the words of an item stay in the assessment
    weights = {str(said.pk): "strong", str(paper.pk): "not_relied_on"}
    full = content(answers={"age_basis": "document", "weights": weights})
    deciding.save_draft(draft, **who, content=full)
    deciding.submit_for_review(draft, **who)
    own_grounds(world, draft, at=at)
    deciding.agree(draft, actor=world.supervisor, at=at)
    first, second = draft.record["items"]
    assert first == {
        "id": str(said.pk),
        "source": "person",
        "dated": "2026-03",
        "shows": ["ACT-REC", "MC-04", "PU-LAB"],
        "weight": "strong",
    }
    assert (second["source"], second["weight"]) == ("document", "not_relied_on")
    with acting_as(world.supervisor):
        page = body(world.client("supervisor").get(url("decision", case, draft)))
    assert "Not relied on" in page
