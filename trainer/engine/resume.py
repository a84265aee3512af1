"""Where a run resumes: its newest valid checkpoint and the history up to it. No torch at import."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from trainer.distributed.process_group import LARGE
from trainer.errors import DataError, DiskError, UsageError
from trainer.store.checkpoint import Kind, find, newest_valid, parse_name, read
from trainer.store.folder import RunFolder, read_owner
from trainer.store.format_check import check_formats
from trainer.store.journal import JournalReader
from trainer.store.run_history import RunHistory, read_history

if TYPE_CHECKING:
    from torch import Tensor


RESUMABLE: tuple[Kind, ...] = ("last", "manual")
"""Kinds to resume from; the first one wins if both were saved at the same step."""
_TRIES = 3


class SavedState(NamedTuple):
    """What a checkpoint holds, and the weights of the best epoch so far by parameter name; None where there are
    none."""

    tensors: dict[str, Tensor]
    meta: dict[str, Any]
    best: dict[str, Any] | None


@dataclass
class Continuation:
    """The next attempt at a run. `checkpoint` None: nothing valid was saved yet, so it starts from step 0.

    `elapsed`: seconds of training according to the journal. `file_callbacks`: as in the RunStarted of the attempt
    before.
    """

    folder: RunFolder
    attempt: int
    elapsed: float
    checkpoint: Path | None
    skipped: tuple[str, ...] = ()
    file_callbacks: tuple[str, ...] = ()
    _state: SavedState | None = None
    _history: RunHistory | None = None
    _paths: dict[str, str] | None = None
    _outlined: bool = False

    def load(self) -> SavedState:
        """What the checkpoint holds. Raises DiskError if it turns out to be unreadable."""
        if self.checkpoint is None:
            raise ValueError("this continuation starts from nothing")
        if self._state is None:
            tensors, meta = read(self.checkpoint)
            self._state = SavedState(tensors, meta, best_weights(self.folder, tensors, meta))
        return self._state

    def release(self) -> None:
        """Let go of the weights, once they have been restored."""
        if self._state is not None:
            self._state = SavedState({}, self._state.meta, None)

    @property
    def seq(self) -> int:
        """The last journal record the checkpoint covers; 0 where there is none."""
        return int(self.load().meta["seq"]) if self.checkpoint else 0

    def threads_of(self, processes: int) -> int | None:
        """Intra-op threads of the attempt that saved; None where nothing was saved, or by another number of
        processes."""
        meta = self.load().meta if self.checkpoint else {"processes": 0}
        return int(meta["threads"]) if meta.get("processes", 1) == processes else None

    def for_other_processes(self, *, outlined: bool) -> Continuation:
        """The same with all that it reads: they may be on machines that do not see the run folder. `outlined`: of large
        tensors they are told the shape alone, as those that share a model need not hold all of it."""
        self._outlined = outlined
        if self.checkpoint is not None:
            self._history, self._paths = self.history(), self.paths()  # the checkpoint is read for that
        return self

    def __getstate__(self) -> dict[str, Any]:
        """What is sent."""
        kept = dict(vars(self))
        if self._outlined and self._state is not None:
            tensors, meta, best = self._state
            kept["_state"] = SavedState(_outlines(tensors), meta, None if best is None else _outlines(best))
        return kept

    def history(self) -> RunHistory:
        """What remains valid of the run: everything up to the checkpoint."""
        return self._history or read_history(JournalReader(self.folder.journal), last=self.seq)

    def paths(self) -> dict[str, str]:
        """Newest checkpoints by kind, relative to the run folder."""
        if self._paths is not None:
            return self._paths
        found = {kind: find(self.folder.checkpoints, kind) for kind in ("best", "last")}
        paths = {kind: f"checkpoints/{files[0].name}" for kind, files in found.items() if files}
        return {**paths, "last": f"checkpoints/{self.checkpoint.name}"} if self.checkpoint else paths


def _outlines(tensors: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.to("meta") if hasattr(value, "numel") and value.numel() >= LARGE else value
        for key, value in tensors.items()
    }


def find_continuation(folder: RunFolder) -> Continuation:
    """Prepare to resume a run. Raises UsageError if there is no such run, NewerVersionError if a newer Epochscope has
    written to it."""
    if not folder.journal.exists() and not folder.run_toml.exists():
        raise UsageError(
            "resume.nothing",
            "There is no run to resume.",
            where=str(folder.path),
            expected="a run folder with run.toml and journal.jsonl",
            fix="see `epochscope runs`, or start a new run",
        )
    check_formats(folder)
    history = read_history(JournalReader(folder.journal))
    owner = read_owner(folder)  # counts an attempt that died before its first journal record
    attempt = max([*history.attempts, *([owner.attempt] if owner else [])], default=0) + 1
    found = [newest_valid(folder.checkpoints, kind) for kind in RESUMABLE]
    checkpoint = max((path for path, _ in found if path), key=_step, default=None)
    texts = tuple(f"{path.name} was skipped: {reason}" for _, skipped in found for path, reason in skipped)
    file_callbacks = history.info.file_callbacks if history.info else ()
    return Continuation(folder, attempt, history.seconds, checkpoint, texts, file_callbacks)


def check_file_callbacks(folder: RunFolder, continuation: Continuation, known: Collection[str]) -> None:
    """Raises UsageError `resume.callbacks` where a callback from a file that the run had is not `known` now."""
    missing = [name for name in continuation.file_callbacks if name not in known]
    if missing:
        command = f"epochscope resume {folder.name}"
        named = " ".join(f"--callback FILE.py:{name}" for name in missing)
        left_out = " ".join(f"--without {name}" for name in missing)
        raise UsageError(
            "resume.callbacks",
            f"This run was trained with {', '.join(missing)}: name callbacks from a file again.",
            where=str(folder.path),
            expected="the same callbacks as before: for safety, no run folder says which file to run",
            fix=f"{command} {named}; or install the package that contains it; without it: {command} {left_out}",
            run=folder.name,
            names=", ".join(missing),
            named=named,
            left_out=left_out,
        )


def classes_changed(then: Iterable[str], now: Iterable[str]) -> DataError:
    """The error for data whose classes, or their order, differ from those of the run."""
    return DataError(
        "data.classes_changed",
        "The classes differ from those that this run was trained on.",
        where=f"then: {', '.join(then)}; now: {', '.join(now)}",
        expected="the same classes in the same order",
        fix="give the data the classes that it had, or start a new run",
    )


def _step(path: Path) -> int:
    parsed = parse_name(path.name)
    return parsed[1] if parsed else -1


def best_weights(folder: RunFolder, tensors: dict[str, Tensor], meta: dict[str, Any]) -> dict[str, Any] | None:
    """The weights of the best epoch that `meta` names: from the checkpoint itself where that is the end of it, else
    from its own file."""
    epoch = meta["best"]["epoch"]
    if epoch is None:
        return None
    found = (tensors, meta) if _ends(meta, epoch) else _best_checkpoint(folder, epoch)
    return model_state(*found) if found else None


def _best_checkpoint(folder: RunFolder, epoch: int | None = None) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """The `best` file of the end of `epoch`; without a number, of the newest epoch that was the best when it ended:
    with `keep_best` there are files of lesser epochs too."""
    for path in find(folder.checkpoints, "best"):
        try:
            tensors, meta = read(path)
        except DiskError:  # a damaged file is skipped: an older one may hold the best weights
            continue
        best = epoch or meta["best"]["epoch"]
        if best and _ends(meta, best):
            return tensors, meta
    return None


@dataclass(frozen=True)
class TrainedWeights:
    """The trained weights of a run: the best ones, else the last ones, by their own names; `meta` is their
    checkpoint's."""

    tensors: dict[str, Tensor]
    meta: dict[str, Any]
    kind: Literal["best", "last"]

    @property
    def state(self) -> dict[str, Any]:
        """What the model's `load_state_dict` takes: the tensors, and extra state."""
        return {**self.tensors, **_extra_state(self.meta)}

    @property
    def epoch(self) -> int:
        """The epoch (1-based) of these weights: the last one they were trained in."""
        return int(self.meta["epoch"]) if self.meta["batch"] else max(1, int(self.meta["epoch"]) - 1)


def trained_weights(folder: RunFolder) -> TrainedWeights:
    """The best weights of a run, of a live one too. Raises UsageError `run.no_checkpoint` where nothing was saved yet,
    DiskError where nothing that was saved can be read, NewerVersionError where a newer Epochscope saved it."""
    check_formats(folder)
    for _ in range(_TRIES):
        there = [path for kind in ("best", "last") for path in find(folder.checkpoints, kind)]
        best = _best_checkpoint(folder)
        if best is not None:
            return TrainedWeights(model_weights(best[0]), best[1], "best")
        # a live run may have replaced the file during the search
        if all(path.exists() for path in there):
            break
    path, skipped = newest_valid(folder.checkpoints, "last")
    if path is None and skipped:
        raise DiskError(
            "checkpoint.all_damaged",
            f"No checkpoint of this run can be read. {skipped[0].reason}",
            where=str(skipped[0].path),
            fix=f"restore one from a backup, or train again: epochscope train --settings {folder.run_toml}",
            path=str(skipped[0].path),
            run=folder.name,
            settings=str(folder.run_toml),
        )
    if path is None:
        raise UsageError(
            "run.no_checkpoint",
            "This run has no checkpoint yet.",
            where=str(folder.checkpoints),
            fix=f"let it train at least one epoch: epochscope resume {folder.name}",
        )
    tensors, meta = read(path)
    return TrainedWeights(model_weights(tensors), meta, "last")


def _ends(meta: dict[str, Any], epoch: int) -> bool:
    """Whether a checkpoint was made at the end of this epoch."""
    return bool(meta["epoch"] == epoch + 1 and meta["batch"] == 0)


def model_state(tensors: dict[str, Tensor], meta: dict[str, Any]) -> dict[str, Any]:
    """`model_weights`, and the extra state of the model's modules: what its `load_state_dict` takes."""
    return {**model_weights(tensors), **_extra_state(meta)}


def _extra_state(meta: dict[str, Any]) -> dict[str, Any]:
    """What the model's modules gave by `get_extra_state`; there is none in older checkpoints."""
    found: dict[str, Any] = meta.get("modules", {}).get("extra", {}).get("model", {})
    return found


def model_weights(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The `model.*` tensors of a checkpoint by their own names."""
    return {key.removeprefix("model."): value for key, value in tensors.items() if key.startswith("model.")}
