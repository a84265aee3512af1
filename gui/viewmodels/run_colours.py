"""The colours of runs that are drawn together: the same in charts, in the list of runs and in comparisons. No Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

COLOURS = 8
"""Number of colours; the palettes of runs in `trainer.plotting.palette` have as many."""

KEPT = 100
"""Number of runs whose colours are kept from one session to the next."""


@dataclass(frozen=True)
class RunLook:
    """How a run is told from the others.

    Attributes:
        colour: Number of its colour, from 0 to `COLOURS` - 1.
        mark: Number of the shape of its points, from 0: different for runs of one colour.
        group: Name of the group whose colour it has. Default: it has a colour of its own.
    """

    colour: int
    mark: int
    group: str = ""


class RunColours:
    """Colours of runs, by their folders. A run keeps its colour, also while it is not drawn, unless another one that
    has it is drawn already and there is a free one.

    Attributes:
        group_of: Name of the group of a run, "" for none. Runs of a group share a colour as soon as runs of several
            groups are drawn. Call `draw_again` after it would give another answer.
    """

    def __init__(self) -> None:
        self.group_of: Callable[[Path], str] = lambda path: ""
        self._drawn: tuple[Path, ...] = ()
        self._runs, self._groups = _Numbers(), _Numbers()
        self._looks: dict[Path, RunLook] = {}

    def draw(self, paths: Iterable[Path]) -> None:
        """Draw these runs from now on, and no others.

        Args:
            paths: Their folders.
        """
        self._drawn = tuple(dict.fromkeys(paths))
        self.draw_again()

    def draw_again(self) -> None:
        """Apply other groups to the runs that are drawn."""
        names = {path: self.group_of(path) for path in self._drawn}
        keys: dict[Path, Hashable] = {path: name or path for path, name in names.items()}
        if len(set(keys.values())) > 1 and any(names.values()):
            numbers = self._groups.hold(list(dict.fromkeys(keys.values())))
        else:
            keys, names = {path: path for path in self._drawn}, {}
            numbers = self._runs.hold(self._drawn)
        often: Counter[int] = Counter()
        self._looks = {}
        for path in self._drawn:
            number = numbers[keys[path]]
            self._looks[path] = RunLook(number, number + often[number], names.get(path, ""))
            often[number] += 1

    def recall(self, kept: Mapping[Path, int]) -> None:
        """Give runs the colours of an earlier session; call it before anything is drawn.

        Args:
            kept: Numbers of their colours by their folders; what is no number of a colour is ignored.
        """
        self._runs.known |= {path: number for path, number in kept.items() if 0 <= number < COLOURS}

    def kept(self) -> dict[Path, int]:
        """The colours to recall in the next session.

        Returns:
            Numbers of colours by folder, of the runs that were drawn last.
        """
        known = [(path, number) for path, number in self._runs.known.items() if isinstance(path, Path)]
        return dict(known[-KEPT:])

    def is_drawn(self, path: Path) -> bool:
        """Check whether a run is drawn together with others, so that its colour tells it from them.

        Args:
            path: Its folder.

        Returns:
            Whether it is.
        """
        return len(self._drawn) > 1 and path in self._looks

    def look(self, path: Path) -> RunLook:
        """Return how a run looks; one that was never drawn gets a colour.

        Args:
            path: Its folder.

        Returns:
            Its look.
        """
        found = self._looks.get(path)
        if found is None:
            number = self._runs.get(path)
            found = RunLook(number, number)
        return found


class _Numbers:
    """Numbers of colours, by what has them: `known` has those last that were held last."""

    def __init__(self) -> None:
        self.known: dict[Hashable, int] = {}
        self._held: frozenset[Hashable] = frozenset()

    def hold(self, keys: Sequence[Hashable]) -> dict[Hashable, int]:
        """Number these differently, as far as there are colours; those that were held before keep theirs."""
        used: Counter[int] = Counter()
        settled: dict[Hashable, int] = {}
        for key in sorted(keys, key=lambda key: key not in self._held):
            number = self.known.get(key)
            if number is not None and not used[number]:
                settled[key] = number
                used[number] += 1
        for key in keys:
            if key not in settled:
                settled[key] = self.known[key] = self._rarest(used)
                used[settled[key]] += 1
        self._held = frozenset(keys)
        self.known = {key: number for key, number in self.known.items() if key not in self._held} | settled
        return settled

    def get(self, key: Hashable) -> int:
        if key not in self.known:
            self.known[key] = self._rarest(Counter(self.known[held] for held in self._held))
        return self.known[key]

    def _rarest(self, used: Counter[int]) -> int:
        """The colour that the fewest have now, and the fewest had before."""
        ever = Counter(self.known.values())
        return min(range(COLOURS), key=lambda number: (used[number], ever[number], number))
