"""A wizard profile as Python source, so that it's part of the application and no file beside it."""

from __future__ import annotations

import ast
import json

from keyferry.protocol.computer_key import Style
from keyferry.protocol.profile import WizardProfile

_CONSTANT = "PROFILE_JSON"
_SECRETS = {
    Style.SHORT: """\
It holds secrets. Keys of the style `short` are made and judged with the same secret, so whoever
reads it here can make keys for this product. Treat it like a password in your source code.""",
    Style.SIGNED: """\
It holds a secret. Keys of the style `signed` can't be made with it, but whoever reads it can
unmask the activation key in a request code. Treat it like a password in your source code.""",
}
# Raw, since JSON has escapes of its own; three quotes in a row can't stand in JSON.
_MODULE = '''\
"""The License Wizard's profile of the product {code}: build it into the application.

Written by `keyferry product export {code} --as python`. Don't edit it, export it again.

It decides which keys count: whoever can replace it can activate with keys of their own. So import
it, and don't read it from a file that the customer can change.

{secrets}
"""

from keyferry.protocol.profile import WizardProfile

{constant} = r"""
{profile}
"""

PROFILE = WizardProfile.from_json({constant})
'''


def profile_module(profile: WizardProfile) -> str:
    """Return the source of a module whose `PROFILE` is this profile, in ASCII."""
    return _MODULE.format(
        code=profile.product_code,
        secrets=_SECRETS[profile.key_style],
        constant=_CONSTANT,
        profile=json.dumps(json.loads(profile.to_json()), indent=2),
    )


def json_in_module(source: str) -> str:
    """Return the profile in such a module, as JSON and without running it; "" where there is none."""
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # The last two are for what is nested too deeply; files of other people end up here.
        return ""
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                if name == _CONSTANT:
                    return text
    return ""
