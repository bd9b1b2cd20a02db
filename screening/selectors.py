"""What the pages and REST read of a screening, each with its number of queries known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, Document, Episode
from cases.models.document import SeenBy
from cases.selectors.documents import title_of as title_of_document
from identities.crypto import Opener
from nrm.profiles.labels import Label
from nrm.profiles.shape import Choice, Indicator, NeverNotify, Profile, Prompt
from screening import rules
from screening.models import (
    Contradiction,
    EarlierEvidence,
    Evidence,
    IndicatorFinding,
    IndicatorState,
    Screening,
    ScreeningState,
)

ELEMENT_LABELS: dict[str, Promise] = {
    "act": gettext_lazy("Act"),
    "means": gettext_lazy("Means"),
    "purpose": gettext_lazy("Purpose"),
    "context": gettext_lazy("Context"),
}
ELEMENT_HELP: dict[str, Promise] = {
    "act": gettext_lazy("What was done"),
    "means": gettext_lazy("How it was done"),
    "purpose": gettext_lazy("What it was for"),
}
STATE_LABELS: dict[str, Promise] = {
    "PRESENT": gettext_lazy("Present"),
    "NOT_SHOWN": gettext_lazy("Not shown"),
    "UNKNOWN": gettext_lazy("Unknown"),
}
RESULT_LABELS: dict[str, Promise] = {
    "ELEMENTS_MET_CHILD": gettext_lazy("The elements are met, by the rule for a child"),
    "ELEMENTS_MET_ADULT": gettext_lazy("The elements are met"),
    "PARTIAL_MEANS": gettext_lazy("Act and purpose are present. Means is not, so far"),
    "PARTIAL_ACT": gettext_lazy("The act is not present, so far"),
    "PARTIAL_PURPOSE": gettext_lazy("The purpose is not present, so far"),
    "INSUFFICIENT": gettext_lazy("Not enough is recorded to say"),
}
RESULT_HELP: dict[str, Promise] = {
    "ELEMENTS_MET_CHILD": gettext_lazy(
        "No means is needed. What is recorded of means is kept as context."
    ),
    "PARTIAL_MEANS": gettext_lazy("Ask about deception, control and vulnerability."),
    "PARTIAL_ACT": gettext_lazy("Nobody has to have been moved. Ask about the place and contact."),
    "PARTIAL_PURPOSE": gettext_lazy("Exploitation that was intended is enough."),
    "INSUFFICIENT": gettext_lazy("This is never a reason for a negative decision."),
}


# Which screening ----------------------------------------------------------------------------------
def open_screening(case: Case) -> Screening | None:
    return _of(case).filter(state=ScreeningState.OPEN).first()


def screenings_of(case: Case) -> list[Screening]:
    """All screenings of the case, the newest first: one query."""
    return list(_of(case))


def _of(case: Case) -> Any:
    return case.screenings.select_related(
        "case", "case__person", "started_by", "completed_by", "follows"
    )


# Weighing what is saved ---------------------------------------------------------------------------
def weigh_rows(
    case: Case, episodes: Sequence[Episode], findings: Iterable[IndicatorFinding]
) -> rules.Weighing:
    """Weighs saved rows by the rule that `manage.py weigh` applies to a file. No query. Raises
    ScreeningFaults."""
    order = {code: n for n, code in enumerate(_catalogue(case.profile))}
    by_episode: dict[UUID, list[IndicatorFinding]] = {episode.pk: [] for episode in episodes}
    for finding in sorted(findings, key=lambda row: order.get(row.code, len(order))):
        by_episode[finding.episode_id].append(finding)
    return rules.weigh(
        case.age_status,
        [
            rules.Episode(
                str(episode.position),
                tuple(rules.Finding(row.code, row.state) for row in by_episode[episode.pk]),
                episode.age_then_status,
            )
            for episode in episodes
        ],
        case.profile,
    )


def _catalogue(profile: Profile) -> tuple[str, ...]:
    return tuple(indicator.code for indicator in profile.screening.indicators)


def stored_weighing(stored: Mapping[str, Any]) -> rules.Weighing:
    """The weighing as it was fixed when a screening was completed."""

    def element(kept: Mapping[str, Any]) -> rules.ElementWeighing:
        return rules.ElementWeighing(**_tuples(kept))

    def episode(kept: Mapping[str, Any]) -> rules.EpisodeWeighing:
        parts = {name: element(kept[name]) for name in rules.ELEMENTS}
        return rules.EpisodeWeighing(**{**_tuples(kept), **parts})

    episodes = tuple(episode(kept) for kept in stored["episodes"])
    return rules.Weighing(**{**_tuples(stored), "episodes": episodes})


def _tuples(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in kept.items()}


# The weighing in words ----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Question:
    """What to ask next. `first`: what is recorded makes it the one to begin with."""

    prompt: Prompt
    first: bool


@dataclass(frozen=True, slots=True)
class ElementInWords:
    code: str
    state: str
    needed: bool
    shown: tuple[Indicator, ...]
    not_shown: int
    unknown: int
    gap: Label | None
    questions: tuple[Question, ...]

    @property
    def label(self) -> Promise:
        return ELEMENT_LABELS[self.code]

    @property
    def help(self) -> Promise:
        return ELEMENT_HELP[self.code]

    @property
    def state_label(self) -> Promise:
        return STATE_LABELS[self.state]


@dataclass(frozen=True, slots=True)
class EpisodeInWords:
    episode: Episode
    title: str
    elements: tuple[ElementInWords, ...]
    result: str
    limb: Label | None
    child_rule: bool
    context: tuple[Indicator, ...]
    never_notify: tuple[NeverNotify, ...]

    @property
    def result_label(self) -> Promise:
        return RESULT_LABELS[self.result]

    @property
    def result_help(self) -> Promise | str:
        return RESULT_HELP.get(self.result, "")


@dataclass(frozen=True, slots=True)
class InWords:
    """A whole weighing: one entry an episode, and where the case would go."""

    weighing: rules.Weighing
    episodes: tuple[EpisodeInWords, ...]
    pathway: Label | None

    @property
    def result_label(self) -> Promise:
        return RESULT_LABELS[self.weighing.result]

    @property
    def result_help(self) -> Promise | str:
        return RESULT_HELP.get(self.weighing.result, "")

    @property
    def leading(self) -> EpisodeInWords | None:
        """The episode whose elements are those of the case."""
        return self.episodes[self.weighing.best] if self.weighing.best is not None else None


def in_words(weighing: rules.Weighing, episodes: Sequence[Episode], profile: Profile) -> InWords:
    """Puts the codes of a weighing into the words of the profile. No query."""
    by_position = {str(episode.position): episode for episode in episodes}
    pathways = {pathway.code: pathway.label for pathway in profile.screening.pathways}
    return InWords(
        weighing,
        tuple(
            _episode_in_words(weighed, by_position[weighed.name], profile)
            for weighed in weighing.episodes
        ),
        pathways.get(weighing.pathway),
    )


def _episode_in_words(
    weighed: rules.EpisodeWeighing, episode: Episode, profile: Profile
) -> EpisodeInWords:
    limbs = {limb.code: limb.label for limb in profile.screening.limbs}
    gaps = {gap.code: gap.label for gap in profile.screening.gaps}
    shown = {code for element in weighed.elements for code in element.shown}
    shown.update(weighed.context)
    return EpisodeInWords(
        episode=episode,
        title=title_of(episode, profile),
        elements=tuple(
            ElementInWords(
                code=element.element,
                state=element.state,
                needed=element.needed,
                shown=tuple(profile.indicator(code) for code in element.shown),
                not_shown=len(element.not_shown),
                unknown=len(element.unknown),
                gap=gaps.get(element.gap),
                questions=_questions(element.ask, weighed.prompts, profile),
            )
            for element in weighed.elements
        ),
        result=weighed.result,
        limb=limbs.get(weighed.limb),
        child_rule=weighed.child_rule,
        context=tuple(profile.indicator(code) for code in weighed.context),
        never_notify=tuple(
            rule for rule in profile.never_notify if not rule.when or shown & set(rule.when)
        ),
    )


def _questions(ask: Sequence[str], first: Sequence[str], profile: Profile) -> tuple[Question, ...]:
    found = [Question(profile.prompt(code), code in first) for code in ask]
    return tuple(sorted(found, key=lambda question: not question.first))


def title_of(episode: Episode, profile: Profile) -> str:
    """An episode by its number and kind: "Episode 2: Made to beg"."""
    labels = {kind.code: kind.label for kind in profile.referral.exploitation_types}
    kinds = ", ".join(str(labels[code]) for code in episode.types if code in labels)
    number = _("Episode %(number)s") % {"number": episode.position}
    return f"{number}: {kinds}" if kinds else number


# The workbench ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One item of evidence, opened."""

    row: Evidence
    text: str
    reliability: str
    codes: tuple[tuple[UUID, str], ...]  # (episode, indicator) it bears on

    @property
    def id(self) -> UUID:
        return self.row.pk

    @property
    def number(self) -> int:
        return self.row.number

    @property
    def document_title(self) -> str:
        try:
            return title_of_document(self.row.document) if self.row.document else ""
        except Document.DoesNotExist:  # kept to a smaller circle than the evidence
            return ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two items that disagree, opened, and what the screener makes of them."""

    row: Contradiction
    first: EvidenceItem
    second: EvidenceItem
    explanation: str


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator of the catalogue, and what is found of it in an episode."""

    indicator: Indicator
    finding: IndicatorFinding | None
    evidence: tuple[EvidenceItem, ...]
    suggested: bool

    @property
    def code(self) -> str:
        return self.indicator.code

    @property
    def state(self) -> str:
        return self.finding.state if self.finding else ""

    @property
    def state_label(self) -> str:
        if self.finding is None:
            return _("Not looked at yet")
        return str(IndicatorState(self.finding.state).label)

    @property
    def version(self) -> int:
        return self.finding.version if self.finding else 0

    @property
    def element(self) -> Promise:
        return ELEMENT_LABELS[self.indicator.element]


@dataclass(frozen=True, slots=True)
class Group:
    """Indicators that belong together, as a section that can be folded."""

    choice: Choice
    rows: tuple[Row, ...]
    size: int  # indicators of the catalogue, shown here or not

    @property
    def recorded(self) -> int:
        return sum(1 for row in self.rows if row.finding)

    @property
    def shown(self) -> int:
        return sum(1 for row in self.rows if row.state == IndicatorState.SHOWN)

    @property
    def suggested(self) -> bool:
        return any(row.suggested for row in self.rows)

    @property
    def mixed(self) -> bool:
        """Whether its indicators belong to different elements, so that each must say to which."""
        return len({row.indicator.element for row in self.rows}) > 1


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the workbench of one screening."""

    screening: Screening
    episodes: tuple[Episode, ...]
    items: tuple[EvidenceItem, ...]
    findings: Mapping[tuple[UUID, str], IndicatorFinding]
    links: Mapping[UUID, tuple[EvidenceItem, ...]]
    pairs: tuple[Pair, ...]
    words: InWords

    @property
    def profile(self) -> Profile:
        return self.screening.case.profile

    def episode_at(self, position: str) -> Episode | None:
        """The episode of this position; the first where the text names none."""
        for episode in self.episodes:
            if str(episode.position) == position:
                return episode
        return self.episodes[0] if self.episodes else None

    def item(self, evidence_id: str) -> EvidenceItem | None:
        return next((item for item in self.items if str(item.id) == evidence_id), None)

    def words_of(self, episode: Episode) -> EpisodeInWords:
        return next(words for words in self.words.episodes if words.episode.pk == episode.pk)

    def row(
        self, episode: Episode, indicator: Indicator, suggested: frozenset[str] | None = None
    ) -> Row:
        """`suggested` is what `suggested()` says of the episode, where the caller has asked."""
        finding = self.findings.get((episode.pk, indicator.code))
        linked = self.links.get(finding.pk, ()) if finding else ()
        if suggested is None:
            suggested = self.suggested(episode)
        return Row(indicator, finding, linked, indicator.code in suggested)

    def resting_on(self, episode: Episode) -> dict[str, tuple[EvidenceItem, ...]]:
        """For each element, the items on which its shown indicators rest in this episode."""
        found: dict[str, dict[UUID, EvidenceItem]] = {}
        for (where, code), finding in self.findings.items():
            if where == episode.pk and finding.state == IndicatorState.SHOWN:
                element = found.setdefault(self.profile.indicator(code).element, {})
                element.update((item.id, item) for item in self.links.get(finding.pk, ()))
        return {
            element: tuple(sorted(items.values(), key=lambda item: item.number))
            for element, items in found.items()
        }

    def disagreeing(self) -> dict[UUID, tuple[Pair, ...]]:
        """For each item, the pairs in which it disagrees with another."""
        found: dict[UUID, tuple[Pair, ...]] = {}
        for pair in self.pairs:
            for item in (pair.first, pair.second):
                found[item.id] = (*found.get(item.id, ()), pair)
        return found

    def suggested(self, episode: Episode) -> frozenset[str]:
        """The purposes that the kinds of exploitation in the referral suggest."""
        kinds = self.profile.referral.exploitation_types
        return frozenset(p for kind in kinds if kind.code in episode.types for p in kind.purposes)

    def groups(self, episode: Episode, *, only_recorded: bool = False) -> list[Group]:
        """The catalogue in its groups, with what is found in this episode."""
        by_group: dict[str, list[Row]] = {}
        suggested = self.suggested(episode)
        for indicator in self.profile.screening.indicators:
            row = self.row(episode, indicator, suggested)
            by_group.setdefault(indicator.group, []).append(row)
        groups = []
        for choice in self.profile.screening.groups:
            every = by_group.get(choice.code, [])
            if rows := tuple(row for row in every if row.finding or not only_recorded):
                groups.append(Group(choice, rows, len(every)))
        return groups


def board(screening: Screening) -> Board:
    """Everything on the workbench, in six queries, however much there is: episodes, evidence,
    findings, links, contradictions, and the key that opens them (only where there is a text)."""
    case = screening.case
    episodes = _episodes_of(screening)
    rows = list(screening.evidences.select_related("recorded_by", "changed_by", "document"))
    findings = list(screening.indicatorfindings.select_related("recorded_by"))
    linked = list(
        IndicatorFinding.evidence.through.objects.filter(
            indicatorfinding__screening=screening
        ).values_list("indicatorfinding_id", "evidence_id")
    )
    pairs = list(screening.contradictions.select_related("recorded_by", "changed_by"))
    opener = Opener(case.person_id) if rows else None  # no contradiction without evidence
    items = open_items(opener, rows, findings, linked)
    by_id = {item.id: item for item in items}
    return Board(
        screening=screening,
        episodes=episodes,
        items=items,
        findings={(row.episode_id, row.code): row for row in findings},
        links={
            finding.pk: tuple(
                sorted(
                    (by_id[evidence] for pk, evidence in linked if pk == finding.pk),
                    key=lambda item: item.number,
                )
            )
            for finding in findings
        },
        pairs=tuple(
            Pair(
                pair,
                by_id[pair.first_id],
                by_id[pair.second_id],
                explanation_of(pair, opener) if opener else "",
            )
            for pair in pairs
        ),
        words=in_words(_weighing(screening, episodes, findings), episodes, case.profile),
    )


def _episodes_of(screening: Screening) -> tuple[Episode, ...]:
    """The episodes of the case; for a completed screening only those that it weighed."""
    episodes = Episode.objects.filter(case_id=screening.case_id)
    if screening.state == ScreeningState.OPEN:
        return tuple(episodes)
    weighed = {kept["name"] for kept in screening.weighing["episodes"]}
    return tuple(episode for episode in episodes if str(episode.position) in weighed)


def _weighing(
    screening: Screening, episodes: Sequence[Episode], findings: Sequence[IndicatorFinding]
) -> rules.Weighing:
    """Live while the screening is open; afterwards what was fixed when it was completed."""
    if screening.state == ScreeningState.OPEN:
        return weigh_rows(screening.case, episodes, findings)
    return stored_weighing(screening.weighing)


def open_item(evidence: Evidence) -> EvidenceItem:
    """One item by itself, opened; what it bears on is left out."""
    (item,) = open_items(Opener(evidence.screening.case.person_id), [evidence])
    return item


def open_items(
    opener: Opener | None,
    rows: Sequence[Evidence],
    findings: Iterable[IndicatorFinding] = (),
    linked: Iterable[tuple[UUID, UUID]] = (),
) -> tuple[EvidenceItem, ...]:
    """Opens the texts of evidence. `opener` is None only where there is no evidence."""
    if opener is None:
        return ()
    where = {finding.pk: (finding.episode_id, finding.code) for finding in findings}
    bears_on: dict[UUID, list[tuple[UUID, str]]] = {}
    for finding_id, evidence_id in linked:
        bears_on.setdefault(evidence_id, []).append(where[finding_id])
    return tuple(
        EvidenceItem(
            row,
            opened(row, "text", opener),
            opened(row, "reliability", opener),
            tuple(sorted(bears_on.get(row.pk, ()), key=str)),
        )
        for row in rows
    )


def opened(row: Evidence | EarlierEvidence, column: str, opener: Opener) -> str:
    """One text of an item of evidence; empty where there is none."""
    sealed = getattr(row, column)
    if sealed is None:
        return ""
    return opener.text(sealed, table=row._meta.db_table, column=column, row=row.pk)


def explanation_of(pair: Contradiction, opener: Opener) -> str:
    if pair.explanation is None:
        return ""
    return opener.text(
        pair.explanation, table="screening_contradiction", column="explanation", row=pair.pk
    )


def open_explanation(pair: Contradiction) -> str:
    """The explanation of one contradiction by itself."""
    if pair.explanation is None:
        return ""
    return explanation_of(pair, Opener(pair.screening.case.person_id))


def reasons_of(screening: Screening) -> str:
    """Why the screener sees it differently; empty where they do not."""
    if screening.differs is None:
        return ""
    opener = Opener(screening.case.person_id)
    return opener.text(
        screening.differs, table="screening_screening", column="differs", row=screening.pk
    )


def earlier_wordings(case: Case, evidence: Evidence) -> Iterator[dict[str, Any]]:
    """What an item said before each correction, the newest first."""
    rows = list(evidence.earlier.select_related("recorded_by"))
    opener = Opener(case.person_id) if rows else None
    for row in rows:
        if opener:
            yield {
                "row": row,
                "text": opened(row, "text", opener),
                "reliability": opened(row, "reliability", opener),
            }


def documents_of(case: Case) -> list[Document]:
    """The documents of a case that an item of evidence can name. One query."""
    return list(case.documents.filter(withdrawn_at=None, seen_by=SeenBy.CASE))


# The panel of the case page -----------------------------------------------------------------------
def panel(case: Case, user: Any) -> dict[str, Any]:
    """What the evidence shows: the current findings of the case and, while a screening is open,
    that it is. Two queries, four while a screening is open and none was completed."""
    current = case.findings_now
    newest = list(case.screenings.defer("differs"))
    running = next((one for one in newest if one.state == ScreeningState.OPEN), None)
    done = next((one for one in newest if current and one.pk == current.source_id), None)
    elements = []
    child = case.treated_as_child
    if current:
        states = (current.act, current.means, current.purpose)
        leading = stored_weighing(done.weighing) if done and done.weighing else None
        if leading and leading.best is not None:
            child = leading.episodes[leading.best].child_rule
        elements = _for_panel(states, child)
    elif running:
        episodes = list(Episode.objects.filter(case_id=case.pk))
        weighing = weigh_rows(case, episodes, running.indicatorfindings.all())
        if weighing.best is not None:
            child = weighing.episodes[weighing.best].child_rule
        elements = _for_panel((weighing.act, weighing.means, weighing.purpose), child)
    pathways = {pathway.code: pathway.label for pathway in case.profile.screening.pathways}
    return {
        "case": case,
        "current": current,
        "running": running,
        "screening": done,
        "elements": elements,
        "result_label": RESULT_LABELS.get(current.result) if current else None,
        "pathway": pathways.get(current.pathway) if current else None,
        "differs": bool(done and done.agrees is False),
    }


def _for_panel(states: Sequence[str], child: bool) -> list[dict[str, Any]]:
    return [
        {
            "label": ELEMENT_LABELS[code],
            "state": state,
            "state_label": STATE_LABELS.get(state, state),
            "needed": not (child and code == "means"),
        }
        for code, state in zip(rules.ELEMENTS, states, strict=True)
    ]
