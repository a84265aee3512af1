"""Reference of classes and functions, made from their docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

import trainer.events
from callbacks.testing import RECORDINGS
from docs.docstrings import (
    KEYWORDS,
    Argument,
    attribute_docstrings,
    fields,
    getter,
    is_property,
    is_record,
    members,
    parse,
    returned,
    signature,
)
from docs.markdown import code, fenced, paragraphs, prose, table
from docs.public_names import Name
from trainer.callback import Callback
from trainer.events import EVENTS, HOOKS, Event

EVENT_FIELDS = ("epoch", "step")


def entry(one: Name) -> Iterator[str]:
    """A class or a function, with all that belongs to it."""
    target = one.load()
    yield from [f"## {one.name}", ""]
    if is_record(target) and issubclass(target, Event):
        yield from _event(target)
    elif isinstance(target, type):
        yield from _class(one, target)
    else:
        yield from fenced(_call(one.name, signature(target), returned(target)), "python")
        yield from _function(target)


def _class(one: Name, target: type) -> Iterator[str]:
    about, texts = parse(target.__doc__), attribute_docstrings(target)
    yield from fenced(f"from {one.place.rpartition('.')[0]} import {one.name}", "python")
    yield from paragraphs(about.text)
    constructed = "Args" in about.items
    if constructed:
        yield from fenced(_call(one.name, signature(target.__init__), ""), "python")
        yield from _arguments(signature(target.__init__), about.items["Args"])
    rows = [(field.name, field.kind, field.default, texts.get(field.name, "")) for field in fields(target)]
    # those of the base class are on its page
    callback = issubclass(target, Callback) and target is not Callback
    rows = [] if callback else [row for row in rows if row[3]]
    rows += [(name, "", "", text) for name, text in about.items.get("Attributes", {}).items()]
    found = {name: value for name, value in members(target, inherited=not callback).items() if _counts(one, name)}
    for name, value in found.items():
        if is_property(value):
            rows.append((name, returned(getter(value)), "", parse(getter(value).__doc__).text))
    if rows:
        yield from table(
            ("Attribute", "Type", "Default", "Meaning"),
            ((code(name), code(kind), code(default), prose(text)) for name, kind, default, text in rows),
        )
    yield from _raises(about.items.get("Raises", {}))
    for name, value in found.items():
        if not is_property(value) and not (name in HOOKS.values() and issubclass(target, Callback)):
            yield from [f"### {one.name}.{name}", ""]
            yield from fenced(_call(name, signature(getter(value)), returned(getter(value))), "python")
            yield from _function(getter(value))
    if callback:
        yield from _own_hooks(target)


def _counts(one: Name, name: str) -> bool:
    return not one.members or name in one.members


def _own_hooks(target: type) -> Iterator[str]:
    hooks = {name: value for name, value in members(target, inherited=False).items() if name in HOOKS.values()}
    rows = [(code(name), prose(parse(value.__doc__).text)) for name, value in hooks.items()]
    yield from table(("Hook", "What it does"), rows)


def _event(target: type[Event]) -> Iterator[str]:
    yield from paragraphs(parse(target.__doc__).text)
    yield f"Hook: [`{HOOKS[target]}`](hooks.md#hooks)"
    yield ""
    texts = attribute_docstrings(target)
    own = [field for field in fields(target) if field.name not in EVENT_FIELDS]
    yield from table(
        ("Field", "Type", "Default", "Meaning"),
        ((code(one.name), code(one.kind), code(one.default), prose(texts[one.name])) for one in own),
    )


def _function(target: Any) -> Iterator[str]:
    about = parse(target.__doc__)
    yield from paragraphs(about.text)
    if "Args" in about.items:
        yield from _arguments(signature(target), about.items["Args"])
    if about.result:
        yield from [f"**Returns:** {prose(about.result)}", ""]
    yield from _raises(about.items.get("Raises", {}))


def _arguments(arguments: Sequence[Argument], texts: dict[str, str]) -> Iterator[str]:
    yield from table(
        ("Argument", "Type", "Default", "Meaning"),
        (
            (code(one.name), code(one.kind), code(one.default), prose(texts[one.name]))
            for one in arguments
            if one != KEYWORDS
        ),
    )


def _raises(texts: dict[str, str]) -> Iterator[str]:
    if texts:
        yield from ["**Raises:**", ""]
        yield from (f"- `{name}`: {prose(text)}" for name, text in texts.items())
        yield ""


def _call(name: str, arguments: Sequence[Argument], result: str) -> str:
    """A call as in the source, on one line where it fits, else a line for each argument."""
    parts = [one.name + (f"={one.default}" if one.default else "") for one in arguments]
    tail = f" -> {result}" if result else ""
    line = f"{name}({', '.join(parts)}){tail}"
    return line if len(line) <= 90 else f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + f"){tail}"


# --- the loop, hooks, and recorded runs


def loop() -> Iterator[str]:
    """The drawing of the loop, and the fields that all events share."""
    yield from paragraphs(parse(trainer.events.__doc__).text)
    texts = attribute_docstrings(Event)
    yield from ["## All events", ""]
    yield from table(
        ("Field", "Type", "Meaning"),
        ((code(one.name), code(one.kind), prose(texts[one.name])) for one in fields(Event)),
    )


def hooks() -> Iterator[str]:
    """Every hook: its event, and when it is called."""
    yield from ["## Hooks", ""]
    yield (
        "`def on_...(self, event, run)`: `event` is the record named next to the hook, `run` is a "
        "[RunContext](#runcontext). All hooks are called on the engine's thread."
    )
    yield ""
    rows = []
    for event in EVENTS:
        text = inspect.getdoc(getattr(Callback, HOOKS[event])) or ""
        rows.append((code(HOOKS[event]), f"[{event.__name__}](events.md#{event.__name__.lower()})", prose(text)))
    yield from table(("Hook", "Event", "When, and what may be done there"), rows)


def recordings() -> Iterator[str]:
    """The recorded runs, by name."""
    yield from ["## RECORDINGS", ""]
    yield from fenced("from callbacks.testing import RECORDINGS, recorded", "python")
    yield "Names of the recorded runs. All are softmax regression on the embedded digits."
    yield ""
    yield from table(("Name", "What happens"), ((code(name), prose(text)) for name, text in RECORDINGS.items()))
