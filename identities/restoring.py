"""What has to be done to a restored database before it serves: whoever was erased since the backup
is erased again, what else rooms keep outside is put back, and the audit trail goes on where the
restore left it."""

from dataclasses import dataclass

from identities.as_keys import Faulty, keys_connection, write_event
from identities.erasing import noted
from nrm import restored
from nrm.audit.chain import Restored, go_on_after_restore


@dataclass(frozen=True, slots=True)
class Done:
    """How many people were erased again, how many of what else was put back, and what the trail
    needed."""

    erased: int
    put_back: dict[str, int]
    trail: Restored

    @property
    def nothing(self) -> bool:
        return not (
            self.erased or any(self.put_back.values()) or self.trail.shifted or self.trail.lost
        )


def after_restore() -> Done:
    """Applies what was kept outside and lets the trail go on. Running it twice changes nothing
    more. Raises Faulty without the connections that it needs."""
    try:
        people = noted()
    except (OSError, ValueError) as fault:
        raise Faulty(str(fault)) from fault
    with keys_connection() as opened:
        # First, since it reads a file: where it cannot, nothing has been done that nobody is told.
        try:
            back_again = restored.put_back("owner")
        except (OSError, ValueError) as fault:
            raise Faulty(str(fault)) from fault
        trail = go_on_after_restore("owner")
        rows = opened.execute(
            "SELECT p.id FROM identities_person p WHERE p.id = ANY(%(all)s)"
            " AND (p.erased_at IS NULL OR p.id IN (SELECT keys.have_keys(%(all)s)))",
            {"all": list(people)},
        )
        back = [pk for (pk,) in rows]
        for person in back:
            with opened.transaction():
                # One that a hold was set on in the backup was let go before they were erased.
                opened.execute(
                    "UPDATE identities_legalhold SET lifted_at = %s, lifted_for = 'ended'"
                    " WHERE person_id = %s AND lifted_at IS NULL",
                    [people[person], person],
                )
                opened.execute("DELETE FROM keys.person_key WHERE person_id = %s", [person])
                opened.execute(
                    "UPDATE identities_person SET erased_at = %s WHERE id = %s",
                    [people[person], person],
                )
                opened.execute("SELECT identities_forget_tokens(%s)", [person])
                opened.execute("SELECT cases_forget_files(%s)", [person])
        done = Done(len(back), back_again, trail)
        if not done.nothing:
            write_event(
                opened,
                "database.restored",
                erased=done.erased,
                **done.put_back,
                shifted=trail.shifted,
                seal=trail.seal,
                lost=trail.lost,
            )
    return done
