"""`ImageClassifier`: the engine as an estimator of scikit-learn."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import assert_all_finite, check_array, check_consistent_length, check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import nn

from trainer.backbones import is_pretrained
from trainer.callback import Callback
from trainer.data.loader_source import LoaderSource
from trainer.data.preparing_source import PreparingSource
from trainer.data.scaled_numbers import Scaling, scaled_numbers
from trainer.data.sources import is_frame
from trainer.data.table_columns import paths_of_frame
from trainer.engine.device import choose_device
from trainer.engine.precision import forward_in
from trainer.engine.prediction import predict
from trainer.engine.session import Session
from trainer.engine.settings_callbacks import callbacks_of
from trainer.launch import Prepared, build, make_trainer, open_settings_data
from trainer.models import build_model, move_model
from trainer.plugins import load_callback, model_options
from trainer.settings import Settings, merge
from trainer.settings.recipes import load_recipe
from trainer.store.folder import default_root
from trainer.torch_modes import own_modes
from trainer.trainer import Trainer

BuildModel = Callable[[tuple[int, int, int], int], nn.Module]


class ImageClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """The engine as a classifier of scikit-learn: for pipelines, grid search and cross-validation.

    X is one of: paths of image files (a list, an array of texts, or a DataFrame with a column of them), a list of
    Pillow images, uint8 arrays (N, H, W) or (N, H, W, C), which are decoded, resized, augmented and normalised as
    `open_data` does it; or any other numbers (N, F), (N, H, W), (N, C, H, W) or (N, H, W, C), which are only brought to
    mean 0 and standard deviation 1, channel by channel. Nothing is written but features of pretrained networks, which
    are kept as for other runs.

    There is no `partial_fit`: normalisation, validation and best epoch belong to all images, and a step on some of them
    would not be what `fit` does.

    Args:
        model: Name of a model, as for `build_model`; or a function of the input shape (channels, height, width) and the
            number of classes to a new `nn.Module`, at the top level of a module if the classifier is to be pickled.
            None: that of the recipe, else "softmax".
        recipe: Name of a recipe whose settings to use where no argument says otherwise, such as "photos". None: none.
        settings: Further settings by table, such as `{"augment": {"flip": 0.5}, "cnn": {"width": 16}}`. None: none.
        epochs: Passes over the training images, 1 or more. None: the value in the settings, 30 by default; the
            same holds for the next five.
        batch: Images per batch, 1 or more.
        lr: Learning rate, above 0.
        optimizer: "adam", "adamw", "nadam", "sgd" or "rmsprop".
        weight_decay: L2 penalty on the weights, 0 or more.
        size: Side of the square images in pixels, 8 to 512, for paths, Pillow images and uint8 arrays.
        class_weight: "balanced" weighs each class by images / (classes x images of the class). None: all alike.
        valid: Fraction of the images kept for validation, in [0, 1). Above 0 the weights of the best epoch are used,
            and probabilities are calibrated. Default: 0, all images are trained on.
        patience: Epochs without improvement before training ends, for `valid` above 0; 0 (default): all epochs.
        image_shape: (height, width) or (channels, height, width) of the images that rows (N, F) hold. None: (1, 1, F),
            which "softmax" and "mlp" can use.
        random_state: Seed of first weights, split, order and augmentation: a number, a `RandomState`, or None for
            another one each time.
        device: "auto", "cpu", "cuda", "cuda:N" or "mps".
        callbacks: Callbacks, which `fit` copies. None: none.
        verbose: Show the progress of `fit`.

    Attributes:
        classes_: Labels (C,), sorted, in the order of the columns of `predict_proba`.
        n_features_in_: Columns of X, if X was numbers (N, F).
        feature_names_in_: Their names, if X was a DataFrame of numbers.
        model_: The trained model, an `nn.Module` from normalised images to logits.
        history_: One row per epoch, as `Result.history`.
        n_iter_: Number of epochs that were trained.
        temperature_: What logits are divided by, above 0; 1 without validation.
    """

    def __init__(
        self,
        model: str | BuildModel | None = None,
        *,
        recipe: str | None = None,
        settings: Mapping[str, Any] | None = None,
        epochs: int | None = None,
        batch: int | None = None,
        lr: float | None = None,
        optimizer: str | None = None,
        weight_decay: float | None = None,
        size: int | None = None,
        class_weight: Literal["balanced"] | None = None,
        valid: float = 0.0,
        patience: int = 0,
        image_shape: tuple[int, ...] | None = None,
        random_state: Any = None,
        device: str = "auto",
        callbacks: Iterable[Callback] | None = None,
        verbose: bool = False,
    ) -> None:
        self.model = model
        self.recipe = recipe
        self.settings = settings
        self.epochs = epochs
        self.batch = batch
        self.lr = lr
        self.optimizer = optimizer
        self.weight_decay = weight_decay
        self.size = size
        self.class_weight = class_weight
        self.valid = valid
        self.patience = patience
        self.image_shape = image_shape
        self.random_state = random_state
        self.device = device
        self.callbacks = callbacks
        self.verbose = verbose

    # -- scikit-learn --------------------------------------------------------------------------------------------

    @own_modes()
    def fit(self, X: Any, y: ArrayLike) -> ImageClassifier:  # noqa: N803  # as scikit-learn calls it
        """Train from the beginning.

        Args:
            X: N images or rows of numbers, see the class.
            y: Labels (N,): numbers or texts.

        Returns:
            Itself.

        Raises:
            ValueError: X or y cannot be used, as scikit-learn says it.
            EpochscopeError: Settings are wrong, or images cannot be read.
        """
        given = _look(X)
        if isinstance(given, _Numbers):
            given = self._checked(given.values, reset=True)
        labels = column_or_1d(y, warn=True)
        assert_all_finite(labels, input_name="y")
        check_classification_targets(labels)
        check_consistent_length(given, labels)
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"ImageClassifier needs at least 2 classes; the labels have one class: {self.classes_.tolist()[0]!r}"
            )
        self._train(self._settings(), given, numbers)
        return self

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Say which class each image belongs to.

        Args:
            X: N images or rows, as `fit` had them.

        Returns:
            Labels (N,), of `classes_`.
        """
        best = self.predict_proba(X).argmax(axis=1)
        found: NDArray[Any] = self.classes_[best]
        return found

    def predict_proba(self, X: Any) -> NDArray[np.float32]:  # noqa: N803
        """Return the probability of each class.

        Args:
            X: N images or rows, as `fit` had them.

        Returns:
            Probabilities (N, C) in [0, 1], the columns as in `classes_`; calibrated if there was validation.

        Raises:
            ValueError: X is not of the kind that `fit` had.
        """
        check_is_fitted(self)
        given = _look(X)
        source: Any = self.source_
        if isinstance(given, _Numbers):
            given = source.prepare(self._checked(given.values, reset=False))
        elif isinstance(source, Scaling):
            raise ValueError(f"got images; this ImageClassifier was fitted on numbers {source.shape}")
        device = self._device()
        names = tuple(map(str, range(len(self.classes_))))
        forward = forward_in("float32", self.model_, device)
        table = predict(self.model_, forward, source, names, device, given, self.temperature_)
        return table.iloc[:, 2:].to_numpy(np.float32)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    # -- training ------------------------------------------------------------------------------------------------

    def _settings(self) -> Settings:
        train = {
            **{name: getattr(self, name) for name in ("epochs", "batch", "lr", "optimizer", "weight_decay")},
            "class_weights": self.class_weight,
            "device": self.device,
            "seed": self._seed(),
        }
        named = {"model": self.model} if isinstance(self.model, str) else {}
        asked = {
            **named,
            "train": _without_none(train),
            "data": _without_none({"valid": self.valid, "test": 0.0, "size": self.size}),
            "early_stopping": {"patience": self.patience} if self.patience else {},
        }
        recipe = load_recipe(self.recipe).layer if self.recipe is not None else {}
        return merge(recipe, self.settings or {}, asked)

    def _seed(self) -> int:
        if isinstance(self.random_state, int | np.integer):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _train(self, settings: Settings, given: Any, numbers: NDArray[np.int64]) -> None:
        callbacks = [*callbacks_of(settings, written=False), *copy.deepcopy(list(self.callbacks or ()))]
        if self.verbose:
            callbacks.append(load_callback("progress")())
        session = Session(callbacks, settings=settings.model_dump())
        result = session.conduct(lambda: self._trainer(settings, session, given, numbers).train(session))
        self.history_, self.n_iter_ = result.history, len(result.epochs)
        self.temperature_ = result.calibration.temperature if result.calibration is not None else 1.0
        self._keep(settings, result.model, session.run.data)

    def _trainer(self, settings: Settings, session: Session, given: Any, numbers: NDArray[np.int64]) -> Trainer:
        own = None if self.model is None or isinstance(self.model, str) else self.model
        count = len(self.classes_)
        if isinstance(given, np.ndarray) and given.dtype != np.uint8:
            data: Any = scaled_numbers(given, numbers, count, settings, self.image_shape)
            counts = np.bincount(numbers, minlength=count)
        else:
            listed = isinstance(given, list)
            source = list(zip(given, numbers.tolist(), strict=True)) if listed else (given, numbers)
            data = open_settings_data(settings, session, source=source)
            for note in data.notes:
                if note.code == "repeated_rows":
                    warnings.warn(str(note), stacklevel=4)
            if own is None:
                return build(settings, session, data=data)
            counts = data.class_counts
        seed = settings.train.seed
        if own is not None:
            module = _own(own, data.input_shape, count, seed)
        elif is_pretrained(settings.model):
            raise ValueError(f"the pretrained network {settings.model!r} takes images, not numbers")
        else:
            module = build_model(settings.model, data.input_shape, count, model_options(settings), seed)
        device = choose_device(settings.train.device)
        return make_trainer(settings, Prepared(move_model(module, device), data, settings.train), counts)

    def _keep(self, settings: Settings, model: nn.Module, feed: Any) -> None:
        """What `predict` needs, and what can be pickled."""
        self.model_ = model
        if isinstance(feed, LoaderSource):
            self.source_: Any = feed.loaders["train"].scaling  # type: ignore[attr-defined]
            return
        shape, device = getattr(feed, "image_shape", feed.input_shape), self._device()
        if hasattr(feed, "image_shape"):  # features: the head alone was trained
            from trainer.pretrained.frozen import whole_model

            self.model_ = move_model(whole_model(settings, shape, model, default_root()), device).eval()
        self.source_ = PreparingSource(feed.classes, shape, feed.mean, feed.std, feed.fingerprint)
        self.source_.to(device)

    def _device(self) -> torch.device:
        return next(self.model_.parameters()).device

    def _checked(self, values: Any, *, reset: bool) -> NDArray[np.float32]:
        """Numbers as scikit-learn checks them."""
        values = values if hasattr(values, "shape") else np.asarray(values)
        if len(values.shape) > 4:
            raise ValueError(f"Found array with dim {len(values.shape)}, while dim <= 4 is required")
        if len(values.shape) > 2:
            return check_array(values, dtype=np.float32, ensure_2d=False, allow_nd=True)  # type: ignore[no-any-return]
        return validate_data(self, values, dtype=np.float32, reset=reset)  # type: ignore[no-any-return]


class _Numbers(NamedTuple):
    """Numbers, not checked yet, and no images."""

    values: Any


def _look(X: Any) -> Any:  # noqa: N803
    """Paths or Pillow images as a list, uint8 images as an array, anything else as `_Numbers`."""
    if isinstance(X, str | Path | Image.Image):
        raise ValueError(f"got one image, {X!r}; expected several: put it into a list, [image]")
    if is_frame(X):
        texts = any(kind.kind not in "biufc" if hasattr(kind, "kind") else True for kind in X.dtypes)
        return paths_of_frame(X) if texts and not _all_numbers(X) else _Numbers(X)
    if isinstance(X, np.ndarray) and X.dtype == np.uint8 and X.ndim in (3, 4):
        return X
    if isinstance(X, list | tuple) or (getattr(X, "ndim", 0) == 1 and getattr(X, "dtype", None) is not None):
        items = list(X)
        if items and all(isinstance(one, str | Path | Image.Image) for one in items):
            return items
    return _Numbers(X)


def _all_numbers(frame: Any) -> bool:
    """Whether columns of objects hold numbers."""
    return all(isinstance(value, int | float | np.number) for value in frame.iloc[0]) if len(frame) else True


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _own(make: BuildModel, shape: Any, classes: int, seed: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return make(shape, classes)
