"""Errors of one process, passed to the others as plain values: the same code and text in all of them. [no torch]"""

from __future__ import annotations

from typing import Any

from trainer.errors import EpochscopeError

Facts = dict[str, Any]
"""Plain values that describe an error."""


class PeerError(EpochscopeError):
    """Another process failed or was lost: this one can only end.

    Args:
        code: Code of the other's error.
        what: What happened.
        rank: Rank of the other process; -1 if it is not known.
        exit_code: Exit code of the other's error. Default: 1.
        **more: As for `EpochscopeError`.

    Attributes:
        rank: As above.
        exit_code: As above.
    """

    def __init__(self, code: str, what: str, *, rank: int, exit_code: int = 1, **more: Any) -> None:
        self.rank = rank
        super().__init__(code, what, **more)
        self.exit_code = exit_code  # type: ignore[misc]  # it is that of the class everywhere else


def told(error: BaseException, rank: int, size: int) -> Facts:
    """Describe an error for the other processes.

    Args:
        error: The error.
        rank: Process it happened in, from 0.
        size: Number of processes.

    Returns:
        Plain values, for `peer_error`.
    """
    if isinstance(error, PeerError):
        rank = error.rank
    if isinstance(error, EpochscopeError):
        parts = {"what": error.what, "where": error.where, "expected": error.expected, "fix": error.fix}
        values = {"code": error.code, "parameters": dict(error.parameters), "exit_code": error.exit_code}
        values["leaves_run"] = error.leaves_run
        return {"rank": rank, "size": size, **parts, **values}
    what = f"{type(error).__name__}: {error}".removesuffix(": ")
    return {"rank": rank, "size": size, "what": what, "code": "bug", "exit_code": 1}


def peer_error(facts: Facts) -> PeerError:
    """Turn another process's error into one of this process, with the same code and where it happened.

    Args:
        facts: What `told` returned there.

    Returns:
        The error to raise.
    """
    process = f"process {facts['rank']} of {facts['size']}"
    where = str(facts.get("where") or "")
    if facts["code"] == "bug":
        return PeerError(
            "distributed.failed",
            f"{process.capitalize()} failed: {facts['what']}",
            rank=facts["rank"],
            where=process,
            fix="see the output of that process for its traceback; resume the run once that is fixed",
            process=facts["rank"],
            processes=facts["size"],
            reason=facts["what"],
        )
    if process not in where:
        where = f"{process}; {where}" if where else process
    made = PeerError(
        facts["code"],
        facts["what"],
        rank=facts["rank"],
        where=where,
        expected=facts["expected"],
        fix=facts["fix"],
        exit_code=facts["exit_code"],
        **facts["parameters"],
    )
    made.leaves_run = facts["leaves_run"]
    return made


def lost(rank: int, size: int, host: str, reason: str) -> PeerError:
    """Make the error for a process that disappeared.

    Args:
        rank: Which one; -1 if it is not known or all are alive.
        size: Number of processes.
        host: Name of its machine; may be empty.
        reason: What the connection reported.

    Returns:
        The error to raise: `distributed.lost` or `distributed.connection`.
    """
    reason = reason[:200]
    if rank < 0:
        return PeerError(
            "distributed.connection",
            f"The processes have lost their connection: {reason}",
            rank=rank,
            where=f"{size} processes",
            expected="processes that reach each other until the run ends",
            fix="check the errors of the other processes, then resume the run",
            reason=reason,
        )
    process = f"process {rank} of {size}"
    return PeerError(
        "distributed.lost",
        f"{process.capitalize()} was lost: it was killed, or its machine failed.",
        rank=rank,
        where=f"{process}, on {host}" if host else process,
        expected="every process to stay alive until the run ends",
        fix="find out what killed it (out of memory?), then resume the run with any number of processes; "
        "torchrun --max-restarts does this automatically",
        process=rank,
        processes=size,
        reason=reason,
    )


def stuck(rank: int, size: int, host: str, pid: int, state: str, minutes: float) -> PeerError:
    """Make the error for a process that all others have waited for in vain.

    Args:
        rank: Which one.
        size: Number of processes.
        host: Name of its machine.
        pid: Its number there.
        state: What it does, as the system calls it; empty if it cannot be asked.
        minutes: How long they waited.

    Returns:
        The error to raise.
    """
    process = f"process {rank} of {size}"
    return PeerError(
        "distributed.stuck",
        f"{process.capitalize()} has kept the others waiting for {minutes:g} minutes"
        + (f"; its state is: {state}." if state else "."),
        rank=rank,
        where=f"{process}, pid {pid} on {host}",
        expected="all processes at the same step within that time",
        fix=f"look for what it waits for (`py-spy dump --pid {pid}`), such as a loader that does not return; then "
        "resume the run; if steps may take longer, set EPOCHSCOPE_WAIT_MINUTES",
        process=rank,
        processes=size,
        pid=pid,
        host=host,
        state=state,
        minutes=minutes,
    )
