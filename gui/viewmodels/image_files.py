"""Where the images of a run's data are, if they are files on this computer. No Qt."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from gui.viewmodels.run import RunModel
from trainer.data.image_formats import image_suffixes, suffix_of
from trainer.text.nested_tables import table_of


def image_file(model: RunModel, path: str) -> Path | None:
    """Find the file of an image in the folder that the run was trained on.

    A run may come from anywhere: only an image in that folder is found, whatever the run says.

    Args:
        model: The run.
        path: The image, relative to the folder of the data.

    Returns:
        The file; None if the data are no folder, or the image is not there.
    """
    settings = model.info.settings if model.info is not None else {}
    root = Path(str(table_of(settings, "data").get("source", "")))
    below = PurePosixPath(path)
    if not root.is_absolute() or not root.is_dir() or below.is_absolute() or ".." in below.parts:
        return None
    file = root / below
    return file if suffix_of(file.name) in image_suffixes() and file.is_file() else None
