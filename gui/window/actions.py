"""All actions of the window, their shortcuts, and the menus they are in.

Shortcuts are function keys, or Ctrl with a letter; never a letter alone. On a Cyrillic layout, Qt maps keys to Latin
letters if a Latin layout is installed too; if not, `press` does. (Separate Cyrillic shortcuts would be ambiguous with
the letters Qt finds.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from pathlib import Path

from PySide6.QtCore import QKeyCombination, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar

from gui.style.theme import icon
from gui.viewmodels.demo_run import demo_run
from gui.viewmodels.run_state import Action
from gui.viewmodels.selection import OpenRun
from gui.widgets.latin_keys import latin_key
from gui.window.tabs import PANELS, panel_titles

SEPARATOR = ""

# name -> icon, keys
ACTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "new_run": ("new", ("Ctrl+N",)),
    "open_data": ("folder", ("Ctrl+O",)),
    "open_run": ("open", ("Ctrl+Shift+O",)),
    "demo": ("demo", ()),
    "export_csv": ("export", ("Ctrl+E",)),
    "export_png": ("image", ("Ctrl+Shift+E",)),
    "export_report": ("note", ()),
    "searches": ("search", ()),
    "settings": ("settings", ("Ctrl+,",)),
    "quit": ("", ("Ctrl+Q",)),
    "start": ("start", ("F5",)),
    "pause": ("pause", ("F6",)),
    "stop_epoch": ("stop", ("F7",)),
    "stop_step": ("stop", ("Shift+F7",)),
    "discard": ("delete", ()),
    "checkpoint": ("checkpoint", ("F8",)),
    "end_process": ("warning", ()),
    "copy_command": ("copy", ()),
    "show_folder": ("folder", ()),
    "previous": ("previous", ("Alt+Left",)),
    "next": ("next", ("Alt+Right",)),
    "first": ("first", ("Alt+Home",)),
    "last": ("last", ("Alt+End",)),
    "live": ("live", ("Esc",)),
    "runs_panel": ("panel-left", ("F9",)),
    "facts_panel": ("panel-right", ("Shift+F9",)),
    "tear_off": ("tear-off", ("Ctrl+Shift+D",)),
    "beside": ("panel-right", ("Ctrl+Shift+B",)),
    "full_screen": ("", ("F11",)),
    "reset_layout": ("", ()),
    "keys": ("help", ("F1",)),
    "tour": ("info", ()),
    "window_log": ("log", ()),
    "about": ("info", ()),
} | {f"tab_{name}": ("", (f"Ctrl+{number % 10}",)) for number, name in enumerate(PANELS, 1)}
ACTIONS["tab_log"] = ("", (f"Ctrl+{len(PANELS) % 10}", "Ctrl+L"))
CHECKABLE = ("runs_panel", "facts_panel", "full_screen")

_OF_AN_ENGINE: tuple[Action, ...] = ("stop_epoch", "stop_step", "discard", "checkpoint", "end_process")
_OF_A_RUN = (
    *("copy_command", "show_folder", "export_csv", "export_png", "export_report"),
    *("previous", "next", "first", "last"),
    *(f"tab_{name}" for name in PANELS),
    "tear_off",
    "beside",
)

MENUS: dict[str, tuple[str, ...]] = {
    "file": (
        "new_run",
        "open_data",
        "open_run",
        "recent",
        "demo",
        SEPARATOR,
        "export_csv",
        "export_png",
        "export_report",
        SEPARATOR,
        "settings",
        "quit",
    ),
    "run": (
        "start",
        "pause",
        "stop_epoch",
        "stop_step",
        "discard",
        SEPARATOR,
        "checkpoint",
        "end_process",
        SEPARATOR,
        "copy_command",
        "show_folder",
        SEPARATOR,
        "searches",
    ),
    "view": (
        *(f"tab_{name}" for name in PANELS),
        SEPARATOR,
        "previous",
        "next",
        "first",
        "last",
        "live",
        SEPARATOR,
        "runs_panel",
        "facts_panel",
        "tear_off",
        "beside",
        "full_screen",
        "reset_layout",
    ),
    "help": ("tour", "keys", "window_log", SEPARATOR, "about"),
}


class WindowActions(QObject):
    """`actions` by name, and their `menu_bar`; `slots` are called when one is triggered, `open_recent` with a run of
    the list."""

    def __init__(
        self, window: QMainWindow, slots: Mapping[str, Callable[[], object]], open_recent: Callable[[Path], object]
    ) -> None:
        super().__init__(window)
        self.actions: dict[str, QAction] = {}
        self._open_recent = open_recent
        for name, (sign, keys) in ACTIONS.items():
            action = self.actions[name] = QAction(window)
            action.setObjectName(name)
            if sign:
                action.setIcon(icon(sign))
            action.setShortcuts([QKeySequence(key) for key in keys])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.setCheckable(name in CHECKABLE)
            action.triggered.connect(lambda *_, slot=slots[name]: slot())
            window.addAction(action)
        self.recent = QMenu(window)
        self.menu_bar = QMenuBar()
        self.menus: dict[str, QMenu] = {}
        for name, entries in MENUS.items():
            menu = self.menus[name] = self.menu_bar.addMenu("")
            for entry in entries:
                if entry == SEPARATOR:
                    menu.addSeparator()
                elif entry == "recent":
                    menu.addMenu(self.recent)
                else:
                    menu.addAction(self.actions[entry])
        self.retranslate()

    def show_recent(self, paths: list[Path]) -> None:
        """Fill the menu of runs opened last."""
        self.recent.clear()
        for path in paths:
            # escape ampersands, which would be mnemonics
            action = self.recent.addAction(path.name.replace("&", "&&"))
            action.setStatusTip(str(path))
            action.triggered.connect(lambda *_, path=path: self._open_recent(path))
        self.recent.setEnabled(bool(paths))

    def enable(self, run: OpenRun | None, enabled: Set[Action], *, setting_up: bool, ready: bool) -> None:
        """Enable what can be done now with the shown run, whose engine accepts the requests in `enabled`, or with the
        run being set up, which can be started where it is `ready`."""
        actions = self.actions
        for name in _OF_AN_ENGINE:
            actions[name].setEnabled(name in enabled)
        actions["pause"].setEnabled(bool(enabled & {"pause", "unpause"}))
        for action in _OF_A_RUN:
            actions[action].setEnabled(run is not None)
        # the demo run belongs to the installation
        demo = demo_run()
        ours = run is not None and run.folder.path == demo
        watched = run is not None and run.follower.undecided
        continuable = "continue" in enabled and not ours and not watched
        actions["start"].setEnabled(ready if setting_up else continuable)
        actions["start"].setText(self.tr("&Start") if setting_up else self.tr("&Continue"))
        actions["demo"].setEnabled(demo is not None)

    def retranslate(self) -> None:
        """Set all texts."""
        tabs = {f"tab_{name}": title for name, title in panel_titles().items()}
        for name, text in (self._texts() | tabs).items():
            action = self.actions[name]
            action.setText(text)
            plain = text.replace("&", "").rstrip("…")
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{plain} ({keys})" if keys else plain)
        for name, title in {
            "file": self.tr("&File"),
            "run": self.tr("&Run"),
            "view": self.tr("&View"),
            "help": self.tr("&Help"),
        }.items():
            self.menus[name].setTitle(title)
        self.recent.setTitle(self.tr("Recent runs"))

    def _texts(self) -> dict[str, str]:
        return {
            "new_run": self.tr("&New run…"),
            "open_data": self.tr("&Train on a folder of images…"),
            "open_run": self.tr("&Open a run…"),
            "demo": self.tr("&Look at a recorded run"),
            "export_csv": self.tr("&Export curves as a table…"),
            "export_png": self.tr("Export curves as an &image…"),
            "export_report": self.tr("Expo&rt a report…"),
            "searches": self.tr("Sea&rches…"),
            "settings": self.tr("&Settings…"),
            "quit": self.tr("&Quit"),
            "start": self.tr("&Start"),
            "pause": self.tr("&Pause"),
            "stop_epoch": self.tr("Stop after this &epoch"),
            "stop_step": self.tr("Stop &now and save"),
            "discard": self.tr("Stop and &delete…"),
            "checkpoint": self.tr("Save a &checkpoint now"),
            "end_process": self.tr("End the process…"),
            "copy_command": self.tr("Copy the co&mmand"),
            "show_folder": self.tr("Show the run's &folder"),
            "previous": self.tr("&Previous epoch"),
            "next": self.tr("&Next epoch"),
            "first": self.tr("First epoch"),
            "last": self.tr("Last finished epoch"),
            "live": self.tr("&Live: follow the newest epoch"),
            "runs_panel": self.tr("List of &runs"),
            "facts_panel": self.tr("&Facts"),
            "tear_off": self.tr("Panel in a &window of its own, or back"),
            "beside": self.tr("Panel &beside the tabs, or back"),
            "full_screen": self.tr("F&ull screen"),
            "reset_layout": self.tr("Reset the la&yout"),
            "keys": self.tr("&Keyboard shortcuts"),
            "tour": self.tr("&Tour of the window"),
            "window_log": self.tr("&Log of the window"),
            "about": self.tr("&About Epochscope"),
        }

    def press(self, event: QKeyEvent) -> bool:
        """Trigger the action of a key with a Cyrillic letter if Qt has no Latin layout; returns whether there was
        one."""
        if (key := latin_key(event)) is None:
            return False
        wanted = QKeySequence(QKeyCombination(event.modifiers(), key))
        action = next((one for one in self.actions.values() if wanted in one.shortcuts()), None)
        if action is not None:
            action.trigger()
        return action is not None

    def key_table(self) -> str:
        """Every action with a shortcut, one per line, as text."""
        lines = []
        for name in (entry for menu in MENUS.values() for entry in menu if entry in self.actions):
            if keys := self.actions[name].shortcuts():
                told = ", ".join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in keys)
                lines.append(f"{told}\t{self.actions[name].text().replace('&', '').rstrip('…')}")
        return "\n".join(lines)
