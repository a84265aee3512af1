"""Progress: plain lines in a pipe, bars in a terminal, and names that look like markup."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from callbacks.progress import Progress, clock
from tests.engine.fakes import Calling, at_step, batches, callback, elsewhere, make, raising
from trainer.events import RunPaused


class Named(list):  # type: ignore[type-arg]
    """A loader that knows names of classes."""

    classes = ("[bold]cat[/bold]", "[/nothing]", "<b>dog</b>")


def console(terminal: bool) -> tuple[Console, io.StringIO]:
    text = io.StringIO()
    return Console(file=text, force_terminal=terminal, width=100, color_system=None), text


def show(terminal: bool, folder: Path | None = None, **options: Any) -> str:
    screen, text = console(terminal)
    data = {"train": Named(batches(3)), "valid": batches(1, seed=1), "test": batches(1, seed=2)}
    trainer = make(data=data, callbacks=[Progress(screen), *options.pop("callbacks", [])], run_dir=folder, **options)
    trainer.fit()
    return text.getvalue()


def test_in_a_pipe_it_prints_plain_lines_only() -> None:
    text = show(terminal=False)
    assert "\x1b" not in text
    assert "\r" not in text
    lines = text.splitlines()
    assert "18 trainable parameters" in lines[0]
    assert [line.split()[0] for line in lines if line.lstrip()[0].isdigit() and "min" in line] == ["1/2", "2/2"]
    assert [line.split()[0] for line in lines if "weights):" in line] == ["train", "valid", "test"]
    assert lines[-1].startswith("completed")
    assert "best epoch" in lines[-1]


def test_an_epochs_line_holds_the_figures() -> None:
    screen, text = console(terminal=False)
    result = make(callbacks=[Progress(screen)], epochs=1).fit()
    row = result.history.iloc[0]
    line = next(line for line in text.getvalue().splitlines() if line.split()[0] == "1/1")
    names = ("train_loss", "train_accuracy", "train_macro_f1", "valid_loss", "valid_accuracy", "valid_macro_f1")
    digits = [4, 3, 3, 4, 3, 3]
    assert line.split()[1:7] == [f"{row[name]:.{places}f}" for name, places in zip(names, digits, strict=True)]
    assert line.endswith("best")


def test_in_a_terminal_it_draws_bars_and_leaves_the_cursor_as_it_was() -> None:
    text = show(terminal=True)
    assert "epoch" in text
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") >= 1  # the cursor is hidden while bars are shown


@pytest.mark.parametrize("error", [RuntimeError("[bold]broken[/bold]"), KeyboardInterrupt()])
def test_in_a_terminal_the_cursor_comes_back_after_a_failure(error: BaseException) -> None:
    screen, text = console(terminal=True)
    data = {"train": Calling(batches(3), 1, raising(error))}
    trainer = make(data=data, callbacks=[Progress(screen)])
    data["train"].arm()
    with pytest.raises(type(error)):
        trainer.fit()
    assert text.getvalue().count("\x1b[?25l") == text.getvalue().count("\x1b[?25h") >= 1


@pytest.mark.parametrize("terminal", [True, False])
def test_names_and_texts_are_no_markup(terminal: bool, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    bad = callback("[red]bad[/red]", on_error="detach", on_epoch_started=raising(ValueError("[/oops] [bold]text")))
    text = show(terminal, folder, callbacks=[bad])
    assert "[red]bad[/red]" in text
    assert "[/oops] [bold]text" in text
    assert str(folder) in text.replace("\n", "")


def test_pause_and_stop_are_told() -> None:
    screen, text = console(terminal=False)
    trainer = make(callbacks=[Progress(screen)])
    trainer.on(RunPaused, lambda event: elsewhere(trainer.unpause))
    at_step(trainer, 1, trainer.pause)
    at_step(trainer, 2, trainer.stop)
    trainer.fit()
    lines = text.getvalue().splitlines()
    assert "paused after step 1" in lines
    assert "going on" in lines
    assert any(line.startswith("stopping: api") for line in lines)
    assert lines[-1].startswith("stopped")


def test_without_validation_and_without_a_known_length_it_works() -> None:
    for terminal in (True, False):
        screen, text = console(terminal)
        make(data=iter(batches(2)), epochs=1, callbacks=[Progress(screen)]).fit()
        assert any(line.split()[-7:-4] == ["-", "-", "-"] for line in text.getvalue().splitlines() if "1/1 " in line)
        assert "? train" in text.getvalue()


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0 min 00 s"), (59.6, "1 min 00 s"), (61, "1 min 01 s"), (3599.4, "59 min 59 s"), (7322, "2 h 2 min 02 s")],
)
def test_times_are_minutes_and_seconds(seconds: float, expected: str) -> None:
    assert clock(seconds) == expected


def test_what_is_known_of_the_data_is_said_before_the_first_epoch() -> None:
    screen, text = console(terminal=False)
    trainer = make(callbacks=[Progress(screen)], epochs=1)
    trainer.feed.notes = ("[bold]2 files[/bold] are not read",)  # type: ignore[attr-defined]
    trainer.fit()
    before, _, _ = text.getvalue().partition("train loss")
    assert "data: [bold]2 files[/bold] are not read" in before
