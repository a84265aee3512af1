"""The settings of a new run as text: a recipe below, what was typed above, problems, the command line. No Qt.

Written by hand: forms generated from a schema (magicgui, pyqtgraph's parameter tree) do not support recipes below typed
values.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gui.viewmodels.form_fields import Field, Kind, Path_, Problem
from gui.viewmodels.plugin_form import PluginForm
from trainer.data.source_names import NAMES, check_source, is_name
from trainer.errors import UsageError
from trainer.home_path import expanded
from trainer.plugins import MODELS, callback_names, data_names, metric_names, model_names, options_tables
from trainer.settings import Settings, describe, flag_name, merge
from trainer.settings.fields import Setting, as_typed
from trainer.settings.plugin_options import PluginOption
from trainer.settings.problems import SettingProblem
from trainer.settings.recipes import Recipe, recipes
from trainer.store.folder import default_root
from trainer.store.run_creation import check_name, is_free
from trainer.store.summary import recipe_name
from trainer.text.nested_tables import nested, overlaid

SOURCE: Path_ = ("data", "source")
MODEL: Path_ = ("model",)
_TABLES = tuple(dict.fromkeys(table for model in MODELS for table in options_tables(model)))
"""Tables of options that apply only to some models."""
DEVICE: Path_ = ("train", "device")
DEVICES = ("auto", "cpu", "cuda", "mps")
CALLBACKS: Path_ = ("callbacks",)
METRICS: Path_ = ("metrics",)
MONITOR: Path_ = ("train", "monitor")
MONITORS = ("loss", "accuracy", "macro_f1")
_TABLE_PROBLEMS: dict[str, Path_] = {"nothing_left": ("data", "test"), "long_warmup": ("train", "warmup")}
"""Rules across several settings, by code: the setting next to which the problem is shown."""


class SettingsForm:
    """Texts of all settings, on top of a recipe.

    Args:
        root: Folder of all runs.

    Attributes:
        root: As above.
        recipes: All recipes.
        recipe: The chosen one; None: the defaults.
        fields: The fields by their path.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.recipes: list[Recipe] = recipes()
        self.recipe: Recipe | None = None
        self.fields = {setting.path: _field(setting) for setting in describe() if setting.type is not dict}
        self.name = ""
        """Name of the run; empty: a proposed one."""
        self._typed: dict[Path_, str] = {}
        self.plugins = PluginForm()
        """Options of callbacks, metrics and models of plugins."""

    # -- values ----------------------------------------------------------------------------------------------------

    def groups(self) -> list[str]:
        """Names of the tables that apply to the chosen model, in order; "" stands for settings outside tables."""
        names = dict.fromkeys(path[0] if len(path) > 1 else "" for path in self.fields)
        return [name for name in names if name not in _TABLES or name in options_tables(self.text(MODEL))]

    @staticmethod
    def models() -> tuple[str, ...]:
        """Names of the tables that hold options of models."""
        return _TABLES

    def field(self, path: Path_) -> Field | None:
        """A setting, or an option of a callback; None where the form has none of this path."""
        return self.fields.get(path) or self.plugins.fields().get(path)

    def switch_callback(self, name: str, on: bool) -> None:
        """Add a callback to the run, or leave it out."""
        names = [one for one in self.chosen_callbacks() if one != name]
        self._typed[CALLBACKS] = ",".join([*names, name] if on else names)
        if self._typed[CALLBACKS] == self.base(CALLBACKS):
            del self._typed[CALLBACKS]

    def choose_recipe(self, name: str | None) -> None:
        """Put a recipe below what was typed.

        Args:
            name: Name of the recipe; None: the defaults.
        """
        self.recipe = next((recipe for recipe in self.recipes if recipe.name == name), None)
        self._typed = {path: text for path, text in self._typed.items() if text != self.base(path)}

    def take(self, tables: Mapping[str, Any]) -> None:
        """Take over the settings of another run, by table, as if they had been typed over its recipe."""
        self._typed = {}
        self.choose_recipe(recipe_name(tables))
        self.plugins.take(tables.get("plugins", {}))
        for path in self.fields:
            value: Any = tables
            for part in path:
                value = value.get(part, ...) if isinstance(value, Mapping) else ...
            self.set(path, as_typed(self.fields[path].setting.default if value is ... else value))

    def base(self, path: Path_) -> str:
        """The text below what was typed: the recipe's, or the default."""
        value: Any = self.recipe.values if self.recipe else {}
        for part in path:
            value = value.get(part, ...) if isinstance(value, Mapping) else ...
        return as_typed(self.fields[path].setting.default if value is ... else value)

    def text(self, path: Path_) -> str:
        """The current text of a setting."""
        return self._typed.get(path, self.base(path))

    def set(self, path: Path_, text: str) -> None:
        """Type a text.

        Args:
            path: Place of the setting.
            text: The text; if it is empty or equal to the base, the setting counts as not typed.
        """
        text = text.strip()
        if self.fields[path].kind == "number":
            text = text.replace(",", ".")  # many locales use a decimal comma
        if text in ("", self.base(path)):
            self._typed.pop(path, None)
        else:
            self._typed[path] = text

    def changed(self, path: Path_) -> bool:
        """Whether something was typed for a setting."""
        return path in self._typed

    # -- judging ---------------------------------------------------------------------------------------------------

    def settings(self) -> Settings:
        """Return the settings, checked.

        Returns:
            The settings.

        Raises:
            UsageError: `settings.invalid`, with every problem.
        """
        return merge(*self._layers())

    def tables(self) -> dict[str, Any]:
        """Return recipe and typed texts as nested tables, as the helper takes them.

        Returns:
            Settings by table, not checked.
        """
        return overlaid(*self._layers())

    def _layers(self) -> tuple[Mapping[str, Any], dict[str, Any]]:
        typed = nested(self._counting())
        if options := self.plugins.tables(self._plugins_used()):
            typed["plugins"] = options
        return (self.recipe.layer if self.recipe else {}), typed

    def chosen_callbacks(self) -> list[str]:
        """Names of the callbacks that are switched on."""
        return list(dict.fromkeys(name.strip() for name in self.text(CALLBACKS).split(",") if name.strip()))

    def _plugins_used(self) -> list[str]:
        metrics = [name.strip() for name in self.text(METRICS).split(",")]
        return [self.text(MODEL), *self.chosen_callbacks(), *metrics]

    def _counting(self) -> dict[Path_, str]:
        """What was typed, but for the options of other models."""
        model = self.text(MODEL)
        return {
            path: text
            for path, text in self._typed.items()
            if len(path) == 1 or path[0] not in _TABLES or path[0] in options_tables(model)
        }

    def check(self) -> list[Problem]:
        """Find all problems that prevent a start.

        Returns:
            The problems; empty if the run can be started.
        """
        found = []
        try:
            self.settings()
        except UsageError as error:
            found += [self._problem(one) for one in SettingProblem.of(error)]
        places = {problem.path for problem in found}
        if SOURCE not in places:
            found += self._source()
        chosen = self.chosen_callbacks()
        unknown = [name for name in chosen if name not in (*_installed_callbacks(), *self.plugins.offers)]
        found += [Problem(CALLBACKS, "unknown_callback", f"there is no callback {name!r}") for name in unknown]
        return [*found, *self.plugins.check(chosen), *self._metrics(), *self._name()]

    def _metrics(self) -> Iterator[Problem]:
        named = [name.strip() for name in self.text(METRICS).split(",") if name.strip()]
        known = metric_names() if named else ()
        for name in named:
            if name not in known:
                yield Problem(METRICS, "unknown_metric", f"there is no metric {name!r}")
        monitor = self.text(MONITOR)
        if monitor.removeprefix("valid_") not in (*MONITORS, *named):
            yield Problem(MONITOR, "unknown_monitor", f"{monitor!r} is not computed: it is not among metrics")

    def _problem(self, one: SettingProblem) -> Problem:
        path = tuple(one.place.split("."))
        if path in self.fields:
            return Problem(path, "value", one.text)
        if one.code in _TABLE_PROBLEMS:
            return Problem(_TABLE_PROBLEMS[one.code], one.code, one.text)
        return Problem(path, "other", one.text)

    def _source(self) -> list[Problem]:
        try:
            check_source(self.text(SOURCE))
        except UsageError as error:
            return [Problem(SOURCE, "unknown_source", error.what)]
        return []

    def _name(self) -> list[Problem]:
        if not self.name:
            return []
        try:
            check_name(self.name)
        except UsageError as error:
            return [Problem(("name",), "name", f"expected {error.expected}")]
        if not is_free(self.root / self.name):
            return [Problem(("name",), "name_taken", f"there is already a run named {self.name!r}")]
        return []

    # -- the command -----------------------------------------------------------------------------------------------

    def run_name(self) -> str:
        """The name of the run: the typed one, else `DATA-MODEL` with the first number that is free."""
        if self.name:
            return self.name
        stem = self.name_stem()
        count = 1
        while (self.root / f"{stem}-{count}").exists():
            count += 1
        return f"{stem}-{count}"

    def name_stem(self) -> str:
        """`DATA-MODEL`, of letters that a name may have."""
        source = Path(self.text(SOURCE)).name
        stem = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in f"{source}-{self.text(MODEL)}")
        return "-".join(part for part in stem.split("-") if part)[:50] or "run"

    def arguments(self) -> list[str]:
        """Return the arguments after `epochscope`: only differences from recipe and defaults, then name and root.

        Returns:
            The arguments, not quoted.
        """
        return [*self._arguments(), "--runs", str(self.root)]

    def _arguments(self) -> list[str]:
        return [*self.words("train"), "--name", self.run_name()]

    def words(self, command: str, without: Path_ = ()) -> list[str]:
        """A command, and what the form says as its flags, but for one setting; no name and no root."""
        counting = self._counting()
        counting.pop(without, None)
        made = [command, _whole(counting.pop(SOURCE, self.text(SOURCE)))]
        if self.recipe is not None:
            made += ["--recipe", self.recipe.name]
        for path, text in counting.items():
            made += self._flag(path, text)
        for name, options in self.plugins.tables(self._plugins_used()).items():
            for key, value in options.items():
                made += ["--option", str(PluginOption(name, key, value))]
        return made

    def _flag(self, path: Path_, text: str) -> list[str]:
        name = flag_name(path)
        if self.fields[path].kind == "switch":
            return [name if text == "true" else "--no-" + name.removeprefix("--")]
        return [f"{name}={text}"] if text.startswith("-") else [name, text]

    def command_line(self, platform: str = sys.platform) -> str:
        """Return the equivalent command for a shell.

        Args:
            platform: As `sys.platform`. Default: this one.

        Returns:
            The command in one line.
        """
        arguments = self._arguments() if self.root == default_root() else self.arguments()
        return quoted(["epochscope", *arguments], platform)


def quoted(command: Sequence[str], platform: str = sys.platform) -> str:
    """Quote a command for a shell.

    Args:
        command: The command.
        platform: As `sys.platform`. Default: this one.

    Returns:
        One line.
    """
    return subprocess.list2cmdline(command) if platform == "win32" else shlex.join(command)


def _field(setting: Setting) -> Field:
    open_choices: dict[Path_, Sequence[str]] = {
        SOURCE: (*NAMES, *data_names()),
        DEVICE: DEVICES,
        MONITOR: MONITORS,
    }
    if setting.path == MODEL:
        return Field(setting, "choice", model_names())
    if setting.path in open_choices:
        return Field(setting, "open_choice", tuple(open_choices[setting.path]))
    if setting.choices:
        return Field(setting, "choice", setting.choices)
    kinds: dict[type, Kind] = {bool: "switch", int: "integer", float: "number", tuple: "list"}
    return Field(setting, kinds.get(setting.type, "text"), ())


def _installed_callbacks() -> tuple[str, ...]:
    try:
        return callback_names()
    except UsageError:
        return ()


def _whole(source: str) -> str:
    """The engine starts in another folder: a path must be whole."""
    return source if is_name(source) else str(expanded(source).absolute())
