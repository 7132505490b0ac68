"""What a browser's translator would change on a page, as far as it is a code."""

from __future__ import annotations

import re
from itertools import chain

from playwright.sync_api import Page
from sqlalchemy import select

from keyferry.server.core.models import Activation, License
from keyferry.server.db import reading

# A translator takes text, also what only a screen reader says, and what some attributes hold. Symbols may
# stand in elements of their own, or apart from each other.
_LOOK = r"""groups => {
    const group = /[0-9A-HJKMNP-TV-Z]{5}(?![0-9A-Z])/g;
    const sources = [...document.querySelectorAll('[data-key], .k, input, textarea')]
        .map(one => one.dataset.key ?? one.value ?? one.textContent);
    const found = sources.flatMap(text => String(text).toUpperCase().match(group) ?? []);
    // A group without a digit may be a word.
    const mixed = one => /[0-9]/.test(one) && /[A-Z]/.test(one);
    const known = [...new Set([...groups, ...found])].filter(mixed);
    const texts = [], walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    let joined = '';
    while (walker.nextNode()) {
        const { data, parentElement } = walker.currentNode;
        if (parentElement.closest('script, style, noscript, template')) continue;
        joined += parentElement.translate === false ? '\n' : data;
    }
    texts.push(joined);
    for (const name of ['aria-label', 'aria-description', 'title', 'alt', 'placeholder', 'label']) {
        for (const one of document.querySelectorAll(`[${name}]`)) {
            if (one.translate !== false) texts.push(one.getAttribute(name));
        }
    }
    const whole = /[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5})+/g;
    const wrong = texts.map(text => text.toUpperCase()).flatMap(text =>
        [...known, ...known.map(one => [...one].join(' ')), ...(text.match(whole) ?? [])]
            .filter(one => text.includes(one))
            .map(one => text.slice(Math.max(0, text.indexOf(one) - 20), text.indexOf(one) + 30)));
    return [...new Set(wrong), [known.length]];
}"""


def codes_translated(page: Page, *more: str) -> list[str]:
    """Groups of codes that a translator would take for words: of the database, of the page, and `more`."""
    with reading() as session:
        keys, ids = (
            session.scalars(select(License.activation_key)),
            session.scalars(select(Activation.computer_id)),
        )
        codes = [*more] + [code for code in chain(keys, ids) if code]
    *wrong, [count] = page.evaluate(_LOOK, sorted(set(re.findall("[0-9A-Z]{5}", " ".join(codes)))))
    assert count, "no code is known"
    return wrong
