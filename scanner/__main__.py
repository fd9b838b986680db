"""The command `python -m scanner`: read the barcodes in pictures, in a recording, or before a camera."""

from __future__ import annotations

import argparse
import json
import sys
import time
import tomllib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.errors import Refusal
from scanner import choose, frames, live, opencv, read, zbar, zxing
from scanner.meaning import gs1

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.frames import Frame
    from scanner.reading import Reading

EXIT_UNREADABLE = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 also when no symbol was found, 1 when a file, a recording or a camera could not be read."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if chosen.decoders:
        return _print_decoders(as_json=chosen.json)
    if chosen.camera is not None or chosen.frames is not None:
        return _watch(chosen)
    if not chosen.images:
        parser.error("name a picture, --camera or --frames")
    return _read_files(chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scanner", description="Read QR, Data Matrix, Code 128, EAN-13, ITF-14 and DataBar.")
    parser.add_argument("images", nargs="*", type=Path, metavar="IMAGE", help="JPEG, PNG or WebP files, or folders of them")
    parser.add_argument("--json", action="store_true", help="one JSON object per image or per new code, one a line")
    parser.add_argument("--engine", choices=choose.ENGINES, default="cascade", help="cascade (default): engines confirm each other")
    parser.add_argument("--short", action="store_true", help="EAN-8 and UPC-E too, which decoders sometimes invent")
    parser.add_argument("--seconds", type=float, default=1.0, help="time for one picture, 1.0; the first attempt is always made")
    parser.add_argument("--camera", type=int, metavar="N", help="read from camera N until interrupted")
    parser.add_argument("--frames", type=Path, metavar="VIDEO", help="read the frames of a recording (.y4m, .mp4, .webm)")
    parser.add_argument("--decoders", action="store_true", help="which decoders this machine has, and what is missing")
    return parser


def _read_files(chosen: argparse.Namespace) -> int:
    """Read each picture in the order given; unreadable ones are reported in place and make the exit 1."""
    failed = False
    for path in _files(chosen.images):
        began = time.perf_counter()
        answer: dict[str, Any] = {"file": str(path)}
        try:
            readings = read(path, engine=chosen.engine, short=chosen.short, seconds=chosen.seconds)
            answer["readings"] = [_with_meaning(reading) for reading in readings]
        except Refusal as refusal:
            failed = True
            answer["error"] = _error(refusal)
        answer["ms"] = round((time.perf_counter() - began) * 1000, 1)
        _print(answer, as_json=chosen.json)
    return EXIT_UNREADABLE if failed else 0


def _files(named: Sequence[Path]) -> Iterator[Path]:
    """The files, and the pictures directly inside the folders."""
    for path in named:
        if path.is_dir():
            yield from frames.folder(path)
        else:
            yield path


def _watch(chosen: argparse.Namespace) -> int:
    """Announce each new code of a camera or recording once, until it ends or the person interrupts."""

    def found(reading: Reading, frame: Frame) -> None:
        if chosen.json:
            _say(json.dumps({"frame": frame.name, "at": round(frame.at, 3), **_with_meaning(reading)}, ensure_ascii=False))
        else:
            _say(_line(_with_meaning(reading)))

    try:
        live.watch(frames.video(chosen.frames) if chosen.frames is not None else frames.camera(chosen.camera), found)
    except Refusal as refusal:
        name = str(chosen.frames) if chosen.frames is not None else f"camera {chosen.camera}"
        _print({"file": name, "error": _error(refusal)}, as_json=chosen.json)
        return EXIT_UNREADABLE
    except KeyboardInterrupt:
        return 0
    return 0


def _with_meaning(reading: Reading) -> dict[str, Any]:
    return {**reading.to_json(), "gs1": gs1(reading)}


def _error(refusal: Refusal) -> dict[str, Any]:
    """The code, its parameters, and the English sentence and remedy of the catalogue."""
    catalogue = tomllib.loads(resources.files("schemas").joinpath("errors.toml").read_text(encoding="utf-8"))
    words = catalogue.get(refusal.code, {})
    return {
        "code": refusal.code,
        "params": refusal.params,
        "message": words.get("en", refusal.code).format_map({**refusal.params}),
        "remedy": words.get("do_en", "").format_map({**refusal.params}),
    }


def _print(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        _say(json.dumps(answer, ensure_ascii=False))
        return
    if "error" in answer:
        _say(f"{answer['file']}: {answer['error']['message']} {answer['error']['remedy']}", to=sys.stderr)
        return
    readings = answer["readings"]
    _say(f"{answer['file']}: {len(readings) or 'no'} code{'' if len(readings) == 1 else 's'}, {answer['ms']:.0f} ms")
    for reading in readings:
        _say("  " + _line(reading))


def _line(reading: dict[str, Any]) -> str:
    """One reading for people: symbology, text with FNC1 made visible and other control characters escaped, what it identifies."""
    text = "".join("<GS>" if mark == "\x1d" else mark if mark.isprintable() else ascii(mark)[1:-1] for mark in reading["text"])
    identified = reading["gs1"]
    means = f"  = {identified['canonical']}" if identified is not None and identified["canonical"] != text else ""
    return f"{reading['symbology']:<18}{text}{means}  [{reading['decoder']}]"


def _print_decoders(*, as_json: bool) -> int:
    """A table of the decoders; 1 when the first of them is missing."""
    rows = [decoder.available() for decoder in (zxing, zbar, opencv)]
    for row in rows:
        if as_json:
            _say(json.dumps({"name": row.name, "version": row.version, "ok": row.ok, "remedy": row.remedy}))
        else:
            _say(f"{row.name:<8}{row.version or '-':<14}{'ok' if row.ok else row.remedy}")
    return 0 if rows[0].ok else EXIT_UNREADABLE


def _say(text: str, to: Any = None) -> None:  # a text stream
    out = to or sys.stdout
    out.write(text.encode(out.encoding or "utf-8", "backslashreplace").decode(out.encoding or "utf-8") + "\n")
    out.flush()


if __name__ == "__main__":
    sys.exit(main())
