"""The files of the phone page, packed once and sent as they are."""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from keyferry.server.core.catalogs import Words, languages

PWA = Path(__file__).resolve().parents[3] / "pwa"
WORKER = "sw.js"
PAGE = "index.html"
MANIFEST = "manifest.webmanifest"
WORDS = PWA / "words"

VENDORED = "vendor"

_COMMENT = re.compile(rb"^[ \t]*(?:/\*.*?\*/|//[^\n]*)[ \t]*$", re.DOTALL | re.MULTILINE)
# What types a word in the middle of a line, and what no line needs before it.
_NOT_NEEDED = re.compile(rb"/\*\* @\w+ [^\n]*?\*/ ?|^[ \t]+", re.MULTILINE)
_VERSION = b"@version@"
_CATALOG = re.compile(r"words/(\w+)\.json")
_WORDS = re.compile(r"\{\{([\w.]+)\}\}")
_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
}
# Everything else in the folder is compressed by its own format.
_PACKABLE = {".css", ".html", ".js", ".json", ".mjs", ".svg", ".wasm", ".webmanifest"}
_SOURCES = {".po", ".pot"}
_MOST_FILES = 256


@dataclass(frozen=True)
class PageFile:
    """One file as it goes over the line; `packed` is None where gzip would gain nothing."""

    content: bytes
    packed: bytes | None
    mimetype: str
    sum: str


@dataclass(frozen=True)
class Vendor:
    """What the page shows of the vendor, "" where neither staff nor the settings say anything."""

    name: str = ""
    logo: str = ""
    privacy: str = ""
    # What the vendor's color changes in the house style, and the bar above the page once it is installed.
    colors: str = ""
    bar: str = ""
    # Whom to ask: the picture of each way, what a person reads, and the address that a tap opens.
    ways: tuple[tuple[str, str, str], ...] = ()

    @property
    def attributes(self) -> bytes:
        """The attributes of the page's body."""
        named = f'data-vendor="{escape(self.name)}" data-logo="{escape(self.logo)}"'
        ways = json.dumps(self.ways, ensure_ascii=False, separators=(",", ":"))
        asked = f' data-ways="{escape(ways)}"' if self.ways else ""
        return f'{named} data-privacy="{escape(self.privacy)}"{asked}'.encode()

    @property
    def in_manifest(self) -> dict[str, str]:
        """What a phone that installs the page is told of the vendor."""
        told = {"name": self.name, "short_name": self.name, "theme_color": self.bar}
        return {key: value for key, value in told.items() if value}


def find(name: str, vendor: Vendor, language: str) -> PageFile | None:
    """Return a file of the page's folder by its path in it, or None where there is none."""
    catalog = _CATALOG.fullmatch(name)
    if catalog and catalog[1] in languages(WORDS):
        return packed(".json", words(catalog[1]))
    try:
        path = (PWA / name).resolve()
        if not path.is_relative_to(PWA) or not path.is_file() or path.suffix in _SOURCES:
            return None
    except (OSError, ValueError):
        # Longer than any name, or with characters that none has.
        return None
    if name == WORKER:
        content = _without_comments(path.read_bytes())
        return packed(path.suffix, content.replace(_VERSION, version(vendor).encode("ascii")))
    if name == MANIFEST:
        manifest = json.loads(with_words(read(name), language, _in_json)) | vendor.in_manifest
        return packed(path.suffix, json.dumps(manifest, ensure_ascii=False).encode("utf-8"))
    return _file(path)


def read(name: str) -> bytes:
    """Return what a file of the page's folder says, without its comments."""
    return _file(PWA / name).content


def with_words(content: bytes, language: str, written: Callable[[str], str]) -> bytes:
    """Put the words of a language where a file names them, such as `{{meta.language}}`."""
    said = _texts(language)
    filled = _WORDS.sub(lambda place: written(str(said[place[1]])), content.decode("utf-8"))
    return filled.encode("utf-8")


def words(language: str) -> bytes:
    """Return everything that the page says in a language as JSON, `welcome.scan` as `scan` in `welcome`."""
    nested: dict[str, Any] = {"languages": languages(WORDS)}
    for name, said in _texts(language).items():
        *groups, last = name.split(".")
        place = nested
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = said
    return json.dumps(nested, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _texts(language: str) -> dict[str, str | dict[str, str]]:
    said = Words(WORDS, language)
    meta = {"meta.language": language, "meta.direction": said.locale.text_direction}
    return {**meta, **said.everything()}


def version(vendor: Vendor) -> str:
    """Return a name for the state of the whole folder: it changes when any file or setting does."""
    states = [
        (path, path.stat().st_mtime_ns, path.stat().st_size)
        for path in sorted(PWA.rglob("*"))
        if path.suffix in _PACKABLE | _SOURCES | {".png", ".woff2"}
    ]
    sums = "".join(_read(*state).sum for state in states)
    return _sum(sums.encode("ascii") + vendor.attributes + vendor.colors.encode("ascii"))


@lru_cache(_MOST_FILES)
def _read(path: Path, _changed: int, _size: int) -> PageFile:
    """Read a file once for each of its states."""
    content = path.read_bytes()
    ours = path.suffix in {".js", ".css"} and VENDORED not in path.parts
    return packed(path.suffix, _without_comments(content) if ours else content)


def _file(path: Path) -> PageFile:
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _without_comments(content: bytes) -> bytes:
    """Leave out comments, a third of each file, and what lines are moved in by; line numbers stay."""
    return _NOT_NEEDED.sub(b"", _COMMENT.sub(lambda comment: b"\n" * comment[0].count(b"\n"), content))


@lru_cache(_MOST_FILES)
def packed(suffix: str, content: bytes) -> PageFile:
    """Return content as it goes over the line, packed once for each content."""
    mimetype = _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
    packed = gzip.compress(content, mtime=0) if suffix in _PACKABLE else None
    return PageFile(content, packed, mimetype, _sum(content))


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
