"""What the buttons do: starts engines, controls the shown run, asks before anything is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QInputDialog, QMessageBox, QWidget

from gui.engine import processes
from gui.engine.search_process import SearchProcess
from gui.preferences import Preferences
from gui.text.errors import error_text
from gui.text.formats import plain
from gui.text.reasons import reason_text
from gui.viewmodels.run_state import Action, RunState, State
from gui.viewmodels.selection import OpenRun
from gui.widgets.banner import Banner
from gui.widgets.question_box import question_box
from gui.widgets.text_dialog import show_text
from gui.window.file_callbacks import FileCallbacks
from trainer.errors import EpochscopeError, UsageError
from trainer.plugins import stand_in
from trainer.store import trash
from trainer.store.folder import RunFolder
from trainer.store.requests import Do, When
from trainer.store.search_folder import search_folder

TOLD_BY_THE_RUN = (5, 6, 7, 8, 9)


class RunController(QObject):
    """Controls the shown run. `opened`: a run was started and should be shown; `changed`: buttons and states may have
    changed; `gone`: the shown run was moved to the trash."""

    opened = Signal(Path)
    changed = Signal()
    gone = Signal()

    def __init__(self, window: QWidget, banner: Banner, preferences: Preferences, root: Path) -> None:
        super().__init__(window)
        self._window = window
        self._banner = banner
        self._preferences = preferences
        self.root = root
        self.steering = RunState(None)
        self.started: dict[Path, processes.EngineProcess] = {}
        self._discarding: list[OpenRun] = []
        """Runs that go to the trash as soon as they have stopped, whichever is shown."""
        self._endings: list[processes.Ending] = []
        """Processes of runs that are no longer shown."""
        self._file_callbacks = FileCallbacks(window, banner, preferences, self.go_on)
        self._continued: tuple[processes.EngineProcess, int | None] | None = None
        """The engine that continues a run as it is, and the epochs asked for."""
        self._last: tuple[State, frozenset[Action]] | None = None

    def show_run(self, run: OpenRun | None) -> None:
        """Control this run from now on."""
        self._banner.clear()
        if self.steering.ending is not None:
            self._endings.append(self.steering.ending)
        self.steering = RunState(run, self.started.get(run.folder.path) if run else None)
        self.changed.emit()

    # -- starting ----------------------------------------------------------------------------------------------------

    def start(self, arguments: list[str], name: str) -> None:
        """Run `epochscope ARGUMENTS`, which creates or continues the run `name`, and show it."""
        with self._showing_errors():
            if not any(word == "--runs" or word.startswith("--runs=") for word in arguments):
                arguments = [*arguments, "--runs", str(self.root)]
            engine = processes.start(self._preferences.python, arguments, self.root, name)
            self.started[engine.folder.path] = engine
            self.opened.emit(engine.folder.path)

    def start_search(self, arguments: list[str], name: str) -> bool:
        """Run `epochscope ARGUMENTS`, which begins or continues the search `name`. False where it cannot start."""
        with self._showing_errors():
            engine = processes.start(self._preferences.python, arguments, self.root, name, SearchProcess)
            self.started[search_folder(self.root, name).path] = engine
            return True
        return False

    def searches(self) -> dict[str, processes.EngineProcess]:
        """Those started here, by name, also those that have ended."""
        return {one.folder.name: one for one in self.started.values() if isinstance(one, SearchProcess)}

    def go_on(self, path: Path, epochs: int | None, words: Sequence[str] = ()) -> None:
        """Continue a run that has ended; `epochs` in total, None for the number it was set up with; `words`: further
        arguments, about its callbacks from files."""
        folder = RunFolder(path)
        more = [*(["--epochs", str(epochs)] if epochs is not None else []), *words]
        engine_root = folder.path.parent
        with self._showing_errors():
            arguments = ["resume", str(folder.path), *more, "--runs", str(engine_root)]
            engine = processes.start(self._preferences.python, arguments, engine_root, folder.name)
            self.started[engine.folder.path] = engine
            self._continued = None if words else (engine, epochs)
            self.opened.emit(engine.folder.path)

    def continue_shown(self) -> None:
        """Continue the shown run; for a completed one, ask how many more epochs."""
        run = self.steering.run
        if run is None or "continue" not in self.steering.enabled:
            return
        info, epochs = run.model.info, None
        if info is not None and self.steering.state == "completed":
            title, text = self.tr("Continue"), self.tr("How many more epochs?")
            more, wanted = QInputDialog.getInt(self._window, title, text, max(1, info.epochs // 2), 1, 100_000)
            if not wanted:
                return
            epochs = max(info.epochs, run.model.epoch) + more
        if info is not None and not all(map(stand_in, info.file_callbacks)):
            self._file_callbacks.ask(run.folder.path, epochs, info.file_callbacks)
        else:
            self.go_on(run.folder.path, epochs)

    # -- asking ------------------------------------------------------------------------------------------------------

    def ask(self, do: Do, when: When = "step") -> bool:
        """Ask the shown run's engine for something; returns whether it could be asked."""
        asked = False
        with self._showing_errors():
            self.steering.ask(do, when)
            asked = True
        self.changed.emit()
        return asked

    def pause(self) -> None:
        """Pause or unpause."""
        enabled = self.steering.enabled
        if "unpause" in enabled:
            self.ask("unpause")
        elif "pause" in enabled:
            self.ask("pause")

    def discard(self) -> None:
        """Stop the run and move it to the trash, after confirmation."""
        run = self.steering.run
        if run is None:
            return
        text = self.tr("Stop this run and move it to the trash?")
        what = self.tr("This includes its weights, metrics and images: {folder}").format(folder=run.folder.path)
        box = self._box(QMessageBox.Icon.Warning, text, what)
        away = box.addButton(self.tr("Stop and delete"), QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton(self.tr("Keep it"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.exec()
        if box.clickedButton() is away and (run.over or self.ask("stop")):
            self._discarding.append(run)

    def end_process(self) -> None:
        """Kill an engine that does not answer, after confirmation."""
        text = self.tr("End the process of this run?")
        what = self.tr(
            "It will be asked to save and quit, and killed after %n second(s). Progress since its last "
            "checkpoint is lost; the run can be continued from there.",
            "",
            round(processes.PATIENCE_SECONDS),
        )
        box = self._box(QMessageBox.Icon.Warning, text, what)
        end = box.addButton(self.tr("End the process"), QMessageBox.ButtonRole.DestructiveRole)
        wait = box.addButton(self.tr("Wait"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(wait)
        box.exec()
        if box.clickedButton() is end and "end_process" in self.steering.enabled:  # else it has answered meanwhile
            with self._showing_errors():
                self.steering.end_process()
            self._banner.hide_notice("overdue")
            self.changed.emit()

    # -- on each tick ------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Handle answers, engines that failed to start, and requests without an answer."""
        self.working()  # asking lets go of those that have ended: of runs that are not shown, too
        self._endings = [one for one in self._endings if not one.done()]
        self._discarding = [run for run in self._discarding if not self._thrown_away(run)]
        steering = self.steering
        if steering.run is None:
            return
        for answer in steering.settle():
            if answer.result in ("refused", "stale"):
                self._banner.tell("refused", partial(self._refusal, answer.code, answer.parameters, answer.reason))
        self._tell_overdue()
        self._tell_exit()
        now = steering.state, steering.enabled
        if now != self._last:
            self._last = now
            self.changed.emit()

    def _refusal(self, code: str, parameters: Mapping[str, Any], reason: str) -> str:
        text = self.tr("The training process refused ({reason}).")
        return text.format(reason=plain(reason_text(code, parameters, reason)))

    def _tell_overdue(self) -> None:
        if self.steering.ending is not None:
            self._banner.show_notice("overdue", lambda: self.tr("Ending the process …"))
        elif self.steering.overdue is not None:
            end = (lambda: self.tr("End the process…"), self.end_process)
            self._banner.show_notice("overdue", self._overdue_text, [end])
        else:
            self._banner.hide_notice("overdue")

    def _overdue_text(self) -> str:
        return self.tr("The training process has not responded for 5 seconds: busy with a long step, or stuck.")

    def _tell_exit(self) -> None:
        """An engine started here has ended: show its output if the run does not say why."""
        engine, run = self.steering.engine, self.steering.run
        if engine is None or run is None or engine.exit_code is None:
            return
        self.steering.engine = None
        self.started.pop(engine.folder.path, None)
        code = engine.exit_code
        # a source that was refused takes its run away with it
        if code in processes.DONE_CODES or (code in TOLD_BY_THE_RUN and run.model.began and run.folder.path.is_dir()):
            return
        if code < 0 and run.model.began:
            return
        info, continued = run.model.info, self._continued
        if code == UsageError.exit_code and info and info.file_callbacks and continued and continued[0] is engine:
            self._file_callbacks.ask(run.folder.path, continued[1], info.file_callbacks)
            return
        printed = engine.output().strip()

        def output() -> str:
            return printed or self.tr("It printed nothing.")

        def say() -> str:
            return f"{self.tr('Training process failed to start (exit code {code}):').format(code=code)}\n{output()}"

        show_all = (lambda: self.tr("Show all"), lambda: show_text(self._window, output()))
        self._banner.show_notice("exit", say, [show_all])

    def _thrown_away(self, run: OpenRun) -> bool:
        """Whether nothing is left to do: it is in the trash, or another run is in its folder."""
        follower, shown = run.follower, self.steering.run
        if run is not shown:
            with suppress(EpochscopeError):
                follower.tick()
        if follower.replaced or follower.gone:
            return True
        if follower.state not in ("completed", "stopped", "failed", "lost") or follower.alive:
            return False
        with self._showing_errors():
            trash.discard(run.folder)
            if shown is not None and shown.folder == run.folder:
                self.gone.emit()
        return True

    # -- closing -----------------------------------------------------------------------------------------------------

    def working(self) -> list[processes.EngineProcess]:
        """Engines started here that are still running."""
        return [engine for engine in self.started.values() if engine.exit_code is None]

    def ask_closing(self, late: bool = False) -> str:
        """Ask what to do with the runs started here: `stop`, `leave` or `stay`. `late`: a stop was not answered in
        time."""
        names = ", ".join(engine.folder.name for engine in self.working())
        text = self.tr("Still training: {names}").format(names=names)
        what = self.tr("The run does not need the window: it keeps training, and you can open it again later.")
        if late:
            what = self.tr("The run is still stopping. ") + what
        box = self._box(QMessageBox.Icon.Question, text, what)
        stop = box.addButton(self.tr("Stop after this step and save"), QMessageBox.ButtonRole.AcceptRole)
        leave = box.addButton(self.tr("Keep it running"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(self.tr("Stay"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.exec()
        clicked = box.clickedButton()
        return "stop" if clicked is stop else "leave" if clicked is leave else "stay"

    @property
    def unfinished(self) -> bool:
        """Whether a run has yet to go to the trash, or a process to be ended."""
        return bool(self._discarding or self._endings or self.steering.ending)

    def stop_all(self) -> None:
        """Ask every engine started here to stop after this step."""
        for engine in self.working():
            with self._showing_errors():
                engine.stop()

    def release(self) -> None:
        """Let engines continue without the window."""
        for engine in self.started.values():
            engine.release()

    def _box(self, sign: QMessageBox.Icon, text: str, more: str) -> QMessageBox:
        return question_box(self._window, sign, f"{text}\n\n{more}")

    def _showing_errors(self) -> _ErrorNotice:
        return _ErrorNotice(self._banner)


class _ErrorNotice:
    """Errors for people become a notice."""

    def __init__(self, banner: Banner) -> None:
        self._banner = banner

    def __enter__(self) -> None:
        self._banner.hide_notice("error")

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, EpochscopeError):
            self._banner.show_notice("error", partial(error_text, error))
            return True
        return False
