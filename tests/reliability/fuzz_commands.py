"""Settings, command lines and lines for `assist`, fuzzed."""

from __future__ import annotations

import io
import json
import random
import sys
import time
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NoReturn

from tests.reliability.fuzz_runs import copied_runs, toml
from tests.reliability.fuzz_wholes import STEPS
from tests.reliability.fuzzing import Action, Bench, command, raising
from tests.reliability.mutators import TEXTS, changed_tree, damaged, several
from trainer.callback import Callback
from trainer.cli import main

POLLED = 0.15
"""Seconds within which an engine looks for requests."""
MOST_TRIALS = 4
"""A plan may ask for any number of runs."""
PLAIN = """
done stopped last digits nowhere 0 1 3 -1 1e9 nan out.csv out.npz out.png softmax cpu seed csv report train.lr=1..2
/dev/null . {0..3}.tar x{a,b}.tar epoch valid brightness
"""
UNUSUAL = """
0 1 2 0.5 0.999 1e-8 1e8 1e300 1e-300 30 sgd adamw lbfgs cosine step plateau balanced auto max min bf16 true
"""


class StopSoon(Callback):
    """No input decides how long a test takes."""

    def on_batch_ended(self, event: Any, run: Any) -> None:
        if any(run.folder.requests.glob("*.json")):
            time.sleep(POLLED)
        if event.step % STEPS == 0:
            run.request_stop("enough")


def stopping_soon() -> None:
    """What is trained stops; what would take long is refused."""
    import trainer.baselines.comparison
    import trainer.data.downloads
    import trainer.launch
    import trainer.search.parameter_search
    import trainer.search.rate_range
    from trainer.errors import UsageError

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise UsageError("test", "not here")

    def stopped(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *arguments, callbacks=(), **more: function(*arguments, callbacks=[*callbacks, StopSoon()], **more)

    trainer.launch.start = stopped(trainer.launch.start)
    trainer.launch.resume = stopped(trainer.launch.resume)
    trainer.baselines.comparison.hold_comparison = refuse
    trainer.search.rate_range.settings_range_test = refuse
    searching = trainer.search.parameter_search.ParameterSearch

    def short_search(plan: Any, *arguments: Any, **more: Any) -> Any:
        return searching(plan, *arguments, **more) if plan.trials <= MOST_TRIALS else refuse()

    trainer.search.parameter_search.ParameterSearch = short_search  # type: ignore[assignment,misc]
    trainer.data.downloads._fetch = lambda *_: None


@cache
def _recipes() -> tuple[dict[str, Any], ...]:
    from trainer.resources import resource
    from trainer.settings import Settings

    texts = [path.read_text("utf-8") for path in sorted(resource("recipes").glob("*.toml"))]
    return (*map(tomllib.loads, texts), Settings().model_dump(mode="json"))


def settings(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Files of settings, recipes, and spaces of a search."""
    tree = draw.choice(_recipes())
    if draw.random() < 0.6:
        content = toml(changed_tree(tree, draw)).encode("utf-8", "surrogatepass")
    else:
        content = several(toml(tree).encode(), [toml(one).encode() for one in _recipes()], draw)
    file = bench.inputs / "given.toml"
    file.write_bytes(content)
    bench.may_change += [bench.inputs / "runs"]
    small = ("--model", "softmax", "--epochs", "1", "--device", "cpu")
    photos = bench.wholes / "photos"
    return draw.sample(
        [
            command("train", photos, "--settings", file, *small),
            command("train", photos, "--recipe", file, *small, "--json"),
            command("data", "--settings", file),
            command("search", photos, "--space-file", file),
            command("lr-find", photos, "--settings", file),
        ],
        2,
    )


def training(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Settings within their limits, however unusual together."""
    from trainer.settings import flags

    values: dict[str, Any] = {}
    skipped = ("data", "threads", "device", "epochs", "model", "mlp", "cnn", "backbone", "head", "compile")
    known = [flag for flag in flags() if not set(flag.path) & set(skipped) and flag.path[0] not in ("callbacks",)]
    for flag in draw.sample(known, draw.randrange(1, 6)):
        values[flag.name] = _value_of(flag, draw)
    words = [word for name, value in values.items() for word in (name, value)]
    bench.may_change += [bench.inputs / "runs"]
    return [command("train", bench.wholes / "photos", "--epochs", 1, "--model", "softmax", "--name", "it", *words)]


def _value_of(flag: Any, draw: random.Random) -> str:
    pool = UNUSUAL.split()
    return draw.choice([*pool, *map(str, getattr(flag, "choices", ()) or ())])


def command_lines(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Words that belong to a command, values that do not, and the other way round."""
    copied_runs(bench)
    bench.may_change += [bench.inputs, bench.here]
    photos = bench.wholes / "photos"
    values = [
        *TEXTS,
        *(str(photos), str(next((photos / "cat").iterdir())), str(bench.wholes / "shard.tar"), "a" * 20_000),
        *PLAIN.split(),
    ]
    values = [value for value in values if "\0" not in value]  # the system takes none
    name, known = draw.choice(_commands())
    words = [name]
    for _ in range(draw.randrange(5)):
        words.append(draw.choice(values))
    for _ in range(draw.randrange(4)):
        flag = draw.choice(known)
        words += [flag, draw.choice(values)] if draw.random() < 0.8 else [f"{flag}={draw.choice(values)}"]
    if draw.random() < 0.1:
        words[draw.randrange(len(words))] = draw.choice(values)
    return [command(*name.split(), *words[1:])]


@cache
def _commands() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each command, and its flags."""
    from trainer.cli.app import build

    app = build()
    found = []
    for name in app:
        if not name.startswith("-"):
            inner = [one for one in app[name] if not one.startswith("-")]
            for more in inner or [""]:
                one = app[name][more] if more else app[name]
                names = {word for argument in one.assemble_argument_collection() for word in argument.names}
                flags = tuple(sorted(word for word in names if word.startswith("--"))) or ("--help",)
                found.append((f"{name} {more}".strip(), flags))
    return tuple(found)


def assist(bench: Bench, draw: random.Random, number: int) -> Iterable[Action]:
    """Lines for the command that answers programs: every line is answered, none by a bug."""
    from trainer.cli.rpc_actions import ACTIONS

    copied_runs(bench)
    bench.may_change += [bench.inputs / "runs"]
    photos = bench.wholes / "photos"
    lines = []
    for place in range(5):
        ask: Any = {
            "id": place, "do": draw.choice([*ACTIONS]), "settings": {"data": {"source": str(photos)}}, "run": "done",
            "runs": str(bench.inputs / "runs"), "out": str(bench.out / f"it-{place}"), "n": 2,
            "images": [str(next((photos / "dog").iterdir()))],
        }  # fmt: skip
        if ask["do"] == "rates":
            continue
        changed = changed_tree(ask, draw) if draw.random() < 0.8 else ask
        if isinstance(changed, dict) and isinstance(changed.get("out"), str):
            changed["out"] = ask["out"]  # wherever it says, a file would be written, and rightly
        line = json.dumps(changed)
        content = line.encode() if draw.random() < 0.8 else damaged(line.encode(), [], draw)
        lines.append(content.replace(b"\n", b" "))

    return asked(bench, lines)


def asked(bench: Bench, lines: list[bytes]) -> list[Action]:
    """`assist` with these lines; none of them is answered with a bug."""

    def ask_all() -> int:
        sys.stdin = io.TextIOWrapper(io.BytesIO(b"\n".join(lines)))
        return main(["assist"])

    def no_bugs() -> None:
        log = bench.cache / "errors.log"
        assert not log.exists(), f"{lines!r}\n{log.read_text('utf-8')}"

    return [Action(("assist",), ask_all), raising("no bug", no_bugs)]
