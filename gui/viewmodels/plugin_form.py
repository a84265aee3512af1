"""Options of plugins in the form of a new run: which callbacks there are, what was typed for them, problems. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gui.viewmodels.form_fields import PLUGINS, Kind, OptionField, Path_, Problem
from trainer.settings.fields import Setting, as_typed

_TYPES: dict[Kind, type] = {"switch": bool, "integer": int, "number": float}


@dataclass(frozen=True)
class CallbackOffer:
    """An installed callback that a run can add. `left_out` and `obstacles`: names and types of arguments that a form
    cannot ask for, with a default and without one. `problem`: why it cannot be loaded, {} where it can."""

    name: str
    package: str = ""
    about: str = ""
    fields: tuple[OptionField, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    obstacles: tuple[tuple[str, str], ...] = ()
    problem: Mapping[str, Any] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """Whether a form can make it."""
        return not self.problem and not self.obstacles


class PluginForm:
    """Texts of the options whose fields are known, and other options of a run that was taken over, as they are."""

    def __init__(self) -> None:
        self.offers: dict[str, CallbackOffer] = {}
        """By name; empty until they are known."""
        self.refusals: tuple[Problem, ...] = ()
        """What constructors answer to the present options."""
        self._typed: dict[Path_, str] = {}
        self._taken: dict[str, dict[str, Any]] = {}

    def take(self, tables: Any) -> None:
        """The options of another run, in place of all that was typed."""
        self._typed, given = {}, tables if isinstance(tables, Mapping) else {}
        self._taken = {name: dict(table) for name, table in given.items() if isinstance(table, Mapping)}
        self._fill()

    def offer(self, offers: Iterable[CallbackOffer]) -> None:
        """These callbacks are installed."""
        self.offers = {one.name: one for one in offers}
        self._fill()

    def _fill(self) -> None:
        """Values that were taken over, into the fields that they have."""
        for path, one in self.fields().items():
            table = self._taken.get(one.plugin, {})
            if one.setting.key in table:
                self.set(path, as_typed(table.pop(one.setting.key)))

    def fields(self) -> dict[Path_, OptionField]:
        """All fields that are known."""
        return {one.path: one for offer in self.offers.values() for one in offer.fields}

    def text(self, path: Path_) -> str:
        """The current text of an option."""
        return self._typed.get(path, self.fields()[path].base)

    def set(self, path: Path_, text: str) -> None:
        """Type a text; one equal to the default, or an empty one, counts as not typed."""
        text, one = text.strip(), self.fields()[path]
        self.refusals = tuple(refusal for refusal in self.refusals if refusal.path[1] != path[1])  # of other values
        if one.kind == "number":
            text = text.replace(",", ".")
        if text in ("", one.base):
            self._typed.pop(path, None)
        else:
            self._typed[path] = text

    def changed(self, path: Path_) -> bool:
        """Whether something was typed."""
        return path in self._typed

    def tables(self, used: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The options of the plugins that are used, but for defaults. A text that is wrong stays a text."""
        found = {name: dict(self._taken.get(name, {})) for name in dict.fromkeys(used)}
        fields = self.fields()
        for path, text in self._typed.items():
            if path in fields and path[1] in found:
                try:
                    found[path[1]][path[2]] = fields[path].value(text)
                except ValueError:
                    found[path[1]][path[2]] = text
        return {name: table for name, table in found.items() if table}

    def check(self, chosen: Sequence[str]) -> list[Problem]:
        """All problems with the options of these callbacks; of one that has some, its constructor is not heard."""
        found = []
        for name in chosen:
            own = list(self._check(self.offers[name])) if name in self.offers else []
            found += own or [one for one in self.refusals if one.path[1] == name]
        return found

    def has_problems(self, name: str) -> bool:
        """Whether the options of a callback are refused without its constructor."""
        return name in self.offers and any(self._check(self.offers[name]))

    def _check(self, offer: CallbackOffer) -> Iterator[Problem]:
        for one in offer.fields:
            text = self.text(one.path)
            if not text:
                if one.required:
                    yield Problem(one.path, "missing", f"{offer.name} needs a value of {one.setting.key}")
                continue
            try:
                one.value(text)
            except ValueError:
                yield Problem(one.path, "value", f"got {text}, expected {one.setting.expected}")


def read_offer(answer: Mapping[str, Any]) -> CallbackOffer:
    """A callback as the helper describes it."""
    name = str(answer["name"])
    return CallbackOffer(
        name,
        package=str(answer.get("package", "")),
        about=str(answer.get("about", "")),
        fields=tuple(_field(name, one) for one in answer.get("options", ())),
        left_out=tuple((one["name"], one["type"]) for one in answer.get("left_out", ())),
        obstacles=tuple((one["name"], one["type"]) for one in answer.get("obstacles", ())),
        problem=answer.get("problem", {}),
    )


def read_refusal(answer: Mapping[str, Any]) -> Problem:
    """What a constructor said: beside the option that it is about, or beside the callback."""
    place = (PLUGINS, answer["name"], answer["option"]) if answer["option"] else (PLUGINS, answer["name"])
    return Problem(place, "refused", str(answer["what"]), answer)


def _field(plugin: str, answer: Mapping[str, Any]) -> OptionField:
    kind: Kind = answer["kind"]
    values = {as_typed(value): value for value in answer["choices"]}
    if kind == "switch" and answer["default"] is None:  # neither yes nor no
        kind, values = "choice", {"true": True, "false": False}
    unset = [""] if kind == "choice" and answer["default"] is None else []
    setting = Setting(
        group="",
        key=answer["name"],
        type=_TYPES.get(kind, str),
        optional=False,
        title=answer["name"],
        help=answer["about"],
        unit="",
        choices=tuple(values),
        default=answer["default"],
        low=None,
        high=None,
        low_open=False,
        high_open=False,
        words="",
    )
    return OptionField(setting, kind, (*unset, *values), plugin, answer["required"], values)
