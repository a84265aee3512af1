"""Design section 2, rule 6: stop, pause, unpause and checkpoint are requests, from any thread."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.fakes import Calling, Recorder, at_step, batches, callback, elsewhere, make
from trainer.engine.session import Session
from trainer.events import (
    BatchEnded,
    CheckpointSaved,
    EvaluationDone,
    Preparing,
    RequestHandled,
    RunEnded,
    RunPaused,
    RunStarted,
    StopRequested,
)
from trainer.store import checkpoint as container
from trainer.store import requests
from trainer.store.folder import RunFolder
from trainer.store.requests import Request
from trainer.trainer import Trainer

PLACES = ("preparing", "training", "validation", "evaluation")


def request_at(place: str, ask: Callable[[Trainer], Any], **options: Any) -> tuple[Trainer, Recorder, list[Any]]:
    """Train and call `ask` from another thread at a place of the run; what it gave."""
    recorder = Recorder()
    answers: list[Any] = []

    def action() -> None:
        answers.append(elsewhere(lambda: ask(trainer)))

    data: dict[str, Any] = {"train": batches(4), "valid": batches(3, seed=1), "test": batches(3, seed=2)}
    split = {"validation": "valid", "evaluation": "test"}.get(place)
    if split:
        data[split] = Calling(data[split], 1, action)
    trainer = make(data=data, callbacks=[recorder], **options)
    if place == "preparing":
        trainer.on(Preparing, lambda event: action(), once=True)
    elif place == "training":
        at_step(trainer, 2, action)
    if split:
        data[split].arm()
    trainer.fit()
    assert len(answers) == 1, f"the run never was at {place}"
    return trainer, recorder, answers


@pytest.mark.parametrize("place", PLACES)
def test_rule_6_stop_is_honoured_at_the_next_boundary_everywhere(place: str) -> None:
    _, recorder, (ticket,) = request_at(place, lambda trainer: trainer.stop())
    assert ticket.wait(0) == "done"
    kinds = recorder.kinds
    saving = ["CheckpointRequested"] if place in ("training", "validation") else []  # there is something to save
    assert kinds[kinds.index("StopRequested") :] == ["StopRequested", "RequestHandled", *saving, "RunEnded"]
    (ended,) = recorder.of(RunEnded)
    assert ended.status == "stopped"
    (handled,) = recorder.of(RequestHandled)
    assert (handled.id, handled.result) == (ticket.id, "done")
    expected = {"preparing": 0, "training": 2, "validation": 4, "evaluation": 8}
    assert ended.step == expected[place]
    assert ("RunStarted" in kinds) == (place != "preparing")


@pytest.mark.parametrize("place", PLACES)
def test_rule_6_pause_holds_the_run_until_unpause(place: str) -> None:
    def pause(trainer: Trainer) -> Request:
        """Have somebody else unpause once the run says that it is paused."""
        trainer.on(RunPaused, lambda event: unpausing.start(), once=True)
        return trainer.pause()

    def unpause() -> None:
        assert tickets[0].wait(10) == "done"
        tickets.append(trainers[0].unpause())

    tickets: list[Request] = []
    trainers: list[Trainer] = []
    unpausing = threading.Thread(target=unpause)

    def ask(trainer: Trainer) -> None:
        trainers.append(trainer)
        tickets.append(pause(trainer))

    _, recorder, _ = request_at(place, ask)
    unpausing.join(10)
    assert [ticket.result for ticket in tickets] == ["done", "done"]
    kinds = recorder.kinds
    at = kinds.index("RunPaused")
    assert kinds[at : at + 4] == ["RunPaused", "RequestHandled", "RunUnpaused", "RequestHandled"]
    assert recorder.of(RunEnded)[0].status == "completed"
    assert len(recorder.of(BatchEnded)) == 8
    assert len(recorder.of(EvaluationDone)) == 3


@pytest.mark.parametrize("place", PLACES)
def test_rule_6_checkpoint_is_saved_or_refused_with_a_reason(place: str, tmp_path: Path) -> None:
    _, recorder, (ticket,) = request_at(place, lambda trainer: trainer.checkpoint(), run_dir=tmp_path / "run")
    (handled,) = recorder.of(RequestHandled)
    manual = [event for event in recorder.of(CheckpointSaved) if event.kind == "manual"]
    if place in ("training", "validation"):
        assert (ticket.wait(0), handled.result) == ("done", "done")
        # `reason` is the path as well, for readers older than `path`
        assert [event.path for event in manual] == [handled.path] == [handled.reason] == [ticket.reason]
        assert (handled.code, handled.parameters) == ("", {})
        _, meta = container.read(tmp_path / "run" / handled.path)
        assert (meta["step"], meta["batch"]) == ((2, 2) if place == "training" else (4, 4))
    else:  # no state of training: nothing yet, or the best weights are in the model
        assert (ticket.wait(0), handled.result) == ("refused", "refused")
        assert (handled.code, handled.path) == ("request.not_training", "")
        assert handled.reason
        assert manual == []


def test_rule_6_a_paused_run_takes_checkpoint_stop_and_says_already(tmp_path: Path) -> None:
    recorder, tickets = Recorder(), []

    def while_paused() -> None:
        for ask in (trainer.pause, trainer.checkpoint, trainer.stop):
            ticket = ask()
            ticket.wait(10)
            tickets.append(ticket)

    trainer = make(callbacks=[recorder], run_dir=tmp_path / "run")
    thread = threading.Thread(target=while_paused)
    trainer.on(RunPaused, lambda event: thread.start())
    at_step(trainer, 1, trainer.pause)
    result = trainer.fit()
    thread.join(10)
    assert [ticket.result for ticket in tickets] == ["already", "done", "done"]
    assert (result.status, recorder.of(RunEnded)[0].step) == ("stopped", 1)
    assert recorder.kinds.count("RunUnpaused") == 0


def test_rule_6_pauses_count_in_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that only pauses and steps move."""
    from trainer.engine import session as sessions

    now = [0.0]
    monkeypatch.setattr(sessions.time, "monotonic", lambda: now[0])
    data: dict[str, Any] = {"train": batches(2), "valid": batches(3, seed=1)}
    data["valid"] = Calling(data["valid"], 1, lambda: trainer.pause())
    recorder = Recorder()
    trainer = make(data=data, callbacks=[recorder], epochs=1)

    def paused(event: RunPaused) -> None:
        now[0] += 1000
        elsewhere(trainer.unpause)

    trainer.on(RunPaused, paused)
    trainer.on(BatchEnded, lambda event: now.__setitem__(0, now[0] + 7))
    data["valid"].arm()
    row = trainer.fit().history.iloc[0]
    assert (row["train_seconds"], row["valid_seconds"], row["seconds"]) == (14.0, 0.0, 14.0)
    assert recorder.of(RunEnded)[0].seconds == 14.0


def test_rule_6_stop_after_the_epoch_finishes_validates_and_saves_it(tmp_path: Path) -> None:
    recorder = Recorder()
    trainer = make(callbacks=[recorder], epochs=3, run_dir=tmp_path / "run")
    at_step(trainer, 1, lambda: trainer.stop(when="epoch"))
    result = trainer.fit()
    assert (result.status, len(result.history)) == ("stopped", 1)
    assert recorder.of(RunEnded)[0].last_checkpoint == "checkpoints/last-000000002.safetensors"
    assert recorder.of(EvaluationDone) == []


def test_rule_6_stop_beats_all_that_came_before_it() -> None:
    recorder = Recorder()
    trainer = make(callbacks=[recorder])
    tickets: list[Request] = []
    at_step(trainer, 1, lambda: tickets.extend((trainer.pause(), trainer.unpause(), trainer.stop(), trainer.stop())))
    trainer.fit()
    assert tickets[2].result == "done"
    assert tickets[3].result == "already"
    assert recorder.of(RequestHandled)[0].id == tickets[2].id
    assert all(ticket.result for ticket in tickets)
    assert len(recorder.of(BatchEnded)) == 1


def test_rule_6_every_request_is_answered_once_also_at_the_very_end() -> None:
    recorder = Recorder()
    trainer = make(callbacks=[recorder], epochs=1)
    tickets: list[Request] = []
    trainer.on(EvaluationDone, lambda event: tickets.append(trainer.checkpoint()))
    trainer.on(RunEnded, lambda event: tickets.append(trainer.stop()))
    assert trainer.stop().wait(0) == "refused"  # before the run
    trainer.fit()
    assert trainer.pause().wait(0) == "refused"  # after it
    assert [ticket.wait(0) for ticket in tickets] == ["refused"] * 4
    handled = [event.id for event in recorder.of(RequestHandled)]
    assert handled == [ticket.id for ticket in tickets[:3]]


@pytest.mark.parametrize("error", [RuntimeError("broken"), KeyboardInterrupt()])
def test_rule_6_requests_under_way_when_the_run_fails_are_answered(error: BaseException) -> None:
    def fail() -> None:
        tickets.append(trainer.checkpoint())
        raise error

    tickets: list[Request] = []
    data = {"train": Calling(batches(3), 1, fail)}
    trainer = make(data=data)
    data["train"].arm()
    with pytest.raises(type(error)):
        trainer.fit()
    assert tickets[0].wait(0) == "refused"


def test_rule_6_a_hook_can_ask_too_and_waiting_there_does_not_hang() -> None:
    answers: list[Any] = []
    trainer = make()
    at_step(trainer, 1, lambda: answers.append(trainer.stop().wait()))
    assert trainer.fit().status == "stopped"
    assert answers == [None]


def test_rule_6_pause_and_stop_work_after_early_stopping_as_well() -> None:
    """The decision of a callback ends the training, not the evaluation."""
    recorder = Recorder()
    data: dict[str, Any] = {"train": batches(2), "valid": batches(2, seed=1), "test": batches(3, seed=2)}
    data["test"] = Calling(data["test"], 1, lambda: elsewhere(trainer.pause))
    enough = callback("enough", on_epoch_ended=lambda event, run: run.request_stop("enough"))
    trainer = make(data=data, callbacks=[recorder, enough], epochs=5)
    trainer.on(RunPaused, lambda event: elsewhere(trainer.unpause))
    data["test"].arm()
    result = trainer.fit()
    assert (result.status, result.reason) == ("completed", "enough")
    assert list(result.evaluations) == ["train", "valid", "test"]
    assert recorder.kinds.count("RunUnpaused") == 1


def test_rule_6_no_signal_handler_unless_asked() -> None:
    during: list[Any] = []

    def look() -> None:
        during.append([signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)])

    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    trainer = make(epochs=1)
    trainer.on(RunStarted, lambda event: look())
    trainer.fit()
    assert during == [before]
    session = Session(signals=True)
    session.conduct(look)
    assert before[0] not in during[1]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


SIGNALS = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]


@pytest.mark.parametrize("number", SIGNALS)
def test_rule_6_the_first_signal_asks_for_a_stop(number: signal.Signals) -> None:
    recorder = Recorder()
    session = Session([recorder], signals=True)

    def work() -> None:
        signal.raise_signal(number)
        session.requests.boundary()
        raise AssertionError("the boundary was passed")

    assert session.conduct(work).status == "stopped"
    (asked,) = recorder.of(StopRequested)
    assert asked.source == number.name
    assert recorder.of(RunEnded)[0].status == "stopped"


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no terminals that hang up")
def test_rule_6_a_terminal_that_closes_twice_ends_nothing_at_once() -> None:
    """The system tells the processes of a terminal, and the shell tells its jobs."""
    session = Session(signals=True)

    def work() -> None:
        for _ in range(3):
            signal.raise_signal(signal.SIGHUP)
        session.requests.boundary()

    assert session.conduct(work).status == "stopped"


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no terminals that hang up")
def test_rule_6_what_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        session = Session(signals=True)
        assert session.conduct(lambda: signal.raise_signal(signal.SIGHUP)).status == "completed"
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_rule_6_the_engine_trains_off_the_main_thread() -> None:
    trainer = make(epochs=1)
    assert elsewhere(trainer.fit).status == "completed"


def test_rule_6_files_of_viewers_are_answered_and_deleted(tmp_path: Path) -> None:
    """pause, unpause, checkpoint and stop by file; one of another attempt is stale, rubbish is refused."""
    folder = RunFolder(tmp_path / "run")
    recorder = Recorder()
    trainer = make(data={"train": batches(50)}, callbacks=[recorder], epochs=1000, run_dir=folder.path)
    asked: list[str] = []

    def viewer() -> None:
        (folder.requests / "rubbish.json").write_text("{", encoding="utf-8")
        old = Request("stop", source="viewer", ident="old", attempt=7)
        (folder.requests / old.file).write_bytes(requests.encode(old))
        for do in ("pause", "checkpoint", "unpause", "stop"):
            answered_now = threading.Event()
            with trainer.on(
                RequestHandled, lambda event, seen=answered_now: seen.set() if event.result == "done" else None
            ):
                asked.append(requests.post(folder, do, source="viewer").id)  # type: ignore[arg-type]
                assert answered_now.wait(10), do

    thread = threading.Thread(target=viewer)
    trainer.on(RunStarted, lambda event: thread.start())
    assert trainer.fit().status == "stopped"
    thread.join(10)
    answers = {event.id: event for event in recorder.of(RequestHandled)}
    assert [answers[ident].result for ident in asked] == ["done"] * 4
    assert (answers["old"].result, answers["old"].code, answers["old"].parameters) == (
        "stale",
        "request.stale",
        {"attempt": 7},
    )
    assert (answers["rubbish"].result, answers["rubbish"].code) == ("refused", "request.malformed")
    assert len(recorder.of(RequestHandled)) == 6, "each is answered once"
    assert list(folder.requests.iterdir()) == []


@pytest.mark.parametrize(
    "content", ['{"id": "bad"}', "[]", "", '{"id": "bad", "attempt": 1, "do": "", "when": "step"}']
)
def test_rule_6_a_malformed_file_is_refused_and_commands_nothing(content: str, tmp_path: Path) -> None:
    """Neither a stop nor anything else; the run goes on to its end."""
    folder = RunFolder(tmp_path / "run")
    recorder, answered = Recorder(), threading.Event()
    trainer = make(data={"train": batches(2)}, callbacks=[recorder], epochs=1, run_dir=folder.path)

    def ask(event: RunStarted) -> None:
        (folder.requests / "bad.json").write_text(content, encoding="utf-8")

    def answer(event: RequestHandled) -> None:
        if event.id == "bad":
            answered.set()
            elsewhere(trainer.unpause)

    trainer.on(RunStarted, ask)
    at_step(trainer, 1, trainer.pause)  # until the file was seen
    trainer.on(RequestHandled, answer)
    assert trainer.fit().status == "completed"
    assert answered.is_set()
    (handled,) = (event for event in recorder.of(RequestHandled) if event.id == "bad")
    assert (handled.result, handled.code) == ("refused", "request.malformed")
    assert handled.parameters["detail"] in handled.reason
    assert recorder.of(StopRequested) == []
    assert list(folder.requests.iterdir()) == []


def test_rule_6_who_stopped_a_run_and_when_is_told_in_codes() -> None:
    recorder = Recorder()
    trainer = make(callbacks=[recorder], epochs=3)
    at_step(trainer, 1, lambda: trainer.stop(when="epoch"))
    trainer.fit()
    (asked,), (ended,) = recorder.of(StopRequested), recorder.of(RunEnded)
    assert (asked.code, asked.parameters) == ("stop.request", {"source": "api", "when": "epoch"})
    assert (ended.code, ended.parameters) == (asked.code, asked.parameters)
    # what readers of before look at
    assert (asked.reason, ended.reason) == ("after this epoch", "api")
