"""A vendor's first steps: what they are called, and which keys lead to each."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap

from textual.content import Content

from keyferry.server.faces.console.views import FirstDay

# By its name in the order of the list: what to do, and how.
_STEPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "address": (
        "Give the server an address that phones reach",
        (
            "Set KEYFERRY_PUBLIC_URL, now {host}, and start the server again.",
            "You can go on without it: press 4 for Products.",
        ),
    ),
    "product": ("Add your first product", ("Press 4 for Products, then n.",)),
    "license": (
        "Create a test license",
        ("Press y here: one seat of {product}, for 30 days.",),
    ),
    "activation": (
        "Activate a computer",
        (
            "On Products, press p for the profile that your application is built with.",
            "Or scan the demo machine’s QR code on the start page of the portal.",
        ),
    ),
    "second_factor": ("Turn on your second factor", ("In the portal, under your name.",)),
    "branding": ("Show your name, logo, and color", ("In the portal, under Branding.",)),
    "email": ("Send your first email", ("Set KEYFERRY_SMTP_URL, then send a test in the portal.",)),
}

# What a dialog holds beside the indent.
_WIDTH = 56

# Who may not do a step is told who does.
_OTHERS = {"product": "An administrator adds it."}


def first_steps(day: FirstDay, *, adds_products: bool = True) -> Content:
    """Return the list of steps: what is done, what comes next and how, and what is left."""
    lines = [Content.styled(f"First steps: {len(day.done)} of {len(_STEPS)} done", "bold"), Content("")]
    for name, (does, how) in _STEPS.items():
        if name in day.done:
            lines.append(Content.assemble(("  √ ", "$success bold"), (does, "$ink-2")))
        elif name != day.opened:
            lines.append(Content.assemble(("  ○ ", "$ink-3"), does))
        else:
            lines.append(Content.assemble(("  ► ", "$primary bold"), (does, "bold")))
            if name in _OTHERS and not adds_products:
                how = (_OTHERS[name],)
            said = (one.format(product=day.product or "the product", host=day.host) for one in how)
            lines += [Content.styled(f"    {part}", "$ink-2") for one in said for part in wrap(one, _WIDTH)]
    return Content("\n").join(lines)
