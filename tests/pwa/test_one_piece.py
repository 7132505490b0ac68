"""The page comes in one piece: what is put together is what lies in the folder, and nothing else may run."""

import base64
import hashlib
import json
import re

import pytest

from keyferry.server.faces.phone import assembly, files
from keyferry.server.faces.phone.document import document
from tests.browsing import key_on, sees


def text_of(name: str) -> str:
    return files.read(name).decode()


def test_every_module_in_the_folder_is_part_of_the_page(root):
    there = {str(path.relative_to(root / "pwa")) for path in (root / "pwa" / "js").rglob("*.js")}
    apart = {"js/example.js", "js/early.js", "js/guard.js"}
    assert set(assembly.in_order("js/main.js", text_of)) == there - apart


def test_the_example_has_no_way_to_a_server_and_keeps_nothing():
    parts = set(assembly.in_order("js/example.js", text_of))
    assert "js/views/confirm.js" in parts
    assert parts & {"js/api.js", "js/store.js", "js/token.js", "js/errand.js", "js/offline.js"} == set()


def test_modules_come_after_what_they_import():
    modules = {
        "js/main.js": 'import * as a from "./a.js";\nconst { late } = await import("./v/b.js");\n',
        "js/a.js": 'import { one, two as second } from "./v/b.js";\nexport async function f() {}\n',
        "js/v/b.js": "export const one = 1;\nexport class Two {}\n",
    }
    script = assembly.one_script("js/main.js", modules.__getitem__)
    order = list(assembly.in_order("js/main.js", modules.__getitem__))
    assert order == ["js/v/b.js", "js/a.js", "js/main.js"]
    assert 'const { one, two: second } = modules["js/v/b.js"];' in script
    assert 'const { late } = modules["js/v/b.js"];' in script
    assert "return { one, Two };" in script
    assert "return { f };" in script


@pytest.mark.parametrize(
    "line",
    [
        "export default 1;",
        'import x from "./x.js";',
        'import "./x.js";',
        "export { a };",
        "export let a = 1;",
    ],
)
def test_a_form_that_cannot_be_put_together_is_named(line):
    with pytest.raises(assembly.NotAssembled, match=re.escape(line[:12])):
        assembly.one_script("js/main.js", {"js/main.js": line}.__getitem__)


def test_modules_that_import_each_other_are_refused():
    modules = {"a.js": 'import { b } from "./b.js";', "b.js": 'import { a } from "./a.js";'}
    with pytest.raises(assembly.NotAssembled, match="circle"):
        assembly.one_script("a.js", modules.__getitem__)


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_policy_lets_the_pages_own_style_and_script_through_by_their_sums(language):
    made = document(files.Vendor("Acme"), language)
    page = made.file.content.decode()
    assert not re.search(r"\{\{[\w.]+\}\}", page)
    contents = re.findall(r'<(?:style|script|script type="module")>(.*?)</(?:style|script)>', page, re.DOTALL)
    assert len(contents) == 4
    for content in contents:
        sum = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"'sha256-{sum}'" in made.policy
    [words] = re.findall(r'id="words">(.*?)</script>', page, re.DOTALL)
    assert json.loads(words)["meta"]["language"] == language
    assert "unsafe-inline" not in made.policy


def test_a_first_scan_asks_for_the_page_and_then_for_nothing_before_the_question(house, phone):
    page = phone()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(house.origin)))
    page.goto(house.scan(house.short.machine(house.short.issue())))
    sees(page, "confirm-activate")
    before = asked[: asked.index("/phone/v1/requests") + 1]
    waited_for_by_nobody = {"/pwa/icons/favicon.svg", "/pwa/manifest.webmanifest"}
    waited_for_by_nobody |= {path for path in asked if path.endswith(".woff2")}
    assert set(before) - waited_for_by_nobody == {"/A", "/phone/v1/requests"}
    page.locator("#confirm").click()
    key_on(page)
