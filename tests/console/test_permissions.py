"""Every operation of `Access` and every action of the console has a permission; the roles' table counts."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest
from textual.binding import Binding

from keyferry.server.core.errors import NotAllowed
from keyferry.server.core.licensing.batches import Wanted as NewLicense
from keyferry.server.core.licensing.license_changes import Content
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.mail.listing import Wanted as MailsWanted
from keyferry.server.core.models import Role
from keyferry.server.core.staff.roles import PERMISSIONS, Permission
from keyferry.server.faces import console
from keyferry.server.faces.console import asking
from keyferry.server.faces.console.access import Access, is_offered, sign_in
from keyferry.server.faces.console.asking import Asking, acts_of, is_ours, reads_of
from keyferry.server.faces.console.views import Meant, NewProduct
from keyferry.server.services.permission import permission_of
from keyferry.server.services.requests import Typed
from tests.console.person import PASSWORD, at_the_console, events

# What opens the server's doors, and which modules may: all others go through `Access`.
DOORS = (
    "keyferry.server.db",
    "keyferry.server.services.guard",
    "keyferry.server.services.signing_in",
    "keyferry.server.parts",
    "sqlalchemy",
    "flask",
)
MAY_OPEN = {"access.py", "columns.py", "door.py", "exports.py", "lists.py", "many_at_once.py"}
OPERATIONS = "keyferry.server.services.operations"
# Plain names and numbers of the core that screens may read, and what reads a text alone.
MAY_READ = {
    "keyferry.server.core.errors",
    "keyferry.server.core.customers.listing",
    "keyferry.server.core.folding",
    "keyferry.server.core.licensing.batches",
    "keyferry.server.core.licensing.carried",
    "keyferry.server.core.licensing.computers",
    "keyferry.server.core.licensing.deactivation",
    "keyferry.server.core.licensing.license_changes",
    "keyferry.server.core.licensing.licenses",
    "keyferry.server.core.licensing.listings",
    "keyferry.server.core.licensing.notes",
    "keyferry.server.core.licensing.orders",
    "keyferry.server.core.mail.listing",
}
READ_NAMES = {
    *("CoreError", "NotAllowed", "Malformed", "Standing", "Terms", "Wanted"),
    *("Content", "MAX_NOTES", "MAX_ORDER", "MAX_REASON", "Order", "State", "Taken", "View"),
    *("caseless", "composed", "is_carried"),
}


def modules() -> list[Path]:
    return sorted(Path(console.__file__).parent.rglob("*.py"))


def classes() -> list[type]:
    found = []
    for info in pkgutil.walk_packages(console.__path__, f"{console.__name__}."):
        module = importlib.import_module(info.name)
        found += [
            one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == info.name
        ]
    return found


def asking_classes() -> list[type]:
    return [one for one in classes() if issubclass(one, Asking) and one is not Asking]


def operations() -> dict[str, object]:
    return {
        name: operation
        for kind in reversed(Access.__mro__)
        for name, operation in vars(kind).items()
        if callable(operation) and not name.startswith("_")
    }


def test_every_public_method_of_the_desk_names_a_permission():
    assert operations().keys() == CALLS.keys()
    for name, operation in operations().items():
        assert isinstance(getattr(operation, "permission", None), Permission), name


def test_the_operations_of_all_screens_are_those_of_the_desk():
    declared = set().union(*(reads_of(kind) | {*acts_of(kind).values()} for kind in asking_classes()))
    assert declared - {None} == set(operations().values())


@pytest.mark.parametrize("kind", asking_classes(), ids=lambda kind: kind.__name__)
def test_every_action_and_key_of_a_screen_is_declared(kind):
    ours = [vars(one) for one in kind.__mro__ if one.__module__.startswith(console.__name__)]
    own = {name.removeprefix("action_") for one in ours for name in one if name.startswith("action_")}
    bindings = [
        binding for one in ours for binding in one.get("BINDINGS", ()) if isinstance(binding, Binding)
    ]
    keys = {binding.action.split("(")[0] for binding in bindings if not binding.action.startswith("app.")}
    assert own | (keys - {"ok"}) <= acts_of(kind).keys()


def test_other_widgets_and_the_application_act_on_nothing_but_the_screen():
    expected = {
        "ActionButton": {"press"},
        "Choice": {"confirm", "open", "walk"},
        "ConsoleFrame": {"next_theme", "quit"},
        "Rows": {"choose", "edge", "move", "page"},
        "Tick": {"tick"},
        "Way": {"choose"},
    }
    for kind in classes():
        if not issubclass(kind, Asking):
            actions = {name.removeprefix("action_") for name in vars(kind) if name.startswith("action_")}
            assert actions == expected.get(kind.__name__, set()), kind


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.name)
def test_every_button_runs_a_declared_action(path):
    """`ActionButton("…", "action")` in a class: the action is one that the class declares."""
    tree = ast.parse(path.read_text())
    by_name = {kind.__name__: kind for kind in asking_classes()}
    for node in (one for one in ast.walk(tree) if isinstance(one, ast.ClassDef) and one.name in by_name):
        for call in (one for one in ast.walk(node) if isinstance(one, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id == "ActionButton":
                action = call.args[1].value
                kinds = [one for one in by_name.values() if issubclass(one, by_name[node.name])]
                assert any(action in acts_of(one) for one in kinds), (node.name, action)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.name)
def test_no_module_but_the_desk_opens_the_servers_doors(path):
    if path.name in MAY_OPEN:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        assert not [name for name in [*named, module] if name.startswith(DOORS)], path
        if path.name != "views.py" and module.startswith(("keyferry.server.core", OPERATIONS)):
            allowed = {"Typed"} if module == OPERATIONS else READ_NAMES if module in MAY_READ else set()
            assert {alias.name for alias in node.names} <= allowed, (path, module)
        assert module != "keyferry.server", path


async def test_what_is_not_declared_is_neither_offered_nor_asked(vendor, manager):
    class Forgetful(Asking):
        def action_forgotten(self) -> None:
            raise AssertionError

    Forgetful.__module__ = asking.__name__
    assert is_ours(Forgetful, "forgotten")
    assert not Forgetful.check_action(Forgetful(), "forgotten", ())
    async with at_the_console(manager) as person:
        with pytest.raises(LookupError, match="has not declared"):
            await person.app.screen.ask(Access.products)


TYPED = Typed("1", "1")
NEW = NewLicense("demo-cad", 1, Terms())
CONTENT = Content(1, (), None, None, None)
MEANT = Meant((1,), "", is_list=True)
CALLS = {
    "licenses": ({},),
    "license_table": ({},),
    "computers": ({},),
    "computer": (1,),
    "copies": (),
    "customers": ({},),
    "customer_data": (1,),
    "customer_table": ({},),
    "mail_all_keys": (1,),
    "merge_target": (1, ""),
    "can_mail": (),
    "known_customer": ("",),
    "first_day": (),
    "issue_test_license": (),
    "computer_table": ({},),
    "copy_table": (),
    "product_table": (),
    "profile": ("",),
    "public_keys": ("",),
    "table_of": ((),),
    "batch_table": (1,),
    "mail_batch": (1, ""),
    "go_on_issuing": (1,),
    "stop_issuing": (1,),
    "mail_license_key": ("",),
    "meant": ((), {}),
    "change_some": (MEANT, "suspend", Terms()),
    "begin_change": (MEANT, "suspend", Terms()),
    "go_on_changing": (1,),
    "customer": (1,),
    "catalog": (),
    "edit": ("", CONTENT, ""),
    "replace_key": ("",),
    "edit_customer": (1,),
    "merge_customer": (1, ""),
    "delete_customer": (1,),
    "add_product": (NewProduct("x", "X", "short", (), "os"),),
    "add_features": ("x", ()),
    "rotate": ("x",),
    "retire": ("x", 1, ""),
    "history": (1,),
    "mails": (1,),
    "outbox": (MailsWanted(),),
    "standstill": (),
    "send_all_again": (),
    "send_again": (1,),
    "views_of": ("licenses",),
    "columns": (),
    "batches": (1,),
    "batch": (1,),
    "licenses_of_batch": (1,),
    "choose_columns": (None,),
    "save_view": ("licenses", "x", {}),
    "remove_view": (1,),
    "reset_property": ("",),
    "audit_table": ({},),
    "license": ("",),
    "scanned": ("",),
    "activate": (TYPED,),
    "mail_key": (TYPED, ""),
    "release": (TYPED, ""),
    "force_release": (TYPED, ""),
    "products": (),
    "issue": (NEW,),
    "renew": ("", Terms()),
    "suspend": ("",),
    "resume": ("",),
    "properties": (),
    "set_property": ("", ""),
    "audit": ({},),
}


MORE = {
    "activate": {"email": "", "mails_key": False, "notes": ""},
    "rotate": {"retire_old": False, "version": "", "typed": ""},
    "edit_customer": {"email": "", "name": "", "notes": "", "version": ""},
}


@pytest.mark.parametrize("role", list(Role))
def test_an_operation_that_the_role_does_not_permit_is_refused_and_written_down(vendor, add_operator, role):
    access = sign_in(add_operator(role), PASSWORD, {})
    refused = []
    for name, operation in operations().items():
        if permission_of(operation) in PERMISSIONS[role]:
            assert is_offered(access, operation)
            continue
        assert not is_offered(access, operation)
        more = MORE.get(name, {})
        with pytest.raises(NotAllowed) as raised:
            operation(access, *CALLS[name], **more)
        assert raised.value.code == "not_permitted"
        refused.append((access.operator, "permission_refused", "not_permitted"))
    assert [(one.who, one.event, one.code) for one in events() if one.code is not None] == refused
    assert bool(refused) == (role is not Role.ADMINISTRATOR)


OFFERED = {
    Role.ADMINISTRATOR: ("Activate Deactivate Create Edit Renew Suspend ReplaceKey", "Audit Settings Email"),
    Role.MANAGER: ("Activate Deactivate Create Edit Renew Suspend ReplaceKey", "Audit Email"),
    Role.SUPPORT: ("Activate Deactivate", "Email"),
    Role.VIEWER: ("", "Email"),
}


@pytest.mark.parametrize("role", list(Role))
async def test_the_screen_offers_what_the_role_permits_and_nothing_else(vendor, add_operator, role):
    vendor.issue()
    async with at_the_console(add_operator(role)) as person:
        keys, tabs = OFFERED[role]
        for word in ("Activate", "Deactivate", "New", "Renew"):
            shown = {"New": "Create"}.get(word, word)
            assert (f" {word}" in person.lines[-1]) == (shown in keys.split()), word
        assert " ".join(person.lines[1].split()) == f"Manage Keys Computers Customers Products {tabs}".strip()
        opened_by = {"enter": "Activate", "d": "Deactivate", "n": "Create", "r": "Renew", "h": "Suspend"}
        opened_by |= {"e": "Edit", "k": "ReplaceKey"}
        for key, word in opened_by.items():
            await person.press(key)
            assert (person.step == word) == (word in keys.split()), (key, person.step)
            if person.step != "Main":
                await person.press("escape")
