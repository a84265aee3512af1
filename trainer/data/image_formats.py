"""Which image formats are read, which only with the extra `photos`, and which are known but never read. [no torch]

JPEG, PNG, GIF, BMP, WebP, TIFF and PNM are always read. With `pip install 'epochscope[photos]'` (pillow-heif, and a
recent Pillow) HEIC/HEIF, AVIF and JPEG 2000 are read, too: one switch, so that the content of a folder does not depend
on the version of a library.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

SUFFIXES = frozenset(
    ("jpg", "jpeg", "jpe", "jfif", "png", "gif", "bmp", "dib", "webp", "tif", "tiff", "ppm", "pgm", "pbm", "pnm")
)
"""Suffixes of files that are always read, in lower case."""
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM")
"""Pillow's readers that are always allowed. The others are rarely needed and widely attacked."""
PHOTOS = {
    "HEIF": ("heic", "heif", "hif", "heics", "heifs"),
    "AVIF": ("avif", "avifs"),
    "JPEG2000": ("jp2", "j2k", "j2c", "jpc", "jpf", "jpx"),
}
"""Formats of the extra, by Pillow's name, and their suffixes."""
_NAMES = {
    "HEIC": ("heic", "heics"),
    "HEIF": ("heif", "heifs", "hif"),
    "AVIF": ("avif", "avifs"),
    "JPEG 2000": ("jp2", "j2k", "j2c", "jpc", "jpf", "jpx", "jpm"),
    "JPEG XL": ("jxl",),
    "JPEG XR": ("jxr", "wdp", "hdp"),
    "RAW": ("cr2", "cr3", "crw", "nef", "nrw", "arw", "srf", "sr2", "dng", "orf", "rw2", "raf", "pef", "srw", "3fr",
            "erf", "kdc", "mos", "mrw", "rwl", "x3f", "raw"),
    "SVG": ("svg", "svgz"),
    "PSD": ("psd", "psb"),
    "OpenEXR": ("exr",),
    "HDR": ("hdr",),
    "DICOM": ("dcm", "dicom"),
    "NIfTI": ("nii",),
    "FITS": ("fits", "fit"),
    "NumPy": ("npy", "npz"),
    "TGA": ("tga",),
    "ICO": ("ico",),
    "QOI": ("qoi",),
    "XCF": ("xcf",),
    "EPS": ("eps",),
    "DDS": ("dds",),
}  # fmt: skip
UNREAD = {suffix: name for name, suffixes in _NAMES.items() for suffix in suffixes}
"""Suffix -> name of formats that hold images but are not read, or only with the extra."""
WITH_PHOTOS = frozenset(UNREAD[suffix] for suffixes in PHOTOS.values() for suffix in suffixes)
"""Names of formats that the extra reads."""
INSTALL = "pip install 'epochscope[photos]'"


def suffix_of(name: str) -> str:
    """Get the suffix of a file name.

    Args:
        name: File name, without folders.

    Returns:
        What follows the last dot, in lower case; empty if there is no dot, or nothing before it.
    """
    stem, dot, suffix = name.rpartition(".")
    return suffix.lower() if dot and stem else ""


def photos_installed() -> bool:
    """Check whether the extra `photos` is installed.

    Returns:
        Whether it is.
    """
    return find_spec("pillow_heif") is not None


@cache
def _photo_formats() -> tuple[str, ...]:
    """Those of PHOTOS that can be read here."""
    if not photos_installed():
        return ()
    return ("HEIF", *(name for name, feature in (("AVIF", "avif"), ("JPEG2000", "jpg_2000")) if pillow_has(feature)))


def pillow_has(feature: str) -> bool:
    """Check whether Pillow was built with a feature.

    Args:
        feature: Name of a module or codec of Pillow; unknown names are allowed.

    Returns:
        Whether it was.
    """
    from PIL import features

    return (feature in features.modules or feature in features.codecs) and bool(features.check(feature))


@cache
def image_suffixes() -> frozenset[str]:
    """Get the suffixes of all files that can be read on this machine.

    Returns:
        Suffixes, in lower case.
    """
    return SUFFIXES.union(*(PHOTOS[name] for name in _photo_formats()))


@cache
def pillow_formats() -> tuple[str, ...]:
    """Get Pillow's readers that may be used, and register those from outside Pillow.

    Returns:
        Names of formats, for `Image.open`.
    """
    found = _photo_formats()
    if not found:
        return FORMATS
    try:
        from pillow_heif import register_heif_opener  # type: ignore[import-not-found, unused-ignore]
    except ImportError:  # its library does not load: such files are then named as unreadable, one by one
        return (*FORMATS, *found[1:])
    register_heif_opener()
    return (*FORMATS, *found)


def unread_format(head: bytes) -> str:
    """Recognise a format that is not read by the beginning of the file: a phone's photo called .jpg is often a HEIC.

    Args:
        head: The first 16 bytes of the file.

    Returns:
        Name of the format; empty if it is none of these.
    """
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in (b"avif", b"avis"):
            return "AVIF"
        return "HEIC" if brand in (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1") else ""
    if head.startswith((b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")):
        return "JPEG 2000"
    if head.startswith((b"\0\0\0\x0cJXL ", b"\xff\x0a")):
        return "JPEG XL"
    return "PSD" if head.startswith(b"8BPS") else ""
