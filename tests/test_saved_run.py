"""`load_run`: what a folder gives back is what training returned, with torch's own modules as the oracle."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from tests.engine.fakes import linear
from tests.engine.fakes import make as make_tiny
from trainer import Trainer, build_model, load_run, open_data
from trainer.data import ImageData
from trainer.errors import UsageError
from trainer.launch import read_settings, start
from trainer.result import Result
from trainer.settings import merge
from trainer.store.folder import RunFolder
from trainer.store.run_creation import create_run
from trainer.store.run_files import write_settings


class Own(nn.Module):
    """A network that only the script knows."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(64, 10)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.layer(images.flatten(1))
        return logits


@pytest.fixture(scope="module")
def data() -> ImageData:
    return open_data("digits")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def script(root: Path, data: ImageData) -> Result:
    """A run of a script, on a model of `build_model`."""
    model = build_model("mlp", data.input_shape, len(data.classes), {"hidden": 8, "layers": 1})
    return Trainer(model, data, epochs=2, run_dir=root / "script", device="cpu").fit()


@pytest.fixture(scope="module")
def own(root: Path, data: ImageData) -> Result:
    """A run of a script on a network of its own."""
    torch.manual_seed(0)
    return Trainer(Own(), data, epochs=1, run_dir=root / "own", device="cpu").fit()


@pytest.fixture(scope="module")
def command(root: Path) -> Result:
    """A run as the command line makes it."""
    settings = merge({"train": {"epochs": 2, "device": "cpu"}, "augment": {"rotation": 5.0}})
    return start(settings, root, name="command")


@pytest.fixture
def images(data: ImageData) -> Tensor:
    return next(iter(data.eval_batches("test", 32)))[0]


def test_tables_are_those_that_fit_returned(root: Path, script: Result) -> None:
    run = load_run("script", root=root)
    assert (run.name, run.path, run.status, run.problems) == ("script", root / "script", "completed", ())
    for name in ("history", "per_class", "confusion", "scores"):
        pd.testing.assert_frame_equal(getattr(run, name), getattr(script, name))
    assert run.epochs == script.epochs
    assert run.best_epoch == script.best_epoch
    assert run.classes == script.classes
    assert run.calibration == script.calibration
    assert run.plot() == script.plot()
    assert run.settings["train"]["epochs"] == 2
    for split, one in run.evaluations.items():
        assert one.scores() == script.evaluations[split].scores()
        assert one.report == script.evaluations[split].report
    assert "script" in run._repr_html_()


def test_last_is_the_default_and_a_path_or_a_beginning_will_do(
    root: Path, script: Result, command: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EPOCHSCOPE_RUNS", str(root))
    assert load_run().name in ("script", "command", "own")
    assert load_run("scr").name == "script"
    assert load_run(root / "script").name == load_run(str(root / "script"), root="elsewhere").name == "script"
    with pytest.raises(UsageError, match="no run 'nothing'"):
        load_run("nothing")


def test_the_model_of_build_model_is_built_again(root: Path, script: Result, images: Tensor) -> None:
    model = load_run("script", root=root).model()
    assert not model.training
    with torch.no_grad():
        assert torch.equal(model(images), script.model.eval()(images))


def test_a_network_of_ones_own_gets_its_weights(root: Path, own: Result, images: Tensor) -> None:
    given = Own()
    model = load_run("own", root=root, model=given).model()
    assert model is given
    with torch.no_grad():
        assert torch.equal(model(images), own.model.eval()(images))
    for use in (lambda run: run.model(), lambda run: run.predict("a.png")):
        with pytest.raises(UsageError, match="model of your own") as raised:
            use(load_run("own", root=root))
        assert "model=Network()" in str(raised.value)


def test_the_model_and_the_data_of_a_command_line_run(root: Path, command: Result) -> None:
    run = load_run("command", root=root)
    data = run.data()
    x, y = next(iter(data.eval_batches("test", 1000)))
    with torch.no_grad():
        predicted = run.model()(x).argmax(1)
    assert float((predicted == y).float().mean()) == pytest.approx(command.evaluations["test"].metrics.accuracy)


def test_data_of_a_script_cannot_be_opened_again(root: Path, script: Result) -> None:
    with pytest.raises(UsageError, match="started from a script"):
        load_run("script", root=root).data()


@pytest.mark.parametrize("name", ["script", "command"])
def test_predictions_are_those_of_plain_torch(name: str, root: Path, data: ImageData, request: Any) -> None:
    result = request.getfixturevalue(name)
    run = load_run(name, root=root)
    view = data.published("test")
    pixels, labels = view.pixels[:20], view.labels[:20]
    table = run.predict(list(pixels))
    with torch.no_grad():
        logits = run.model()(next(iter(data.eval_batches("test", 20)))[0])
    expected = (logits / result.calibration.temperature).softmax(1)
    assert np.allclose(table[list(run.classes)].to_numpy(), expected.numpy(), atol=1e-6)
    judged = run.evaluate([(_picture(one), label) for one, label in zip(pixels, labels, strict=True)])
    assert judged.metrics.accuracy == pytest.approx(float((logits.argmax(1).numpy() == labels).mean()))
    assert judged.weights == "best"


def _picture(pixels: Any) -> Any:
    return Image.fromarray(pixels)


def test_a_run_on_loaders_says_that_it_cannot_prepare_images(tmp_path: Path) -> None:
    make_tiny(run_dir=tmp_path / "run").fit()
    run = load_run(tmp_path / "run", model=linear(5))
    assert len(run.history) == 2
    with pytest.raises(UsageError, match="a script's own loaders"):
        run.predict("a.png")
    assert run.model()(torch.zeros(1, 5)).shape == (1, 3)


def test_a_run_that_has_not_begun_has_empty_tables(tmp_path: Path) -> None:
    folder = create_run(tmp_path, "new")
    write_settings(folder, merge({}).model_dump())
    run = load_run("new", root=tmp_path)
    assert run.history.empty
    assert run.per_class.empty
    assert run.status in ("preparing", "lost")
    assert any("journal.jsonl" in one for one in run.problems)
    with pytest.raises(UsageError, match="no checkpoint"):
        run.model()


@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_the_name_of_a_split_is_not_images(split: str, root: Path, script: Result) -> None:
    with pytest.raises(UsageError) as caught:
        load_run("script", root=root).evaluate(split)
    assert caught.value.code == "run.split_name"
    assert f"run.evaluations[{split!r}]" in caught.value.fix


def test_loading_a_run_needs_no_torch(root: Path, script: Result) -> None:
    code = (
        "import sys\n"
        "from trainer import load_run\n"
        f"run = load_run('script', root={str(root)!r})\n"
        "assert len(run.history) == 2 and run.plot().svg\n"
        "assert not {'torch', 'sklearn', 'matplotlib'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_model_that_is_built_again_is_no_reason_to_resume_it_by_command(root: Path, script: Result) -> None:
    with pytest.raises(UsageError, match="its own model"):
        read_settings(RunFolder(root / "script"))
