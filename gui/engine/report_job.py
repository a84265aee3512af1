"""A report is written on a thread of its own: a long journal takes seconds to read, and heat maps of the hardest images
are asked of a helper, for they need the model. No Qt."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gui.engine.rpc_client import Answer, RpcClient
from trainer.errors import DataError, EpochscopeError
from trainer.plotting.heat_overlay import Method
from trainer.store.arrays import read_arrays
from trainer.store.folder import RunFolder

if TYPE_CHECKING:
    from trainer.plotting.texts import Language
    from trainer.report.images import Looked

POLL_SECONDS = 0.02


class ReportJob:
    """Begins at once. A window that is closed meanwhile lets it finish: the thread is no daemon. `client` is the job's
    own, and is closed at its end."""

    def __init__(
        self,
        folder: RunFolder,
        out: Path,
        language: Language,
        compared: Sequence[RunFolder],
        client: RpcClient,
    ) -> None:
        self.out = out
        self._given = folder, language, tuple(compared)
        self._client = client
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._write, name="report")
        self._thread.start()

    def _write(self) -> None:
        from trainer.report import write_report

        folder, language, compared = self._given
        try:
            write_report(folder, self.out, language=language, compared=compared, look=self._look)
        except Exception as error:  # an error of ours must not end as a line on a terminal that nobody sees
            self._error = error
        finally:
            self._client.close()

    def _look(self, split: str, place: int, label: int) -> Looked:
        """One heat map. Raises EpochscopeError."""
        from trainer.report.images import Looked

        client, run = self._client, self._given[0].path.absolute()
        answers: list[Answer] = []
        out, runs = str(client.folder / "map.npz"), str(run.parent)
        client.ask("explain", answers.append, run=str(run), runs=runs, split=split, place=place, label=label, out=out)
        while not answers:
            time.sleep(POLL_SECONDS)
            client.poll()
        if not answers[0].get("ok"):
            answer = answers[0]
            raise DataError(str(answer.get("code")), str(answer.get("what")), **(answer.get("parameters") or {}))
        arrays = read_arrays(answers[0]["out"])
        return Looked(arrays["pixels"], arrays["map"], Method(answers[0]["method"]))

    @property
    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return not self._thread.is_alive()

    def error(self) -> EpochscopeError | None:
        """Once done: the error for people, None where all went well. Raises what is a bug."""
        self._thread.join()
        if self._error is not None and not isinstance(self._error, EpochscopeError):
            raise self._error
        return self._error
