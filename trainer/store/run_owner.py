"""Who writes a run: the record in its owner.json. [no torch]"""

from __future__ import annotations

import msgspec

from trainer.text.json_text import parse_json


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes the run. `started` compares with `process.process_started`; `since`: ISO 8601 with its offset."""

    pid: int
    host: str
    started: float | None
    attempt: int
    since: str = ""

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}" + (f" since {self.since}" if self.since else "")


_decoder = msgspec.json.Decoder(Owner)


def decode_owner(text: bytes) -> Owner:
    """The record. Raises ValueError where it is not one."""
    return parse_json(_decoder, text)
