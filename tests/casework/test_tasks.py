from cases.actions.tasks_done import finish_task


def test_first_safety_check_done_meets_its_clock_and_another_task_does_not(palermo, at):
    case = palermo.case(age_status="child", at=at)
    clock = case.deadlines.get(term="initial_safety_check")
    finish_task(case.casetasks.get(code="guardian"), actor=palermo.intake, at=at)
    clock.refresh_from_db()
    assert clock.state == "open"
    finish_task(case.casetasks.get(code="safety_check"), actor=palermo.intake, at=at)
    clock.refresh_from_db()
    assert (clock.state, clock.settled_at) == ("met", at)
