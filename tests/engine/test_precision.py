"""bfloat16 is a plain autocast loop, bit for bit; float32 is what it was; wrong use is told."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.engine.fakes import CLASSES, FEATURES, Deferred, Recorder, at_step, batches, linear, make
from trainer.engine.precision import forward_in
from trainer.errors import UsageError
from trainer.events import EpochEnded, RunStarted, ValidationDone
from trainer.inference import load_trained
from trainer.launch import start
from trainer.models import build_model
from trainer.models.linear import NarrowLinear
from trainer.settings import merge
from trainer.store.folder import RunFolder
from trainer.trainer import Trainer

EPOCHS = 2
MIXED: dict[str, Any] = {"precision": "bfloat16"}


def net() -> nn.Module:
    """A convolution and batch normalisation: what autocast does in bfloat16, and what it does not."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(3)
        return nn.Sequential(
            nn.Unflatten(1, (1, FEATURES, 1)), nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(),
            nn.Flatten(), NarrowLinear(4 * FEATURES, CLASSES),
        )  # fmt: skip


def data() -> dict[str, Any]:
    return {"train": [*batches(3), *batches(1, size=3, seed=5)], "valid": batches(2, seed=1)}


def adam(parameters: Any) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters, lr=0.1, fused=True)


def plain_loop(model: nn.Module, data: dict[str, Any]) -> list[tuple[float, float]]:
    """What anybody would write: training and validation loss of each epoch; the best weights are in the model then."""
    optimizer, rows, best = adam(model.parameters()), [], {}
    for _ in range(EPOCHS):
        model.train()
        loss_sum = samples = 0.0
        for images, labels in data["train"]:
            optimizer.zero_grad()
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = nn.functional.cross_entropy(model(images), labels)
            assert loss.dtype == torch.float32
            loss.backward()
            optimizer.step()
            loss_sum, samples = loss_sum + loss.item() * len(labels), samples + len(labels)
        model.eval()
        valid = []
        for images, labels in data["valid"]:
            with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
                valid.append(nn.functional.cross_entropy(model(images), labels).item())
        rows.append((loss_sum / samples, sum(valid) / len(valid)))
        if rows[-1][1] == min(loss for _, loss in rows):
            best = copy.deepcopy(model.state_dict())
    model.load_state_dict(best)
    return rows


def same(one: nn.Module, other: nn.Module) -> bool:
    """Bit for bit, buffers too."""
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(a.dtype == b.dtype and torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("model", [linear, net])
@pytest.mark.parametrize("kind", [Trainer, Deferred])
def test_bfloat16_is_the_plain_autocast_loop(
    model: Callable[[], nn.Module], kind: type[Trainer], recorder: Recorder
) -> None:
    mine, plain = model(), model()
    kind(mine, data(), optimizer=adam, callbacks=[recorder], epochs=EPOCHS, device="cpu", **MIXED).fit()
    rows = plain_loop(plain, data())
    assert same(mine, plain)
    assert not same(mine, model())
    for event, (train_loss, valid_loss) in zip(recorder.of(EpochEnded), rows, strict=True):
        assert event.train_loss == pytest.approx(train_loss, rel=1e-12)
        assert event.valid_loss == pytest.approx(valid_loss, rel=1e-12)


def test_bfloat16_is_not_float32() -> None:
    losses = []
    for precision in ("float32", "bfloat16"):
        recorder = Recorder()
        make(net(), data(), optimizer=adam, callbacks=[recorder], precision=precision).fit()
        losses.append(recorder.of(ValidationDone)[-1].loss)
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.1)


def test_float32_is_the_model_itself() -> None:
    """Nothing stands between the step and the model, so nothing is paid; `test_reference_loop` compares the bits."""
    trainer = make()
    assert trainer._forward is trainer.model
    seen: list[bool] = []
    trainer.model.register_forward_hook(lambda *_: seen.append(torch.is_autocast_enabled("cpu")))
    trainer.fit()
    assert seen
    assert not any(seen)


def test_weights_gradients_and_kept_outputs_stay_float32() -> None:
    trainer = make(net(), data(), optimizer=adam, **MIXED)
    kept: list[torch.dtype] = []
    given: list[torch.dtype] = []
    trainer.model.register_forward_hook(lambda module, inputs, output: given.append(output.dtype))
    at_step(trainer, 1, lambda: kept.extend(one.dtype for one in trainer.loop.tally._outputs))
    trainer.fit()
    assert set(given) == {torch.bfloat16}
    assert kept == [torch.float32]
    assert {one.dtype for one in trainer.model.parameters()} == {torch.float32}
    assert {one.grad.dtype for one in trainer.model.parameters() if one.grad is not None} == {torch.float32}
    slots = [slot for state in trainer.optimizer.state.values() for slot in state.values()]
    assert {slot.dtype for slot in slots if isinstance(slot, Tensor)} == {torch.float32}


def test_evaluate_and_predict_compute_as_validation_does() -> None:
    trainer = make(net(), {**data(), "test": batches(1, seed=2)}, **MIXED)
    images, labels = batches(1, seed=2)[0]
    trainer.model.eval()
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        logits = trainer.model(images).float()
    assert trainer.evaluate("test").metrics.loss == nn.functional.cross_entropy(logits, labels).item()
    assert np.array_equal(trainer.predict(images).iloc[:, 2:].to_numpy(), logits.softmax(1).numpy())


@pytest.mark.parametrize("bias", [True, False])
def test_the_narrow_layer_under_autocast_is_the_ordinary_one(bias: bool) -> None:
    narrow, plain = NarrowLinear(FEATURES, CLASSES, bias=bias), nn.Linear(FEATURES, CLASSES, bias=bias)
    plain.load_state_dict(narrow.state_dict())
    images, labels = batches(1, size=32)[0]
    for layer in (narrow, plain):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            outputs = layer(images)
        assert outputs.dtype == torch.bfloat16
        nn.functional.cross_entropy(outputs.float(), labels).backward()
    for one, other in zip(narrow.parameters(), plain.parameters(), strict=True):
        assert one.grad is not None
        assert one.grad.dtype == torch.float32
        torch.testing.assert_close(one.grad, other.grad, rtol=0.02, atol=0.002)


def test_a_device_that_does_not_compute_in_it_is_wrong_use() -> None:
    with pytest.raises(UsageError) as caught:
        forward_in("bfloat16", linear(), torch.device("meta"))
    assert caught.value.code == "precision.unsupported"
    assert "meta" in caught.value.what
    assert "--precision float32" in caught.value.fix


def test_a_device_that_quietly_computes_in_float32_is_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: torch.no_grad())
    with pytest.raises(UsageError, match="autocast gives float32"):
        forward_in("bfloat16", linear(), torch.device("cpu"))


def test_an_unknown_precision_is_wrong_use() -> None:
    with pytest.raises(UsageError) as caught:
        make(precision="float16")
    assert caught.value.code == "precision.unknown"
    with pytest.raises(UsageError, match=r"train\.precision: got 'float16', expected one of float32, bfloat16, auto"):
        merge({"train": {"precision": "float16"}})


def test_a_run_without_support_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.engine.precision.bfloat16_refusal", lambda device: "it is too old")
    with pytest.raises(UsageError, match="too old"):
        start(merge({"train": {"precision": "bfloat16", "device": "cpu"}}), tmp_path, name="run")
    assert not list(tmp_path.iterdir())


def test_the_setting_reaches_training_and_evaluation(tmp_path: Path, recorder: Recorder) -> None:
    settings = merge({"train": {"precision": "bfloat16", "epochs": 1, "batch": 256, "device": "cpu"}})
    result = start(settings, tmp_path, name="run", callbacks=[recorder])
    assert recorder.of(RunStarted)[0].settings["train"]["precision"] == "bfloat16"
    trainer = load_trained(RunFolder(tmp_path / "run")).trainer
    assert trainer.precision == "bfloat16"
    assert trainer.evaluate("valid").metrics.loss == recorder.of(ValidationDone)[0].loss
    plain = build_model("softmax", trainer.feed.input_shape, len(trainer.classes))  # type: ignore[arg-type]
    optimizer = adam(plain.parameters())
    optimizer.param_groups[0]["lr"] = settings.train.lr
    for images, labels in trainer.feed.train_batches(1):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = nn.functional.cross_entropy(plain(images), labels)
        loss.backward()
        optimizer.step()
    assert result.status == "completed"
    assert same(trainer.model, plain)


def test_a_resumed_run_is_the_same_bit_for_bit(tmp_path: Path) -> None:
    def build(name: str) -> Trainer:
        return make(net(), data(), optimizer=adam, run_dir=tmp_path / name, **MIXED)

    whole = build("whole")
    whole.fit()
    stopped = build("stopped")
    at_step(stopped, 3, stopped.stop)
    stopped.fit()
    resumed = build("stopped")
    resumed.fit(resume=True)
    assert same(resumed.model, whole.model)
