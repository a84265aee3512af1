"""Progress: plain lines in a pipe, bars in a terminal or a notebook, and names that look like markup."""

from __future__ import annotations

import html
import io
import re
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from callbacks.progress import Progress, duration
from tests.engine.fakes import Calling, at_step, batches, callback, elsewhere, make, raising
from trainer.events import Preparing, RunPaused
from trainer.pace import Pace


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
    assert [line.split()[0] for line in lines if re.match(r" *\d+/\d+ ", line)] == ["1/2", "2/2"]
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
    assert "continuing" in lines
    assert any(line.startswith("stopping: api") for line in lines)
    assert lines[-1].startswith("stopped")


def test_without_validation_and_without_a_known_length_it_works() -> None:
    for terminal in (True, False):
        screen, text = console(terminal)
        make(data=iter(batches(2)), epochs=1, callbacks=[Progress(screen)]).fit()
        assert any(line.split()[-5:-2] == ["-", "-", "-"] for line in text.getvalue().splitlines() if "1/1 " in line)
        assert "? train" in text.getvalue()


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0.00 s"),
        (0.034, "0.03 s"),
        (0.996, "1.0 s"),
        (4.23, "4.2 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (61, "1 min 01 s"),
        (3599.4, "59 min 59 s"),
        (7322, "2 h 2 min 02 s"),
    ],
)
def test_times_are_minutes_and_seconds(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


def test_what_is_known_of_the_data_is_said_before_the_first_epoch() -> None:
    screen, text = console(terminal=False)
    trainer = make(callbacks=[Progress(screen)], epochs=1)
    trainer.feed.notes = ("[bold]2 files[/bold] are not read",)  # type: ignore[attr-defined]
    trainer.fit()
    before, _, _ = text.getvalue().partition("train loss")
    assert "data: [bold]2 files[/bold] are not read" in before


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize(("stage", "words"), [("decode", "decoding images"), ("extract", "computing features")])
def test_images_are_counted_with_their_speed_and_the_time_left(stage: Any, words: str, width: int) -> None:
    text = io.StringIO()
    shown = Progress(Console(file=text, force_terminal=True, width=width, color_system=None))
    now = [0.0]
    shown._pace = Pace(lambda: now[0])
    bars = shown._bars
    assert bars is not None
    bars._clock = lambda: now[0]
    for now[0], done in ((1.0, 0), (21.0, 17_000), (22.0, 17_000)):
        shown.on_preparing(Preparing(epoch=0, step=0, stage=stage, done=done, total=61_200), None)  # type: ignore[arg-type]
    last = text.getvalue().split(words)[-1]
    assert "17000/61200" in last
    assert "850 images/s" in last
    assert "51 s left" in last
    shown.on_preparing(Preparing(epoch=0, step=0, stage="check", done=0, total=0), None)  # type: ignore[arg-type]
    assert "images/s" not in bars._progress.tasks[0].fields["text"]
    bars.close()


def test_who_stops_reading_is_no_failure() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            if "train loss" in text:
                raise BrokenPipeError
            return super().write(text)

    text = Closed()
    result = make(callbacks=[Progress(Console(file=text))], epochs=2).fit()
    assert (result.status, result.detached) == ("completed", ())
    assert "trainable parameters" in text.getvalue()
    assert "completed" not in text.getvalue()


# --- in a notebook


class Output:
    """What `display(..., display_id=True)` gives: an output that can be replaced."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def update(self, html: str) -> None:
        self.shown.append(html)


@pytest.fixture
def outputs(monkeypatch: pytest.MonkeyPatch) -> list[Output]:
    """The outputs of a cell, in a process that looks to rich like a notebook's."""
    made: list[Output] = []

    def display(html: str, *, display_id: bool) -> Output:
        assert display_id
        made.append(Output())
        return made[-1]

    module = types.ModuleType("IPython.display")
    module.HTML, module.display = str, display  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    return made


def test_in_a_notebook_one_output_is_redrawn(outputs: list[Output], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callbacks.progress.REFRESH_SECONDS", 0)
    data = {"train": Named(batches(3)), "valid": batches(1, seed=1)}
    make(data=data, callbacks=[Progress()], epochs=2).fit()
    (output,) = outputs
    assert any('<progress value="1" max="2">' in one for one in output.shown), "one of two epochs"
    assert any('<progress value="3" max="3">' in one for one in output.shown), "all batches of an epoch"
    last = output.shown[-1]
    assert "<progress" not in last
    lines = html.unescape(re.sub(r"<[^>]*>", "", last)).splitlines()
    assert [line.split()[0] for line in lines if line.lstrip()[:2] in ("1/", "2/")] == ["1/2", "2/2"]
    assert lines[-1].startswith("completed")


def test_a_notebook_is_redrawn_seldom_and_shows_the_last_lines(
    outputs: list[Output], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callbacks.progress.REFRESH_SECONDS", 3600)
    monkeypatch.setattr("callbacks.progress.LINES", 4)
    make(callbacks=[Progress()], epochs=30).fit()
    (output,) = outputs
    assert len(output.shown) <= 2
    lines = output.shown[-1].splitlines()
    assert "lines before" in lines[0]
    assert len(lines) == 5


def test_names_are_no_html(outputs: list[Output]) -> None:
    bad = callback("<b>bad</b>", on_error="detach", on_epoch_started=raising(ValueError("<script>")))
    make(callbacks=[Progress(), bad]).fit()
    assert "&lt;b&gt;bad&lt;/b&gt;" in outputs[0].shown[-1]
    assert "<script>" not in outputs[0].shown[-1]


def test_a_console_of_ones_own_stays_what_it_is(outputs: list[Output]) -> None:
    text = io.StringIO()
    make(callbacks=[Progress(Console(file=text, force_jupyter=False))]).fit()
    assert not outputs
    assert "completed" in text.getvalue()


@pytest.mark.slow
def test_in_a_real_notebook() -> None:
    """Bars, tables, curves, and a run that the cell awaits in a thread and stops."""
    reason = "needs Jupyter: pip install -e '.[dev]'"
    nbclient = pytest.importorskip("nbclient", reason=reason)
    nbformat = pytest.importorskip("nbformat", reason=reason)
    pytest.importorskip("ipykernel", reason=reason)
    cells = [
        "from callbacks import Progress\nfrom trainer import Trainer, build_model, open_data\n"
        "data = open_data('digits')\nmodel = build_model('softmax', data.input_shape, len(data.classes))\n"
        "result = Trainer(model, data, epochs=2, callbacks=[Progress()]).fit()",
        "result.plot()",
        "result",
        "import asyncio\ntrainer = Trainer(model, data, epochs=100_000)\n"
        "run = asyncio.create_task(asyncio.to_thread(trainer.fit))\nawait asyncio.sleep(0.5)\ntrainer.stop()\n"
        "print((await run).status)",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    nbclient.NotebookClient(book, timeout=200, kernel_name="python3").execute()
    bars, plot, tables, stopped = (cell.outputs for cell in book.cells)
    (shown,) = (one for one in bars if one.output_type == "display_data")
    assert "completed" in shown.data["text/html"]
    assert "<progress" not in shown.data["text/html"]
    assert plot[0].data["image/svg+xml"].startswith("<svg")
    assert "valid_macro_f1" in tables[0].data["text/html"]
    assert "stopped" in "".join(one.text for one in stopped if one.output_type == "stream" and one.name == "stdout")
