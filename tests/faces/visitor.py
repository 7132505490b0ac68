"""A customer in front of a browser without JavaScript: opens pages, fills their forms in, presses buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from flask import Flask
from werkzeug.test import TestResponse

_WITHIN_A_LINE = ("a", "b", "bdi", "i", "span", "strong", "wbr")


@dataclass
class Form:
    """A form as a browser would send it, and what its fields look like."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    fields: dict[str, dict[str, str | None]] = field(default_factory=dict)
    offered: list[str] = field(default_factory=list)
    is_switch: bool = False
    languages: dict[str, str] = field(default_factory=dict)

    def takes(self, name: str) -> bool:
        return name in self.fields

    def requires(self, name: str) -> bool:
        return "required" in self.fields[name]

    def is_wrong(self, name: str) -> bool:
        return self.fields[name].get("aria-invalid") == "true"


class Reader(HTMLParser):
    """Reads a page as far as a customer uses it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._all: list[Form] = []
        self.links: list[str] = []
        self.pictures: list[str] = []
        self.keys: list[str] = []
        self._said = ""
        self.title = ""
        self._inside: list[str] = []
        self._chosen_for = ""
        # A field may stand elsewhere than the form that sends it, and before it.
        self._by_id: dict[str | None, Form] = {}
        self._elsewhere: list[dict[str, str | None]] = []
        self.feed(page)
        for own in self._elsewhere:
            self._field_of(self._by_id[own["form"]], own)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside.append(tag)
        self._said += "" if tag in _WITHIN_A_LINE else " "
        own = dict(attrs)
        if tag == "form":
            # One that closes a dialog leads nowhere.
            where, how = own.get("action") or "", own.get("method") or "get"
            self._all.append(Form(where, how, is_switch="data-languages" in own))
            self._by_id[own.get("id")] = self._all[-1]
        elif tag in ("input", "textarea"):
            self._field(own)
        elif tag == "select":
            self._chosen_for = own["name"] or ""
        elif tag == "option" and ("selected" in own or self._chosen_for not in self._all[-1].values):
            self._all[-1].values[self._chosen_for] = own.get("value") or ""
        elif tag == "button" and own.get("name") == "take":
            self._all[-1].offered.append(own["value"] or "")
        elif tag == "button" and own.get("lang"):
            self._all[-1].languages[own["lang"] or ""] = own["formaction"] or ""
        elif tag == "a":
            self.links.append(own["href"] or "")
        elif tag == "img":
            self.pictures.append(own["src"] or "")
        if own.get("data-key"):
            self.keys.append(own["data-key"] or "")

    def _field(self, own: dict[str, str | None]) -> None:
        if "form" in own:
            self._elsewhere.append(own)
        else:
            self._field_of(self._all[-1], own)

    def _field_of(self, form: Form, own: dict[str, str | None]) -> None:
        name = own.get("name")
        if name is None:
            return
        form.fields[name] = own
        if own.get("type") not in ("checkbox", "radio") or "checked" in own:
            form.values[name] = own.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._inside[-1:] == ["title"]:
            self.title += data
        elif self._inside[-1:] != ["script"]:
            self._said += data
        if self._inside[-1:] == ["textarea"]:
            self._all[-1].values[list(self._all[-1].fields)[-1]] += data

    @property
    def forms(self) -> list[Form]:
        """The forms, but for one that brings the page in another language."""
        return [form for form in self._all if not form.is_switch]

    @property
    def switches(self) -> list[Form]:
        """What brings the page in another language, where it takes a form."""
        return [form for form in self._all if form.is_switch]

    @property
    def words(self) -> str:
        """What stands on the page, in one line."""
        return " ".join(self._said.split())


@dataclass(frozen=True)
class Shown:
    """A page that was answered."""

    answer: TestResponse

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def read(self) -> Reader:
        return Reader(self.answer.text)

    @property
    def words(self) -> str:
        return self.read.words

    @property
    def key(self) -> str:
        [key] = self.read.keys
        return key

    @property
    def form(self) -> Form:
        """The one form of the page."""
        [form] = self.read.forms
        return form


class Visitor:
    """One browser with its cookies at one address."""

    def __init__(
        self,
        app: Flask,
        *,
        address: str = "192.0.2.7",
        base_url: str = "http://localhost",
        language: str = "en",
    ) -> None:
        self._client = app.test_client()
        environ = {"REMOTE_ADDR": address, "HTTP_ACCEPT_LANGUAGE": language}
        self._from: dict[str, Any] = {"environ_base": environ, "base_url": base_url}

    def open(self, page: str, **arguments: str) -> Shown:
        return self._asked("GET", f"/self-help/{page}", query_string=arguments)

    def fill_in(self, page: str, /, **typed: str) -> Shown:
        """Open a page, type into its form, and send it; only what the form has can be typed."""
        return self.send(self.open(page).form, **typed)

    def send(self, form: Form, /, **typed: str) -> Shown:
        assert set(typed) <= set(form.fields), f"the form has only {set(form.fields)}"
        return self._asked("POST", form.action, data=form.values | typed)

    def take(self, shown: Shown) -> Shown:
        """Press the button beside the suggested reading."""
        [form] = [form for form in shown.read.forms if form.offered]
        [offer] = form.offered
        return self._asked("POST", form.action, data=form.values | {"take": offer})

    def switch(self, shown: Shown, language: str) -> Shown:
        """Choose a language in the head of a page."""
        for form in shown.read.switches:
            return self._asked("POST", form.languages[language], data=form.values)
        [address] = [link for link in shown.read.links if link.endswith(f"lang={language}")]
        return self._asked("GET", urljoin(shown.answer.request.url, address))

    def post(self, page: str, **data: str) -> Shown:
        """Send something that no form of ours would send."""
        return self._asked("POST", f"/self-help/{page}", data=data)

    def _asked(self, method: str, page: str, **sent: Any) -> Shown:
        return Shown(self._client.open(page, method=method, **sent, **self._from))
