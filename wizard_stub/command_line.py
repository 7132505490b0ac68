"""`keyferry-wizard`: the activation control for scripts, and for people who like a command line."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import click

from keyferry.protocol.profile import MachineSource, WizardProfile
from keyferry.protocol.visible import visible_lines
from keyferry.wizard import answers, failures, wording
from keyferry.wizard.answers import Answer
from keyferry.wizard.control import ActivationControl
from keyferry.wizard.files import Pictures, read_license_file, read_profile
from keyferry.wizard.qr import Drawing, Room, ScanCode, least_room, writes
from keyferry.wizard.results import Begun, Completed, LicenseState, Released, Status, name_within, urls_of
from keyferry.wizard.terminal.opening import THEMES, has_terminal, open_wizard
from keyferry.wizard.terminal.words import LANGUAGES

# Whether it can be read is for us to say, in our own words and exit code.
_PATH = click.Path(path_type=Path, readable=False)
_JSON = click.Option(["--json", "as_json"], is_flag=True, help="Answer with one JSON object.")
_PNG = click.Option(["--png"], type=_PATH, help="Also write the QR code to this PNG file.")
_SVG = click.Option(["--svg"], type=_PATH, help="Also write the QR code to this SVG file.")
_EARLIER = click.Option(
    ["--earlier"], is_flag=True, help="What this computer held under another machine identifier."
)

_WIDE = click.Option(
    ["--wide"],
    is_flag=True,
    help="Draw the QR code without characters, twice as large, if the phone can't read it.",
)

_Result = Begun | Completed | Status | Released

_ENDLESS = Room(sys.maxsize, sys.maxsize)

_STATE_HELP = (
    "The license folder; created if missing. Accounts share it if a folder PATH.anchor is beside it."
)
_EXAMPLES = """\b
Examples:
  keyferry-wizard --profile demo.json --state lic
  keyferry-wizard --profile demo.json --state lic request 1A2B3-… --name LAB-7
  keyferry-wizard --profile demo.json --state lic activate 1C2D3-…
  keyferry-wizard --profile demo.json --state lic activate --file demo.lic
  keyferry-wizard --profile demo.json --state lic status --json
  keyferry-wizard --profile demo.json --state lic deactivate --png code.png

\b
Exit codes: 0 done, 1 refused or not activated, 2 wrong usage,
3 expired, 4 clock wrong, 5 license damaged or from another computer
or a newer version, 6 busy (try again), 7 done, but not everything
is on disk.
"""


@dataclass(frozen=True)
class Invocation:
    """The options before the command."""

    profile_path: Path | None
    folder: Path | None
    machine: str | None

    @cached_property
    def profile(self) -> WizardProfile:
        """Read the profile; raises UsageError, or MalformedProfile."""
        if self.profile_path is None:
            raise click.UsageError("Missing --profile FILE before the command.")
        return read_profile(self.profile_path)

    def control(self) -> ActivationControl:
        """Open the activation control; raises UsageError, or MachineUnknown."""
        from_host = self.profile.machine_source is MachineSource.HOST
        if self.folder is None:
            raise click.UsageError("Missing --state DIR before the command.")
        if from_host and not (self.machine or "").strip():
            raise click.UsageError("This product needs --machine ID before the command.")
        if self.machine is not None and not from_host:
            raise click.UsageError(
                "This product doesn't take --machine: the operating system identifies the machine."
            )
        anchors = os.environ.get("KEYFERRY_ANCHOR_DIR")
        return ActivationControl(
            self.profile,
            self.folder,
            machine_identifier=self.machine,
            anchor_folder=Path(anchors) if anchors else None,
        )


@click.group(
    epilog=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.option("--profile", "profile_path", type=_PATH, help="The product's wizard profile (JSON).")
@click.option("--state", "folder", type=_PATH, help=_STATE_HELP)
@click.option("--machine", help="This machine's identifier, if the product doesn't get it from the system.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of the full-screen wizard.")
@click.option(
    "--theme", type=click.Choice(THEMES), help="Colors of the full-screen wizard. F2 switches them."
)
@click.pass_context
def wizard(
    context: click.Context,
    profile_path: Path | None,
    folder: Path | None,
    machine: str | None,
    language: str | None,
    theme: str | None,
) -> int:
    """Activate a product on a computer without a network, using a phone.

    Without a command, the wizard opens full screen.
    """
    invocation = context.obj = Invocation(profile_path, folder, machine)
    if context.invoked_subcommand is not None:
        return 0
    if not has_terminal():
        raise click.UsageError("Missing command. The full-screen wizard needs a terminal.", context)
    return open_wizard(
        invocation.control(),
        invocation.profile,
        invocation.folder or Path(),
        language=language,
        theme=theme,
        environment=os.environ,
    )


def _command(name: str, *parameters: click.Parameter) -> Callable[[Callable[..., int]], click.Command]:
    return wizard.command(name, params=[*parameters, _JSON])


@_command(
    "request",
    click.Argument(["activation_key"], nargs=-1, required=True),
    click.Option(["--name"], help="A name that helps you recognize this computer."),
    _PNG,
    _SVG,
    _WIDE,
    click.Option(["--start-over"], is_flag=True, help="Put a damaged license aside and start over."),
    click.Option(
        ["--new", "new_request"],
        is_flag=True,
        help="Make a new computer ID if the page says that this one is no longer valid.",
    ),
)
@click.pass_obj
def request(
    invocation: Invocation,
    activation_key: tuple[str, ...],
    name: str | None,
    png: Path | None,
    svg: Path | None,
    wide: bool,
    start_over: bool,
    new_request: bool,
    as_json: bool,
) -> int:
    """Request a computer key and show the QR code.

    Until you type the key, this shows the same computer ID again. A license in use stays in use until the
    new key is verified.
    """
    control, pictures = invocation.control(), Pictures(png, svg)
    pictures.require_writable()
    key = " ".join(activation_key)
    begun = control.begin(key, name, start_over=start_over, new_request=new_request)
    code = ScanCode.of(begun.url)
    answer = {**answers.of_request(begun, code, invocation.profile), **pictures.write(code)}
    words = wording.of_request(begun, invocation.profile)
    return _answer(begun, answer, words, as_json=as_json, wide=wide)


@_command(
    "activate",
    click.Argument(["computer_key"], nargs=-1),
    click.Option(["--file", "path"], type=_PATH, help="Use this license file instead of a typed key."),
)
@click.pass_obj
def activate(invocation: Invocation, computer_key: tuple[str, ...], path: Path | None, as_json: bool) -> int:
    """Verify and save a computer key or a license file.

    Type the key as shown. Case, spaces, and dashes don't matter, and typos are corrected if the key itself
    proves what was meant. Type ? for a character that you can't read.
    """
    if bool(computer_key) == (path is not None):
        raise click.UsageError("Specify either a computer key or --file FILE.", click.get_current_context())
    control = invocation.control()
    if path is not None:
        completed = control.complete_from_file(read_license_file(path))
    else:
        completed = control.complete(" ".join(computer_key))
    answer = answers.of_activation(completed, invocation.profile)
    words = wording.of_activation(completed, invocation.profile)
    return _answer(completed, answer, words, as_json=as_json)


@_command("status")
@click.pass_obj
def status(invocation: Invocation, as_json: bool) -> int:
    """Show what is licensed and until when."""
    found = invocation.control().status()
    active, code = found.state is LicenseState.ACTIVE, answers.code_of(found.state)
    if active or as_json:
        answer = answers.of_status(found, invocation.profile)
        words = wording.of_status(found, invocation.profile)
        _answer(found, answer, words, as_json=as_json)
    else:
        failures.report(code, found.message, as_json=False, detail=found.detail)
    return 0 if active else failures.exit_code_of(code)


@_command("deactivate", click.Argument(["activation_key"], nargs=-1), _EARLIER, _PNG, _SVG, _WIDE)
@click.pass_obj
def deactivate(
    invocation: Invocation,
    activation_key: tuple[str, ...],
    earlier: bool,
    png: Path | None,
    svg: Path | None,
    wide: bool,
    as_json: bool,
) -> int:
    """Deactivate this computer and show its codes.

    With an activation key, give up the license and the requests of that key. Without one, those of the
    license in use.
    """
    control, pictures = invocation.control(), Pictures(png, svg)
    pictures.require_writable()
    key = _key_to_give_up(activation_key, earlier)
    released = control.deactivate_earlier(key) if key and earlier else control.deactivate(key)
    return _answer_release(released, invocation, pictures, as_json=as_json, wide=wide)


@_command("show-code", click.Argument(["activation_key"], nargs=-1), _EARLIER, _PNG, _SVG, _WIDE)
@click.pass_obj
def show_code(
    invocation: Invocation,
    activation_key: tuple[str, ...],
    earlier: bool,
    png: Path | None,
    svg: Path | None,
    wide: bool,
    as_json: bool,
) -> int:
    """Show the deactivation verification codes again.

    With an activation key, show the codes of that key.
    """
    control, key = invocation.control(), _key_to_give_up(activation_key, earlier)
    released = control.show_earlier_code(key) if key and earlier else control.show_code(key)
    return _answer_release(released, invocation, Pictures(png, svg), as_json=as_json, wide=wide)


def _key_to_give_up(activation_key: tuple[str, ...], earlier: bool) -> str | None:
    if earlier and not activation_key:
        raise click.UsageError("With --earlier, name the activation key.", click.get_current_context())
    return " ".join(activation_key) or None


def _answer_release(
    released: Released, invocation: Invocation, pictures: Pictures, *, as_json: bool, wide: bool
) -> int:
    code = ScanCode.of(released.url)
    answer = {**answers.of_release(released, code, invocation.profile), **pictures.write(code)}
    words = wording.of_release(released, invocation.profile)
    return _answer(released, answer, words, as_json=as_json, wide=wide)


def _answer(result: _Result, answer: Answer, words: str, *, as_json: bool, wide: bool = False) -> int:
    if as_json:
        click.echo(json.dumps(answer))
        return 0
    notices = result.notices if isinstance(result, Completed | Status) else ()
    messages = [*(warning.message for warning in result.warnings), *(notice.message for notice in notices)]
    for message in messages:
        click.echo(f"Warning: {message}", err=True)
    click.echo(visible_lines(words), nl=False)
    if isinstance(result, Begun | Released):
        # Last, so that all of it fits on a terminal of 24 lines; in color even through a pipe.
        click.echo(_drawing(result, _room(), wide=wide), nl=False, color=True)
    return 0


def _drawing(shown: Begun | Released, room: Room, *, wide: bool) -> str:
    """Return the QR code, or words if a terminal would show only a part of it: no phone reads that."""
    urls = urls_of(shown)
    drawing = Drawing.SPACES if wide or not writes(sys.stdout, Drawing.BLOCKS.characters) else Drawing.BLOCKS
    code = ScanCode.within(room, urls, drawing=drawing)
    if code is None:
        return wording.of_no_room(least_room(urls, drawing=drawing), room)
    named = wording.of_shortened_name(name_within(shown, code.url), shown.computer_name)
    return f"{visible_lines(named)}\n{code.terminal(drawing)}"


def _room() -> Room:
    """Return the room above the next prompt: endless in a pipe, or if the terminal does not know it."""
    size = os.get_terminal_size(sys.stdout.fileno()) if sys.stdout.isatty() else os.terminal_size((0, 0))
    return Room(size.columns, size.lines - 1) if size.columns and size.lines else _ENDLESS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every failure is one line, never a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        # A product or computer name that the terminal cannot write must not cost the answer around it.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        if not given:
            wizard.main(["--help"], prog_name="keyferry-wizard", standalone_mode=False)
            return failures.USAGE
        return int(wizard.main(given, prog_name="keyferry-wizard", standalone_mode=False) or 0)
    except click.Abort:
        click.echo("Interrupted.", err=True)
        return 130
    except Exception as error:  # noqa: BLE001 - the last door: whatever it is, a customer sees one clear line
        return failures.report_error(error, as_json="--json" in given)
