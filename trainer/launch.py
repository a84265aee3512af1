"""From settings or a run folder to a run: what the command line and the window's engine start. No torch at import.

The run folder, its journal and the first Preparing event are there before torch is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.backbones import BACKBONES
from trainer.callback import Callback
from trainer.engine.resume import find_continuation, trained_weights
from trainer.engine.session import Session
from trainer.errors import UsageError
from trainer.events import Preparing
from trainer.plugins import DEFAULT_CALLBACKS, check_names, load_callback, model_options
from trainer.settings import Settings, from_toml, merge
from trainer.store.durable import remove_tree
from trainer.store.folder import RunFolder, create_run, default_root
from trainer.store.run_files import settings_text, write_settings

if TYPE_CHECKING:
    from trainer.result import Evaluation, Result
    from trainer.trainer import Trainer


def start(
    settings: Settings,
    root: Path,
    *,
    name: str | None = None,
    callbacks: Iterable[Callback] = (),
    signals: bool = False,
) -> Result:
    """Make a run folder under `root` and train. Raises what the run raised; wrong usage is raised before any file is
    made."""
    from trainer.data import check_source

    check_names(settings)
    check_source(settings.data.source)
    everybody = [*callbacks_of(settings), *callbacks]
    folder = create_run(root, name, stem=f"{Path(settings.data.source).name}-{settings.model}")
    write_settings(folder, settings.model_dump())
    try:
        session = Session(everybody, folder=folder, settings=settings.model_dump(), signals=signals)
        return session.conduct(lambda: _build_new(settings, session).train(session))
    except UsageError:
        # some wrong usage shows only once torch is there, such as a device that is not: it leaves no folder either
        remove_tree(folder.path)
        raise


def resume(
    folder: RunFolder,
    *,
    epochs: int | None = None,
    callbacks: Iterable[Callback] = (),
    signals: bool = False,
) -> Result:
    """Go on with a run, to `epochs` epochs in all where given. Raises UsageError for a run that was started with the
    caller's own model: only `Trainer(...).fit(resume=True)` can build that again."""
    settings = read_settings(folder)
    if epochs is not None:
        settings = merge(settings.model_dump(), {"train": {"epochs": epochs}})
    session = Session(
        [*callbacks_of(settings), *callbacks],
        folder=folder,
        settings=settings.model_dump(),
        signals=signals,
        continuation=find_continuation(folder),
    )

    def work() -> None:
        trainer = build(settings, session)
        write_settings(folder, settings.model_dump())
        trainer.train(session)

    return session.conduct(work)


def _build_new(settings: Settings, session: Session) -> Trainer:
    session.progress(Preparing, "import", 0, 1)
    from trainer.engine.device import choose_device
    from trainer.engine.precision import check_steady

    check_steady(settings.train.precision, choose_device(settings.train.device))
    return build(settings, session)


def build(settings: Settings, session: Session, fingerprint: str | None = None, root: Path | None = None) -> Trainer:
    """Open the data, build the model, and put both into a Trainer; `session` hears how far that is. `fingerprint`: of
    the data that the run was trained on, where the session does not know it. `root`: the folder that holds the
    run's folder, where features are kept; that of the session's run by default."""
    session.progress(Preparing, "import", 0, 1)
    from trainer.engine.device import choose_device, choose_threads
    from trainer.models import build_model, move_model
    from trainer.optim.optimizers import make_loss, make_optimizer
    from trainer.trainer import Trainer

    session.progress(Preparing, "import", 1, 1)
    device = choose_device(settings.train.device)
    if fingerprint is None and session.continuation is not None and session.continuation.checkpoint is not None:
        fingerprint = session.continuation.load()[1].get("fingerprint")
    data = open_settings_data(settings, session, fingerprint)
    for note in data.notes:
        session.log(f"data: {note}")
    train, pretrained = settings.train, settings.model in BACKBONES
    model: Any
    if pretrained:
        model, data = _on_features(settings, session, data, device, root)
        decay = train.weight_decay + settings.backbone.penalty / data.sizes["train"]
        train = train.model_copy(update={"weight_decay": decay})
    else:
        model = build_model(settings.model, data.input_shape, len(data.classes), model_options(settings), train.seed)
    model = move_model(model, device)
    return Trainer(
        model,
        data,
        optimizer=make_optimizer(model, train),
        loss=make_loss(train, data.class_counts),
        epochs=train.epochs,
        seed=train.seed,
        device=train.device,
        precision=train.precision,
        compile=train.compile,
        threads=choose_threads(train.threads, "softmax" if pretrained else settings.model),
        eval_batch=train.eval_batch,
        **{name: getattr(train, name) for name in ("accumulate", "clip_norm", "clip_value", "ema")},
        **{name: getattr(settings.augment, name) for name in ("mixup", "cutmix")},
    )


def _on_features(settings: Settings, session: Session, images: Any, device: Any, root: Path | None) -> tuple[Any, Any]:
    """The head of a pretrained network and the features it is trained on; run.toml says of which weights they are."""
    from trainer.pretrained.frozen import build_frozen

    if root is None:
        root = session.folder.path.parent if session.folder is not None else default_root()
    frozen = build_frozen(settings, images, root, device, _told(session))
    if session.folder is not None:
        write_settings(
            session.folder, merge(settings.model_dump(), {"backbone": {"digest": frozen.digest}}).model_dump()
        )
    return frozen.head, frozen.data


def open_settings_data(settings: Settings, session: Session | None = None, fingerprint: str | None = None) -> Any:
    """The data that `[data]`, `[augment]` and the seed describe; `fingerprint` as for `open_data`."""
    from trainer.data import open_data

    special: dict[str, Any] = {} if session is None else {"progress": _told(session)}
    if (backbone := BACKBONES.get(settings.model)) is not None:
        special |= {"large": backbone.size, "normalization": (backbone.mean, backbone.std)}
    return open_data(
        **settings.data.model_dump(),
        **settings.augment.model_dump(exclude={"mixup", "cutmix"}),
        sampling=settings.train.sampling,
        batch=settings.train.batch,
        seed=settings.train.seed,
        fingerprint=fingerprint,
        **special,
    )


def _told(session: Session) -> Callable[[Any, int, int], None]:
    return lambda stage, done, total: session.progress(Preparing, stage, done, total)


def read_settings(folder: RunFolder, *, to_use: bool = False) -> Settings:
    """What run.toml says. Raises UsageError where it cannot be read, or where the run needs the caller's own code.

    A baseline of `epochscope compare` can be used, not resumed: only `to_use` reads its settings.
    """
    try:
        text = settings_text(folder)
    except (OSError, ValueError) as error:
        raise UsageError(
            "run.no_settings", f"The settings of this run cannot be read: {error}", where=str(folder.run_toml)
        ) from error
    values = from_toml(text, str(folder.run_toml))
    if isinstance(baseline := values.get("baseline"), dict):
        if not to_use:
            raise _not_ours(folder, str(baseline.get("algorithm", "another program")))
        return merge({key: value for key, value in values.items() if key not in ("baseline", "custom")})
    if values.get("custom"):
        raise UsageError(
            "run.custom",
            "This run was started from Python with a model of its own; the command line cannot build that.",
            where=str(folder.path),
            mend=f"in the script: Trainer(model, data, ..., run_dir={str(folder.path)!r}).fit(resume=True)",
        )
    return merge(values)


def _not_ours(folder: RunFolder, algorithm: str) -> UsageError:
    return UsageError(
        "run.baseline",
        f"This run was trained by {algorithm}, for a comparison: it cannot be continued.",
        where=str(folder.path),
        mend=f"train it again: epochscope compare DATA --only {algorithm}; evaluate and predict work as they are",
        algorithm=algorithm,
    )


def callbacks_of(settings: Settings) -> list[Callback]:
    """The callbacks that settings ask for: the defaults, early stopping and schedule where set, plugins by name."""
    made: list[Callback] = []
    options: dict[str, Mapping[str, Any]] = {"checkpoint": settings.checkpoint.model_dump()}
    for name in DEFAULT_CALLBACKS:
        made.append(load_callback(name)(**options.get(name, {})))
    if settings.early_stopping.patience:
        made.append(load_callback("early_stopping")(**settings.early_stopping.model_dump()))
    if settings.train.schedule != "constant" or settings.train.warmup:
        names = ("schedule", "warmup", "step_epochs", "step_factor")
        made.append(load_callback("learning_rate")(**{name: getattr(settings.train, name) for name in names}))
    for name in settings.callbacks:
        if name in DEFAULT_CALLBACKS:
            raise UsageError(
                "callbacks.default",
                f"The callback {name!r} is part of every run.",
                mend=f"leave {name} out of callbacks",
            )
        made.append(_plugin(name, settings.plugins.get(name, {})))
    return made


def _plugin(name: str, options: Mapping[str, Any]) -> Callback:
    cls = load_callback(name)
    try:
        made = cls(**options)
    except TypeError as error:
        raise UsageError(
            "plugin.options", f"The callback {name!r} cannot be made: {error}", where=f"[plugins.{name}]"
        ) from error
    if not isinstance(made, Callback):
        raise UsageError("plugin.broken", f"The callback {name!r} is no trainer.Callback.", where=f"[plugins.{name}]")
    return made


def evaluate(
    folder: RunFolder,
    splits: Iterable[str] | None = None,
    afterwards: Callable[[Trainer], object] = lambda trainer: None,
) -> dict[str, Evaluation]:
    """Figures of the best weights of a run (the last ones where there is no best) on its splits, written to
    evaluation/. `afterwards` is called with the model while nobody else may write to the run. Raises UsageError where
    the run is live or has no checkpoint."""
    from trainer.store import evaluations
    from trainer.store.folder import acquire

    lock = acquire(folder)
    try:
        trainer, weights = load_trained(folder)
        found = {}
        for split in splits or trainer.feed.sizes:
            found[split] = trainer.evaluate(split, weights=weights)
            evaluations.write(folder, found[split], found[split].outputs)
        afterwards(trainer)
        return found
    finally:
        lock.release()


def load_trained(folder: RunFolder) -> tuple[Trainer, Any]:
    """A Trainer with the run's data and its best weights, else the last ones; and which of the two."""
    settings = read_settings(folder, to_use=True)
    found = trained_weights(folder)
    # nothing is trained here: one pass is over before a compiler would be, and there may be none on this machine
    settings = merge(settings.model_dump(), {"train": {"compile": False}})
    trainer = build(settings, Session(), found.meta.get("fingerprint"), folder.path.parent)
    trainer.model.load_state_dict(found.state)
    return trainer, found.kind
