"""Where an interrupted run goes on: its newest valid checkpoint and the history leading there. No torch at import."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from trainer.errors import DiskError, UsageError
from trainer.events import EpochEnded
from trainer.store.checkpoint import Kind, find, newest_valid, parse_name, read
from trainer.store.folder import RunFolder, read_owner
from trainer.store.format_check import check_formats
from trainer.store.journal import JournalReader
from trainer.store.run_history import read_history

if TYPE_CHECKING:
    from torch import Tensor


RESUMABLE: tuple[Kind, ...] = ("last", "manual")
"""Kinds to go on from; the first of them where both were saved at the same step."""
_TRIES = 3


@dataclass(frozen=True)
class Continuation:
    """The next attempt at a run. `checkpoint` None: nothing valid was saved yet, it starts again from step 0.

    `elapsed`: seconds of training that the journal knows of.
    """

    folder: RunFolder
    attempt: int
    elapsed: float
    checkpoint: Path | None
    skipped: tuple[str, ...] = ()
    _loaded: list[Any] = field(default_factory=list)

    def load(self) -> tuple[dict[str, Tensor], dict[str, Any], dict[str, Any] | None]:
        """Tensors and meta of the checkpoint, and the best weights so far by parameter name, if there are any.

        Raises DiskError where the checkpoint cannot be read after all.
        """
        if self.checkpoint is None:
            raise ValueError("this continuation starts from nothing")
        if not self._loaded:
            tensors, meta = read(self.checkpoint)
            self._loaded.append((tensors, meta, best_weights(self.folder, tensors, meta)))
        tensors, meta, best = self._loaded[0]
        return tensors, meta, best

    @property
    def seq(self) -> int:
        """The last journal record the checkpoint covers; 0 where there is none."""
        return int(self.load()[1]["seq"]) if self.checkpoint else 0

    @property
    def threads(self) -> int | None:
        """Intra-op threads of the attempt that saved; None where nothing was saved."""
        return int(self.load()[1]["threads"]) if self.checkpoint else None

    def epochs(self) -> list[EpochEnded]:
        """The finished epochs that count, up to the checkpoint."""
        return read_history(JournalReader(self.folder.journal), last=self.seq).finished

    def paths(self) -> dict[str, str]:
        """Newest checkpoints by kind, relative to the run folder."""
        found = {kind: find(self.folder.checkpoints, kind) for kind in ("best", "last")}
        paths = {kind: f"checkpoints/{files[0].name}" for kind, files in found.items() if files}
        return {**paths, "last": f"checkpoints/{self.checkpoint.name}"} if self.checkpoint else paths


def find_continuation(folder: RunFolder) -> Continuation:
    """What `resume` continues. Raises UsageError where there is no such run, NewerVersionError where a newer Epochscope
    wrote into it."""
    if not folder.journal.exists() and not folder.run_toml.exists():
        raise UsageError(
            "resume.nothing",
            "There is no run to resume.",
            where=str(folder.path),
            expected="a run folder with run.toml and journal.jsonl",
            mend="see `epochscope runs`, or start a new run",
        )
    check_formats(folder)
    history = read_history(JournalReader(folder.journal))
    owner = read_owner(folder)  # of an attempt that died before its first record, if the journal does not know it
    attempt = max([*history.attempts, *([owner.attempt] if owner else [])], default=0) + 1
    found = [newest_valid(folder.checkpoints, kind) for kind in RESUMABLE]
    checkpoint = max((path for path, _ in found if path), key=_step, default=None)
    texts = tuple(f"{path.name} was skipped: {reason}" for _, skipped in found for path, reason in skipped)
    return Continuation(folder, attempt, history.seconds, checkpoint, texts)


def _step(path: Path) -> int:
    parsed = parse_name(path.name)
    return parsed[1] if parsed else -1


def best_weights(folder: RunFolder, tensors: dict[str, Tensor], meta: dict[str, Any]) -> dict[str, Any] | None:
    """The weights of the best epoch that `meta` names: from the checkpoint itself where that is the end of it, else
    from its own file."""
    epoch = meta["best"]["epoch"]
    if epoch is None:
        return None
    return model_state(tensors, meta) if _ends(meta, epoch) else saved_best(folder, epoch)


def saved_best(folder: RunFolder, epoch: int | None = None) -> dict[str, Any] | None:
    """The weights at the end of `epoch` from its `best` file; without a number, of the newest epoch that was the best
    when it ended. With `keep_best` there are files of lesser epochs too."""
    found = _best_checkpoint(folder, epoch)
    return model_state(*found) if found else None


def _best_checkpoint(folder: RunFolder, epoch: int | None = None) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    for path in find(folder.checkpoints, "best"):
        try:
            tensors, meta = read(path)
        except DiskError:  # a damaged one is passed over: an older one may hold the best
            continue
        best = epoch or meta["best"]["epoch"]
        if best and _ends(meta, best):
            return tensors, meta
    return None


@dataclass(frozen=True)
class TrainedWeights:
    """What a run has learnt: its best weights by their own names, else the last ones; `meta` is their checkpoint's."""

    tensors: dict[str, Tensor]
    meta: dict[str, Any]
    kind: Literal["best", "last"]

    @property
    def state(self) -> dict[str, Any]:
        """What the model's `load_state_dict` takes: the tensors, and extra state."""
        return {**self.tensors, **self.meta.get("modules", {}).get("extra", {}).get("model", {})}

    @property
    def epoch(self) -> int:
        """The epoch (1-based) that they are of: the last one that went into them."""
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
        # a live run may have put a better one in place while this looked for the one before
        if all(path.exists() for path in there):
            break
    path = newest_valid(folder.checkpoints, "last")[0]
    if path is None:
        raise UsageError(
            "run.no_checkpoint",
            "This run has no checkpoint yet.",
            where=str(folder.checkpoints),
            mend=f"let it train at least one epoch: epochscope resume {folder.name}",
        )
    tensors, meta = read(path)
    return TrainedWeights(model_weights(tensors), meta, "last")


def _ends(meta: dict[str, Any], epoch: int) -> bool:
    """Whether a checkpoint was made at the end of this epoch."""
    return bool(meta["epoch"] == epoch + 1 and meta["batch"] == 0)


def model_state(tensors: dict[str, Tensor], meta: dict[str, Any]) -> dict[str, Any]:
    """The same with the extra state of the model's modules: what its `load_state_dict` takes."""
    return {**model_weights(tensors), **meta.get("modules", {}).get("extra", {}).get("model", {})}


def model_weights(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The `model.*` tensors of a checkpoint by their own names."""
    return {key.removeprefix("model."): value for key, value in tensors.items() if key.startswith("model.")}
