"""Settings as flags: one flag per setting, layers from what was given, and all problems at once. [no torch]"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

from cyclopts import Group, Parameter

from trainer.callback_files import FORM, CallbackFile
from trainer.errors import UsageError
from trainer.home_path import expanded
from trainer.settings import FLAGS, Flag, Settings, describe, flags, from_toml, merge
from trainer.settings.fields import as_typed
from trainer.settings.plugin_options import FORM as FORM_OF_OPTION
from trainer.settings.plugin_options import option_tables
from trainer.settings.problems import SettingProblem, refuse
from trainer.settings.recipes import load_recipe
from trainer.text.nested_tables import nested
from trainer.text.text_file import read_text

Command = TypeVar("Command", bound=Callable[..., Any])
Made = TypeVar("Made")
Layer = tuple[str, Mapping[str, Any]]
"""Where values come from, and the values as nested tables."""

_TITLES = {
    "": "Model",
    "data": "Data",
    "augment": "Augmentation (training images only)",
    "train": "Training",
    "softmax": "Model softmax",
    "mlp": "Model mlp",
    "cnn": "Model cnn",
    "resnet9": "Model resnet9",
    "backbone": "Pretrained network",
    "head": "Head of the pretrained network",
    "checkpoint": "Checkpoints",
    "early_stopping": "Early stopping",
}
_METAVARS = {int: "N", float: "X", tuple: "A,B"}

Recipe = Annotated[
    str | None,
    Parameter(help="Tested settings: photos, cnn, fast, linear, seed, digits, or a TOML file.", metavar="NAME"),
]
SettingsFile = Annotated[
    Path | None,
    Parameter(name="--settings", help="TOML file of settings, such as a run.toml; wins over a recipe.", metavar="FILE"),
]
Runs = Annotated[
    Path | None,
    Parameter(help="Folder of all runs [default: $EPOCHSCOPE_RUNS, else ~/epochscope/runs].", metavar="DIR"),
]
Callbacks = Annotated[
    list[str] | None,
    Parameter(
        name="--callback",
        help="A callback from your own file, which is executed; :NAME if it has several; repeatable.",
        metavar=FORM,
        negative="",
    ),
]
Options = Annotated[
    list[str] | None,
    Parameter(
        name="--option",
        help="An option of a plugin in use, as in the [plugins.NAME] table of a settings file; repeatable.",
        metavar=FORM_OF_OPTION,
        negative="",
    ),
]
Json = Annotated[bool, Parameter(help="Print one JSON document and nothing else.", negative="", show_default=False)]


def settings_flags(wanted: Callable[[Flag], bool] = lambda flag: True) -> Callable[[Command], Command]:
    """Make a decorator that gives a command a flag for every wanted setting, and a function `check` for all of its
    arguments.

    The command ends in `**given` and has the parameters `data`, `recipe` and `settings`.

    Args:
        wanted: Chooses flags. Default: all.

    Returns:
        The decorator.
    """

    def decorate(command: Command) -> Command:
        signature = inspect.signature(command, eval_str=True)
        own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
        taken = {f"--{parameter.name.replace('_', '-')}" for parameter in own}
        # where a flag of the command has the name of a setting, such as --monitor of a search, the setting has none
        more = [_parameter(flag) for flag in flags() if wanted(flag) and flag.name not in taken]
        if any(parameter.name == "callbacks" for parameter in more):
            more.append(inspect.Parameter("plugins", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Options))
        command.__signature__ = signature.replace(parameters=[*own, *more])  # type: ignore[attr-defined]
        names = {parameter.name for parameter in more}

        def check(arguments: Mapping[str, Any]) -> None:
            given = {name: value for name, value in arguments.items() if name in names}
            files = [CallbackFile.parse(text) for text in arguments.get("callback") or ()]
            gather(arguments.get("data"), arguments.get("recipe"), arguments.get("settings"), given, files)

        command.check = check  # type: ignore[attr-defined]
        return command

    return decorate


def _parameter(flag: Flag) -> inspect.Parameter:
    group = flag.path[0] if len(flag.path) > 1 else ""
    about = Parameter(
        name=(*flag.aliases, flag.name),
        negative=f"--no-{(*flag.aliases, flag.name)[0].removeprefix('--')}" if flag.type is bool else "",
        help=_help(flag),
        group=Group(_TITLES.get(group, group), sort_key=list(_TITLES).index(group) + 10 if group in _TITLES else 99),
        metavar=None if flag.type is bool else _METAVARS.get(flag.type, "NAME"),
        show_default=False,
    )
    kind: Any = bool | None if flag.type is bool else str | None
    return inspect.Parameter(
        "_".join(flag.path), inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, about]
    )


def _help(flag: Flag) -> str:
    """What it does, what it accepts, what it is if not given."""
    expected = {setting.path: setting.expected for setting in describe()}[flag.path]
    default = shown_default(flag.default)
    if flag.type is bool:
        return f"{flag.help} [default: {'yes' if flag.default else 'no'}]."
    accepts = "" if expected.startswith("a text") else f" ({expected})"
    return f"{flag.help}{accepts} [default: {default}]."


def shown_default(value: Any) -> str:
    """Format a default as one would type it.

    Args:
        value: Default of a setting.

    Returns:
        The text; "auto" for None, "none" for an empty list.
    """
    return as_typed(value) or "none"


def gather(
    data: str | None,
    recipe: str | None,
    settings: Path | None,
    given: Mapping[str, Any],
    files: Sequence[CallbackFile] = (),
) -> Settings:
    """Combine settings in the order defaults < recipe < file < flags, and check them once.

    Args:
        data: Source named on the command line.
        recipe: Name or file of a recipe.
        settings: TOML file.
        given: Flags by parameter name; None for flags that were not given.
        files: Callbacks from files, which may have options.

    Returns:
        The settings, with absolute paths.

    Raises:
        UsageError: All problems of recipe, file, flags, names and source at once.
    """
    problems = _Problems()
    layers: list[Layer] = []
    if recipe is not None:
        layers += problems.noted(lambda: [_recipe(recipe)], [])
    if settings is not None:
        layers += problems.noted(lambda: [_file(settings)], [])
    layers += [(FLAGS, _nested(given)), (FLAGS, problems.noted(lambda: _option_tables(given), {}))]
    if data is not None:
        layers.append(("DATA", {"data": {"source": data}}))
    made = _checked(layers, problems, [file.name for file in files])
    edits = made.data.edits and str(expanded(made.data.edits).absolute())
    return merge(made.model_dump(), {"data": {"source": _absolute(made.data.source), "edits": edits}})


def _option_tables(given: Mapping[str, Any]) -> dict[str, Any]:
    """What --option says, as settings."""
    return {"plugins": option_tables(given["plugins"])} if given.get("plugins") else {}


class _Problems:
    """All that is wrong with a command line, so that it can be said at once."""

    def __init__(self) -> None:
        self._errors: list[UsageError] = []

    def noted(self, action: Callable[[], Made], otherwise: Made) -> Made:
        """What it gives; `otherwise` where it raises a UsageError, which is one more of the problems."""
        try:
            return action()
        except UsageError as error:
            self._errors.append(error)
            return otherwise

    def refuse(self) -> None:
        """Raise all of them in one error, if there are any."""
        if len(self._errors) == 1:
            raise self._errors[0]
        if self._errors:
            refuse([one for error in self._errors for one in SettingProblem.of(error)])


def _checked(layers: list[Layer], problems: _Problems, own: Sequence[str]) -> Settings:
    from trainer.data.source_names import check_source
    from trainer.plugins import check_names

    def merged() -> Settings | None:
        return merge(*(values for _, values in layers), origins=[origin for origin, _ in layers])

    made = problems.noted(merged, None) or _names_only(layers)
    problems.noted(lambda: check_names(made, own), None)
    problems.noted(lambda: check_source(made.data.source), None)
    problems.refuse()
    return made


def _names_only(layers: list[Layer]) -> Settings:
    """Of settings with other mistakes in them: model, callbacks and source, to tell whether those exist."""
    picked = []
    for _, values in layers:
        names = {key: values[key] for key in ("model", "callbacks", "metrics", "plugins") if key in values}
        data = values.get("data")
        source = {"data": {"source": data["source"]}} if isinstance(data, Mapping) and "source" in data else {}
        picked.append({**names, **source})
    try:
        return merge(*picked)
    except UsageError:
        return Settings()


def _recipe(name: str) -> Layer:
    recipe = load_recipe(name)
    return f"recipe {recipe.name}", recipe.layer


def _file(path: Path) -> Layer:
    try:
        text = read_text(expanded(path))
    except (OSError, ValueError) as error:
        not_text = isinstance(error, UnicodeDecodeError)
        reason = "it is not UTF-8 text" if not_text else getattr(error, "strerror", None) or str(error)
        raise UsageError(
            "settings.unreadable",
            f"The settings file {path} cannot be read: {reason}",
            where="--settings",
            expected="a TOML file in UTF-8, such as the run.toml of a run",
            path=str(path),
            reason=reason,
        ) from error
    return path.name, from_toml(text, str(path))


def _absolute(source: str) -> str:
    """A folder or its shards must still be found when the run is resumed from somewhere else."""
    from trainer.data.shard_names import is_shards
    from trainer.data.source_names import is_name

    folder = expanded(source)
    there = source and not is_name(source) and (folder.is_dir() or is_shards(folder))
    return str(folder.absolute()) if there else source


def _nested(given: Mapping[str, Any]) -> dict[str, Any]:
    """Flags by their parameter names to nested tables."""
    found = {flag.path: given.get("_".join(flag.path)) for flag in flags()}
    return nested({path: value for path, value in found.items() if value is not None})
