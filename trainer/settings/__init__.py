"""Every setting of a run, declared once: value, range, unit, title and help.

TOML files, the flags of the command line and the window's form all derive from this tree; nothing here imports torch.
Layers are merged before they are checked, and checked once: defaults < recipe < file < flags (`merge`).
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple, NoReturn

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from trainer.errors import UsageError
from trainer.settings.schema import Path, Setting, kind, leaves, setting

FLAGS = "flags"
"""Origin of values that were given as flags: a problem then names the flag."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _tidy(cls, values: Any) -> Any:
        """`auto` is how a file or a flag says None; `true` is no number (pydantic reads it as 1)."""
        if not isinstance(values, Mapping):
            return values
        tidy = dict(values)
        for key, field in cls.model_fields.items():
            plain, optional = kind(field)
            if optional and tidy.get(key) == "auto":
                tidy[key] = None
            if plain in (int, float) and isinstance(tidy.get(key), bool):
                tidy[key] = "true or false"
        return tidy


class Data(_Table):
    """Which images, and how they are split."""

    source: str = setting("digits", "Data", "Name of a data set, or a folder of images", min_length=1)
    valid: float = setting(
        0.1, "Validation part", "Part of the training images kept for validation", unit="fraction", ge=0, lt=1
    )
    test: float = setting(
        0.1, "Test part", "Part kept for the test, where the source has no test part", unit="fraction", ge=0, lt=1
    )
    samples: int | None = setting(
        None,
        "Training images",
        "At most so many are used, each class keeping its share; auto: all",
        unit="images",
        ge=1,
    )
    size: int | None = setting(
        None, "Image size", "Side of the square images; auto: as the source has them", unit="pixels", ge=8, le=512
    )
    skip_bad: bool = setting(False, "Skip bad images", "Leave unreadable images out instead of ending with a list")
    root: str | None = setting(None, "Download folder", "Where downloaded data sets are kept; auto: the cache folder")

    @model_validator(mode="after")
    def _something_left(self) -> Data:
        if self.valid + self.test >= 1:
            raise ValueError(
                f"valid {self.valid:g} and test {self.test:g} leave nothing to train on: their sum must be below 1"
            )
        return self


class Augment(_Table):
    """Random changes of training images; validation and test are never changed."""

    rotation: float = setting(0.0, "Rotation", "Largest angle, to either side", unit="degrees", ge=0, le=180)
    flip: float = setting(0.0, "Horizontal flip", "How often an image is mirrored", unit="probability", ge=0, le=1)
    crop: int = setting(0, "Random crop", "Padding on each side before cropping back", unit="pixels", ge=0, le=64)


class Train(_Table):
    """How the model is trained."""

    epochs: int = setting(30, "Epochs", "How often all training images are seen", unit="epochs", ge=1, le=100_000)
    batch: int = setting(64, "Batch", "Images per optimiser step", unit="images", ge=1, le=65_536)
    lr: float = setting(1e-3, "Learning rate", "Step size of the optimiser; the peak where it is scheduled", gt=0)
    optimizer: Literal["adam", "adamw", "nadam", "sgd", "rmsprop"] = setting(
        "adam", "Optimiser", "Rule by which gradients change the weights"
    )
    momentum: float = setting(0.9, "Momentum", "Momentum of sgd; the others ignore it", ge=0, lt=1)
    weight_decay: float = setting(
        0.0, "Weight decay", "L2 penalty on the weights; decoupled from the gradient for adamw", ge=0, le=10
    )
    label_smoothing: float = setting(
        0.0, "Label smoothing", "Part of the target spread over all classes", unit="fraction", ge=0, lt=1
    )
    schedule: Literal["constant", "cosine", "linear", "step"] = setting(
        "constant", "Schedule", "How the learning rate falls; cosine and linear end at zero"
    )
    warmup: float = setting(0.0, "Warm-up", "Linear rise to the learning rate at the start", unit="epochs", ge=0)
    step_epochs: float = setting(10.0, "Step length", "Epochs between two drops of schedule step", unit="epochs", gt=0)
    step_factor: float = setting(0.1, "Step factor", "What each drop multiplies the rate with", gt=0, le=1)
    seed: int = setting(1234, "Seed", "Fixes the split, order, augmentation and first weights", ge=0, le=2**63 - 1)
    device: str = setting(
        "auto",
        "Device",
        "Where to compute; auto: a GPU where there is one",
        words="auto, cpu, cuda, cuda:N or mps",
        pattern=r"^(auto|cpu|mps|cuda(:\d{1,3})?)$",
    )
    precision: Literal["float32", "bfloat16"] = setting(
        "float32",
        "Precision",
        "What the model computes in; bfloat16 is faster only where the processor computes in it, weights stay float32",
    )
    compile: bool = setting(
        False,
        "Compile",
        "Make machine code of the model first: a longer start; whether steps get shorter depends on model and machine",
    )
    threads: int | None = setting(
        None, "Threads", "CPU threads; auto: 1 for softmax and mlp, else all cores", unit="threads", ge=1, le=1024
    )
    eval_batch: int | None = setting(
        None, "Evaluation batch", "Images per batch when evaluating; auto: by model", unit="images", ge=1, le=65_536
    )

    @model_validator(mode="after")
    def _warmup_ends(self) -> Train:
        if self.warmup > 0 and self.warmup >= self.epochs:
            raise ValueError(f"warmup {self.warmup:g} must be shorter than epochs {self.epochs}")
        return self


class Softmax(_Table):
    """Options of `softmax`: softmax regression, one linear layer."""

    bias: bool = setting(True, "Bias", "Give each class a constant term")


class Mlp(_Table):
    """Options of `mlp`: fully connected layers with ReLU."""

    hidden: int = setting(256, "Hidden units", "Width of each hidden layer", unit="units", ge=1, le=16_384)
    layers: int = setting(2, "Hidden layers", "Number of hidden layers", unit="layers", ge=1, le=32)
    dropout: float = setting(0.0, "Dropout", "Part of the units switched off while training", ge=0, lt=1)


class Cnn(_Table):
    """Options of `cnn`: a small convolutional network, about half a million parameters."""

    width: int = setting(32, "Width", "Channels of the first layer; later ones are multiples", ge=1, le=512)
    dropout: float = setting(0.0, "Dropout", "Part of the features switched off before the last layer", ge=0, lt=1)


class Checkpoints(_Table):
    """When the state is saved, beside the end of every epoch."""

    every_steps: int = setting(0, "Every n steps", "Save inside an epoch too; 0: never", unit="steps", ge=0)
    every_seconds: float = setting(0.0, "Every n seconds", "Save inside an epoch too; 0: never", unit="seconds", ge=0)
    keep_best: int = setting(1, "Best kept", "How many of the best states are kept", unit="files", ge=1, le=1000)


class EarlyStopping(_Table):
    """When to end before the last epoch."""

    patience: int = setting(0, "Patience", "Epochs without improvement before stopping; 0: off", unit="epochs", ge=0)
    min_delta: float = setting(0.0, "Least gain", "A smaller fall of the loss is no improvement", unit="nats", ge=0)


class Settings(_Table):
    """The whole tree, as `run.toml` holds it."""

    model: str = setting("softmax", "Model", "What is trained: softmax, mlp, cnn, resnet18 or a plugin", min_length=1)
    callbacks: tuple[str, ...] = setting(
        (), "Further callbacks", "Names of installed callbacks", words="a list of names"
    )
    data: Data = Data()
    augment: Augment = Augment()
    train: Train = Train()
    softmax: Softmax = Softmax()
    mlp: Mlp = Mlp()
    cnn: Cnn = Cnn()
    checkpoint: Checkpoints = Checkpoints()
    early_stopping: EarlyStopping = EarlyStopping()
    plugins: dict[str, dict[str, Any]] = setting(
        {}, "Plugin options", "A table per plugin, checked by the plugin", words="a table per plugin"
    )

    @model_validator(mode="before")
    @classmethod
    def _names(cls, values: Any) -> Any:
        """A flag gives several callbacks as one text: `--callbacks a,b`."""
        if isinstance(values, Mapping) and isinstance(text := values.get("callbacks"), str):
            return {**values, "callbacks": tuple(name.strip() for name in text.split(",") if name.strip())}
        return values


# --- what a form, a help page and the command line ask


class Flag(NamedTuple):
    """A setting on the command line. `optional`: the word `auto` stands for None."""

    name: str
    aliases: tuple[str, ...]
    path: Path
    type: type
    optional: bool
    help: str
    default: Any
    choices: tuple[str, ...]


@cache
def describe() -> tuple[Setting, ...]:
    """Every setting of the tree; those without a group first."""
    return tuple(leaves(Settings))


def schema() -> list[dict[str, Any]]:
    """`describe()` as plain JSON values, for `epochscope describe` and the window's form."""
    return [
        {
            **{key: value for key, value in vars(item).items() if key != "words"},
            "type": item.type.__name__,
            "choices": list(item.choices),
            "default": list(item.default) if isinstance(item.default, tuple) else item.default,
            "expected": item.expected,
            "flag": flag_name(item.path) if item.path not in _NO_FLAG else None,
        }
        for item in describe()
    ]


_NO_FLAG: set[Path] = {("data", "source"), ("plugins",)}
"""The data source is positional; plugin tables are for files."""
_ALIASES: dict[Path, tuple[str, ...]] = {("data", "skip_bad"): ("--skip-bad",), ("data", "samples"): ("--samples",)}


def flag_name(path: Path) -> str:
    """`train.epochs` is `--epochs`, every other group is named: `--augment.rotation`."""
    short = path[1:] if path[0] == "train" else path
    return "--" + ".".join(short).replace("_", "-")


def flags() -> list[Flag]:
    """The flags of `epochscope train`, in the order of the tree."""
    return [
        Flag(flag_name(s.path), _ALIASES.get(s.path, ()), s.path, s.type, s.optional, s.help, s.default, s.choices)
        for s in describe()
        if s.path not in _NO_FLAG
    ]


# --- merging and checking


def merge(*layers: Mapping[str, Any], origins: Sequence[str] = ()) -> Settings:
    """Settings from layers of nested tables, later ones win; values may be texts, as flags give them.

    `origins` name the layers in the same order (`recipe seed`, a file name, `FLAGS`), for the error text only.
    Raises UsageError `settings.invalid`, which lists every problem with its place.
    """
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = _overlay(merged, layer)
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        found = error.errors(include_url=False)
        problems = [_problem(item, merged) + _origin(_place(item), layers, origins) for item in found]
    # two wrong items of one list are one problem
    return refuse(list(dict.fromkeys(problems)))


def refuse(problems: Sequence[str]) -> NoReturn:
    """Raise one UsageError `settings.invalid` for all problems, a line each."""
    raise UsageError(
        "settings.invalid",
        "\n".join(problems),
        mend="`epochscope describe` lists every setting with its range",
        problems="\n".join(problems),
    )


def suggest(word: str, known: Sequence[str]) -> str:
    """`, did you mean 'epochs'?`, or the known words where none is near."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f", did you mean '{near[0]}'?" if near else "; known: " + (", ".join(known) or "none")


def _overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key, {}), Mapping)
        merged[key] = _overlay(merged.get(key, {}), value) if both else value
    return merged


def _look_up(tree: Any, path: Sequence[Any]) -> Any:
    """The value at a path, or Ellipsis where there is none."""
    for part in path:
        tree = tree.get(part, ...) if isinstance(tree, Mapping) else ...
    return tree


def _place(error: Mapping[str, Any]) -> Path:
    """Where one of pydantic's errors belongs: a setting, also for an item in it; else a table or a stray key."""
    path = tuple(str(part) for part in error["loc"])
    return path[:1] if path[:1] in _known() else path


def _problem(error: Mapping[str, Any], merged: Mapping[str, Any]) -> str:
    """One of pydantic's errors in our own words."""
    path = _place(error)
    place, got = ".".join(path), _shown(_look_up(merged, path))
    if path in _known():
        return f"{place}: got {got}, expected {_known()[path].expected}"
    if error["type"] == "extra_forbidden":
        return f"{place}: unknown key{_suggest_key(path)}"
    if error["type"] == "value_error":
        return f"{place}: {error['ctx']['error']}"
    return f"{place}: got {got}, expected a table of settings"


@cache
def _known() -> dict[Path, Setting]:
    return {item.path: item for item in describe()}


def _suggest_key(path: Path) -> str:
    key = path[-1]
    elsewhere = [".".join(item.path) for item in describe() if item.key == key]
    if elsewhere:
        return f", did you mean '{elsewhere[0]}'?"
    if len(path) == 1:
        return suggest(key, list(Settings.model_fields))
    return suggest(key, [item.key for item in describe() if item.group == path[0]])


def _shown(value: Any) -> str:
    """A value as one would type it: numbers bare, also those that a flag gave as text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value if re.fullmatch(r"[-+.\d][-+.\de_]*", value) else repr(value)
    return repr(value)


def _origin(path: Path, layers: Sequence[Mapping[str, Any]], origins: Sequence[str]) -> str:
    """Which layer a value came from: the last that holds the path. A whole table has no one origin."""
    for layer, origin in reversed(list(zip(layers, origins, strict=False))):
        found = _look_up(layer, path)
        if found is not ... and not isinstance(found, Mapping):
            return f" ({flag_name(path)})" if origin == FLAGS else f" ({origin})"
    return ""


# --- TOML


def from_toml(text: str, name: str = "settings") -> dict[str, Any]:
    """The tables in a TOML text, not yet checked. `name` is the file, for the error.

    Raises UsageError `settings.toml` with the line.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise UsageError(
            "settings.toml",
            f"This is not valid TOML: {error}",
            where=f"{name}, line {line[1]}" if line else name,
            expected='lines such as `epochs = 5` or `device = "cpu"` under a table such as `[train]`',
        ) from error
