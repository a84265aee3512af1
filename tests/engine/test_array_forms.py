"""Arrays as people have them: whatever their strides and byte order are, and however their labels are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from trainer import Trainer
from trainer.errors import DataError

COUNT, FEATURES, CLASSES = 48, 4, 12
X: NDArray[np.float32] = np.random.default_rng(0).normal(size=(COUNT, FEATURES)).astype(np.float32)
Y: NDArray[np.int64] = np.arange(COUNT) % CLASSES
ODD: dict[str, Callable[[Any], Any]] = {
    "reversed": lambda values: values[::-1][::-1],
    "big-endian": lambda values: values.astype(values.dtype.newbyteorder(">")),
    "read-only": lambda values: np.frombuffer(values.tobytes(), values.dtype).reshape(values.shape),
    "field": lambda values: np.rec.fromarrays([values, np.zeros(values.shape, np.uint8)], names="a,b")["a"],
}


def net(inputs: int = 1) -> nn.Module:
    class Sum(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(FEATURES, CLASSES)

        def forward(self, *images: Tensor) -> Tensor:
            found: Tensor = self.linear(sum(images))
            return found

    torch.manual_seed(0)
    return Sum() if inputs > 1 else nn.Linear(FEATURES, CLASSES)


def weights(data: Any, inputs: int = 1) -> Tensor:
    trainer = Trainer(net(inputs), data, epochs=2, device="cpu")
    trainer.fit()
    return next(trainer.model.parameters()).detach()


FORMS: dict[str, Callable[[Callable[[Any], Any]], Any]] = {
    "arrays": lambda odd: (odd(X), odd(Y)),
    "batches": lambda odd: [(odd(X[at : at + 8]), odd(Y[at : at + 8])) for at in range(0, COUNT, 8)],
    "single images": lambda odd: [(odd(image), int(label)) for image, label in zip(X, Y, strict=True)],
    "two inputs": lambda odd: [((odd(X[at : at + 8]), odd(X[at : at + 8])), Y[at : at + 8]) for at in range(0, 48, 8)],
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("form", FORMS)
def test_training_sees_the_numbers_and_not_how_they_lie_in_memory(form: str, odd: str) -> None:
    inputs = 2 if form == "two inputs" else 1
    plain, other = (weights(FORMS[form](way), inputs) for way in (np.array, ODD[odd]))
    assert torch.equal(plain, other)


@pytest.mark.parametrize("odd", ODD)
def test_so_does_prediction(odd: str) -> None:
    trainer = Trainer(net(), FORMS["batches"](np.array), epochs=1, device="cpu")
    pd.testing.assert_frame_equal(trainer.predict(X), trainer.predict(ODD[odd](X)))


def test_numbers_in_a_data_frame_are_rows_of_an_array() -> None:
    frame = pd.DataFrame(X, index=range(100, 100 + COUNT))
    trainer = Trainer(net(), (frame, pd.Series(Y)), epochs=1, device="cpu")
    pd.testing.assert_frame_equal(trainer.predict(frame).reset_index(drop=True), trainer.predict(X))
    assert list(trainer.predict(frame).index) == list(frame.index)


@pytest.mark.parametrize("written", [Y.astype(object), pd.Series(Y, dtype=object), [str(one) for one in Y]])
def test_class_numbers_keep_their_order_however_they_are_written(written: Any) -> None:
    """As texts in the order of the alphabet, class 10 would come before class 2."""
    names = tuple(map(str, range(CLASSES)))
    trainer = Trainer(net(), {"train": (X, written), "valid": (X, written)}, epochs=2, device="cpu")
    plain = Trainer(net(), {"train": (X, Y), "valid": (X, Y)}, epochs=2, device="cpu")
    result, expected = trainer.fit(), plain.fit()
    assert trainer.classes == names
    assert result.evaluations["valid"].metrics == expected.evaluations["valid"].metrics
    assert trainer.evaluate((X, Y)).metrics.counts.tolist() == plain.evaluate((X, Y)).metrics.counts.tolist()


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, ""])
def test_a_missing_label_is_no_class(missing: Any) -> None:
    labels = np.array(["a", "b", missing] * 16, dtype=object)
    with pytest.raises(DataError, match="Label 2 of 'train'") as caught:
        Trainer(nn.Linear(FEATURES, 3), (X, labels), device="cpu")
    assert caught.value.code == "data.labels"


def test_names_do_not_say_which_number_they_stand_for() -> None:
    names = np.array(["b", "c"] * 24)
    with pytest.raises(DataError) as caught:
        Trainer(net(), {"train": (X, Y), "valid": (X, names)}, device="cpu")
    assert caught.value.code == "data.class_lists"
    with pytest.raises(DataError, match="names, those of the training data are numbers"):
        Trainer(net(), (X, Y), device="cpu").evaluate((X, names))
