"""One order of construction: a session comes first and a Trainer trains within it, from a script or from settings."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from callbacks import EarlyStopping
from tests.engine.fakes import FEATURES, Batch, Recorder, batches, callback, linear, make
from trainer import Trainer, build_model, open_data
from trainer.data import ImageData
from trainer.errors import UsageError
from trainer.events import Preparing, RunEnded, RunStarted
from trainer.launch import start
from trainer.settings import Settings, merge
from trainer.store.checkpoint import newest_valid, read
from trainer.store.folder import RunFolder

ROOT = Path(__file__).parents[2]
FIRST_EVENT = """
import json, sys
from pathlib import Path
from trainer import Callback
from trainer.launch import start
from trainer.settings import merge

class Look(Callback):
    seen = None
    def on_preparing(self, event, run):
        if self.seen is None:
            self.seen = {"torch": "torch" in sys.modules, "model": run.model is None,
                         "files": sorted(path.name for path in run.folder.path.iterdir()),
                         "journal": run.folder.journal.read_text().count("Preparing")}

look = Look()
start(merge({"train": {"epochs": 1}}), Path(sys.argv[1]), name="run", callbacks=[look])
print("JSON" + json.dumps({**look.seen, "afterwards": "torch" in sys.modules}))
"""


def settings(**train: Any) -> Settings:
    return merge({"train": {"epochs": 1, "batch": 256, **train}})


def weights(path: Path) -> dict[str, torch.Tensor]:
    found, _ = newest_valid(RunFolder(path).checkpoints, "last")
    assert found is not None
    return {name: value for name, value in read(found)[0].items() if name.startswith("model.")}


def test_the_folder_the_journal_and_the_first_event_are_there_before_torch(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FIRST_EVENT, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.partition("JSON")[2])
    assert {"run.toml", "journal.jsonl"} <= set(seen.pop("files"))
    assert seen == {"torch": False, "model": True, "journal": 1, "afterwards": True}


def test_a_script_and_the_command_line_make_the_same_run(tmp_path: Path) -> None:
    heard = Recorder("one"), Recorder("two")
    start(settings(threads=1), tmp_path, name="launched", callbacks=[heard[0]])
    data = open_data("digits", batch=256)
    model = build_model("softmax", data.input_shape, len(data.classes), {}, 1234)
    made = Trainer(
        model, data, epochs=1, threads=1, run_dir=tmp_path / "scripted", callbacks=[heard[1]], optimizer=adam
    )
    assert made.fit().status == "completed"
    kinds = [[kind for kind in one.kinds if kind != "BatchesReported"] for one in heard]  # which come by the clock
    assert kinds[0] == kinds[1]
    found = weights(tmp_path / "launched"), weights(tmp_path / "scripted")
    assert list(found[0]) == list(found[1])
    assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])


def adam(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters, lr=settings().train.lr, fused=True)


def test_a_stop_while_the_run_is_prepared_has_a_result_too(tmp_path: Path) -> None:
    stop = callback("stop", on_preparing=lambda event, run: signal.raise_signal(signal.SIGINT))
    result = start(settings(), tmp_path, name="run", callbacks=[stop], signals=True)
    assert (result.status, result.reason, result.run_dir) == ("stopped", "SIGINT", tmp_path / "run")
    assert (result.best_epoch, result.epochs, dict(result.evaluations)) == (None, (), {})


@pytest.mark.parametrize("late", ["a device that is not there", "two callbacks of one name"])
def test_wrong_usage_found_late_leaves_no_folder(late: str, tmp_path: Path) -> None:
    recorders = [Recorder(), Recorder()] if late.startswith("two") else [Recorder()]
    device = "cuda:999" if late.startswith("a device") else "cpu"
    with pytest.raises(UsageError) as caught:
        start(settings(device=device), tmp_path, name="run", callbacks=recorders)
    assert caught.value.code == ("device.missing" if len(recorders) == 1 else "callbacks.same_name")
    assert not (tmp_path / "run").exists()


# -- keywords of Trainer that settings pass --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "code", "expected"),
    [
        ({"threads": 0}, "train.count", "from 1 to 1,024"),
        ({"threads": 1025}, "train.count", "from 1 to 1,024"),
        ({"threads": 1.5}, "train.count", "from 1 to 1,024"),
        ({"threads": True}, "train.count", "from 1 to 1,024"),
        ({"eval_batch": 0}, "train.count", "from 1 to 65,536"),
        ({"eval_batch": 65_537}, "train.count", "from 1 to 65,536"),
        ({"eval_batch": "64"}, "train.count", "from 1 to 65,536"),
        ({"epochs": 2.5}, "train.epochs", "at least 1"),
        ({"precision": "float16"}, "precision.unknown", "float32, bfloat16 or auto"),
    ],
)
def test_a_value_out_of_range_is_refused_at_once(given: Any, code: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        make(**given)
    assert caught.value.code == code
    assert expected in caught.value.expected


def _lazy() -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch says that lazy modules are new
        return nn.LazyLinear(3)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"seed": None}, "train.seed"),
        ({"seed": -1}, "train.seed"),
        ({"seed": 1.5}, "train.seed"),
        ({"seed": 2**63}, "train.seed"),
        ({"model": "cnn"}, "model.not_one"),
        ({"model": nn.Linear}, "model.not_one"),
        ({"model": _lazy()}, "model.no_weights"),
        ({"model": nn.Linear(5, 3, device="meta")}, "model.no_weights"),
        ({"optimizer": "adam"}, "optimizer.not_one"),
        ({"loss": "cross_entropy"}, "loss.not_one"),
        ({"loss": nn.CrossEntropyLoss}, "loss.not_one"),
        ({"optimizer": lambda parameters: None}, "optimizer.not_one"),
        ({"optimizer": torch.optim.SGD(nn.Linear(5, 3).parameters())}, "optimizer.parameters"),
        ({"callbacks": EarlyStopping(2)}, "callbacks.not_list"),
    ],
)
def test_a_value_of_another_kind_is_refused_at_once(given: Any, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        make(**given)
    assert caught.value.code == code
    assert caught.value.expected


def test_seeds_of_numpy_are_seeds() -> None:
    assert make(seed=np.int64(3)).seed == 3


def test_an_optimizer_may_hold_frozen_layers_that_are_trained_later() -> None:
    model = nn.Sequential(nn.Linear(5, 4), nn.Linear(4, 3))
    optimizer = torch.optim.SGD(model[0].parameters(), lr=0.1)
    for parameter in model[0].parameters():
        parameter.requires_grad_(False)
    assert make(model, optimizer=optimizer).optimizer is optimizer


def test_threads_are_those_asked_for_else_those_torch_has(recorder: Recorder) -> None:
    make(callbacks=[recorder], threads=2).fit()
    assert torch.get_num_threads() == 2
    make(callbacks=[recorder]).fit()
    assert [event.threads for event in recorder.of(RunStarted)] == [2, 2]


def test_eval_batch_is_how_many_images_are_looked_at_together(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, original = [], ImageData.eval_batches

    def spy(self: ImageData, split: str, batch: int) -> Iterator[Batch]:
        asked.append(batch)
        return original(self, split, batch)

    monkeypatch.setattr(ImageData, "eval_batches", spy)
    data = open_data("digits", batch=512)
    model = build_model("softmax", data.input_shape, len(data.classes))
    Trainer(model, data, epochs=1, device="cpu", eval_batch=77).fit()
    assert set(asked) == {77}
    asked.clear()
    Trainer(model, data, device="cpu").evaluate("valid")
    assert asked == [1000]


# -- what is handed over ---------------------------------------------------------------------------------------------


def test_a_data_source_that_is_not_complete_is_told_what_it_lacks() -> None:
    class Half:
        classes = ("a", "b", "c")
        input_shape = (FEATURES,)

        def train_batches(self, epoch: int, first_batch: int = 0) -> Iterator[Batch]:
            return iter(batches(2))

    with pytest.raises(UsageError) as caught:
        make(data=Half())
    assert caught.value.code == "data.source"
    for name in ("batch", "single_pass", "sizes", "eval_batches", "fingerprint"):
        assert f" {name}" in caught.value.what
    assert "train_batches" not in caught.value.what


def test_what_a_hook_gets_is_none_until_there_is_something() -> None:
    seen: dict[str, Any] = {}

    def look(event: Any, run: Any) -> None:
        seen.setdefault(type(event).__name__, (run.model, run.optimizer, run.data))

    model = linear()
    trainer = make(model, callbacks=[callback("look", on_preparing=look, on_run_started=look, on_run_ended=look)])
    trainer.fit()
    assert seen[Preparing.__name__] == (None, None, None)
    assert seen[RunStarted.__name__] == seen[RunEnded.__name__] == (model, trainer.optimizer, trainer.feed)
