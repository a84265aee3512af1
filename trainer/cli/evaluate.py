"""`evaluate`: metrics of a trained run, and a map of how its model sees the images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from trainer.cli.control import RunName
from trainer.cli.evaluate_data import check_options, evaluate_data
from trainer.cli.flags import Json, Runs
from trainer.cli.output import note, say, say_json, warnings_noted
from trainer.store.folder import find_run, runs_root
from trainer.text.number_format import counted

if TYPE_CHECKING:
    from trainer.analysis.embedding import Embedding
    from trainer.store.folder import RunFolder
    from trainer.trainer import Trainer


def evaluate(
    run: RunName,
    /,
    *,
    map_: Annotated[
        bool, Parameter("--map", negative="", show_default=False, help="Also create a map of the validation images.")
    ] = False,
    tsne: Annotated[
        bool,
        Parameter(
            show_default=False, help="With --map: t-SNE as well as PCA, which takes most of the time [default: yes]."
        ),
    ] = True,
    data: Annotated[
        Path | None,
        Parameter(help="Evaluate these images instead: a folder per class, or a CSV file.", metavar="FOLDER"),
    ] = None,
    metrics: Annotated[
        str | None,
        Parameter(help="With --data: also compute these metrics, in addition to those of the run.", metavar="A,B"),
    ] = None,
    csv: Annotated[
        Path | None, Parameter(help="With --data: write a table of all images to this file.", metavar="FILE")
    ] = None,
    skip_bad: Annotated[
        bool, Parameter(negative="", show_default=False, help="With --data: leave out images that cannot be read.")
    ] = False,
    skip_unknown: Annotated[
        bool, Parameter(negative="", show_default=False, help="With --data: leave out classes the run does not know.")
    ] = False,
    runs: Runs = None,
    json: Json = False,
) -> int:
    """Compute metrics and classification reports of a run's best weights on train, valid and test, or on new images.

    They are also written to evaluation/ in the run folder. A run that is being trained must be stopped first. With
    --data, the run is evaluated on other labelled images, all taken together; classes are matched by name. Nothing is
    then written to the run's folder, and the run may still be training. Metrics that the run was trained with are
    computed as well, unless they come from a script or from a package that is not installed.

    Confidences are calibrated: logits are divided by a temperature. It is fitted on the validation images and
    used by `predict`; the metrics here use the logits as they are.

    --map arranges the validation images by their features (the input of the last layer, or the logits) with PCA and
    t-SNE, for the window and reports: at most 5,000 images, each class keeping its share.
    """
    more = [name.strip() for name in (metrics or "").split(",") if name.strip()]
    options = {"--metrics": bool(more), "--csv": csv is not None}
    options |= {"--skip-bad": skip_bad, "--skip-unknown": skip_unknown}
    check_options(data, options, other={"--map": map_})
    folder = find_run(runs_root(runs), run)
    if data is not None:
        skips = {"skip_bad": skip_bad, "skip_unknown": skip_unknown}
        return evaluate_data(folder, data, metrics=more, csv=csv, **skips, json=json)
    return _evaluate_splits(folder, with_map=map_, tsne=tsne, json=json)


def _evaluate_splits(folder: RunFolder, *, with_map: bool, tsne: bool, json: bool) -> int:
    from trainer.cli.run_view import INTERVALS, calibration_line, report_lines
    from trainer.inference import evaluate as judge
    from trainer.store import calibration_file

    maps: list[Embedding] = []

    def draw(trainer: Trainer) -> None:
        _tell_changed_data(folder, trainer)
        if with_map:
            from trainer.analysis.embedding import make_map, write_map

            maps.append(make_map(trainer, tsne=tsne, tell=_tell_stage))
            write_map(folder, maps[0])

    if not json:
        note(f"evaluating {folder.name} ...")
    with warnings_noted():
        evaluations = judge(folder, afterwards=draw)
    calibration = calibration_file.read(folder)
    if json:
        # with each split, not beside them: the splits are all there is at the top, but for a map
        about = {split: {"calibration": one} for split, one in calibration.by_split().items()}
        found = {split: evaluation.plain() | about.get(split, {}) for split, evaluation in evaluations.items()}
        say_json({**found, "map": map_facts(folder, maps[0])} if maps else found)
    else:
        for evaluation in evaluations.values():
            say(*report_lines(evaluation))
        say(
            "",
            INTERVALS,
            calibration_line(calibration),
            f"written to {folder.evaluation}",
            *(map_line(one) for one in maps),
        )
    return 0


def _tell_changed_data(folder: RunFolder, trainer: Trainer) -> None:
    """A warning where validation and test may hold images that the run was trained on."""
    from trainer.engine.resume import trained_weights

    trained_on = trained_weights(folder).meta.get("fingerprint")
    if trained_on and trained_on != trainer.feed.fingerprint:
        note(
            "warning: the data has changed since this run was trained: these are the metrics of today's images,",
            "  and valid and test may include images that the run was trained on",
        )


def _tell_stage(stage: str, count: int) -> None:
    if stage == "tsne":
        note(f"t-SNE of {counted(count, 'image')}: up to a minute ...")


def map_facts(folder: RunFolder, found: Embedding) -> dict[str, Any]:
    """Describe a map in plain values.

    Args:
        folder: Folder of the run.
        found: The map.

    Returns:
        Values for JSON.
    """
    from trainer.analysis.embedding import map_path

    return {
        "path": map_path(folder, found.split),
        "split": found.split,
        "source": found.source,
        "images": len(found.indices),
        "total": found.total,
        "explained": found.explained.tolist(),
        "tsne": found.tsne is not None,
    }


def map_line(found: Embedding) -> str:
    """Describe a map in one line.

    Args:
        found: The map.

    Returns:
        The line.
    """
    from trainer.analysis.embedding import FEWEST

    some = "all" if len(found.indices) == found.total else f"{len(found.indices):,} (each class has its share) of"
    ways = "PCA and t-SNE" if found.tsne is not None else "PCA"
    what = f"map: {ways} of the {found.source} of {some} {found.total:,} {found.split} images"
    if found.tsne is None and len(found.indices) < FEWEST:
        what += f" (t-SNE needs at least {FEWEST})"
    return f"{what}; PCA shows {float(found.explained.sum()):.0%} of the variance"
