"""The public keys of a product at the console: to look at, to copy, and to save, in each form."""

import json

from cryptography.hazmat.primitives.serialization import load_pem_public_key

from keyferry.server.core.licensing import products, public_keys
from keyferry.server.core.models import Role
from keyferry.server.db import reading
from keyferry.server.parts import parts
from tests.console.person import at_the_console


def known_keys() -> list[public_keys.PublicKey]:
    with reading() as session:
        return public_keys.license_file_keys(products.find_product(session, "demo-cad"), parts().keyring)


async def test_the_key_of_each_epoch_is_seen_copied_and_saved_in_both_forms(
    vendor, add_operator, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    vendor.rotate()
    current, former = known_keys()
    async with at_the_console(add_operator(Role.VIEWER)) as person:
        await person.press("4", "k")
        assert person.step == "PublicKey"
        assert "Epoch 2 since Nov 24, 2026 ● current Epoch 1 since Nov 24, 2026 ● served" in person.sees
        assert current.pem.split("\n")[1] in person.sees
        await person.press("c")
        assert person.app.clipboard == current.pem
        assert "√ Copied" in person.sees
        await person.press("down", "s", "enter")
        assert "√ Saved demo-cad-epoch-1.pem" in person.sees
        await person.press("f")
        assert former.jwk.replace(" ", "") in person.sees.replace(" ", "")
        await person.press("enter")
        assert person.app.clipboard == former.jwk
        await person.press("s", "enter", "escape")
        assert person.step == "Main"
    assert load_pem_public_key((tmp_path / "demo-cad-epoch-1.pem").read_bytes())
    assert (tmp_path / "demo-cad-epoch-1.pem").read_text() == former.pem
    assert json.loads((tmp_path / "demo-cad-epoch-1.jwk").read_text()) == json.loads(former.jwk)
