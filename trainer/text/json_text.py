"""JSON that anyone may have written: whatever is wrong with it is a ValueError. [no torch]"""

from __future__ import annotations

from typing import TypeVar

import msgspec

T = TypeVar("T")


def parse_json(decoder: msgspec.json.Decoder[T], text: bytes) -> T:
    """What the decoder makes of a text. Raises ValueError where it is not what the decoder expects."""
    try:
        return decoder.decode(text)
    except msgspec.MsgspecError as error:  # itself a ValueError in newer versions only
        raise ValueError(str(error)) from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
