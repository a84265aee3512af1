"""The space of a search: the settings that are varied, and their ranges. [no torch, no Optuna]

train.lr = "1e-4..1e-1:log"      a range, sampled evenly in its logarithm
augment.crop = "0..4"            a range of whole numbers if the setting is one, else of numbers
mlp.hidden = "64..512:64"        in steps of 64
train.batch = "32,64,128"        one of these
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.errors import Plain, UsageError
from trainer.home_path import expanded
from trainer.settings import Settings, describe, flag_name, merge
from trainer.settings.fields import Setting
from trainer.settings.problems import SettingProblem, problem_lines
from trainer.store.search_folder import MonitorName
from trainer.text.nested_tables import dotted, nested
from trainer.text.suggestion import alternatives
from trainer.text.text_file import read_text
from trainer.text.toml_text import parse_toml

Value = float | int | str | bool
LARGEST_BATCH = 256
"""Larger ones are not proposed."""
FIXED = (
    *("data.source", "data.valid", "data.test", "data.skip_bad", "data.edits"),  # what is validated
    *("train.seed", "train.device", "train.epochs", "callbacks"),
)
"""Settings that would make trials incomparable if they were varied."""
LOSS = ("train.label_smoothing", "train.class_weights")
"""Settings that change what the loss is: its values cannot be compared between such trials, only scores can."""


@dataclass(frozen=True)
class Dimension:
    """One setting that is varied.

    Attributes:
        path: Its place among the settings, such as ("train", "lr").
        text: How it was written.
        low: Lower end of a range, included; None for choices.
        high: Upper end of a range, included; None for choices.
        log: Whether a range is sampled evenly in its logarithm. Default: False.
        step: Distance between two values of a range. None (default): any value.
        whole: Whether a range has whole numbers only. Default: False.
        choices: The values to choose from; empty for a range.
    """

    path: tuple[str, ...]
    text: str
    low: float | None = None
    high: float | None = None
    log: bool = False
    step: float | None = None
    whole: bool = False
    choices: tuple[Value, ...] = ()

    @property
    def name(self) -> str:
        """Dotted name, such as `train.lr`."""
        return ".".join(self.path)

    def corners(self) -> tuple[Value, ...]:
        """Return values that show whether the settings allow the dimension.

        Returns:
            Both ends of a range, or all choices.
        """
        if self.choices:
            return self.choices
        assert self.low is not None
        assert self.high is not None
        return (int(self.low), int(self.high)) if self.whole else (self.low, self.high)


class DimensionError(ValueError):
    """One dimension that cannot be read.

    Args:
        code: `order` (LOW is not below HIGH), `log` (a logarithmic range does not begin above 0), `step` (it does not
            fit), `whole` (only whole numbers are allowed), `choices` (fewer than 2), `range` (no range, or none is
            possible), `number` (an end or step is no number), `value` (the setting does not allow a choice), `setting`
            (unknown, or not to be searched).
        *problems: What is wrong, for each choice that is not allowed.
    """

    def __init__(self, code: str, *problems: SettingProblem) -> None:
        super().__init__(problem_lines(problems))
        self.code = code
        self.problems = problems


def parse_space(lines: Sequence[str]) -> tuple[Dimension, ...]:
    """Parse dimensions.

    Args:
        lines: `NAME=SPEC` texts.

    Returns:
        The dimensions, in their order.

    Raises:
        UsageError: `search.space`, with all problems.
    """
    return _parsed([(name.strip(), spec.strip()) for name, _, spec in (line.partition("=") for line in lines)])


def read_space(path: Path) -> tuple[Dimension, ...]:
    """Read dimensions from a TOML file with a table `[space]`.

    Args:
        path: The file.

    Returns:
        The dimensions, in their order.

    Raises:
        UsageError: `search.space_file`: it cannot be read; `search.space`, with all problems.
    """
    try:
        tables = parse_toml(read_text(expanded(path)))
        space = tables["space"]
        pairs = [(name, _spec(value)) for name, value in dotted(space)]
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise UsageError(
            "search.space_file",
            f"The search space {path} cannot be read: {error}",
            where="--space-file",
            expected='a TOML file with a [space] table of lines such as "train.lr" = "1e-4..1e-1:log"',
            path=str(path),
        ) from error
    return _parsed(pairs)


def _spec(value: Any) -> str:
    """What a file says of a setting, as a flag would: a list stands for choices."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _parsed(pairs: Sequence[tuple[str, str]]) -> tuple[Dimension, ...]:
    found: dict[str, Dimension] = {}
    problems: list[SettingProblem] = []
    for name, spec in pairs:
        try:
            dimension = parse_dimension(name, spec)
            if dimension.name in found:
                raise DimensionError("setting", SettingProblem("given_twice", dimension.name, {}))
            found[dimension.name] = dimension
        except DimensionError as error:
            problems += error.problems
    if problems:
        raise UsageError(
            "search.space",
            problem_lines(problems),
            where="--space",
            expected="NAME=LOW..HIGH, NAME=LOW..HIGH:log, NAME=LOW..HIGH:STEP or NAME=A,B,C",
            fix="`epochscope describe` lists every setting with its range",
            problems=problem_lines(problems),
            details=[one.plain() for one in problems],
        )
    return tuple(found.values())


def parse_dimension(name: str, spec: str) -> Dimension:
    """Parse one dimension.

    Args:
        name: Dotted name or flag of the setting, such as `train.lr` or `lr`.
        spec: What is tried: LOW..HIGH, LOW..HIGH:log, LOW..HIGH:STEP or A,B,C.

    Returns:
        The dimension.

    Raises:
        DimensionError: It cannot be read.
    """
    setting = _setting(name)
    if not spec:
        raise DimensionError("range", SettingProblem("no_range", name, {}))
    if ".." not in spec:
        return Dimension(setting.path, spec, choices=_choices(setting, spec))
    if setting.type not in (int, float):
        told: dict[str, Plain] = {"got": spec, "expected": setting.expected}
        raise DimensionError("range", SettingProblem("choices_only", ".".join(setting.path), told))
    ends, _, scale = spec.partition(":")
    low, high = (_number(name, part) for part in ends.split("..", 1))
    whole, log = setting.type is int, scale == "log"
    step = _number(name, scale) if scale and not log else None
    if not low < high:
        raise DimensionError("order", SettingProblem("range_order", name, {"got": spec}))
    if log and low <= 0:
        raise DimensionError("log", SettingProblem("range_log", name, {"got": spec}))
    if step is not None and not 0 < step <= high - low:
        raise DimensionError("step", SettingProblem("range_step", name, {"step": scale, "got": ends}))
    if whole and any(value != int(value) for value in (low, high, step or 1)):
        raise DimensionError("whole", SettingProblem("range_whole", name, {"got": spec}))
    return Dimension(setting.path, spec, low, high, log, step, whole)


def _setting(name: str) -> Setting:
    """By its place, such as `train.lr`, or its flag, such as `lr`."""
    known = {".".join(one.path): one for one in describe()}
    by_flag = {flag_name(one.path).removeprefix("--"): one for one in describe()}
    found = known.get(name) or by_flag.get(name)
    if found is None:
        alike = [place for place, one in known.items() if one.key == name.rpartition(".")[2]]
        similar = alike[0] if alike else alternatives(name, list(known)).get("similar")
        raise DimensionError("setting", SettingProblem("unknown_key", name, {"similar": similar} if similar else {}))
    if (place := ".".join(found.path)) in FIXED or found.type in (dict, tuple):
        raise DimensionError("setting", SettingProblem("not_searchable", place, {}))
    return found


def _choices(setting: Setting, spec: str) -> tuple[Value, ...]:
    texts = [part.strip() for part in spec.split(",") if part.strip()]
    if len(set(texts)) < 2:
        raise DimensionError("choices", SettingProblem("few_choices", ".".join(setting.path), {"got": spec}))
    return tuple(_value(setting, text) for text in dict.fromkeys(texts))


def _value(setting: Setting, text: str) -> Value:
    """As the settings read it. Raises DimensionError."""
    try:
        tree: Any = merge(nested({setting.path: text}))
    except UsageError as error:
        raise DimensionError("value", *SettingProblem.of(error)) from None
    for part in setting.path:
        tree = getattr(tree, part)
    return text if tree is None else tree


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DimensionError("number", SettingProblem("range_number", name, {"got": repr(text)}))
    return value


def with_values(settings: Settings, values: Mapping[str, Value]) -> Settings:
    """Set some of the settings.

    Args:
        settings: The settings.
        values: By dotted name.

    Returns:
        New settings.

    Raises:
        UsageError: `settings.invalid`: a value is out of range, or two do not go together.
    """
    tree = nested({tuple(name.split(".")): value for name, value in values.items()})
    return merge(settings.model_dump(), tree, origins=["settings", "space"])


def check_space(space: Sequence[Dimension], settings: Settings, monitor: MonitorName = "loss") -> None:
    """Check both ends of each dimension against the settings, and that trials can be ranked.

    Args:
        space: The dimensions.
        settings: Settings of the trials.
        monitor: What trials are ranked by. Default: the loss.

    Raises:
        UsageError: `search.space`, with everything that is rejected.
    """
    problems: list[SettingProblem] = []
    for dimension in space:
        if monitor == "loss" and dimension.name in LOSS:
            problems.append(SettingProblem("changes_loss", dimension.name, {}))
        for value in dimension.corners():
            try:
                with_values(settings, {dimension.name: value})
            except UsageError as error:
                problems += SettingProblem.of(error)
    if problems:
        raise UsageError(
            "search.space",
            problem_lines(problems),
            where="--space",
            fix="`epochscope describe` lists every setting with its range",
            problems=problem_lines(problems),
            details=[one.plain() for one in problems],
        )


def batch_choices(images: int | None = None) -> str:
    """Propose batches to try: at most four powers of two, none larger than 256 or the number of training images.

    Args:
        images: Number of training images. None (default): unknown.

    Returns:
        The choices, such as `32,64,128,256`.
    """
    largest = min(max(images or LARGEST_BATCH, 2), LARGEST_BATCH).bit_length() - 1
    return ",".join(str(2**power) for power in range(max(0, largest - 3), largest + 1))


def default_space(settings: Settings, images: int | None = None) -> tuple[Dimension, ...]:
    """Choose what is worth searching: the learning rate within a factor of 30 either way, and regularisation by model.

    Args:
        settings: Settings of the trials.
        images: Number of training images: no larger batch is proposed. None (default): unknown.

    Returns:
        The dimensions.
    """
    train, model = settings.train, settings.model
    batches = f"train.batch={batch_choices(images)}"
    lines = [f"train.lr={train.lr / 30:.2g}..{train.lr * 30:.2g}:log"]
    if model in ("softmax", "mlp"):
        lines += [batches]
    if model == "mlp":
        lines += ["mlp.hidden=64..1024:log", "mlp.layers=1..4", "mlp.dropout=0..0.5"]
    elif model in ("cnn", "resnet9", "resnet18"):
        lines += ["train.weight_decay=1e-5..0.3:log", batches]
        lines += ["cnn.dropout=0..0.5"] if model == "cnn" else []
    elif model != "softmax":
        head = settings.backbone.tune == "head"
        lines += ["backbone.penalty=1..10000:log"] if head else ["train.weight_decay=1e-5..0.3:log"]
    return parse_space(lines)
