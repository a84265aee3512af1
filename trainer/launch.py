"""Start or resume a run from settings or a run folder, as the command line and the window do. No torch at import.

The run folder, its journal and the first Preparing event exist before torch is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from trainer.backbones import find_backbone, is_pretrained
from trainer.callback import Callback, callback_name
from trainer.distributed.joined_group import process_group
from trainer.distributed.process_group import ProcessGroup
from trainer.engine.resume import Continuation, check_file_callbacks, find_continuation
from trainer.engine.session import Session
from trainer.engine.settings_callbacks import callbacks_of, stand_ins
from trainer.engine.shared_callbacks import of_process
from trainer.engine.shared_commands import command_queue
from trainer.errors import EpochscopeError, UsageError
from trainer.events import Preparing
from trainer.plugins import check_names, load_metric, model_options
from trainer.settings import Settings, Train, from_toml, merge
from trainer.store.durable import remove_tree
from trainer.store.edits_file import keep_edits, kept_edits
from trainer.store.folder import RunFolder, default_root
from trainer.store.run_creation import create_run
from trainer.store.run_files import settings_text, write_settings

if TYPE_CHECKING:
    from trainer.data.preparing_source import PreparingSource
    from trainer.result import Result
    from trainer.trainer import Trainer

WHITENED = 5000
"""Training images from which the first layer of `resnet9` is computed, at most."""
TUNED_EVAL_BATCH = 64
"""Images per batch when a whole pretrained network is evaluated: the feature maps of a thousand would take
gigabytes."""


def start(
    settings: Settings,
    root: Path,
    *,
    name: str | None = None,
    own: Sequence[Callback] = (),
    callbacks: Iterable[Callback] = (),
    signals: bool = False,
) -> Result:
    """Make a run folder under `root` and train. `own`: callbacks loaded from files, which a resumed run needs again,
    with the options that `settings` has for them. Raises what the run raised; where `leaves_run` is false, as for
    wrong usage, the folder is removed."""
    from trainer.data import check_source

    check_names(settings, {type(callback).__name__ for callback in own})
    check_source(settings.data.source)
    group = process_group()
    earlier = group.from_first(lambda: _begun_before(group))
    if earlier:  # the launcher has started all processes again after one of them had failed
        return resume(RunFolder(earlier), callbacks=callbacks, own=own, signals=signals)
    everybody, names = [*callbacks_of(settings), *own, *callbacks], tuple(map(callback_name, own))
    folder = group.from_first(lambda: _new_folder(settings, root, name))
    group.remember(str(folder.path.absolute()))
    try:
        session = _session(group, everybody, folder, settings, signals=signals, own=names)
        return session.conduct(lambda: build(settings, session, root=root).train(session))
    except EpochscopeError as error:
        # found only with torch imported, such as a missing device, or in the run, such as a folder without images
        if not group.rank and not error.leaves_run:
            remove_tree(folder.path)
        raise


def _begun_before(group: ProcessGroup) -> str:
    """The run of this launch's last start; empty where there was none, or it was refused and left nothing."""
    run = group.remembered()
    return run if run and Path(run).exists() else ""


def _new_folder(settings: Settings, root: Path, name: str | None) -> RunFolder:
    stem = f"{Path(settings.data.source).name}-{settings.model}"
    return create_run(root, name, stem=stem, settings=settings.model_dump())


def _session(
    group: ProcessGroup,
    callbacks: Iterable[Callback],
    folder: RunFolder,
    settings: Settings,
    *,
    signals: bool,
    continuation: Continuation | None = None,
    own: tuple[str, ...] = (),
) -> Session:
    """Of this process; the first one writes the run. `own`: names of the callbacks from files."""
    return Session(
        of_process(callbacks, group.rank),
        folder=None if group.rank else folder,
        settings=settings.model_dump(),
        signals=signals,
        control=command_queue(group),
        continuation=continuation,
        file_callbacks=own,
        group=group,
    )


def resume(
    folder: RunFolder,
    *,
    epochs: int | None = None,
    own: Sequence[Callback] = (),
    callbacks: Iterable[Callback] = (),
    without: Collection[str] = (),
    signals: bool = False,
) -> Result:
    """Resume a run, up to `epochs` epochs in total if given. `own`: as for `start`; `without`: callbacks from files
    that the run had and may do without now. An installed callback of the same name stands in for a missing one.

    Raises UsageError for a run started with the caller's own model: only `Trainer(...).fit(resume=True)` can build that
    again; and `resume.callbacks` where a callback from a file is missing.
    """
    group = process_group()
    settings = group.from_first(lambda: read_settings(folder))
    if epochs is not None:
        settings = merge(settings.model_dump(), {"train": {"epochs": epochs}})
    shard = settings.train.shard
    continuation = group.from_first(lambda: _continuation(group, folder, shard))
    given = {*map(callback_name, own), *without}
    installed = stand_ins(settings, [name for name in continuation.file_callbacks if name not in given])
    check_file_callbacks(folder, continuation, {*given, *installed})
    own = (*own, *installed.values())
    names = tuple(map(callback_name, own))
    group.remember(str(folder.path.absolute()))
    everybody = [*callbacks_of(settings), *own, *callbacks]
    session = _session(group, everybody, folder, settings, signals=signals, continuation=continuation, own=names)

    def work() -> None:
        for name in installed:
            session.warn(f"{name} came from a file; the installed callback of that name takes its place")
        trainer = build(settings, session, root=folder.path.parent)
        if session.folder is not None:
            # notes made while building stay: this may be the first attempt to get this far
            noted = merge(read_settings(folder).model_dump(), {"train": {"epochs": settings.train.epochs}})
            write_settings(folder, noted.model_dump())
        trainer.train(session)

    return session.conduct(work)


def _continuation(group: ProcessGroup, folder: RunFolder, shard: bool) -> Continuation:
    found = find_continuation(folder)
    return found if group.size == 1 else found.for_other_processes(outlined=shard)


def build(
    settings: Settings,
    session: Session,
    fingerprint: str | None = None,
    root: Path | None = None,
    *,
    fresh: bool = True,
    trains: bool = True,
    data: Any = None,
) -> Trainer:
    """Open the data, build the model, and put both into a Trainer, reporting progress to `session`. `fingerprint`:
    that of the data the run was trained on, if the session does not know it. `root`: the folder of runs, where
    features are kept; by default that of the session's run. `fresh` is False if weights will be loaded, as when
    resuming, so that they need not be initialised for training. `trains`: whether an optimiser is needed. `data`:
    where it is open already. Of several processes one decodes, downloads and extracts, the others find it done."""
    return session.group.in_turn(
        lambda: _built(settings, session, fingerprint, root, fresh=fresh, trains=trains, data=data)
    )


def _built(
    settings: Settings,
    session: Session,
    fingerprint: str | None,
    root: Path | None,
    *,
    fresh: bool,
    trains: bool,
    data: Any,
) -> Trainer:
    session.progress(Preparing, "import", 0, 1)
    from trainer.engine.device import choose_device  # the first that imports torch

    session.progress(Preparing, "import", 1, 1)
    device = choose_device(settings.train.device)
    if session.continuation is not None and session.continuation.checkpoint is not None:
        fresh = False
        fingerprint = fingerprint or session.continuation.load().meta.get("fingerprint")
    if data is None:
        data = open_settings_data(settings, session, fingerprint)
    if session.folder is not None and data.edits and kept_edits(session.folder) is None:
        keep_edits(session.folder, data.edits)
    for note in data.notes:
        session.log(f"data: {note}")
    prepared = _prepared(settings, session, data, device, root, fresh=fresh)
    return make_trainer(settings, prepared, prepared.data.class_counts, trains=trains)


def make_trainer(settings: Settings, prepared: Prepared, class_counts: Any, *, trains: bool = True) -> Trainer:
    """A Trainer that does as the settings say. `class_counts`: training images of each class, (C,). `trains`: whether
    an optimiser is needed; the first one of a process takes PyTorch a second."""
    from trainer.engine.device import choose_threads
    from trainer.optim.optimizers import make_loss, make_optimizer
    from trainer.trainer import Trainer

    model, data, train, groups = prepared
    return Trainer(
        model,
        data,
        optimizer=make_optimizer(model, train, groups) if trains else None,
        loss=make_loss(train, class_counts),
        epochs=train.epochs,
        seed=train.seed,
        device=train.device,
        precision=train.precision,
        compile=train.compile,
        threads=choose_threads(train.threads, "softmax" if _on_frozen(settings) else settings.model),
        eval_batch=train.eval_batch or (TUNED_EVAL_BATCH if groups is not None else None),
        **{name: getattr(train, name) for name in ("accumulate", "clip_norm", "clip_value", "ema", "shard")},
        **{name: getattr(settings.augment, name) for name in ("mixup", "cutmix")},
        metrics=_metrics(settings, len(data.classes)),
        monitor=train.monitor,
        mode=None if train.monitor_mode == "auto" else train.monitor_mode,
    )


def _metrics(settings: Settings, classes: int) -> dict[str, Any]:
    return {name: load_metric(name, settings.plugins.get(name, {}), classes) for name in settings.metrics}


class Prepared(NamedTuple):
    """What is trained, on its device, and on what; `groups`: its parameters, where they are not treated alike."""

    model: Any
    data: Any
    train: Train
    groups: list[dict[str, Any]] | None = None


def _on_frozen(settings: Settings) -> bool:
    """Whether only a head is trained, on features that are computed once."""
    return is_pretrained(settings.model) and settings.backbone.tune == "head"


def _prepared(
    settings: Settings, session: Session, data: Any, device: Any, root: Path | None, *, fresh: bool
) -> Prepared:
    from trainer.distributed.deferred_init import build_deferred
    from trainer.models import build_model, move_model
    from trainer.models.resnet9 import ResNet9

    train = settings.train
    if not is_pretrained(settings.model):
        given = (settings.model, data.input_shape, len(data.classes), model_options(settings), train.seed)
        # the first layer of ResNet9 is computed from images; it is small
        if train.shard and session.group.size > 1 and settings.model != "resnet9":
            return Prepared(build_deferred(lambda: build_model(*given), device), data, train)
        model = build_model(*given)
        if fresh and isinstance(model, ResNet9):
            model.whiten(next(iter(data.eval_batches("train", WHITENED)))[0].cpu())
        return Prepared(move_model(model, device), data, train)
    if root is None:
        root = session.folder.path.parent if session.folder is not None else default_root()
    if _on_frozen(settings):
        from trainer.pretrained.frozen import build_frozen, check_augmentation

        check_augmentation(settings)
        mirrored = settings.augment.flip > 0
        frozen = build_frozen(settings, data, root, device, _told(session), mirrored=mirrored)
        _note_weights(settings, session, frozen.digest)
        decay = train.weight_decay + settings.backbone.penalty / data.sizes["train"]
        return Prepared(move_model(frozen.head, device), frozen.data, train.model_copy(update={"weight_decay": decay}))
    from trainer.pretrained.tuned import build_tuned, parameter_groups

    tuned = build_tuned(settings, data, root, device, _told(session), fresh=fresh)
    _note_weights(settings, session, tuned.digest)
    model = move_model(tuned.model, device)
    return Prepared(model, data, train, parameter_groups(tuned.model, settings, data.sizes["train"]))


def usable_model(settings: Settings, images: PreparingSource, root: Path) -> tuple[Any, PreparingSource]:
    """The model these settings describe, on its device and ready to load weights into, and the source that preprocesses
    new images for it. The weights of a frozen network are under `root`."""
    from trainer.engine.device import choose_device
    from trainer.models import build_model, move_model

    device = choose_device(settings.train.device)
    if _on_frozen(settings):
        from trainer.pretrained.frozen import frozen_for_images

        head, features = frozen_for_images(settings, images, root, device)
        return move_model(head, device), features
    options = model_options(settings)
    model = build_model(settings.model, images.image_shape, len(images.classes), options, settings.train.seed)
    return move_model(model, device), images


def _note_weights(settings: Settings, session: Session, digest: str) -> None:
    """Record in run.toml which weights the run started from."""
    if session.folder is not None:
        noted = merge(settings.model_dump(), {"backbone": {"digest": digest}})
        write_settings(session.folder, noted.model_dump())


def open_settings_data(
    settings: Settings,
    session: Session | None = None,
    fingerprint: str | None = None,
    progress: Callable[[Any, int, int], None] | None = None,
    source: Any = None,
) -> Any:
    """The data that `[data]`, `[augment]` and the seed describe, with the edits that the session's run has kept;
    `fingerprint` as for `open_data`. The session hears how far that is, or `progress` where there is none. `source`:
    images that settings cannot name, in place of theirs."""
    from trainer.data import open_data

    if session is not None and session.folder is not None:
        settings = _with_kept_edits(settings, session.folder)
    tell = progress if session is None else _told(session)
    special: dict[str, Any] = {} if tell is None else {"progress": tell}
    if is_pretrained(settings.model):
        backbone = find_backbone(settings.model)
        special |= {"large": backbone.size, "normalization": (backbone.mean, backbone.std)}
    return open_data(
        **settings.data.model_dump() | ({} if source is None else {"source": source}),
        **settings.augment.model_dump(exclude={"mixup", "cutmix"}),
        sampling=settings.train.sampling,
        batch=settings.train.batch,
        seed=settings.train.seed,
        fingerprint=fingerprint,
        **special,
    )


def _with_kept_edits(settings: Settings, folder: RunFolder) -> Settings:
    """The same settings with the run's own copy of its label edits, if any: the original file may have changed
    since."""
    kept = kept_edits(folder)
    return settings if kept is None else merge(settings.model_dump(), {"data": {"edits": str(kept)}})


def _told(session: Session) -> Callable[[Any, int, int], None]:
    return lambda stage, done, total: session.progress(Preparing, stage, done, total)


def read_settings(folder: RunFolder, *, to_use: bool = False) -> Settings:
    """Read run.toml. Raises UsageError if it cannot be read, or if the run needs the caller's own code.

    A baseline of `epochscope compare` can be used but not resumed: its settings are read only with `to_use`, which also
    takes label edits from the run's own copy.
    """
    try:
        text = settings_text(folder)
    except (OSError, ValueError) as error:
        raise UsageError(
            "run.no_settings",
            f"The settings of this run cannot be read: {error}",
            where=str(folder.run_toml),
            reason=str(error),
        ) from error
    values = from_toml(text, str(folder.run_toml))
    if isinstance(baseline := values.get("baseline"), dict):
        if not to_use:
            raise _not_ours(folder, str(baseline.get("algorithm", "another program")))
        return _with_kept_edits(
            merge({key: value for key, value in values.items() if key not in ("baseline", "custom")}), folder
        )
    if values.get("custom"):
        raise UsageError(
            "run.custom",
            "This run was started from Python with its own model, which the command line cannot build.",
            where=str(folder.path),
            fix=f"in the script: Trainer(model, data, ..., run_dir={str(folder.path)!r}).fit(resume=True)",
        )
    settings = merge(values)
    return _with_kept_edits(settings, folder) if to_use else settings


def _not_ours(folder: RunFolder, algorithm: str) -> UsageError:
    return UsageError(
        "run.baseline",
        f"This run was trained by {algorithm}, for a comparison: it cannot be continued.",
        where=str(folder.path),
        fix=f"train it again: epochscope compare DATA --only {algorithm}; evaluate and predict still work",
        algorithm=algorithm,
    )
