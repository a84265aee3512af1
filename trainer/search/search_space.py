"""The space of a search: which settings are varied, over what. [no torch, no Optuna]

train.lr = "1e-4..1e-1:log"      a range, drawn evenly in its logarithm
augment.crop = "0..4"            a range of whole numbers where the setting is one, of numbers otherwise
mlp.hidden = "64..512:64"        in steps of 64
train.batch = "32,64,128"        one of these
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.errors import UsageError
from trainer.settings import Settings, describe, flag_name, merge, suggest
from trainer.settings.fields import Setting
from trainer.settings.toml import dumps

Value = float | int | str | bool
FIXED = ("data.source", "train.seed", "train.device", "train.epochs", "callbacks")
"""What makes trials incomparable when it is varied."""


@dataclass(frozen=True)
class Dimension:
    """One setting that is varied: from `low` to `high`, or one of `choices`. `text` is how it was written."""

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
        """Such as `train.lr`."""
        return ".".join(self.path)

    def corners(self) -> tuple[Value, ...]:
        """Values that show whether the settings allow it: both ends, or all choices."""
        if self.choices:
            return self.choices
        assert self.low is not None
        assert self.high is not None
        return (int(self.low), int(self.high)) if self.whole else (self.low, self.high)

    def holds(self, value: Value) -> bool:
        """Whether it is inside."""
        if self.choices:
            return value in self.choices
        ends = self.corners()
        return isinstance(value, int | float) and ends[0] <= value <= ends[1]  # type: ignore[operator]


def parse_space(lines: Sequence[str]) -> tuple[Dimension, ...]:
    """Dimensions of `NAME=SPEC` texts. Raises UsageError `search.space` with all problems."""
    return _parsed([(name.strip(), spec.strip()) for name, _, spec in (line.partition("=") for line in lines)])


def read_space(path: Path) -> tuple[Dimension, ...]:
    """Dimensions of a TOML file with a table `[space]` of such texts. Raises UsageError `search.space_file`."""
    try:
        tables = tomllib.loads(path.expanduser().read_text(encoding="utf-8-sig"))
        space = tables["space"]
        pairs = [(str(name), str(spec)) for name, spec in _flat(space)]
    except (OSError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise UsageError(
            "search.space_file",
            f"The space {path} cannot be read: {error}",
            where="--space-file",
            expected='a TOML file with a table [space] of lines such as "train.lr" = "1e-4..1e-1:log"',
            path=str(path),
        ) from error
    return _parsed(pairs)


def _flat(table: Mapping[str, Any], above: str = "") -> list[tuple[str, Any]]:
    """`[space.train] lr = ...` and `"train.lr" = ...` alike."""
    found = []
    for name, value in table.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{above}{name}.")
        else:
            text = ",".join(map(str, value)) if isinstance(value, list) else value
            found.append((f"{above}{name}", text))
    return found


def _parsed(pairs: Sequence[tuple[str, str]]) -> tuple[Dimension, ...]:
    found: dict[str, Dimension] = {}
    problems = []
    for name, spec in pairs:
        try:
            dimension = _dimension(name, spec)
            if dimension.name in found:
                raise ValueError(f"{dimension.name} is given twice")
            found[dimension.name] = dimension
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise UsageError(
            "search.space",
            "\n".join(problems),
            where="--space",
            expected="NAME=LOW..HIGH, NAME=LOW..HIGH:log, NAME=LOW..HIGH:STEP or NAME=A,B,C",
            mend="`epochscope describe` lists every setting with its range",
            problems="\n".join(problems),
        )
    return tuple(found.values())


def _dimension(name: str, spec: str) -> Dimension:
    """Raises ValueError."""
    setting = _setting(name)
    if not spec:
        raise ValueError(f"{name}: there is no range")
    if ".." not in spec:
        return Dimension(setting.path, spec, choices=_choices(setting, spec))
    if setting.type not in (int, float):
        raise ValueError(f"{name}: got the range {spec}, expected choices such as {name}=A,B: {setting.expected}")
    ends, _, scale = spec.partition(":")
    low, high = (_number(name, part) for part in ends.split("..", 1))
    whole, log = setting.type is int, scale == "log"
    step = _number(name, scale) if scale and not log else None
    if not low < high:
        raise ValueError(f"{name}: {spec} does not rise")
    if log and low <= 0:
        raise ValueError(f"{name}: a logarithmic range begins above 0")
    if step is not None and not 0 < step <= high - low:
        raise ValueError(f"{name}: the step {scale} does not fit into {ends}")
    if whole and any(value != int(value) for value in (low, high, step or 1)):
        raise ValueError(f"{name}: got {spec}, expected whole numbers")
    return Dimension(setting.path, spec, low, high, log, step, whole)


def _setting(name: str) -> Setting:
    """By its place, such as `train.lr`, or its flag, such as `lr`."""
    known = {".".join(one.path): one for one in describe()}
    by_flag = {flag_name(one.path).removeprefix("--"): one for one in describe()}
    found = known.get(name) or by_flag.get(name)
    if found is None:
        alike = [place for place, one in known.items() if one.key == name.rpartition(".")[2]]
        text = f", did you mean '{alike[0]}'?" if alike else suggest(name, list(known))
        raise ValueError(f"{name}: unknown setting{text if text.startswith(', did') else ''}")
    if (place := ".".join(found.path)) in FIXED or found.type in (dict, tuple):
        raise ValueError(f"{name}: {place} cannot be searched: trials would not be comparable")
    return found


def _choices(setting: Setting, spec: str) -> tuple[Value, ...]:
    texts = [part.strip() for part in spec.split(",") if part.strip()]
    if len(set(texts)) < 2:
        raise ValueError(f"{'.'.join(setting.path)}: got {spec}, expected a range, or 2 choices or more")
    return tuple(_value(setting, text) for text in dict.fromkeys(texts))


def _value(setting: Setting, text: str) -> Value:
    """As the settings read it. Raises ValueError."""
    try:
        tree: Any = merge(_nested({setting.path: text}))
    except UsageError as error:
        raise ValueError(error.what) from None
    for part in setting.path:
        tree = getattr(tree, part)
    return text if tree is None else tree


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name}: {text!r} is not a number") from None
    if not math.isfinite(value):
        raise ValueError(f"{name}: {text} is not finite")
    return value


def _nested(values: Mapping[tuple[str, ...], Value]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in values.items():
        place = tree
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1]] = value
    return tree


def with_values(settings: Settings, values: Mapping[str, Value]) -> Settings:
    """The settings with these in place, by dotted name. Raises UsageError `settings.invalid`."""
    tree = _nested({tuple(name.split(".")): value for name, value in values.items()})
    return merge(settings.model_dump(), tree, origins=["settings", "space"])


def check_space(space: Sequence[Dimension], settings: Settings) -> None:
    """Try each dimension's ends on the settings. Raises UsageError `search.space`, which lists all that is refused."""
    problems = []
    for dimension in space:
        for value in dimension.corners():
            try:
                with_values(settings, {dimension.name: value})
            except UsageError as error:
                problems += error.what.splitlines()
    if problems:
        raise UsageError(
            "search.space",
            "\n".join(dict.fromkeys(problems)),
            where="--space",
            mend="`epochscope describe` lists every setting with its range",
            problems="\n".join(dict.fromkeys(problems)),
        )


def default_space(settings: Settings) -> tuple[Dimension, ...]:
    """What is worth trying for these settings: the rate within a factor of 30 either way, and regularisation by kind of
    model."""
    train, model = settings.train, settings.model
    lines = [f"train.lr={train.lr / 30:.2g}..{train.lr * 30:.2g}:log"]
    if model in ("softmax", "mlp"):
        lines += ["train.batch=32,64,128,256"]
    if model == "mlp":
        lines += ["mlp.hidden=64..1024:log", "mlp.layers=1..4", "mlp.dropout=0..0.5"]
    elif model in ("cnn", "resnet18"):
        lines += ["train.weight_decay=1e-5..0.3:log", "train.batch=32,64,128,256", "train.label_smoothing=0..0.2"]
        lines += ["cnn.dropout=0..0.5"] if model == "cnn" else []
    elif model != "softmax":
        head = settings.backbone.tune == "head"
        lines += ["backbone.penalty=1..10000:log"] if head else ["train.weight_decay=1e-5..0.3:log"]
    return parse_space(lines)


def space_toml(space: Sequence[Dimension]) -> str:
    """As `read_space` reads it."""
    return dumps({"space": {dimension.name: dimension.text for dimension in space}})
