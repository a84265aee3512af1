"""Names of class folders that differ only for a computer: in Unicode form, spaces or letter case. [no torch]

Files from a Mac encode an accented letter as two characters (NFD), most others as one (NFC).
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ClassNames:
    """How the folders of a source map to classes."""

    renamed: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(folder of the split, folder) -> class, if the folder's name differs from that of the class in train/."""
    similar: tuple[tuple[str, ...], ...] = ()
    """Groups of classes whose names differ only in letter case or width."""

    def of(self, split: str, folder: str) -> str:
        """Get the class of a folder.

        Args:
            split: Folder of the split; "" for the root.
            folder: Name of the class folder.

        Returns:
            Name of the class.
        """
        return self.renamed.get((split, folder), folder)


def looks(name: str) -> str:
    """Normalise a name so that names that look the same become equal.

    Args:
        name: Any name.

    Returns:
        The name in composed form, without invisible characters and without leading, trailing or repeated spaces.
    """
    visible = (char for char in unicodedata.normalize("NFC", name) if unicodedata.category(char) != "Cf")
    return " ".join("".join(visible).split())


def sounds(name: str) -> str:
    """Normalise a name further: names that differ in letter case or width become equal, too.

    Args:
        name: Any name.

    Returns:
        The normalised name.
    """
    return unicodedata.normalize("NFKC", looks(name)).casefold()


def same_looking(names: Iterable[str]) -> list[tuple[str, str]]:
    """Find names that look like an earlier one.

    Args:
        names: Names, in order.

    Returns:
        Pairs of the earlier name and the later one.
    """
    first: dict[str, str] = {}
    return [(first[looks(name)], name) for name in names if first.setdefault(looks(name), name) != name]


def class_names(folders: Mapping[str, Iterable[str]], training: Iterable[str]) -> ClassNames:
    """Match the folders of all splits with those of the training split, if the match is unambiguous.

    Args:
        folders: Folder of each split -> its class folders.
        training: Class folders of the training split.

    Returns:
        The matches, and groups of similar classes.
    """
    training = sorted(set(training))
    renamed: dict[tuple[str, str], str] = {}
    for split, names in folders.items():
        here = set(names)
        for key in (looks, sounds):
            renamed |= _matched(split, here, training, key, renamed)
    groups = defaultdict(list)
    for name in training:
        groups[sounds(name)].append(name)
    similar = tuple(tuple(group) for group in groups.values() if len({looks(name) for name in group}) > 1)
    return ClassNames(renamed, similar)


def _matched(
    split: str, here: set[str], training: list[str], key: Callable[[str], str], known: Mapping[tuple[str, str], str]
) -> dict[tuple[str, str], str]:
    """Folders of a split that are no training class, each with the one training class that has the same key."""
    taken = {known.get((split, name), name) for name in here}
    left = [name for name in here if name not in training and (split, name) not in known]
    uses = Counter(key(name) for name in left)
    wanted = defaultdict(list)
    for name in training:
        wanted[key(name)].append(name)
    return {
        (split, name): wanted[key(name)][0]
        for name in left
        if uses[key(name)] == 1 and len(wanted[key(name)]) == 1 and wanted[key(name)][0] not in taken
    }
