"""`describe`: everything that can be set and chosen, for people and for forms. [no torch without --full]"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Any

from cyclopts import Parameter

from trainer.cli.flags import Json, shown_default
from trainer.cli.output import say, say_json, table
from trainer.plugins import MODELS, SOURCES
from trainer.settings import describe as settings
from trainer.settings import schema
from trainer.settings.constructor_options import type_text
from trainer.settings.recipes import recipes
from trainer.store.environment import versions
from trainer.store.folder import default_root

Full = Annotated[
    bool,
    Parameter(
        help="Also list devices and the options of plugins, which takes a few seconds.",
        negative="",
        show_default=False,
    ),
]


def describe(*, full: Full = False, json: Json = False) -> int:
    """List settings with their ranges, recipes, models, data sets, metrics, callbacks, plugins and versions."""
    found = document(full)
    if json:
        say_json(found)
    else:
        say(*_page(found))
    return 0


def document(full: bool) -> dict[str, Any]:
    """Collect everything that can be set and chosen.

    Args:
        full: Also load PyTorch and plugins, for devices and the options of plugins.

    Returns:
        Plain values; `devices` is None unless `full`.
    """
    from trainer.data.cache import cache_folder
    from trainer.metrics.named_metrics import NAMED

    return {
        "settings": schema(),
        "recipes": [vars(recipe) for recipe in recipes()],
        "models": [{"name": name, "about": text} for name, text in MODELS.items()]
        + _plugins("epochscope.models", full),
        "data": [{"name": name, "about": text} for name, text in SOURCES.items()] + _plugins("epochscope.data", full),
        "metrics": [{"name": name, "about": text} for name, (text, _) in NAMED.items()]
        + _plugins("epochscope.metrics", full),
        "callbacks": _plugins("epochscope.callbacks", full),
        "commands": _plugins("epochscope.commands", False),
        "devices": _devices() if full else None,
        "versions": versions(),
        "paths": {"runs": str(default_root()), "cache": str(cache_folder())},
    }


def _plugins(group: str, load: bool) -> list[dict[str, Any]]:
    return [_plugin(entry, load) for entry in sorted(entry_points(group=group), key=lambda entry: entry.name)]


def _plugin(entry: EntryPoint, load: bool) -> dict[str, Any]:
    owner = {"name": entry.dist.name, "version": entry.dist.version} if entry.dist else None
    about: dict[str, Any] = {"name": entry.name, "distribution": owner, "value": entry.value}
    if load:
        try:
            loaded = entry.load()
            about["about"] = _first_sentence(inspect.getdoc(loaded) or "")
            about["options"] = [_option(loaded, option) for option in inspect.signature(loaded).parameters.values()]
        except Exception as error:  # a plugin may raise anything
            about["problem"] = f"{type(error).__name__}: {error}"
    return about


def _first_sentence(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split()).split(". ")[0].rstrip(".")


def _option(plugin: Any, option: inspect.Parameter) -> dict[str, Any]:
    default = option.default
    many = _MANY.get(option.kind, "")
    required = default is option.empty and not many
    plain = default if isinstance(default, bool | int | float | str | None) else repr(default)
    shown = None if default is option.empty else plain
    return {"name": many + option.name, "type": type_text(plugin, option), "required": required, "default": shown}


def _devices() -> list[dict[str, Any]]:
    import torch

    found = [{"name": "cpu", "about": f"{torch.get_num_threads()} threads"}]
    for number in range(torch.cuda.device_count()):
        memory = torch.cuda.get_device_properties(number).total_memory
        found.append({"name": f"cuda:{number}", "about": f"{torch.cuda.get_device_name(number)}, {memory >> 30} GiB"})
    if torch.backends.mps.is_available():
        found.append({"name": "mps", "about": "Apple GPU"})
    return found


_MANY: dict[Any, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
_OTHERWISE = {"data.source": "DATA", "plugins": "--option, or [plugins.NAME] in a file"}
"""Settings that have no flag of their own."""


def _page(found: dict[str, Any]) -> Iterator[str]:
    yield "Settings: the flag, its default, what it accepts"
    flags = {".".join(one.path): one for one in settings()}
    rows = []
    for entry in found["settings"]:
        path = f"{entry['group']}.{entry['key']}".lstrip(".")
        flag = _OTHERWISE.get(path) or entry["flag"] or path
        rows.append((flag, shown_default(flags[path].default), entry["expected"]))
    yield from _indented(table(("flag", "default", "accepts"), rows, left=("flag", "default", "accepts")))
    yield from ("", "Recipes (--recipe)")
    yield from _pairs((one["name"], one["title"]) for one in found["recipes"])
    yield from ("", "Models (--model)")
    yield from _pairs((one["name"], one.get("about") or _owner(one)) for one in found["models"])
    yield from ("", "Data sets (or a folder with one sub-folder of images per class)")
    yield from _pairs((one["name"], one["about"]) for one in found["data"])
    titles = {
        "metrics": "More metrics (--metrics)",
        "callbacks": "Callbacks (--callbacks)",
        "commands": "Commands of plugins",
    }
    for key, title in titles.items():
        if found[key]:
            yield from ("", title)
            yield from _plugin_lines(found[key])
    yield from ("", "Devices (--device)")
    if found["devices"] is None:
        yield "  shown with --full, which loads PyTorch"
    else:
        yield from _pairs((one["name"], one["about"]) for one in found["devices"])
    yield from ("", "Versions")
    yield from _pairs(found["versions"].items())
    yield from ("", "Folders")
    yield from _pairs(found["paths"].items())


def _plugin_lines(plugins: list[dict[str, Any]]) -> Iterator[str]:
    """Each with what it is, and below it its options, where it was loaded."""
    lines = list(_pairs((one["name"], one.get("problem") or one.get("about") or _owner(one)) for one in plugins))
    for line, plugin in zip(lines, plugins, strict=True):
        yield line
        options = [
            (one["name"], one["type"] or "any", "required" if one["required"] else _default_text(one))
            for one in plugin.get("options", ())
        ]
        wide = max((len(f"{name}: {kind}") for name, kind, _ in options), default=0)
        yield from (f"      {f'{name}: {kind}':<{wide}}  {default}".rstrip() for name, kind, default in options)


def _default_text(option: dict[str, Any]) -> str:
    return "" if option["name"].startswith("*") else f"[default: {option['default']!r}]"


def _owner(plugin: dict[str, Any]) -> str:
    owner = plugin["distribution"]
    return f"from {owner['name']} {owner['version']}" if owner else "from an unknown distribution"


def _pairs(pairs: Any) -> Iterator[str]:
    listed = list(pairs)
    width = max((len(name) for name, _ in listed), default=0)
    yield from (f"  {name:<{width}}  {text}" for name, text in listed)


def _indented(lines: list[str]) -> Iterator[str]:
    yield from ("  " + line for line in lines)
