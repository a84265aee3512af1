"""The rules of the contract, a function each.

`factory` makes the callback that is tested. A rule that is broken raises AssertionError: what is wrong and how to fix
it.
"""

from __future__ import annotations

import inspect
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from callbacks.testing.event_replay import Factory, Replay, replay
from callbacks.testing.file_watch import watched_writes
from callbacks.testing.recordings import recorded
from callbacks.testing.scripted_attempt import Emission
from callbacks.testing.streams import resumed, stopped, training
from trainer.callback import Callback, Phase, callback_name
from trainer.engine.event_bus import EventBus
from trainer.engine.explain import callback_lines
from trainer.errors import UsageError
from trainer.events import HOOKS, EpochEnded, Event, StopRequested, encode
from trainer.store import codec, durable
from trainer.store.temporary_names import is_temporary
from trainer.text.suggestion import suggest

PATIENCE = 2.0
"""Seconds that a thread may take to end after the run."""
_TEXTS = {".csv", ".jsonl", ".json", ".log", ".md", ".tsv", ".txt"}
_MEASURED = {"seconds", "bytes", "sha256", "callback_seconds", "source"}
"""Fields that differ from run to run."""


def hooks_exist(factory: Factory) -> None:
    """Every `on_...` method is a hook and takes event and run."""
    made = _made(factory)
    for name, value in inspect.getmembers(type(made), callable):
        if not name.startswith("on_") or name == "on_error":
            continue
        near = suggest(name, sorted(HOOKS.values()))
        assert name in HOOKS.values(), f"{name} is not a hook: the engine never calls it{near}"
        try:
            inspect.signature(getattr(made, name)).bind(None, None)
        except TypeError:
            raise AssertionError(f"{name}{inspect.signature(value)}: a hook takes (self, event, run)") from None


def options_are_described(factory: Factory) -> None:
    """The constructor's arguments have types and can be given by name, and the class has a docstring.

    Settings and window build the callback from these.
    """
    kind = type(_made(factory))
    assert (kind.__doc__ or "").strip(), f"{kind.__name__} has no docstring: it is what `describe` shows"
    for one in inspect.signature(kind).parameters.values():
        place = f"the argument {one.name} of {kind.__name__}"
        assert one.annotation is not inspect.Parameter.empty, f"{place} has no type: write {one.name}: float, or such"
        assert one.kind not in (one.POSITIONAL_ONLY, one.VAR_POSITIONAL), f"{place} cannot be given by name"


def explain_names_it(factory: Factory) -> None:
    """`Trainer.explain` lists the callback with its phase and hooks."""
    made = _made(factory)
    text = "\n".join(callback_lines(EventBus([made])))
    assert callback_name(made) in text, f"explain() does not name it:\n{text}"
    assert isinstance(made.phase, Phase), f"phase is {made.phase!r}, not one of Phase"
    assert made.on_error in ("stop", "retry", "detach"), f"on_error is {made.on_error!r}: stop, retry or detach"
    assert "no hooks" not in text, f"{callback_name(made)} has no hooks: it hears nothing"


def state_survives_a_checkpoint(factory: Factory) -> None:
    """`state_dict` can be stored, and `load_state_dict` restores it."""
    played = _play(factory, recorded("stopped"))
    if played is None:
        return
    state = played.callback.state_dict()
    text = _stored(state)
    again = _made(factory)
    again.load_state_dict(codec.loads(*codec.dumps(state)))
    back = _stored(again.state_dict())
    assert back == text, f"load_state_dict does not restore what state_dict gives:\n  {text}\n  {back}"


def hears_every_event(factory: Factory, recording: str) -> None:
    """No hook raises in a real run (one of `RECORDINGS`), with a run folder and without."""
    with _folder() as root:
        _play(factory, recorded(recording))
        _play(factory, recorded(recording), folder=root / "run")


def resuming_changes_nothing(factory: Factory) -> None:
    """Interrupted after any event and resumed in a new object with the same state, it continues as if nothing had
    happened."""
    events = recorded("completed")
    whole = _play(factory, events)
    if whole is None:
        return
    for number in training(events):
        if _ended(whole, events[: number + 1]):
            break
        _compare(factory, whole, events, number)
    _compare_files(factory, events)


def _compare(factory: Factory, whole: Replay, events: list[Event], number: int) -> None:
    event = events[number]
    place = f"resumed after {type(event).__name__} of epoch {event.epoch}, step {event.step}"
    help_ = _help(whole.callback, event)
    again = _play(factory, resumed(events, number))
    assert again is not None
    stop, without = again.stop, whole.stop
    same = (stop and (stop.step, stop.reason)) == (without and (without.step, without.reason))
    assert same, f"{place}, it ends the run {_when(stop)}; without, {_when(without)}.{help_}"
    wanted, found = (_sent(one.emissions, events[number + 1 :]) for one in (whole, again))
    assert found == wanted, f"{place}, it sends other events: {_first_difference(wanted, found)}.{help_}"
    before, after = _stored(whole.callback.state_dict()), _stored(again.callback.state_dict())
    assert after == before, f"{place}, its state at the end is another:\n  {after}\n  without: {before}.{help_}"


def _help(callback: Callback, event: Event) -> str:
    """What is most often the reason."""
    if callback.phase is Phase.VIEW and callback.state_dict() and isinstance(event, EpochEnded):
        return (
            " Phase.VIEW comes after the checkpoint of an epoch, which lacks what is counted then: set phase ="
            " Phase.REPORT"
        )
    return " What it counts has to be in state_dict, and load_state_dict has to set all of it"


def _compare_files(factory: Factory, events: list[Event]) -> None:
    """Texts that it writes are not begun again."""
    numbers = training(events)
    with _folder() as root:
        whole = _play(factory, events, folder=root / "whole")
        wanted = _line_counts(root / "whole")
        for number in numbers[len(numbers) // 2 :: len(numbers) // 4]:
            if whole is None or _ended(whole, events[: number + 1]):
                return
            _play(factory, resumed(events, number), folder=root / f"resumed-{number}")
            found = _line_counts(root / f"resumed-{number}")
            for name, count in wanted.items():
                assert found.get(name, 0) >= count, (
                    f"{name} has {found.get(name, 0)} lines after the run was resumed, {count} without: add to a file"
                    " that is there, instead of beginning it again"
                )


def a_stop_does_no_harm(factory: Factory) -> None:
    """A run that is stopped after any event ends without an exception."""
    events = recorded("completed")
    for number in training(events):
        _play(factory, stopped(events, number))


def a_second_run_is_like_the_first(factory: Factory) -> None:
    """A Trainer may be fitted twice with the same object: nothing of the first run affects the second."""
    events, made = recorded("completed"), _made(factory)
    if (first := _play(lambda: made, events)) is None:
        return
    state = _stored(made.state_dict())
    if (second := _play(lambda: made, events)) is None:
        return
    help_ = "; begin again in on_run_started, unless event.resumed_step is above 0"
    difference = _first_difference(_sent(first.emissions, events), _sent(second.emissions, events))
    assert not difference, f"in a second run it sends other events: {difference}{help_}"
    after = _stored(made.state_dict())
    assert after == state, f"after a second run its state is another:\n  {state}\n  {after}{help_}"


def failures_of_others_do_no_harm(factory: Factory) -> None:
    """If another callback raises at any event, this one continues."""
    events = recorded("completed")
    wanted = None
    for number in range(0, len(events), 3):
        if (played := _play(factory, events, fails=[number])) is None:
            return
        state = _stored(played.callback.state_dict())
        wanted = wanted or state
        assert state == wanted, f"a failure of another callback at event {number} changes its state:\n  {state}"


def a_full_disk_loses_nothing(factory: Factory) -> None:
    """With `on_error = "retry"`, events that could not be written are written later; other callbacks end the run or are
    detached."""
    events = recorded("completed")
    middle = range(len(events) // 3, len(events) // 2)
    made = _made(factory)
    with _folder() as root:
        if made.on_error != "retry":
            replay(factory, events, folder=root / "run", disk_full=middle)
            return
        whole = _play(factory, events, folder=root / "whole")
        if whole is None:
            return
        full = replay(factory, events, folder=root / "full", disk_full=middle)
        own = [one for one in full.failures if one.callback == callback_name(made) and one.action == "stop"]
        assert not own, f"a disk that is full for a while ends the run: {own[0].hook}: {own[0].error}"
        before, after = _stored(whole.callback.state_dict()), _stored(full.callback.state_dict())
        assert after == before, f"after a disk that was full for a while, its state is another:\n  {after}\n  {before}"
        counts = _line_counts(root / "full")
        for name, count in _line_counts(root / "whole").items():
            assert counts.get(name, 0) >= count, f"{name} lacks lines after a disk that was full for a while"


def only_the_run_folder_is_written(factory: Factory) -> None:
    """Nothing is written outside the run folder, and nothing at all without one.

    Images that all runs share may go to `.data` next to it.
    """
    with _folder() as root:
        _play(factory, recorded("completed"), folder=root / "runs" / "before")  # libraries write when first imported
        with watched_writes() as found:
            _play(factory, recorded("completed"), folder=root / "runs" / "run")
        allowed = (root / "runs" / "run", root / "runs" / ".data")
        outside = [one for one in found if not any(one.is_relative_to(place) for place in allowed)]
        outside = [one for one in outside if one not in (root, root / "runs") and not _is_made(one, root / "runs")]
        assert not outside, f"it writes outside of the run folder: {outside[0]}; write below run.folder.path"
    with watched_writes() as found:
        _play(factory, recorded("completed"))
    assert not found, f"it writes although run.folder is None: {found[0]}"


def events_stay_as_they_are(factory: Factory) -> None:
    """Events go to every callback: none of them is changed."""
    events = recorded("resumed")
    before = [encode(event) for event in events]
    _play(factory, events)
    for event, text in zip(events, before, strict=True):
        assert encode(event) == text, f"it changes {type(event).__name__}, which other callbacks get, too; copy it"


def no_thread_is_left(factory: Factory) -> None:
    """Threads that it started have ended when the run has."""
    before = set(threading.enumerate())
    with _folder() as root:
        _play(factory, recorded("completed"), folder=root / "run")
    deadline = time.monotonic() + PATIENCE
    left = [one for one in set(threading.enumerate()) - before if not type(one).__module__.startswith("tqdm")]
    for thread in left:
        thread.join(max(0.0, deadline - time.monotonic()))
    names = [thread.name for thread in left if thread.is_alive()]
    assert not names, f"it leaves threads: {', '.join(names)}; end and join them in on_run_ended"


# --- what the rules share


def _made(factory: Factory) -> Callback:
    made = factory()
    assert isinstance(made, Callback), f"{made!r} is not a trainer.Callback: derive the class from it"
    return made


def _play(factory: Factory, events: Sequence[Event], **options: Any) -> Replay | None:
    """None where it refuses this run by a UsageError, as one without validation. No hook of it may raise."""
    name = callback_name(_made(factory))
    try:
        played = replay(factory, events, **options)
    except UsageError as error:
        if error.code == "callback.no_validation":
            return None
        raise
    failed = [one for one in played.failures if one.callback == name or one.action == "stop"]
    if failed and failed[0].code == "callback.no_validation":
        return None
    for failure in failed:
        raise AssertionError(f"{failure.callback}.{failure.hook} raised {failure.error}") from played.errors[0]
    return played


def _is_made(path: Path, runs: Path) -> bool:
    """Whether it is part of a run folder that is being made: under a temporary name."""
    return path.is_relative_to(runs) and is_temporary(path.relative_to(runs).parts[0])


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that is gone afterwards; not one of those that `file_watch` passes over."""
    root = Path(tempfile.mkdtemp(prefix="epochscope-contract-"))
    try:
        yield root.resolve()
    finally:
        durable.remove_tree(root)


def _stored(state: dict[str, Any]) -> str:
    """A state as a checkpoint holds it, as a text that can be compared."""
    try:
        text, tensors = codec.dumps(state)
    except (TypeError, ValueError) as error:
        raise AssertionError(f"state_dict cannot be stored: {error}") from error
    return "\n  ".join([text, *(f"{name}: {tensor}" for name, tensor in tensors.items())])


def _sent(emissions: Sequence[Emission], during: Sequence[Event]) -> list[tuple[str, str]]:
    """What was sent while one of these events was handled, without what is measured."""
    numbers = {id(event) for event in during}
    return [_plain(one.event) for one in emissions if id(one.during) in numbers]


def _plain(event: Event) -> tuple[str, str]:
    fields = {name: value for name, value in structs.asdict(event).items() if name not in _MEASURED}
    return type(event).__name__, str(msgspec.to_builtins(fields))


def _ended(whole: Replay, events: Sequence[Event]) -> bool:
    """Whether it had ended the run by then."""
    numbers = {id(event) for event in events}
    return any(isinstance(one.event, StopRequested) and id(one.during) in numbers for one in whole.emissions)


def _when(stop: StopRequested | None) -> str:
    return f"at step {stop.step} ({stop.reason})" if stop is not None else "not at all"


def _first_difference(wanted: Sequence[tuple[str, str]], found: Sequence[tuple[str, str]]) -> str:
    for number in range(max(len(wanted), len(found))):
        one, other = (" ".join(side[number]) if number < len(side) else "nothing" for side in (wanted, found))
        if one != other:
            return f"{other[:300]} instead of {one[:300]}"
    return ""


def _line_counts(folder: Path) -> dict[str, int]:
    """Lines of the texts in a run folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().count(b"\n")
        for path in sorted(folder.rglob("*"))
        if path.suffix in _TEXTS and path.is_file()
    }
