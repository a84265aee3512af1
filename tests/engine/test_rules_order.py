"""Design section 2, rules 1 (one total order), 2 (order of callbacks) and 4 (one list of events and hooks)."""

from __future__ import annotations

import inspect
import threading
from typing import Any

import pytest

from tests.engine.fakes import Recorder, at_step, callback, elsewhere, make
from trainer.callback import Callback, Phase
from trainer.engine.event_bus import EventBus
from trainer.errors import UsageError
from trainer.events import (
    EVENTS,
    HOOKS,
    BatchEnded,
    CheckpointRequested,
    EpochStarted,
    Event,
    RunEnded,
    RunStarted,
    StopRequested,
    Working,
    hook_name,
)


def working(done: int) -> Working:
    return Working(epoch=0, step=0, stage="check", done=done, total=0)


def test_rule_1_an_event_emitted_by_a_handler_waits_its_turn() -> None:
    bus = EventBus()
    heard: list[tuple[str, int]] = []

    def first(event: Working) -> None:
        if event.done in (1, 2):
            bus.emit(working(10 * event.done))
        heard.append(("first", event.done))

    bus.on(Working, first)
    bus.on(Working, lambda event: heard.append(("second", event.done)))
    bus.emit(working(1))
    assert [done for name, done in heard if name == "first"] == [1, 10]
    assert heard == [("first", 1), ("second", 1), ("first", 10), ("second", 10)]
    bus.emit(working(2))
    assert heard[4:] == [("first", 2), ("second", 2), ("first", 20), ("second", 20)]


def test_rule_1_every_subscriber_sees_the_same_sequence_in_a_whole_run() -> None:
    early, late = Recorder("early"), Recorder("late")
    early.phase, late.phase = Phase.DECIDE, Phase.VIEW  # type: ignore[misc]

    def echo(event: Event, run: Any) -> None:
        run.emit(StopRequested(epoch=event.epoch, step=event.step, source="echo", reason="nothing"))

    echoing = callback("echo", Phase.REPORT, on_batch_ended=echo, on_epoch_started=echo, on_run_started=echo)
    make(callbacks=[late, echoing, early]).fit()
    assert early.seen == late.seen
    assert all(a is b for a, b in zip(early.seen, late.seen, strict=True))
    assert early.kinds.count("StopRequested") == 1 + 2 + 4


def test_rule_1_events_of_other_threads_are_delivered_on_the_engines_thread_in_order(recorder: Recorder) -> None:
    threads: set[int] = set()
    runs: list[Any] = []
    listener = callback(
        "listener",
        on_run_started=lambda event, run: runs.append(run),
        on_stop_requested=lambda event, run: threads.add(threading.get_ident()),
    )
    trainer = make(callbacks=[recorder, listener])

    def emit_some() -> None:
        for number in range(3):
            runs[0].emit(StopRequested(epoch=0, step=number, source="other", reason="thread"))

    at_step(trainer, 2, lambda: elsewhere(emit_some))
    trainer.fit()
    assert [event.step for event in recorder.of(StopRequested)] == [0, 1, 2]
    assert threads == {threading.get_ident()}
    assert recorder.kinds[-1] == "RunEnded"


def test_rule_1_what_another_thread_emits_while_the_run_is_paused_is_heard_before_it_goes_on(
    recorder: Recorder,
) -> None:
    runs: list[Any] = []
    trainer = make(callbacks=[recorder, callback(on_run_started=lambda event, run: runs.append(run))])
    stopping = StopRequested(epoch=0, step=0, source="other", reason="while paused")
    heard = threading.Event()

    def other() -> None:
        assert paused.wait(10)
        runs[0].emit(stopping)
        assert heard.wait(10)
        trainer.unpause()

    paused = threading.Event()
    trainer.on(type(stopping), lambda event: heard.set())
    from trainer.events import RunPaused

    trainer.on(RunPaused, lambda event: paused.set())
    at_step(trainer, 1, trainer.pause)
    thread = threading.Thread(target=other)
    thread.start()
    trainer.fit()
    thread.join(10)
    kinds = recorder.kinds
    assert kinds.index("RunPaused") < kinds.index("StopRequested") < kinds.index("RunUnpaused")


def test_rule_1_nothing_emitted_after_a_run_is_heard_in_the_next(recorder: Recorder) -> None:
    runs: list[Any] = []
    trainer = make(callbacks=[recorder, callback(on_run_started=lambda event, run: runs.append(run))], epochs=1)
    trainer.fit()
    late = StopRequested(epoch=9, step=9, source="late", reason="")
    runs[0].emit(late)
    elsewhere(lambda: runs[0].emit(late))
    trainer.fit()
    assert recorder.of(StopRequested) == []


def test_rule_1_the_drawing_in_the_events_module_is_the_order_of_a_run(recorder: Recorder) -> None:
    make(callbacks=[recorder]).fit()
    step = ["GradientsReady", "BatchEnded"]
    epoch = ["EpochStarted", *step, *step, "BatchesReported", "ValidationDone", "EpochEnded"]
    assert recorder.kinds == ["RunStarted", *epoch, *epoch, *["EvaluationDone"] * 3, "RunEnded"]
    assert type(recorder.seen[0]).__name__ == "Preparing"


def test_rule_1_steps_are_reported_before_any_other_event(recorder: Recorder) -> None:
    def ask(event: BatchEnded, run: Any) -> None:
        run.emit(CheckpointRequested(epoch=1, step=event.step, kind="manual", source="test"))

    make(callbacks=[recorder, callback(on_batch_ended=ask)], epochs=1).fit()
    kinds = [kind for kind in recorder.kinds if kind in ("BatchEnded", "BatchesReported", "CheckpointRequested")]
    assert kinds == ["BatchEnded", "BatchesReported", "CheckpointRequested"] * 2


def test_rule_2_callbacks_are_called_by_phase_then_in_the_order_given() -> None:
    heard: list[str] = []
    names = {
        "v1": Phase.VIEW,
        "p1": Phase.PERSIST,
        "r1": Phase.REPORT,
        "d1": Phase.DECIDE,
        "v2": Phase.VIEW,
        "d2": Phase.DECIDE,
    }
    made = [
        callback(name, phase, on_run_started=lambda event, run, name=name: heard.append(name))
        for name, phase in names.items()
    ]
    trainer = make(callbacks=made, epochs=1)
    started: list[RunStarted] = []
    trainer.on(RunStarted, started.append)
    trainer.fit()
    assert heard == ["d1", "d2", "r1", "p1", "v1", "v2"]
    assert list(started[0].callbacks[:6]) == heard


def test_rule_2_explain_prints_the_order_the_phases_and_what_failure_means() -> None:
    made = [
        callback("shows", Phase.VIEW, "detach", on_run_ended=print),
        callback("decides", Phase.DECIDE, on_epoch_ended=print),
    ]
    text = make(callbacks=made).explain()
    assert text.index("decides") < text.index("shows")
    line = next(line for line in text.splitlines() if "decides" in line)
    assert "DECIDE" in line
    assert "stop" in line
    assert "on_epoch_ended" in line


def test_rule_2_explain_names_the_defaults_of_a_run_folder_in_their_order(tmp_path: Any) -> None:
    text = make(run_dir=tmp_path / "run").explain()
    names = ["MetricLog", "Journal", "Checkpoint", "Snapshots"]
    places = [text.index(name) for name in names]
    assert places == sorted(places)


def test_rule_4_hooks_and_events_are_one_list() -> None:
    declared = {name for name in vars(Callback) if name.startswith("on_")} - {"on_error"}
    assert declared == {hook_name(event) for event in EVENTS} == set(HOOKS.values())
    for event, hook in HOOKS.items():
        parameters = list(inspect.signature(getattr(Callback, hook)).parameters.values())
        assert [parameter.name for parameter in parameters] == ["self", "event", "run"]
        assert parameters[1].annotation == f"ev.{event.__name__}"


def test_rule_4_only_overridden_hooks_are_called_and_events_nobody_wants_are_not_built() -> None:
    bus = EventBus([callback(on_epoch_started=lambda event, run: None), Callback()])
    assert [event for event in EVENTS if bus.listens(event)] == [EpochStarted]


def test_rule_4_the_table_is_rebuilt_only_when_handlers_come_or_go(monkeypatch: pytest.MonkeyPatch) -> None:
    rebuilt: list[int] = []
    plain = EventBus._rebuild
    monkeypatch.setattr(EventBus, "_rebuild", lambda self: (rebuilt.append(1), plain(self))[1])
    trainer = make()
    handle = trainer.on(BatchEnded, lambda event: None)
    before = len(rebuilt)
    trainer.fit()
    assert len(rebuilt) - before <= 1  # once, at the start of the run
    handle.remove()
    assert len(rebuilt) - before <= 2


def test_rule_4_a_handler_that_comes_during_a_run_hears_from_the_next_event_on_and_one_that_left_hears_nothing() -> (
    None
):
    trainer = make(epochs=1, data={"train": batches_of_five()})
    heard: list[tuple[str, int]] = []

    def arrive() -> None:
        handles.append(trainer.on(BatchEnded, lambda event: heard.append(("new", event.step))))

    handles: list[Any] = []
    at_step(trainer, 2, arrive)
    at_step(trainer, 4, lambda: handles[0].remove())
    trainer.fit()
    assert heard == [("new", 3)]


def batches_of_five() -> Any:
    from tests.engine.fakes import batches

    return batches(5)


def test_rule_4_no_two_functions_share_a_name_also_when_one_of_them_has_left() -> None:
    bus = EventBus()
    first = bus.on(Working, print)
    bus.on(Working, print)
    first.remove()
    bus.on(Working, print)
    assert len(bus.seconds) == 2


def test_rule_4_on_has_every_and_once_and_a_handle() -> None:
    trainer = make(epochs=1, data={"train": batches_of_five()})
    heard: list[str] = []
    trainer.on(BatchEnded, lambda event: heard.append(f"every {event.step}"), every=2)
    trainer.on(BatchEnded, lambda event: heard.append(f"once {event.step}"), once=True)
    with trainer.on(RunEnded, lambda event: heard.append("never")):
        pass
    trainer.fit()
    assert heard == ["once 1", "every 2", "every 4"]
    with pytest.raises(UsageError):
        trainer.on(BatchEnded, print, every=0)


def test_rule_4_on_hears_every_event_of_a_base_class() -> None:
    bus = EventBus()
    heard: list[Event] = []
    bus.on(Event, heard.append)
    bus.on(Event, heard.append, every=2)
    sent = [working(1), EpochStarted(epoch=1, step=0, first_batch=0, learning_rate=0.1)]
    for event in sent:
        bus.emit(event)
    assert heard == [sent[0], sent[1], sent[1]]


@pytest.mark.parametrize("wrong", ["EpochEnded", 3, int, object, working(1)])
def test_rule_4_on_refuses_what_is_no_class_of_an_event(wrong: Any) -> None:
    with pytest.raises(UsageError, match="Expected the class of an event") as refused:
        EventBus().on(wrong, print)
    assert refused.value.code == "callbacks.event"


@pytest.mark.parametrize(("given", "code"), [({"function": None}, "function"), ({"every": "2"}, "every")])
def test_rule_4_on_refuses_what_cannot_be_called_or_counted(given: dict[str, Any], code: str) -> None:
    with pytest.raises(UsageError) as refused:
        EventBus().on(Event, **{"function": print, **given})
    assert refused.value.code == f"callbacks.{code}"


def test_two_callbacks_of_one_name_and_things_that_are_no_callback_are_refused_at_once() -> None:
    with pytest.raises(UsageError, match="'twin'"):
        make(callbacks=[callback("twin"), callback("twin")])
    with pytest.raises(UsageError, match="Recorder"):
        make(callbacks=[Recorder])  # the class instead of an instance of it
