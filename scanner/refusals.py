"""What the scanner refuses, each with its code in `schemas/errors.toml`.

Reading nothing in a good picture is an answer (an empty list); a refusal means the picture, the camera or a library is unusable.
"""

from __future__ import annotations

from typing import Any

from app.errors import Invalid, MediaTypeUnknown, NotFound, Refusal, TooLarge, Unavailable


class NotAnImage(MediaTypeUnknown):
    """The first bytes are not those of a JPEG, PNG or WebP picture, whatever the name says."""

    code = "scanner.not-an-image"  # params: name


class FileTooLarge(TooLarge):
    """The file has more bytes than are read; it is refused before it is read whole."""

    code = "scanner.file-too-large"  # params: size, limit (bytes)


class ImageTooLarge(TooLarge):
    """The header declares more pixels than are decoded; nothing was decoded."""

    code = "scanner.image-too-large"  # params: width, height (px), limit (megapixels)


class ImageDamaged(Invalid):
    """The picture is truncated, corrupt, or has a side of less than one pixel."""

    code = "scanner.image-damaged"  # params: name


class NoSuchFile(NotFound):
    """The picture, folder or video cannot be opened."""

    code = "scanner.no-such-file"  # params: name


class VideoDamaged(Invalid):
    """The recording is not a video that is read here, or ends before its first frame."""

    code = "scanner.video-damaged"  # params: name


class NoCamera(Unavailable):
    """The camera does not exist, is in use, or gives no frames."""

    code = "scanner.no-camera"  # params: camera (its number)


class DecodingStopped(Invalid):
    """The picture was too much for the confined decoder, which was ended: time, processor or memory."""

    code = "scanner.decoding-stopped"  # params: seconds


class DecoderBusy(Unavailable):
    """Every confined decoder is at work on other pictures."""

    code = "scanner.busy"  # params: retry_after (seconds)


class DecoderFailed(Unavailable):
    """The confined decoder did not start or broke its own protocol."""

    code = "scanner.decoder-failed"  # params: reason


class UnknownEngine(Invalid):
    """No decoder of that name exists."""

    code = "scanner.unknown-engine"  # params: engine, known


class DecoderMissing(Unavailable):
    """A decoding library, or the system library under it, is not installed; `remedy` is the line to run."""

    code = "scanner.decoder-missing"  # params: name, remedy

    def __init__(self, name: str, remedy: str) -> None:
        super().__init__(name=name, remedy=remedy)
        self.name = name
        self.remedy = remedy


def from_code(code: str, params: dict[str, Any]) -> Refusal:
    """The refusal that a confined decoder reported as a code and parameters."""
    if code == DecoderMissing.code:
        return DecoderMissing(str(params.get("name", "")), str(params.get("remedy", "")))
    kinds: tuple[type[Refusal], ...] = (NotAnImage, FileTooLarge, ImageTooLarge, ImageDamaged, UnknownEngine)
    for kind in kinds:
        if kind.code == code:
            return kind(**params)
    return DecoderFailed(reason=code)
