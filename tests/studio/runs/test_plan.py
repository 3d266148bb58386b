"""Which frames a run goes through."""

from studio.runs.plan import KeyFrame, plan_run

BOX = (10.0, 10.0, 20.0, 20.0)


def frames_of(plan, subject, step=1):
    return [
        (stretch.key.frame, list(stretch.frames))
        for sweep in plan.sweeps
        if sweep.step == step
        for stretch in sweep.stretches
        if stretch.key.subject == subject
    ]


def test_forward_a_subject_is_followed_from_each_key_frame_to_the_one_after_it():
    plan = plan_run([KeyFrame("a", 5, BOX), KeyFrame("a", 2, BOX)], "forward", 0, 7)

    assert frames_of(plan, "a") == [(2, [2, 3, 4]), (5, [5, 6, 7])]
    assert plan.total == 6


def test_backward_a_subject_is_followed_from_each_key_frame_to_the_one_before_it():
    plan = plan_run([KeyFrame("a", 5, BOX), KeyFrame("a", 2, BOX)], "backward", 0, 7)

    assert frames_of(plan, "a", -1) == [(2, [2, 1, 0]), (5, [5, 4, 3])]


def test_both_ways_covers_every_frame_once():
    plan = plan_run([KeyFrame("a", 5, BOX), KeyFrame("a", 2, BOX)], "both", 0, 7)

    covered = [frame for sweep in plan.sweeps for stretch in sweep.stretches for frame in stretch.frames]
    assert sorted(covered) == list(range(8))


def test_key_frames_outside_the_range_start_nothing():
    plan = plan_run([KeyFrame("a", 1, BOX), KeyFrame("b", 6, BOX)], "forward", 3, 7)

    assert frames_of(plan, "a") == []
    assert frames_of(plan, "b") == [(6, [6, 7])]


def test_gaps_that_nobody_needs_are_not_decoded():
    plan = plan_run([KeyFrame("a", 1, BOX), KeyFrame("b", 6, BOX)], "backward", 0, 9)

    assert plan.sweeps[0].segments == [range(6, -1, -1)]

    apart = plan_run([KeyFrame("a", 8, BOX), KeyFrame("a", 6, BOX), KeyFrame("b", 2, BOX)], "backward", 0, 9)

    assert apart.sweeps[0].segments == [range(8, -1, -1)]


def test_a_backward_half_needs_its_key_frames_picture_too():
    plan = plan_run([KeyFrame("a", 5, BOX)], "both", 0, 7)

    backward = plan.sweeps[1]
    assert list(backward.stretches[0].frames) == [4, 3, 2, 1, 0]
    assert backward.segments == [range(5, -1, -1)]


def test_a_run_without_key_frames_has_nothing_to_do():
    assert plan_run([], "both", 0, 7).total == 0


def test_between_key_frames_both_ways_are_gone_and_nothing_outside_them():
    plan = plan_run([KeyFrame("a", 2, BOX), KeyFrame("a", 6, BOX), KeyFrame("b", 1, BOX)], "between", 0, 9)

    there, back = plan.sweeps
    assert [list(stretch.frames) for stretch in there.stretches] == [[2, 3, 4, 5], [6]]
    assert [(stretch.key.frame, list(stretch.frames)) for stretch in back.stretches] == [(6, [5, 4, 3])]
    assert (there.drafts, back.drafts) == (False, True)
    assert plan.total == 8


def test_between_needs_two_key_frames_of_one_object():
    assert plan_run([KeyFrame("a", 2, BOX), KeyFrame("b", 6, BOX)], "between", 0, 9).total == 0


def test_a_mask_that_a_person_drew_is_a_key_frame_that_makes_no_mask_of_its_own():
    drawn = KeyFrame("a", 4, BOX, kept=True)

    assert frames_of(plan_run([drawn], "forward", 0, 6), "a") == [(4, [5, 6])]
    assert frames_of(plan_run([drawn], "backward", 0, 6), "a", -1) == [(4, [3, 2, 1, 0])]
    assert plan_run([drawn], "forward", 0, 6).sweeps[0].segments == [range(4, 7)]
    assert plan_run([drawn], "forward", 0, 4).total == 0


def test_a_sweep_knows_who_still_begins_and_how_much_is_left():
    (sweep,) = plan_run([KeyFrame("a", 2, BOX), KeyFrame("b", 5, BOX)], "forward", 0, 7).sweeps

    assert sweep.begins_from(5) and not sweep.begins_from(6)
    assert (sweep.left_of("a", 2), sweep.left_of("b", 7)) == (5, 0)
