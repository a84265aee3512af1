"""MLflow's own client finds what the run says. One store for all of these: making its database takes seconds."""

from __future__ import annotations

import gc
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tests.callbacks.trackers.test_reported import COLOURS, fit
from tests.engine.fakes import make
from trainer.cli import main
from trainer.inference import load_trained
from trainer.result import Result
from trainer.store.checkpoint import find
from trainer.store.folder import RunFolder
from trainer.store.journal import JournalReader
from trainer.store.run_history import read_history

pytest.importorskip("mlflow", reason="the extra mlflow is not installed")
pytest.importorskip("sqlalchemy", reason="the extra mlflow is not installed")

from callbacks import MLflow

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore"),  # of MLflow's and SQLAlchemy's own
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def client(root: Path) -> Any:
    import os

    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    from mlflow import MlflowClient

    (root / ".mlflow").mkdir()
    return MlflowClient(tracking_uri=f"sqlite:///{root}/.mlflow/mlflow.db")


@pytest.fixture(scope="module")
def digits(root: Path, client: Any) -> RunFolder:
    """`epochscope train` with the tracker."""
    flags = ["--epochs", "3", "--callbacks", "mlflow", "--runs", str(root), "--name", "digits"]
    assert main(["train", "digits", *flags]) == 0
    return RunFolder(root / "digits")


def runs_named(client: Any, name: str) -> list[Any]:
    place = client.get_experiment_by_name("epochscope").experiment_id
    return list(client.search_runs([place], f"attributes.run_name = '{name}'"))


def curve(client: Any, run: Any, name: str) -> list[tuple[int, float]]:
    return [(one.step, one.value) for one in client.get_metric_history(run.info.run_id, name)]


def test_metrics_are_those_of_the_history(digits: RunFolder, client: Any) -> None:
    (run,) = runs_named(client, "digits")
    history = read_history(JournalReader(digits.journal), whole_validations=True)
    assert run.info.status == "FINISHED"
    assert curve(client, run, "train/loss") == [(one.step, one.train_loss) for one in history.finished]
    assert curve(client, run, "valid/loss") == [(one.step, one.loss) for one in history.validations]
    assert curve(client, run, "valid_f1/7") == [(one.step, one.f1[7]) for one in history.validations]
    test = history.evaluations["test"]
    assert curve(client, run, "evaluation/test_macro_f1") == [(test.step, test.macro_f1)]


def test_parameters_tags_and_artifacts(digits: RunFolder, client: Any) -> None:
    (run,) = runs_named(client, "digits")
    assert (run.data.params["train.epochs"], run.data.params["model"]) == ("3", "softmax")
    assert run.data.tags["epochscope.status"] == "completed"
    kept = {one.path for one in client.list_artifacts(run.info.run_id)}
    assert {"run.toml", "metrics.csv", "environment.json", "evaluation", "images", "model"} <= kept


def test_the_model_gives_the_logits_of_the_run(digits: RunFolder, client: Any, root: Path) -> None:
    import mlflow

    (run,) = runs_named(client, "digits")
    mlflow.set_tracking_uri(f"sqlite:///{root}/.mlflow/mlflow.db")
    model = mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/model")
    pixels = np.random.default_rng(3).integers(0, 256, (5, 8, 8, 1), dtype=np.uint8)
    trainer = load_trained(digits).trainer
    trainer.model.eval()
    with torch.no_grad():
        expected = trainer.model(trainer.feed.prepare(pixels)).numpy()  # type: ignore[attr-defined]
    np.testing.assert_allclose(model.predict(pixels), expected, rtol=1e-5, atol=1e-5)
    signature = model.metadata.signature
    assert signature.inputs.to_dict()[0]["tensor-spec"] == {"dtype": "uint8", "shape": (-1, 8, 8, 1)}
    assert signature.outputs.to_dict()[0]["tensor-spec"] == {"dtype": "float32", "shape": (-1, 10)}
    del model
    gc.collect()  # ends the threads that have fetched its files


def test_a_resumed_run_goes_on_in_the_same_run(root: Path, client: Any) -> None:
    def fit(resume: bool = False) -> Result:
        return make(callbacks=[MLflow(patience=300)], run_dir=root / "again", epochs=3).fit(resume=resume)

    fit()
    for kind in ("last", "best"):
        for path in find(RunFolder(root / "again").checkpoints, kind):  # type: ignore[arg-type]
            if int(path.stem.rpartition("-")[2]) > 4:
                path.unlink()
    result = fit(resume=True)
    (run,) = runs_named(client, "again")
    assert run.info.status == "FINISHED"
    assert run.data.tags["epochscope.resumed_step"] == "4"
    values = dict(curve(client, run, "train/loss"))  # the later one of two
    assert values == dict(zip(result.history["step"], result.history["train_loss"], strict=True))
    # a module of the caller's own is no model that could be made again
    assert "model" not in {one.path for one in client.list_artifacts(run.info.run_id)}


def test_what_callbacks_report_and_custom_metrics(root: Path, client: Any) -> None:
    result = fit(root / "reported", MLflow(patience=300))
    (run,) = runs_named(client, "reported")
    steps = result.history["step"].tolist()
    assert curve(client, run, "reported/norm") == list(zip(steps, [0.1, 0.2, 0.3], strict=True))
    assert [value for _, value in curve(client, run, "valid/share")] == result.history["valid_share"].tolist()
    kept = [one.path for one in client.list_artifacts(run.info.run_id, "images") if one.path.endswith(".png")]
    looks = {int(found[1]): path for path in kept if (found := re.search(r"reported.look.step\D(\d+)", path))}
    assert sorted(looks) == steps
    for epoch, step in enumerate(steps, 1):
        path = root / ".mlflow" / "artifacts" / run.info.run_id / "artifacts" / looks[step]
        np.testing.assert_array_equal(np.asarray(Image.open(path)), COLOURS + np.uint8(epoch))


def test_names_that_mlflow_does_not_take(root: Path, client: Any) -> None:
    from callbacks.trackers.tracked_run import TrackedRunInfo

    info = TrackedRunInfo("0" * 32, "names", 1e9, None, root / "x", {"a=b": 1, "long": "x" * 7000})
    run = MLflow().connect(info)
    run.scalars({"valid_f1/a, b=c": 0.5, "valid_f1/кошка": float("nan"), **{f"x/{n}": n for n in range(1500)}}, 1, 1e9)
    run.scalars({"reported/../up": 1.0}, 1, 1e9)
    run.picture("reported/кошка ../x", COLOURS, 1, 1e9)
    run.finish("failed", {"reason": "x"}, 1e9)
    (found,) = runs_named(client, "names")
    assert found.data.metrics["valid_f1/a_ b_c"] == 0.5
    assert np.isnan(found.data.metrics["valid_f1/кошка"])
    assert found.data.metrics["x/1499"] == 1499
    assert len(found.data.params["long"]) == 6000
    assert found.info.status == "FAILED"
