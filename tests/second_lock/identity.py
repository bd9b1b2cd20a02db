"""Identities and kept texts, asked past the application: who reads a fact, and who writes one."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.db import connections, transaction

from cases.models import Case
from identities import vault
from nrm.context import acting_as
from tests import rows
from tests.second_lock.asking import PASSED, _try, told
from tests.second_lock.expected import Who
from tests.watching import WATCHER

_DISCLOSE = (
    "INSERT INTO identities_disclosure (id, person_id, case_id, actor_id, purpose, xact, at)"
    " VALUES (%s, %s, %s, %s, %s, 0, now())"
)
_FACTS = "SELECT person_id::text FROM identities_fact"
_WRITE = (
    "INSERT INTO identities_fact (id, person_id, kind, value, recorded_at)"
    " VALUES (%s, %s, 'name', 'x', now())"
)
_CHANGE = "UPDATE identities_fact SET superseded_at = now()"
_TOKENS = "SELECT person_id::text FROM identities_token"
_KEEP_TOKEN = (
    "INSERT INTO identities_token (person_id, kind, key, token) VALUES (%s, 'document', 1, 'x')"
)
_FORGET_TOKENS = "DELETE FROM identities_token"
_LIKEN = (
    "INSERT INTO identities_likeness (person_id, other_id, kinds, found_at)"
    " VALUES (%s, %s, '[]', now())"
)
_SEARCH = (
    "INSERT INTO identities_search (id, actor_id, purpose, kinds, tokens, xact, at)"
    " VALUES (%s, %s, 'find', '[]', %s, 0, now())"
)


class Identities:
    """What is asked about two persons whose cases `who` works on, with facts on record, and one of
    a stranger's."""

    def __init__(self, who: Any, colleague: Any, first: Case, second: Case) -> None:
        self.who, self.colleague = Who("who", who), Who("colleague", colleague)
        self.first, self.second = first, second
        with connections[WATCHER].cursor() as cursor:
            cursor.execute(_FACTS)
            persons = [pk for (pk,) in cursor.fetchall()]
        self.facts = {case.pk: persons.count(str(case.person_id)) for case in (first, second)}
        assert all(self.facts.values()), "both persons have facts"

    def _disclose(self, cursor: Any, case: Case, purpose: str = "contact") -> None:
        cursor.execute(_DISCLOSE, [uuid4(), case.person_id, case.pk, self.who.pk, purpose])

    def _seen(self, cursor: Any) -> list[str]:
        cursor.execute(_FACTS)
        return [pk for (pk,) in cursor.fetchall()]

    def faults(self) -> Iterator[str]:
        """What is wrong, in sentences. What has to be committed on the way is taken away again."""
        with connections[WATCHER].cursor() as cursor:
            cursor.execute("SELECT id FROM identities_disclosure UNION SELECT id FROM"
                           " identities_search")  # fmt: skip
            before = [pk for (pk,) in cursor.fetchall()]
        try:
            yield from self._faults()
        finally:
            for table in ("identities_disclosure", "identities_search"):
                rows.delete_others(table, before)

    def _faults(self) -> Iterator[str]:
        first, second = self.first, self.second
        with told(self.who, case=str(first.pk)) as cursor:
            if self._seen(cursor):
                yield "facts are read without a disclosure"
            if _try(cursor, _WRITE, [uuid4(), first.person_id])[0] == PASSED:
                yield "a fact is written without a disclosure"
            self._disclose(cursor, first)
            seen = self._seen(cursor)
            if seen != [str(first.person_id)] * self.facts[first.pk]:
                yield "a disclosure opens the facts of its person, all of them and no others"
            if _try(cursor, _WRITE, [uuid4(), first.person_id])[0] == PASSED:
                yield "a fact is written for a purpose that only shows"
            if _try(cursor, _CHANGE)[1]:
                yield "a fact is changed for a purpose that only shows"
            yield from self._nothing_of_tokens(cursor, "a disclosure that only shows")
            cursor.execute("SELECT set_config('nrm.actor', %s, true)", [self.colleague.pk])
            if self._seen(cursor):
                yield "a disclosure of one person opens facts to another"
            cursor.execute("SELECT set_config('nrm.actor', %s, true)", [self.who.pk])
            cursor.execute("SELECT set_config('nrm.case', %s, true)", [str(second.pk)])
            if self._seen(cursor):
                yield "a disclosure for one case opens facts for another"
        # A disclosure that was committed opens nothing later.
        with acting_as(self.who.user, case_id=first.pk), connections["default"].cursor() as cursor:
            self._disclose(cursor, first)
        with told(self.who, case=str(first.pk)) as cursor:
            if self._seen(cursor):
                yield "an earlier disclosure opens facts"
        with told(self.who, case=str(first.pk)) as cursor:
            self._disclose(cursor, first, "")
            if self._seen(cursor):
                yield "a disclosure without a purpose opens facts"
        yield from self._recording()
        yield from self._of_another_transaction()
        yield from self._searching()

    def _recording(self) -> Iterator[str]:
        first, second = self.first, self.second
        with told(self.who, case=str(first.pk)) as cursor:
            self._disclose(cursor, first, vault.RECORDING)
            if _try(cursor, _WRITE, [uuid4(), first.person_id])[0] != PASSED:
                yield "a fact is not written for recording"
            if _try(cursor, _WRITE, [uuid4(), second.person_id])[0] == PASSED:
                yield "a fact of another person is written"
            yield from self._tokens_while_recording(cursor)
            if _try(cursor, _CHANGE)[1] != self.facts[first.pk]:
                yield "facts are not changed for recording, or others are"
            moved = "UPDATE identities_fact SET person_id = %s"
            came, count = _try(cursor, moved, [second.person_id])
            if came == PASSED and count:
                yield "a fact becomes another person's"
            cursor.execute("SELECT set_config('nrm.case', %s, true)", [str(second.pk)])
            if _try(cursor, _WRITE, [uuid4(), first.person_id])[0] == PASSED:
                yield "recording for one case writes for another"
            if _try(cursor, _CHANGE)[1]:
                yield "recording for one case changes for another"
            cursor.execute("SELECT set_config('nrm.case', %s, true)", [str(first.pk)])
            cursor.execute("SELECT set_config('nrm.actor', %s, true)", [self.colleague.pk])
            yield from self._nothing_of_tokens(cursor, "one person's recording, for another,")
            if _try(cursor, _WRITE, [uuid4(), first.person_id])[0] == PASSED:
                yield "one person's recording writes for another"
            if _try(cursor, _CHANGE)[1]:
                yield "one person's recording changes for another"
        with acting_as(self.who.user, case_id=first.pk), connections["default"].cursor() as cursor:
            self._disclose(cursor, first, vault.RECORDING)
        with told(self.who, case=str(first.pk)) as cursor:
            if _try(cursor, _WRITE, [uuid4(), first.person_id])[0] == PASSED:
                yield "an earlier recording writes"
            yield from self._nothing_of_tokens(cursor, "an earlier recording")

    def _of_another_transaction(self) -> Iterator[str]:
        """Numbers of transactions come again after a restore, and two transactions may begin in the
        same moment: a row that agrees in one of the two opens nothing."""
        for number, moment in ((1, "interval '0'"), (0, "interval '1 second'")):
            with told(self.who, case=str(self.first.pk)) as cursor:
                cursor.execute("SELECT pg_current_xact_id()::text::bigint, transaction_timestamp()")
                xact, at = cursor.fetchone()
                row = [uuid4(), self.first.person_id, self.first.pk, self.who.pk]
                with transaction.atomic("owner"), connections["owner"].cursor() as owner:
                    owner.execute("ALTER TABLE identities_disclosure DISABLE TRIGGER USER")
                    owner.execute(
                        "INSERT INTO identities_disclosure"
                        " (id, person_id, case_id, actor_id, purpose, xact, at)"
                        f" VALUES (%s, %s, %s, %s, 'recording', %s, %s - {moment})",
                        [*row, xact + number, at],
                    )
                    owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    owner.execute("ALTER TABLE identities_disclosure ENABLE TRIGGER USER")
                if self._seen(cursor):
                    yield "a disclosure of another transaction opens facts"
                if _try(cursor, _WRITE, [uuid4(), self.first.person_id])[0] == PASSED:
                    yield "a recording of another transaction writes"
                if _try(cursor, _CHANGE)[1]:
                    yield "a recording of another transaction changes"
                yield from self._nothing_of_tokens(cursor, "a recording of another transaction")

    # Tokens, searches and likenesses --------------------------------------------------------------
    def _nothing_of_tokens(self, cursor: Any, what: str) -> Iterator[str]:
        cursor.execute(_TOKENS)
        if cursor.fetchall():
            yield f"{what} reads tokens"
        if _try(cursor, _FORGET_TOKENS)[1]:
            yield f"{what} deletes tokens"
        if _try(cursor, _KEEP_TOKEN, [self.first.person_id])[0] == PASSED:
            yield f"{what} keeps a token"
        if _try(cursor, _LIKEN, [self.first.person_id, uuid4()])[0] == PASSED:
            yield f"{what} likens two people"

    def _tokens_while_recording(self, cursor: Any) -> Iterator[str]:
        mine, other = self.first.person_id, self.second.person_id
        with connections[WATCHER].cursor() as watcher:
            watcher.execute(_TOKENS)
            tokens = [pk for (pk,) in watcher.fetchall()]
        cursor.execute(_TOKENS)
        if [pk for (pk,) in cursor.fetchall()] != [str(mine)] * tokens.count(str(mine)):
            yield "recording reads the tokens of its person, all of them and no others"
        if _try(cursor, _FORGET_TOKENS)[1] != tokens.count(str(mine)):
            yield "recording deletes the tokens of its person, all of them and no others"
        for text, values, said in (
            (_KEEP_TOKEN, [], "keeps tokens"),
            (_LIKEN, [uuid4()], "likens its person to another"),
        ):
            if _try(cursor, text, [mine, *values])[0] != PASSED:
                yield f"recording {said}"
            if _try(cursor, text, [other, *values])[0] == PASSED:
                yield f"recording {said}, and those of another person"

    def _searching(self) -> Iterator[str]:
        """A token opens to the transaction that has written a search for it, and to no other."""
        with connections[WATCHER].cursor() as watcher:
            watcher.execute(
                "SELECT token, count(*) FROM identities_token GROUP BY 1 ORDER BY 2 DESC, 1"
            )
            (wanted, many), *others = watcher.fetchall()
        assert others, "there are tokens that are not searched for"
        with told(self.who, case=str(self.first.pk)) as cursor:
            yield from self._nothing_of_tokens(cursor, "somebody who has not searched")
            cursor.execute(_SEARCH, [uuid4(), self.who.pk, [wanted]])
            cursor.execute(_TOKENS)
            if len(cursor.fetchall()) != many:
                yield "a search opens the tokens that it names, and no others"
            if _try(cursor, _FORGET_TOKENS)[1]:
                yield "a search deletes tokens"
        with transaction.atomic("owner"), connections["owner"].cursor() as owner:
            owner.execute(_FORGET_TOKENS)
            if owner.rowcount < many + len(others):
                yield "the owner does not forget the tokens of who was erased"
            transaction.set_rollback(True, using="owner")
        with told(self.who, case=str(self.first.pk)) as cursor:
            cursor.execute(_SEARCH, [uuid4(), self.who.pk, [wanted]])
            cursor.execute("SELECT count(*) FROM identities_search")
            mine = cursor.fetchone()[0]
            cursor.execute("SELECT set_config('nrm.actor', %s, true)", [self.colleague.pk])
            cursor.execute(_TOKENS)
            if cursor.fetchall():
                yield "a search of one person opens tokens to another"
            cursor.execute("SELECT count(*) FROM identities_search")
            if not mine or cursor.fetchone()[0]:
                yield "a search is read by another"
            cursor.execute("SELECT set_config('nrm.actor', '', true)")
            if _try(cursor, _SEARCH, [uuid4(), self.who.pk, [wanted]])[0] == PASSED:
                yield "nobody searches"
        with acting_as(self.who.user), connections["default"].cursor() as cursor:
            cursor.execute(_SEARCH, [uuid4(), self.who.pk, [wanted]])
        with told(self.who) as cursor:
            cursor.execute(_TOKENS)
            if cursor.fetchall():
                yield "an earlier search opens tokens"
        for number, moment in ((1, "interval '0'"), (0, "interval '1 second'")):
            with told(self.who) as cursor:
                cursor.execute("SELECT pg_current_xact_id()::text::bigint, transaction_timestamp()")
                xact, at = cursor.fetchone()
                with transaction.atomic("owner"), connections["owner"].cursor() as owner:
                    owner.execute("ALTER TABLE identities_search DISABLE TRIGGER USER")
                    owner.execute("ALTER TABLE identities_search NO FORCE ROW LEVEL SECURITY")
                    owner.execute(
                        "INSERT INTO identities_search"
                        " (id, actor_id, purpose, kinds, tokens, xact, at)"
                        f" VALUES (%s, %s, 'find', '[]', %s, %s, %s - {moment})",
                        [uuid4(), self.who.pk, [wanted], xact + number, at],
                    )
                    owner.execute("ALTER TABLE identities_search FORCE ROW LEVEL SECURITY")
                    owner.execute("ALTER TABLE identities_search ENABLE TRIGGER USER")
                cursor.execute(_TOKENS)
                if cursor.fetchall():
                    yield "a search of another transaction opens tokens"


def kept_faults(mine: Any, another: Any) -> Iterator[str]:
    """A kept text is its writer's alone, and is forgotten when its day is over."""
    keep = (
        "INSERT INTO identities_kepttext (id, user_id, content, kept_at, expires_at)"
        " VALUES (%s, %s, 'x', now(), now() + %s::interval)"
    )
    who, other = Who("mine", mine), Who("another", another)
    counted = "SELECT count(*) FROM identities_kepttext"
    with told(who) as cursor:
        if _try(cursor, keep, [uuid4(), other.pk, "1 day"])[0] == PASSED:
            yield "a text is kept for another"
        cursor.execute(counted)
        before = cursor.fetchone()[0]
        cursor.execute(keep, [uuid4(), who.pk, "1 day"])
        cursor.execute(keep, [uuid4(), who.pk, "-1 day"])
        cursor.execute(counted)
        if cursor.fetchone()[0] != before + 2:
            yield "a kept text is not its writer's to read"
        cursor.execute("SELECT set_config('nrm.actor', '', true)")
        cursor.execute("SELECT identities_forget_kept_texts()")
        cursor.execute("SELECT set_config('nrm.actor', %s, true)", [who.pk])
        cursor.execute(counted)
        if cursor.fetchone()[0] != before + 1:
            yield "what has expired is forgotten, and nothing else"
        cursor.execute("SELECT set_config('nrm.actor', %s, true)", [other.pk])
        cursor.execute("SELECT count(*) FROM identities_kepttext WHERE user_id <> %s", [other.pk])
        if cursor.fetchone()[0]:
            yield "a kept text is read by another"
        if _try(cursor, "DELETE FROM identities_kepttext WHERE user_id <> %s", [other.pk])[1]:
            yield "a kept text is thrown away by another"
