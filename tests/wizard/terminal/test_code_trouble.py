"""Where no phone reads the code from the terminal: alone, inverted, or saved as a picture."""

import resource
import signal
from contextlib import contextmanager
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from demo.terminal_picture import picture_of
from keyferry.wizard.qr import TIGHT, Drawing, least_room
from keyferry.wizard.results import urls_of
from tests.wizard.terminal.codes_on_screen import decoded, drawings_of, modules_on, without_margins
from tests.wizard.terminal.person import LARGE, Person, tell


@contextmanager
def room_for(size: int):
    """Let no file grow beyond `size` bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Python lets a write fail instead of ending the process.
    assert signal.getsignal(signal.SIGXFSZ) is signal.SIG_IGN
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


async def to_the_trouble(person: Person) -> None:
    await person.choose("go_on", "trouble")
    assert person.step == "CodeTrouble"
    assert person.app.focused is not None


def test_the_code_is_saved_as_a_picture_that_a_scanner_reads(machine, begun, home):
    async def story(person: Person) -> None:
        await to_the_trouble(person)
        await person.choose("picture", "save")
        assert "Saved as" in person.sees

    tell(machine, story)
    [picture] = home.iterdir()
    assert picture.suffix == ".png"
    [found] = zxingcpp.read_barcodes(Image.open(picture))
    assert found.text == begun.url


def test_a_picture_that_is_there_is_not_replaced_and_another_name_is_offered(machine, begun, home):
    async def story(person: Person) -> None:
        await to_the_trouble(person)
        await person.choose("picture", "save", "save")
        assert "!" in person.sees
        await person.press("escape")
        await person.choose("picture", "save")

    tell(machine, story)
    first, second = sorted(home.iterdir(), key=lambda path: len(path.name))
    assert second.stem == f"{first.stem}-2"
    assert first.read_bytes() == second.read_bytes()


def test_a_full_disk_is_reported_and_leaves_no_half_of_a_picture(machine, begun, home):
    async def story(person: Person) -> None:
        await to_the_trouble(person)
        with room_for(16):
            await person.choose("picture", "save")
        assert "Saved as" not in person.sees
        assert "!" in person.sees

    tell(machine, story)
    assert list(home.iterdir()) == []


def test_a_picture_without_a_name_is_asked_for_one(machine, begun, home):
    async def story(person: Person) -> None:
        await to_the_trouble(person)
        await person.press("f5")
        person.screen.query_one("#path").value = " "
        await person.choose("save")
        assert "a name for the picture" in person.sees

    tell(machine, story)
    assert list(home.iterdir()) == []


def test_an_account_without_a_home_gets_the_present_folder(machine, begun, tmp_path, monkeypatch):
    def no_home() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(Path, "home", no_home)
    monkeypatch.chdir(tmp_path)

    async def story(person: Person) -> None:
        await to_the_trouble(person)
        await person.choose("picture")
        assert Path(person.screen.query_one("#path").value).parent == tmp_path

    tell(machine, story)


@pytest.mark.parametrize(
    ("choice", "step"), [("alone", "CodeAlone"), ("invert", "Scan"), ("f4", "CodeAlone"), ("f3", "Scan")]
)
def test_the_code_is_shown_alone_or_inverted(machine, begun, home, choice, step):
    async def story(person: Person) -> None:
        await to_the_trouble(person)
        await (person.press(choice) if choice.startswith("f") else person.choose(choice))
        assert person.step == step

    tell(machine, story)


def test_the_second_drawing_is_shown_whole_or_words_say_how_large_the_window_must_be(machine, begun):
    columns, lines = least_room(urls_of(begun), margin=TIGHT, drawing=Drawing.SPACES)

    async def story(person: Person) -> None:
        await person.choose("go_on", "trouble", "wide")
        assert f"needs a window of {columns} by {lines} characters" in person.sees
        await person.resize(columns, lines)
        seen = modules_on(person.app)
        assert without_margins(seen)[0] in drawings_of(begun.url)
        assert decoded(picture_of(person.app)) == {begun.url}
        assert not {"█", "▀", "▄"} & set(person.lines_joined)

    tell(machine, story)


def test_a_large_window_shows_the_code_twice_as_large(machine, begun):
    async def story(person: Person) -> None:
        await person.choose("go_on")
        assert not {"█", "▀", "▄"} & set(person.lines_joined)
        assert "I have the key" in person.sees
        assert decoded(picture_of(person.app)) == {begun.url}

    tell(machine, story, size=LARGE)
