"""Names of files that are not valid Unicode: the system has them, and no file of ours can hold them. [no torch]"""

from __future__ import annotations


def is_unicode(name: str) -> bool:
    """Tell whether a name can be written in UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def printable(name: str) -> str:
    """Write bytes of a name that are no text as `\\udcff`; all else stays as it is."""
    return name.encode("utf-8", "backslashreplace").decode()
