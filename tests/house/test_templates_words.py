"""What a page says is in the catalog: what stands bare in a template stays English in every language."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

TEMPLATES = Path(__file__).parents[2] / "server" / "templates"
PAGES = sorted(TEMPLATES.glob("**/*.html"))
JINJA = Environment(extensions=["jinja2.ext.i18n"])
JINJA.newstyle_gettext = True

# The same in every language.
EXCEPT = {"Ctrl+K", "Keyferry", "Python", "keyferry worker", "https://…"}

CODE = re.compile(r"\{#.*?#\}|\{% *trans\b.*?\bendtrans *[-+]?%\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>|&\w+;", re.DOTALL)
SAYING = re.compile(r'\s(?:aria-label|placeholder|title|alt)="([^"]*)"')
# A text in code that is no name of something: it begins like a sentence, or has several words.
WORDS = re.compile(r"^[A-Z][a-z]|[a-z] [a-z]")


def bare(template: str) -> list[str]:
    """Return what a template says past the catalog: in text, in attributes that are read out, in code."""
    # A value leaves its place behind, or what surrounds it would grow together.
    plain = CODE.sub("\0", template)
    texts = [*SAYING.findall(plain), *TAGS.sub("\0", plain).splitlines()]
    said = [part.strip() for text in texts for part in text.split("\0") if re.search(r"[^\W\d_]", part)]
    said += [text for text in literals(JINJA.parse(template)) if WORDS.search(text)]
    # What begins so is a class of a style sheet, or an attribute that a macro gives.
    return [text for text in said if text not in EXCEPT and not text.startswith(("is-", "data-"))]


def literals(node: nodes.Node) -> Iterator[str]:
    """Yield the texts in code that no catalog is asked for, and that nothing is compared with."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    asks = isinstance(node, nodes.Call) and getattr(node.node, "name", "") in {"_", "gettext", "ngettext"}
    if not asks and not isinstance(node, nodes.Compare):
        for part in node.iter_child_nodes():
            yield from literals(part)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_says_anything_past_the_catalog(path):
    assert bare(path.read_text(encoding="utf-8")) == []


def test_a_bare_word_is_noticed_wherever_it_stands():
    hidden = '{# A comment. #}<style>p {}</style>{% trans %}For <b>you</b>{% endtrans %}{{ _("For <i>") }}'
    shown = '<p title="One {{ two }}">Three {% if four > 5 %}six{% endif %}<img alt="seven">{{ 8 or "Nine" }}'
    assert bare(hidden + shown) == ["One", "seven", "Three", "six", "Nine"]
