"""Which sources there are, and how a name or a path becomes `ImageSet`. [no torch]"""

from __future__ import annotations

import difflib
from pathlib import Path

from trainer.data.image_set import RULES, ImageSet, Progress, no_progress
from trainer.errors import UsageError

DOWNLOADS = ("cifar10", "cifar100", "mnist", "fashion-mnist")
NAMES = ("digits", *DOWNLOADS)


def check_source(source: str) -> None:
    """Raise `UsageError` unless `source` is a known name or an existing folder. A name wins over a folder so called."""
    if source in NAMES:
        return
    folder = Path(source).expanduser()
    if folder.is_dir():
        return
    looks_like_path = any(sign in source for sign in "/\\.~")
    if folder.exists():
        what = f"{source} is a file, not a folder of images"
    elif looks_like_path:
        what = f"there is no folder {source}"
    else:
        what = f"unknown data source {source!r}"
    close = difflib.get_close_matches(source.rstrip("/\\"), [*NAMES, *_neighbours(folder)], n=1)
    raise UsageError(
        "data.unknown_source",
        what,
        where=source,
        expected=f"one of {', '.join(NAMES)}, or a folder with a folder of images per class",
        mend=f"did you mean {close[0]}?" if close else "check the spelling, or give the full path of the folder",
        source=source,
        suggestion=close[0] if close else "",
    )


def _neighbours(folder: Path) -> list[str]:
    """Folders beside the missing one, written as the user would write them."""
    try:
        return [str(path) for path in folder.parent.iterdir() if path.is_dir()]
    except OSError:
        return []


def load_pictures(
    source: str,
    *,
    size: int | None = None,
    root: str | None = None,
    progress: Progress = no_progress,
    rules: int = RULES,
) -> ImageSet:
    """Find, decode and check a source. `size`: side of the square images (None: the source's own size).

    `root`: folder for downloads (None: in the user's cache folder). `rules`: by which a folder is read, 1 for runs of
    version 0.1.0. Unreadable images and structural problems are returned, not raised; a source that cannot be looked at
    at all raises `UsageError` or `DataError`.
    """
    check_source(source)
    if source == "digits":
        from trainer.data.digits import load_digits

        return load_digits(size, progress)
    if source in DOWNLOADS:
        from trainer.data.downloads import load_download

        return load_download(source, size, root, progress)
    from trainer.data.image_folder import load_folder

    return load_folder(Path(source).expanduser(), size, progress, rules)
