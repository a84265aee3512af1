"""A run in a thread of an asyncio program: awaited, followed and stopped from the loop, which stays free."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.engine.fakes import batches, make
from trainer.errors import DivergedError
from trainer.events import EpochEnded


def test_the_loop_follows_a_run_and_stops_it() -> None:
    async def main() -> tuple[Any, list[int], int]:
        trainer = make(epochs=100_000)
        events: asyncio.Queue[EpochEnded] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        trainer.on(EpochEnded, lambda event: loop.call_soon_threadsafe(events.put_nowait, event))
        run = asyncio.create_task(asyncio.to_thread(trainer.fit))
        seen = [(await events.get()).epoch for _ in range(3)]
        request = trainer.stop()
        result = await run
        return result, seen, 1 if request.answer is not None and request.answer.result == "done" else 0

    result, seen, answered = asyncio.run(main())
    assert result.status == "stopped"
    assert seen == [1, 2, 3]
    assert answered


def test_two_runs_side_by_side_are_what_they_are_alone() -> None:
    async def main() -> list[Any]:
        return await asyncio.gather(*(asyncio.to_thread(make(seed=seed, epochs=3).fit) for seed in (1, 2)))

    alone = [make(seed=seed, epochs=3).fit() for seed in (1, 2)]
    columns = ["train_loss", "valid_loss"]
    for one, other in zip(asyncio.run(main()), alone, strict=True):
        assert one.history[columns].equals(other.history[columns])


def test_an_error_arrives_where_it_is_awaited() -> None:
    x, y = batches(1)[0]

    async def main() -> None:
        await asyncio.to_thread(make(data=[(x * float("nan"), y)]).fit)

    with pytest.raises(DivergedError):
        asyncio.run(main())


def test_a_task_that_is_cancelled_stops_the_run_and_waits_for_it() -> None:
    """As the guide has it: a thread cannot be cancelled, it has to be asked."""

    async def train(trainer: Any) -> Any:
        run = asyncio.ensure_future(asyncio.to_thread(trainer.fit))
        try:
            return await asyncio.shield(run)
        except asyncio.CancelledError:
            trainer.stop()
            ended.append((await run).status)
            raise

    async def main() -> None:
        trainer = make(epochs=100_000)
        started = asyncio.Event()
        loop = asyncio.get_running_loop()
        trainer.on(EpochEnded, lambda event: loop.call_soon_threadsafe(started.set), once=True)
        task = asyncio.create_task(train(trainer))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    ended: list[str] = []
    asyncio.run(main())
    assert ended == ["stopped"]
