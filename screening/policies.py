"""What the database itself lets through of a screening: as of everything that belongs to a case, to
whoever may screen it."""

from cases import rights
from cases.policies import of_case, of_parent, pairs
from nrm.policies import declare


def register() -> None:
    """Declares every table of the room."""
    screens = pairs(rights.SCREEN)
    declare(
        of_case("screening_screening", screens, screens),
        *(
            of_parent(
                f"screening_{part}",
                f"SELECT FROM screening_screening s WHERE s.id = screening_{part}.screening_id",
                deletes=part == "indicatorfinding",
            )
            for part in ("evidence", "indicatorfinding", "contradiction")
        ),
        of_parent(
            "screening_indicatorfinding_evidence",
            "SELECT FROM screening_indicatorfinding f"
            " WHERE f.id = screening_indicatorfinding_evidence.indicatorfinding_id",
            changes=False,
            deletes=True,
        ),
        of_parent(
            "screening_earlierevidence",
            "SELECT FROM screening_evidence e WHERE e.id = screening_earlierevidence.evidence_id",
        ),
    )
