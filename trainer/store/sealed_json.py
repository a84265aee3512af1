"""Small JSON files with a digest of their own: what has changed since it was written is not believed. [no torch]"""

from __future__ import annotations

import hashlib

_HEAD, _MIDDLE, _TAIL = b'{"sha256":"', b'","content":', b"}"
_DIGITS = 64


def seal(content: bytes) -> bytes:
    """Put a digest before some JSON.

    Args:
        content: Any JSON.

    Returns:
        An object with `sha256` and `content`, as JSON.
    """
    return _HEAD + hashlib.sha256(content).hexdigest().encode() + _MIDDLE + content + _TAIL


def unseal(data: bytes) -> bytes:
    """Get the JSON back.

    Args:
        data: What `seal` has returned.

    Returns:
        The JSON that it was given.

    Raises:
        ValueError: A byte has changed.
    """
    content = data[len(_HEAD) + _DIGITS + len(_MIDDLE) : -len(_TAIL)]
    if data != seal(content):
        raise ValueError("it has changed since it was written")
    return content
