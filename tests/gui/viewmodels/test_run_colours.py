"""A run keeps its colour; runs that are drawn together differ; runs of a group share a colour."""

from __future__ import annotations

from pathlib import Path

from gui.viewmodels.run_colours import COLOURS, KEPT, RunColours

A, B, C, D = (Path(name) for name in "abcd")


def colour(colours: RunColours, *paths: Path) -> list[int]:
    return [colours.look(path).colour for path in paths]


def test_a_run_keeps_its_colour_whatever_is_drawn_with_it() -> None:
    colours = RunColours()
    colours.draw([A, B])
    first = colour(colours, A, B)
    assert len(set(first)) == 2
    for drawn in ([B], [B, C], [C, B, A], [], [A], [B, A]):
        colours.draw(drawn)
        assert colour(colours, A, B) == first
    assert colours.look(C).colour not in first


def test_runs_drawn_together_differ_as_long_as_there_are_colours() -> None:
    colours = RunColours()
    many = [Path(str(number)) for number in range(5 * COLOURS)]
    for start in range(0, len(many), 3):  # a run may have the colour of one that was drawn long ago
        drawn = [*many[start : start + 3], *many[:2]]
        colours.draw(drawn)
        assert len(set(colour(colours, *drawn))) == len(set(drawn))
    colours.draw(many[: COLOURS + 4])
    looks = [colours.look(path) for path in many[: COLOURS + 4]]
    assert {look.colour for look in looks} == set(range(COLOURS))
    assert len({(look.colour, look.mark % 4) for look in looks}) == len(looks), (
        "their marks differ where colours do not"
    )


def test_a_run_that_comes_back_leaves_its_colour_to_one_that_is_drawn() -> None:
    colours = RunColours()
    many = [Path(str(number)) for number in range(COLOURS + 1)]
    for path in many:
        colours.draw([path])
    before = colour(colours, many[-1])
    assert before == colour(colours, many[0])
    colours.draw([many[-1], many[0]])
    assert colour(colours, many[-1]) == before
    assert colour(colours, many[0]) != before


def test_a_run_alone_has_no_colour_of_its_own() -> None:
    colours = RunColours()
    colours.draw([A])
    assert not colours.is_drawn(A)
    colours.draw([A, B])
    assert [colours.is_drawn(path) for path in (A, B, C)] == [True, True, False]
    assert colours.look(C).colour not in colour(colours, A, B), "one that is compared, not drawn"


def test_runs_of_a_group_share_a_colour() -> None:
    colours = RunColours()
    groups = {A: "lr 0.1", B: "lr 0.1", C: "lr 0.01", D: ""}
    colours.draw([A, B, C, D])
    own = colour(colours, A, B, C, D)
    colours.group_of = lambda path: groups[path]
    colours.draw_again()
    one, other, third, rest = (colours.look(path) for path in (A, B, C, D))
    assert (one.colour, one.group) == (other.colour, other.group)
    assert one.mark != other.mark
    assert len({one.colour, third.colour, rest.colour}) == 3
    colours.draw([C, D])
    assert colours.look(C).colour == third.colour
    colours.draw([A, B])  # a colour that all have would tell nothing
    assert colour(colours, A, B) == own[:2]
    assert not colours.look(A).group
    colours.group_of = lambda path: ""
    colours.draw([A, B, C, D])
    assert colour(colours, A, B, C, D) == own


def test_a_run_has_its_colour_in_the_next_session() -> None:
    first = RunColours()
    first.draw([A, B, C])
    second = RunColours()
    second.recall(first.kept())
    second.draw([D])
    second.draw([C, B, D])
    assert colour(second, A, B, C) == colour(first, A, B, C)
    assert colour(second, D)[0] not in colour(first, A, B, C)


def test_colours_are_kept_of_the_runs_that_were_drawn_last() -> None:
    colours, many = RunColours(), [Path(str(number)) for number in range(KEPT + 5)]
    for path in [*many, many[0]]:
        colours.draw([path])
    kept = colours.kept()
    assert list(kept) == [*many[6:], many[0]]
    assert list(kept.values()) == colour(colours, *kept)


def test_what_is_no_colour_is_not_recalled() -> None:
    colours = RunColours()
    colours.recall({A: COLOURS, B: -1, C: 3})
    colours.draw([A, B, C])
    assert colour(colours, C) == [3]
    assert len({*colour(colours, A, B), 3}) == 3
    assert set(colour(colours, A, B)) <= set(range(COLOURS))
