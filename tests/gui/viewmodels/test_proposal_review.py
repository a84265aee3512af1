"""The review of proposals: decisions about many at once, and the way back from each."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.viewmodels.proposal_review import KINDS, STATES, ProposalReview, ProposedImage, ReviewFilter
from trainer.store.edits_file import LabelEdit

CLASSES = ("cat", "dog", "fox")
IMAGES = 7


def proposals() -> list[ProposedImage]:
    """Two of them about the same image."""
    made = [
        ProposedImage(
            kind=KINDS[number % 4],
            path=f"{number % IMAGES}.png",
            label=CLASSES[number % 3],
            digest=f"sha256:{number % IMAGES}",
            suggested=CLASSES[(number + 1) % 3] if number % 4 < 2 else "",
            action="relabel" if number % 4 < 2 else "leave_out",
            score=number / 10,
        )
        for number in range(IMAGES + 1)
    ]
    return made[::2] + made[1::2]


def review(edits: Sequence[LabelEdit] = ()) -> ProposalReview:
    return ProposalReview(proposals(), CLASSES, edits, now=lambda: "2026-01-02T03:04:05+00:00")


PLACES = st.lists(st.integers(0, IMAGES), min_size=1, unique=True)
COMMANDS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["accept", "leave_out", "fine", "clear"]), PLACES),
        st.tuples(st.sampled_from(CLASSES), PLACES),
        st.tuples(st.sampled_from(["undo", "redo"]), st.just([])),
    ),
    max_size=30,
)


def do(review: ProposalReview, command: str, places: list[int]) -> bool:
    match command:
        case "accept":
            return review.accept(places)
        case "clear":
            return review.clear(places)
        case "leave_out":
            return review.decide(places, "leave_out")
        case "fine":
            return review.decide(places, "fine")
        case "undo":
            return bool(review.undo())
        case "redo":
            return bool(review.redo())
    return review.decide(places, "relabel", command)


@settings(max_examples=60, deadline=None)
@given(COMMANDS)
def test_undo_leads_back_step_by_step_and_redo_forward_again(commands: list[tuple[str, list[int]]]) -> None:
    elsewhere = LabelEdit("elsewhere.png", "", "leave_out")
    one = review([elsewhere])
    states = [dict(one.decisions)]
    for command, places in commands:
        if command not in ("undo", "redo") and do(one, command, places):
            states.append(dict(one.decisions))
    for state in reversed(states[:-1]):
        assert one.undo()
        assert one.decisions == state
    assert not one.can_undo
    assert one.undo() == ()
    for state in states[1:]:
        assert one.redo()
        assert one.decisions == state
    assert not one.can_redo
    assert one.decisions["elsewhere.png"] == elsewhere, "what is not proposed is left alone"


@settings(max_examples=60, deadline=None)
@given(COMMANDS)
def test_counts_and_lists_fit_the_decisions_after_any_commands(commands: list[tuple[str, list[int]]]) -> None:
    one = review()
    for command, places in commands:
        do(one, command, places)
    counts = one.counts()
    assert counts.decided + counts.undecided == len(one.proposals)
    assert counts.relabel + counts.leave_out + counts.fine == len(one.decisions)
    assert set(one.decisions) <= {proposal.path for proposal in one.proposals}
    for edit in one.decisions.values():
        labels = {proposal.label for proposal in one.proposals if proposal.path == edit.path}
        assert (edit.action == "relabel") == bool(edit.label)
        assert edit.action != "relabel" or edit.label in CLASSES
        assert edit.digest.endswith(edit.path.removesuffix(".png"))
        assert edit.label not in labels or len(labels) > 1
    both = [place for state in STATES[1:] for place in shown(one, ReviewFilter(state=state))]
    assert sorted(both) == list(range(len(one.proposals)))


def shown(one: ProposalReview, wanted: ReviewFilter) -> tuple[int, ...]:
    one.show(wanted)
    return one.visible


def test_the_highest_score_comes_first() -> None:
    scores = [proposal.score for proposal in review().proposals]
    assert scores == sorted(scores, reverse=True)


def test_what_is_proposed_is_done_with_each_of_many() -> None:
    one = review()
    one.accept(range(len(one.proposals)))
    for proposal in one.proposals[1:]:  # the first is about the same image as the last
        edit = one.decisions[proposal.path]
        assert edit.action == proposal.action
        assert edit.label == proposal.suggested
    assert len(one.undo()) == len(one.proposals), "one step"
    assert one.decisions == {}


def test_the_label_it_has_means_that_it_is_fine() -> None:
    one = review()
    label = one.proposals[0].label
    one.decide([0], "relabel", label)
    edit = one.decision(0)
    assert edit is not None
    assert (edit.action, edit.label) == ("fine", "")


def test_the_same_decision_again_changes_nothing() -> None:
    one = review()
    assert one.decide([1, 2], "fine")
    assert not one.decide([1], "fine")
    assert not one.clear([4])
    assert not one.decide([], "fine")
    one.undo()
    assert not one.can_undo, "what changed nothing is no step"


def test_a_class_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="wolf"):
        review().decide([0], "relabel", "wolf")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("label", ["", *CLASSES])
def test_only_what_passes_the_filter_is_shown(kind: str, label: str) -> None:
    one = review()
    places = shown(one, ReviewFilter(kind, label))  # type: ignore[arg-type]
    for place, proposal in enumerate(one.proposals):
        passes = proposal.kind == kind and label in ("", proposal.label, proposal.suggested)
        assert (place in places) == passes


def test_the_next_one_without_a_decision_is_found_round_the_end() -> None:
    one = review()
    assert one.next_undecided(-1) == 0
    one.decide([0, 3], "fine")
    assert one.next_undecided(2) == 4
    assert one.next_undecided(len(one.proposals) - 1) == 1
    one.decide(range(len(one.proposals)), "fine")
    assert one.next_undecided(0) is None


def test_what_the_file_says_meanwhile_is_taken() -> None:
    one = review()
    one.decide([0], "fine")
    one.take({"other.png": LabelEdit("other.png", "", "leave_out")})
    assert one.decision(0) is None
    assert one.counts().elsewhere == 1
    assert one.can_undo
