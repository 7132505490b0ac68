"""Make the key fonts and the icons anew from their packages, and write their sums beside them.

`make vendored` calls this with a folder in which the two packages lie unpacked; it needs fontTools and
Brotli, which nothing else does.
"""

from __future__ import annotations

import re
import shutil
import sys
from hashlib import sha256
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

VENDORED = Path(__file__).resolve().parents[1] / "pwa" / "vendor"
FAMILY = "Keyferry Mono"
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SUM = re.compile(r"^\| `(\S+)` \| `[0-9a-f]{64}` \|$", re.MULTILINE)

# Each file: the weight that it is made from, and the characters that it has.
FONTS = {
    "keys-600.woff2": ("SemiBold", SYMBOLS + " -?·…"),
    "mono-500.woff2": ("Medium", "".join(map(chr, range(0x20, 0x7F))) + "·–—…→"),
}
# The phone page brings its icons along; pages of the server ask for one file with all of them, and keep it.
PHONE_ICONS = (
    *("arrow-left", "arrow-right", "arrow-up", "arrow-up-down", "camera-off", "check", "chevron-left"),
    *("chevron-right", "circle-alert", "clock", "cloud-off", "copy", "download", "ellipsis-vertical"),
    *("file-down", "flashlight", "flashlight-off", "globe", "image", "info", "keyboard", "languages"),
    *("life-buoy", "list-ordered", "mail", "mail-check", "monitor", "monitor-check", "pause", "phone"),
    *("qr-code", "refresh-cw", "scan-line", "share", "share-2", "shield-alert", "smartphone", "square"),
    *("switch-camera", "trash-2", "triangle-alert", "unplug", "users", "volume-2", "wifi-off", "x"),
)
MORE_ICONS = (
    *("arrow-down", "ban", "calendar", "camera", "chevron-down", "circle", "circle-check", "circle-dashed"),
    *("circle-slash", "columns-3", "corner-down-left", "database-zap", "ellipsis", "house", "key-round"),
    *("laptop", "link", "lock", "log-out", "mail-x", "menu", "package", "pencil", "play", "plus", "printer"),
    *("repeat", "rotate-ccw", "scroll-text", "search", "send", "settings", "settings-2", "shield-check"),
    *("sliders-horizontal", "terminal", "upload", "user", "user-plus"),
)


def make_font(source: Path, characters: str, target: Path) -> None:
    """Write the part of a font that these characters need, with its slashed zero in place of the other."""
    font = TTFont(source, recalcTimestamp=False)
    slashed = next(name for name in font.getGlyphOrder() if name == "zero.zero")
    for table in font["cmap"].tables:
        if ord("0") in table.cmap:
            table.cmap[ord("0")] = slashed
    options = Options(layout_features=[], hinting=False, glyph_names=False, name_IDs=[0, 1, 2, 13])
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "DSIG", "STAT", "meta"]
    subsetter = Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    names = font["name"]
    names.setName(FAMILY, 1, 3, 1, 0x409)
    names.setName("Regular", 2, 3, 1, 0x409)
    font.flavor = "woff2"
    font.save(target)


def sprite(icons: Path, names: tuple[str, ...], version: str, prefix: str = "") -> str:
    """Return one SVG with a symbol for each icon, named as Lucide names it, with a prefix."""
    symbols = []
    for name in sorted(names):
        drawn = (icons / f"{name}.svg").read_text()
        shapes = re.sub(r"\s*/>", "/>", "".join(re.findall(r"<(?!svg|!)\w[^>]*/>", drawn)))
        symbols.append(f'<symbol id="{prefix}{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    license = f"<!-- Lucide {version}, ISC License, see LICENSE -->"
    return "\n".join((license, '<svg xmlns="http://www.w3.org/2000/svg" hidden="">', *symbols, "</svg>", ""))


def write_sums() -> None:
    """Write the sum of every file that the page names, in its table."""
    page = VENDORED / "README.md"

    def line(found: re.Match[str]) -> str:
        return f"| `{found[1]}` | `{sha256((VENDORED / found[1]).read_bytes()).hexdigest()}` |"

    page.write_text(_SUM.sub(line, page.read_text()))


def main(packages: Path, lucide_version: str) -> None:
    """Make everything from the packages `jetbrains-mono` and `lucide-static` in a folder."""
    fonts, lucide = packages / "jetbrains-mono", packages / "lucide-static"
    for name, (weight, characters) in FONTS.items():
        source = fonts / "fonts" / "webfonts" / f"JetBrainsMono-{weight}.woff2"
        make_font(source, characters, VENDORED / "jetbrains-mono" / name)
    icons = VENDORED / "lucide"
    # In the phone page, symbols lie beside elements that have names of their own.
    for file, names, prefix in (
        ("phone.svg", PHONE_ICONS, "i-"),
        ("icons.svg", PHONE_ICONS + MORE_ICONS, ""),
    ):
        (icons / file).write_text(sprite(lucide / "icons", names, lucide_version, prefix))
    shutil.copy(lucide / "LICENSE", icons / "LICENSE")
    write_sums()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
