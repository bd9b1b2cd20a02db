"""A short run of what `make lives` does for an hour."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.life.chance import same_in_every_life
from tests.life.machine import LifeOfACase
from tests.life.scene import lay_out


def test_whatever_people_do_to_a_case_what_must_hold_holds(world):
    LifeOfACase.scenes = (lay_out(world),)
    with same_in_every_life():
        run_state_machine_as_test(
            LifeOfACase,
            settings=settings(
                max_examples=8,
                stateful_step_count=25,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    # It was no idle run: cases went on, and much was refused.
    assert {"case.assigned", "consent.recorded", "decision.agreed"} <= LifeOfACase.done
    assert len(LifeOfACase.done) > 15
    assert len(LifeOfACase.refused) > 8
