"""The start of an attempt: its folder, and the RunStarted event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import torch
from torch import nn

from trainer.data.image_data import ImageData
from trainer.data.loaders import DataSource
from trainer.distributed.process_group import ProcessGroup
from trainer.engine.arguments import promise
from trainer.engine.callback_states import restore_callbacks, tell_detached
from trainer.engine.loop import Loop
from trainer.engine.parts import Parts
from trainer.engine.precision_choice import PrecisionChoice
from trainer.engine.resume import Continuation, classes_changed, find_continuation
from trainer.engine.session import Session
from trainer.errors import DataError, UsageError
from trainer.events import RunStarted
from trainer.models import count_parameters
from trainer.store.environment import environment, versions
from trainer.store.folder import RunFolder
from trainer.store.run_creation import create_run, is_free
from trainer.store.run_files import write_environment
from trainer.text.nested_tables import table_of


def open_run_folder(
    folder: RunFolder | None, resume: bool, settings: Callable[[], Mapping[str, Any]]
) -> Continuation | None:
    """Make the folder of a new run and write its `settings`, or find the point to resume from; None for a new run.

    Raises UsageError `resume.no_folder` and `run.exists`.
    """
    if resume and folder is None:
        raise UsageError(
            "resume.no_folder",
            "There is no run to resume.",
            fix="give Trainer the run_dir of the run that was stopped",
        )
    if folder is None:
        return None
    if resume:
        return find_continuation(folder)
    if not is_free(folder.path):
        raise UsageError(
            "run.exists",
            f"{folder.path} already exists.",
            expected="a folder that does not exist yet",
            fix="resume the run in it with fit(resume=True), or choose another run_dir",
        )
    create_run(folder.path.parent, folder.path.name, settings=settings())
    return None


def open_shared_run(
    group: ProcessGroup, folder: RunFolder | None, resume: bool, settings: Callable[[], Mapping[str, Any]], shard: bool
) -> Continuation | None:
    """As `open_run_folder`, in the first of several processes, which alone writes; the others are told what it finds.
    A run that the launcher starts again is resumed. `shard`: whether they share the model."""

    def opened() -> Continuation | None:
        here = "" if folder is None else str(folder.path.absolute())
        found = open_run_folder(folder, resume or bool(here and group.remembers(here)), settings)
        if here:
            group.remember(here)
        return found if found is None or group.size == 1 else found.for_other_processes(outlined=shard)

    return group.from_first(opened)


def begin(group: ProcessGroup, model: nn.Module, *feed_to_optimizer: Any) -> tuple[nn.Module, list[str]]:
    """What `begin_together` gives for these; in one process the model as it is."""
    if group.size == 1:
        return model, []
    from trainer.engine.shared_start import begin_together

    return begin_together(group, model, *feed_to_optimizer)


def training_loop(session: Session, parts: Parts) -> Loop:
    """The loop for these parts."""
    if not parts.sharded:
        return Loop(session, parts)
    from trainer.engine.sharded_loop import ShardedLoop

    return ShardedLoop(session, parts)


def data_of_run(data: DataSource, fingerprint: str, device: torch.device) -> DataSource:
    """The data with the split of the run with this fingerprint: older versions split small classes differently."""
    if data.fingerprint == fingerprint or not isinstance(data, ImageData):
        return data
    earlier = data.of_run(fingerprint)
    same = ("classes", "input_shape", "batch")
    if earlier is None or any(getattr(earlier, name) != getattr(data, name) for name in same):
        return data
    earlier.to(device)
    return earlier


def restore_run(session: Session, loop: Loop, continuation: Continuation, fingerprint: str) -> None:
    """Restore session and loop from the checkpoint. `fingerprint`: that of the data. Raises DataError `data.changed` if
    the run was trained on other data.
    """
    for text in continuation.skipped:
        session.log(text)
    if continuation.checkpoint is None:
        session.log("no valid checkpoint: the run starts again from the beginning")
        return
    tensors, meta, best = continuation.load()
    if meta["fingerprint"] != fingerprint:
        raise DataError(
            "data.changed",
            "The data differs from what this run was trained on.",
            where=f"fingerprint {fingerprint}, the checkpoint has {meta['fingerprint']}",
            fix="restore the images as they were, or start a new run",
        )
    history = continuation.history()
    check_unchanged(session, loop, history.info, int(meta["batch"]))
    if best is None and meta["best"]["epoch"] is not None:
        session.log(f"the best weights, of epoch {meta['best']['epoch']}, are lost: damaged or missing")
    loop.restore(tensors, meta, best)
    continuation.release()
    # the callbacks of other processes are in the checkpoint as well
    restore_callbacks(session.callbacks, meta["callbacks"], session.log if not session.group.rank else str)
    tell_detached(session.callbacks, meta["callbacks"], meta.get("detached", {}), session.warn)
    session.checkpoints.update(continuation.paths())
    session.history.extend(history.finished)
    session.valid_f1.update(history.valid_f1)


def check_unchanged(session: Session, loop: Loop, before: RunStarted | None, batch: int) -> None:
    """Compare data and settings with those of an earlier attempt: loaders have no fingerprint. `batch`: where the
    checkpoint was made inside an epoch. Other sizes and settings are told.

    Raises DataError `data.classes_changed` if the classes have other names or another order: the model's outputs would
    change their meaning. Numbers are not names.
    """
    if before is None:
        return
    now, then = session.run.classes, before.classes
    numbers = tuple(map(str, range(len(now))))
    if now != then and numbers not in (now, then):
        raise classes_changed(then, now)
    earlier, current = (table_of(one, "train") for one in (before.settings, session.run.settings))
    changed = [name for name in ("loss", "lr", "seed") if earlier.get(name) != current.get(name)]
    if changed:
        what = ", ".join(f"{name} {earlier.get(name)}, now {current.get(name)}" for name in changed)
        session.warn(f"the run began with {what}; a resumed run keeps the optimiser's settings, such as its rate")
    sizes = (before.split_sizes.get("train"), before.steps_per_epoch)
    today = (loop.parts.feed.sizes["train"], loop.steps_per_epoch)
    if sizes != today:
        where = f"; the epoch under way continues after batch {batch}" if batch else ""
        session.warn(
            "the training data differs from that of the earlier attempt: "
            f"{sizes[0]} images in {sizes[1]} batches then, {today[0]} in {today[1]} now{where}"
        )


def settle_threads(session: Session, wanted: int | None) -> int:
    """Set torch's threads as the resumed run had them, else as `wanted`, else leave them; how many they are."""
    # decided once, at the first start: another number of threads gives different bits
    before = session.continuation.threads_of(session.group.size) if session.continuation else None
    threads = before or wanted or torch.get_num_threads()
    if threads != torch.get_num_threads():
        torch.set_num_threads(threads)
    return threads


def run_started(
    session: Session, loop: Loop, threads: int, compile_seconds: float, precision: PrecisionChoice
) -> RunStarted:
    """Emit the event, and write environment.json."""
    parts, continuation = loop.parts, session.continuation
    data, device = parts.feed, str(parts.device)
    found = environment(device=device, threads=threads, fingerprint=data.fingerprint)
    if session.folder is not None:
        write_environment(session.folder, found)
    settings = dict(session.run.settings)
    model = settings.get("model") or type(parts.model).__name__
    return RunStarted(
        **session.position,
        run_id=session.folder.path.name if session.folder else "",
        attempt=session.attempt,
        resumed_step=session.step,
        resumed_seq=continuation.seq if continuation else 0,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        epochs=parts.epochs,
        steps_per_epoch=loop.steps_per_epoch,
        settings=settings,
        classes=session.run.classes,
        split_sizes=dict(data.sizes),
        model=f"{model} ({loop.program})" if loop.program else model,
        parameters=count_parameters(parts.model),
        input_shape=tuple(data.input_shape),
        device=device,
        seed=parts.seed,
        threads=threads,
        callbacks=tuple(name for name, *_ in session.bus.order()),
        file_callbacks=session.file_callbacks,
        versions=versions(),
        exact_resume=promise(data, parts.device, loop.modules.limits, parts.group.size),
        compile_seconds=compile_seconds,
        metrics=parts.metrics.names,
        monitor=parts.monitor.name,
        monitor_mode=parts.monitor.mode,
        processes=parts.group.size,
        precision=precision.precision,
        precision_reason=precision.reason,
        bfloat16_speedup=precision.speedup,
    )
