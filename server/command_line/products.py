"""`keyferry product …`: what is sold, and what goes into the application."""

from __future__ import annotations

import json
from pathlib import Path

import click

from keyferry.protocol.computer_key import Style
from keyferry.protocol.errors import MalformedProfile
from keyferry.protocol.profile import MachineSource, WizardProfile
from keyferry.protocol.visible import visible
from keyferry.server.command_line.answers import Answer, AnsweringGroup
from keyferry.server.command_line.described import product_data
from keyferry.server.command_line.instance import opened, operator
from keyferry.server.command_line.profile_module import json_in_module, profile_module
from keyferry.server.core.models import Product
from keyferry.server.new_file import new_file
from keyferry.server.services import products as changes

_KEY_STYLES = """\b
Key styles: choose with care. A product's style can't be changed later.
  short   30 characters to type. The secret that makes the keys ships inside your application,
          so whoever extracts it can make keys for this product. Rotate it and retire the old
          epoch, and your next release refuses them; released versions keep accepting them.
          This is true of every product with short keys.
  signed  120 characters to type, or none: the license file. Your application checks keys with
          a public key and holds no secret that makes them, so only this server can.

\b
Examples:
  keyferry product add DEMO-CAD --name "Demo CAD" --key-style signed
  keyferry product add TOOL --name "Tool" --key-style short --feature export --feature batch
"""


@click.group("product", cls=AnsweringGroup)
def product_group() -> None:
    """Products: what you sell, and the keys inside your application."""


@product_group.command(epilog=_KEY_STYLES)
@click.argument("code")
@click.option("--name", required=True, help="The product's name that customers see.")
@click.option(
    "--key-style",
    required=True,
    type=click.Choice([style.value for style in Style]),
    help="How computer keys are made. See below.",
)
@click.option(
    "--feature",
    "features",
    multiple=True,
    metavar="NAME",
    help="A feature that licenses can grant. Repeat for more, up to 10. Can't be changed later.",
)
@click.option(
    "--machine-source",
    type=click.Choice([source.value for source in MachineSource]),
    default=MachineSource.OS.value,
    show_default=True,
    help="Where the machine's identity comes from: the operating system (os), or your application (host), "
    "such as a USB token, a TPM, or a serial number.",
)
def add(code: str, name: str, key_style: str, features: tuple[str, ...], machine_source: str) -> Answer:
    """Add the product CODE: letters, digits, and dashes."""
    with opened():
        return changes.add(
            code=code,
            name=name,
            key_style=key_style,
            features=features,
            machine_source=machine_source,
            by=operator(),
            show=_added,
        )


def _added(product: Product) -> Answer:
    name, number = visible(product.name), product.number
    text = (
        f"Added {name} ({product.code}), product number {number}, {product.key_style} keys.\n"
        f"Next, export its profile for your application: keyferry product export {product.code} --out FILE"
    )
    return Answer(product_data(product), text)


@product_group.command(
    epilog="""\b
Examples:
  keyferry product export DEMO-CAD --as python --out demo_cad_profile.py
  keyferry product export DEMO-CAD --out profile.json
  keyferry product export DEMO-CAD > profile.json
"""
)
@click.argument("code")
@click.option(
    "--as",
    "form",
    type=click.Choice(["json", "python"]),
    default="json",
    show_default=True,
    help="python: a module to build in, which has the profile as PROFILE. json: for wizards in other "
    "languages, and for keyferry-wizard.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save it to this file, readable only by you. Replaces an earlier profile of the same product, "
    "but no other file.",
)
def export(code: str, form: str, out: Path | None) -> Answer:
    """Export the wizard profile of the product CODE.

    Build it into your application. A profile in a file that customers can change protects nothing: it
    decides which keys count. It holds the application secret, so treat it like your source code. It
    names the server by KEYFERRY_PUBLIC_URL, so set that first.
    """
    if out is None:
        profile = _export(code)
        content = _written(profile, form)
        data = json.loads(content) if form == "json" else {"product": profile.product_code, "module": content}
        return Answer(data, content)
    with new_file(out, may_replace=lambda path: _is_profile_of(path, code)) as file:
        profile = _export(code)
        file.write(f"{_written(profile, form)}\n")
    text = f"Saved the profile to {out}. Build it into your application."
    return Answer({"file": str(out), "product": profile.product_code}, text)


@product_group.command(
    epilog="""\b
Examples:
  keyferry product rotate DEMO-CAD                with the next release of the application
  keyferry product rotate DEMO-CAD --retire-old   the secret leaked: refuse old applications
"""
)
@click.argument("code")
@click.option(
    "--retire-old", is_flag=True, help="Refuse activations by applications from all earlier epochs."
)
def rotate(code: str, retire_old: bool) -> Answer:
    """Start the next epoch of the product CODE, with new keys.

    Applications with an earlier profile keep working, unless --retire-old refuses them.
    """

    def rotated(product: Product) -> Answer:
        retired = " All earlier epochs are retired." if retire_old else ""
        text = (
            f"{visible(product.name)} is now in epoch {product.current_epoch.number}.{retired}\n"
            f"Next, export the profile for the next release: keyferry product export {product.code}"
        )
        return Answer(product_data(product), text)

    with opened():
        return changes.rotate(code, retire_old=retire_old, by=operator(), show=rotated)


def _export(code: str) -> WizardProfile:
    with opened() as parts:
        profile = changes.export(code, by=operator())
    if parts.settings.is_loopback:
        click.echo(
            f"keyferry: wizards with this profile send phones to {parts.settings.public_url}, which reaches "
            "only this machine. Set KEYFERRY_PUBLIC_URL first.",
            err=True,
        )
    return profile


def _written(profile: WizardProfile, form: str) -> str:
    """Return the profile without a line break at its end."""
    return profile.to_json() if form == "json" else profile_module(profile).rstrip("\n")


def _is_profile_of(path: Path, code: str) -> bool:
    try:
        text = path.read_text(encoding="utf-8")
        profile = WizardProfile.from_json(json_in_module(text) or text)
        return profile.product_code.lower() == code.lower()
    except (OSError, UnicodeDecodeError, MalformedProfile):
        return False
