"""What the database lets through for statistics. Auditors ask for releases under the law of their
own organisation, approve and read them, and see no case; a job builds what was asked for; a
snapshot is written by the freeze step and read by nrm_reporting, and by nobody who signs in. The
secret of an auditor's codes is theirs alone. What is unusual is read by auditors and, of the staff
of an authority, by its supervisors."""

from nrm.accounts.roles import Role
from nrm.policies import ACTOR, BY_SYSTEM, Table, declare, holds, of_team
from reporting.statistics.freezing import FUNCTION


def register() -> None:
    """Declares what the room asks of the database."""
    their_staff = (
        "EXISTS (SELECT FROM accounts_membership m JOIN accounts_rolegroup g"
        " ON g.group_id = m.group_id WHERE m.user_id = reporting_anomaly.actor_id"
        f" AND {of_team('g.organisation_id', Role.SUPERVISOR)} OFFSET 0)"
    )
    auditor = holds(Role.AUDITOR)
    # Of releases, those under the law of an organisation in which the actor is an auditor.
    auditor_there = (
        "EXISTS (SELECT FROM accounts_organisation o"
        f" WHERE o.profile = reporting_release.profile_code AND {of_team('o.id', Role.AUDITOR)})"
    )

    def of_release(table: str) -> str:
        """A row of a release that the auditor may read: its own policies say of which."""
        there = f"SELECT FROM reporting_release r WHERE r.id = {table}.release_id"
        return f"{auditor} AND EXISTS ({there})"

    own = f"reporting_codesecret.user_id = {ACTOR}"
    declare(
        Table(
            "reporting_codesecret",
            read={"own": own},
            insert={"own": f"{own} AND {auditor}"},
        ),
        Table(
            "reporting_anomaly",
            read={
                "auditor": auditor,
                "supervisor": their_staff,
                "system": BY_SYSTEM,
            },
            insert={"system": BY_SYSTEM},
            update={"auditor": auditor, "system": BY_SYSTEM},
        ),
        Table(
            "reporting_release",
            read={"auditor": auditor_there, "system": BY_SYSTEM},
            insert={"own": f"{auditor_there} AND asked_by_id = {ACTOR}"},
            update={"auditor": auditor_there, "system": BY_SYSTEM},
        ),
        Table(
            "reporting_spend",
            read={"auditor": of_release("reporting_spend"), "system": BY_SYSTEM},
            insert={"own": f"{of_release('reporting_spend')} AND by_id = {ACTOR}"},
        ),
        Table(
            "reporting_approval",
            read={"auditor": of_release("reporting_approval")},
            insert={"own": f"{of_release('reporting_approval')} AND by_id = {ACTOR}"},
        ),
        Table(
            "reporting_releasefile",
            read={"auditor": of_release("reporting_releasefile"), "system": BY_SYSTEM},
            insert={"system": BY_SYSTEM},
        ),
        functions=FUNCTION,
    )
