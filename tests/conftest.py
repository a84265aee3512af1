"""For all tests: folders of their own, no thread left behind, and no window where Qt cannot be loaded."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import crash_counts, promise_counts, qt

pytest_plugins = [] if qt.missing() else ["pytestqt.plugin"]
"""pytest-qt loads Qt at once, and ends the whole run where it cannot: pyproject switches it off, this on again."""
NO_QT = "no Qt here"
settings.register_profile("unhurried", deadline=None)  # a test's outcome does not hang on time
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kills", type=int, default=10_100, help="how many kills `-m crash` tries, of which a few come too late"
    )
    parser.addoption("--promises", action="store_true", help="count the tests of each promise of the reliability page")
    parser.addoption("--soak-minutes", type=float, default=60.0, help="how long `-m soak` takes")
    parser.addoption(
        "--soak-seed", type=int, default=0, help="what happens in `-m soak`, of which it prints the number"
    )


def pytest_configure() -> None:
    """What `nohup` and a shell's `&` ignore is heard here, and by the processes that tests start: some send it."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda number, frame: None)


class _WindowTests(pytest.Module):
    """A module of tests that may be about the window: skipped where it cannot be imported for want of Qt."""

    def _getobj(self) -> object:
        try:
            return super()._getobj()
        except self.CollectError as error:
            if qt.needs_qt(error):
                pytest.skip(NO_QT, allow_module_level=True)
            raise


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    return _WindowTests.from_parent(parent, path=module_path) if qt.missing() else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Skip a test that imports Qt itself, where there is none."""
    if call.excinfo is not None and qt.needs_qt(call.excinfo.value):
        call.excinfo = pytest.ExceptionInfo.from_exception(pytest.skip.Exception(NO_QT))
    return (yield)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip tests marked `window`: they start a process that opens one."""
    if qt.missing() and (item.get_closest_marker("window") or {"qtbot", "qapp"} & set(item.fixturenames)):  # type: ignore[attr-defined]
        pytest.skip(NO_QT)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line that says what is missing, and what the tests of crashes have tried."""
    reports = [one for name in ("passed", "failed") for one in terminalreporter.stats.get(name, ())]
    if lines := crash_counts.table(reports):
        terminalreporter.section("crashes")
        terminalreporter.write_line("\n".join(lines))
    if terminalreporter.config.getoption("promises"):
        terminalreporter.section("promises")
        terminalreporter.write_line("\n".join(promise_counts.table(reports, promise_counts.PAGE.read_text("utf-8"))))
    skipped = [one for one in terminalreporter.stats.get("skipped", ()) if NO_QT in str(one.longrepr)]
    if skipped:
        terminalreporter.write_line(f"tests of the window were skipped ({len(skipped)}): {qt.missing()}", yellow=True)


@pytest.fixture
def count(request: pytest.FixtureRequest) -> crash_counts.Count:
    """Add to the table of kills, power cuts, faults and fuzzed inputs. Counted before it is known how they end."""
    return crash_counts.counter(request.node.user_properties)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs and caches of a test lie in a folder that only it knows."""
    home: Path = tmp_path_factory.mktemp("home", numbered=True)
    monkeypatch.setenv("EPOCHSCOPE_RUNS", str(home / "runs"))
    monkeypatch.setenv("EPOCHSCOPE_CACHE", str(home / "cache"))


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """A test that leaks a thread fails, and names it. The one that tqdm starts within torch stays for good."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 2
    new = [one for one in set(threading.enumerate()) - before if not type(one).__module__.startswith("tqdm")]
    for thread in new:
        thread.join(max(0.0, deadline - time.monotonic()))
    left = [thread.name for thread in new if thread.is_alive()]
    assert not left, f"threads left running: {left}"
