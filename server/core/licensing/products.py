"""Products: what a vendor sells, its key style and features, and the epochs of its keys."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from keyferry.protocol.claims import MAX_FEATURES
from keyferry.protocol.computer_key import Style
from keyferry.protocol.keys import (
    APPLICATION_SECRET_BYTES,
    FINGERPRINT_KEY_BYTES,
    FIRST_EPOCH,
    LAST_EPOCH,
    EpochKeys,
)
from keyferry.protocol.profile import MachineSource, ProfileEpoch, WizardProfile
from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.errors import Conflict, Malformed, NotFound, RetiredEpoch
from keyferry.server.core.events import Event
from keyferry.server.core.models import Activation, License, Product, ProductEpoch
from keyferry.server.core.sealed import Place
from keyferry.server.core.secrets import Keyring, key_id_of

_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38}[A-Za-z0-9])?", re.ASCII)
_FEATURE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", re.ASCII)
_NAME_LENGTH = 100
_MOST_OPENED = 1024


def add_product(
    session: Session,
    *,
    code: str,
    name: str,
    key_style: str,
    features: Sequence[str],
    machine_source: str,
    keyring: Keyring,
    by: By,
    now: datetime,
) -> Product:
    """Add a product with fresh keys of epoch 1; its code, key style and features' places are fixed for ever.

    Raises Malformed (malformed_product_code, malformed_product_name, malformed_feature, too_many_features,
    malformed_key_style, malformed_machine_source) and Conflict (product_exists).
    """
    _check_new(code, name, key_style, machine_source)
    product = Product(
        code=code,
        folded_code=code.lower(),
        name=name.strip(),
        key_style=str(key_style),
        machine_source=str(machine_source),
        features=_new_features(features),
        fingerprint_key=keyring.seal(os.urandom(FINGERPRINT_KEY_BYTES), _fingerprint_context(code)),
        created_at=now,
    )
    product.epochs.append(_new_epoch(code, FIRST_EPOCH, keyring, now))
    session.add(product)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(
            "There’s already a product {product}. Choose another code.", code="product_exists", product=code
        ) from None
    audit.record(session, event=Event.PRODUCT_ADDED, by=by, product=product, now=now)
    return product


def every_product(session: Session) -> Sequence[Product]:
    """Return all products by name: vendors have few."""
    return session.scalars(select(Product).order_by(Product.name)).all()


def find_product(session: Session, code: str, *, lock: bool = False) -> Product:
    """Return the product with this code in either case; raises NotFound (unknown_product)."""
    folded = code.strip().lower()
    # What can be no code is not asked for: a driver may be unable to put it into its query.
    known = select(Product).where(Product.folded_code == folded)
    if lock:
        known = known.with_for_update()
    product = session.scalar(known) if _CODE.fullmatch(folded) else None
    if product is None:
        raise NotFound("There’s no product with this code. Check the code.", code="unknown_product")
    return product


def find_product_by_number(session: Session, number: int) -> Product:
    """Return the product that a request token names; raises NotFound (unknown_product)."""
    product = session.get(Product, number)
    if product is None:
        raise NotFound(
            "This server doesn’t know this product. Ask the application’s vendor.",
            code="unknown_product",
        )
    return product


def rotate(
    session: Session, product: Product, *, retire_old: bool, keyring: Keyring, by: By, now: datetime
) -> ProductEpoch:
    """Begin the next epoch with fresh keys, and with `retire_old` refuse applications of all earlier ones.

    Raises Conflict (epochs_used_up) after the last epoch that a computer ID can name.
    """
    session.refresh(product, with_for_update=True)
    number = product.current_epoch.number + 1
    if number > LAST_EPOCH:
        raise Conflict(
            "{product} has used all {most} epochs. Add a new product for the next version.",
            code="epochs_used_up",
            product=product.code,
            most=LAST_EPOCH,
        )
    if retire_old:
        for earlier in product.epochs:
            earlier.retired_at = earlier.retired_at or now
    epoch = _new_epoch(product.code, number, keyring, now)
    product.epochs.append(epoch)
    session.flush()
    detail = {"epoch": number, "earlier_epochs_retired": retire_old}
    audit.record(session, event=Event.PRODUCT_ROTATED, by=by, product=product, detail=detail, now=now)
    return epoch


def retire(session: Session, product: Product, number: int, *, by: By, now: datetime) -> ProductEpoch:
    """Refuse applications of one earlier epoch from now on; one that is retired already stays so.

    Raises NotFound (unknown_product) and Conflict (epoch_is_current).
    """
    session.refresh(product, with_for_update=True)
    epoch = find_epoch(product, number, retired_too=True)
    if epoch is product.current_epoch:
        raise Conflict(
            "This is the current epoch; without it, no application could be activated. Start the next "
            "one first.",
            code="epoch_is_current",
        )
    if epoch.retired_at is None:
        epoch.retired_at = now
        audit.record(
            session, event=Event.EPOCH_RETIRED, by=by, product=product, detail={"epoch": number}, now=now
        )
    return epoch


def add_features(session: Session, product: Product, names: Sequence[str], *, by: By, now: datetime) -> None:
    """Put features at the end of a product's list, where their bits were never used before.

    Raises Malformed (malformed_feature, too_many_features).
    """
    session.refresh(product, with_for_update=True)
    if not names:
        raise Malformed("Enter the feature to add, like export.", code="malformed_feature")
    product.features = _new_features([*product.features, *names])
    detail = {"features": list(names)}
    audit.record(session, event=Event.FEATURES_ADDED, by=by, product=product, detail=detail, now=now)


def live_computers(session: Session, product: Product) -> dict[int, int]:
    """Return how many computers hold a seat under each epoch; one without any is not in it."""
    counted = (
        select(Activation.epoch, func.count())
        .join(Activation.license)
        .where(License.product_number == product.number, Activation.ended_at.is_(None))
        .group_by(Activation.epoch)
    )
    return dict(session.execute(counted).all())


def all_live_computers(session: Session) -> dict[str, dict[str, int]]:
    """Return `live_computers` of every product, by its number; both numbers are texts, as JSON has them."""
    counted = (
        select(License.product_number, Activation.epoch, func.count())
        .join(Activation.license)
        .where(Activation.ended_at.is_(None))
        .group_by(License.product_number, Activation.epoch)
    )
    found: dict[str, dict[str, int]] = {}
    for number, epoch, count in session.execute(counted):
        found.setdefault(str(number), {})[str(epoch)] = count
    return found


def find_epoch(product: Product, number: int, *, retired_too: bool = False) -> ProductEpoch:
    """Return an epoch that is still served, or any; raises RetiredEpoch, NotFound (unknown_product)."""
    return served(
        next((one for one in product.epochs if one.number == number), None), retired_too=retired_too
    )


def served(epoch: ProductEpoch | None, *, retired_too: bool = False) -> ProductEpoch:
    """Return an epoch that was looked for if it is still served; raises as `find_epoch`."""
    if epoch is None:
        raise NotFound(
            "This server doesn’t know this version of the application. Ask its vendor.",
            code="unknown_product",
        )
    if epoch.retired_at is not None and not retired_too:
        raise RetiredEpoch(
            "The vendor no longer supports this version of the application. Update it and try again."
        )
    return epoch


def epoch_keys(product: Product, epoch: int, keyring: Keyring) -> EpochKeys:
    """Return the symmetric keys of an epoch that is still served; raises as `find_epoch`."""
    return keys_of(find_epoch(product, epoch), keyring)


def keys_of(epoch: ProductEpoch, keyring: Keyring) -> EpochKeys:
    """Return the symmetric keys of an epoch, retired or not."""
    return _keys(keyring, epoch.application_secret, epoch.product.code, epoch.number)


def application_secret(epoch: ProductEpoch, keyring: Keyring) -> bytes:
    """Open the 32 bytes from which all symmetric keys of an epoch come; the application holds them too."""
    return keyring.open(epoch.application_secret, _epoch_context(epoch, "application secret"))


def typed_key_private(epoch: ProductEpoch, keyring: Keyring) -> Ed25519PrivateKey:
    """Open the key that signs typed computer keys of the style `signed`."""
    return _signing_key(keyring, epoch.typed_key_private, _epoch_context(epoch, "typed key"))


def license_file_private(epoch: ProductEpoch, keyring: Keyring) -> Ed25519PrivateKey:
    """Open the key that signs license files."""
    return _signing_key(keyring, epoch.license_file_private, _epoch_context(epoch, "license file"))


def fingerprint_key(product: Product, keyring: Keyring) -> bytes:
    """Open the 32 bytes under which the product's applications fingerprint machines; never rotated."""
    return keyring.open(product.fingerprint_key, _fingerprint_context(product.code))


def check_master_key(session: Session, keyring: Keyring) -> None:
    """Raise SecretUnreadable unless the master key opens what this database holds; an empty one fits all.

    One secret is opened for each master key that sealed any.
    """
    products = session.scalars(select(Product).options(selectinload(Product.epochs)))
    sealed = {
        key_id_of(secret): (secret, context) for product in products for secret, context in _held(product)
    }
    for secret, context in sealed.values():
        keyring.open(secret, context)


def feature_mask(product: Product, names: Iterable[str]) -> int:
    """Return the bits of features by their names in either case; raises Malformed (unknown_feature)."""
    places = {name.lower(): place for place, name in enumerate(product.features)}
    mask = 0
    for name in names:
        if name.lower() not in places:
            known = ", ".join(product.features) or "none"
            raise Malformed(
                "{product} has no feature “{name}”. Its features: {known}.",
                code="unknown_feature",
                product=product.code,
                name=name,
                known=known,
            )
        mask |= 1 << places[name.lower()]
    return mask


def feature_names(product: Product, mask: int) -> list[str]:
    """Return the names of the features whose bits are set, in the product's order."""
    return [name for place, name in enumerate(product.features) if mask >> place & 1]


def wizard_profile(
    product: Product, keyring: Keyring, server_url: str, contact: tuple[str, ...] = ()
) -> WizardProfile:
    """Return what the vendor embeds, with whom to ask; retired epochs are marked in it.

    So an application with this profile refuses keys that somebody made with a secret that got out, and can
    still prove that it gave a license of such an epoch up.
    """
    return WizardProfile(
        product_number=product.number,
        product_code=product.code,
        product_name=product.name,
        key_style=Style(product.key_style),
        features=tuple(product.features),
        server_url=server_url,
        machine_source=MachineSource(product.machine_source),
        fingerprint_key=fingerprint_key(product, keyring),
        epochs=tuple(_profile_epoch(epoch, keyring) for epoch in product.epochs),
        contact=contact,
    )


# What is sealed never changes, and opening it for each activation would take longer than all else about it.
@lru_cache(_MOST_OPENED)
def _keys(keyring: Keyring, sealed: str, product_code: str, epoch: int) -> EpochKeys:
    secret = keyring.open(sealed, _secret_context(product_code, epoch, "application secret"))
    return EpochKeys.derive(secret, product_code=product_code, epoch=epoch)


@lru_cache(_MOST_OPENED)
def _signing_key(keyring: Keyring, sealed: str, context: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keyring.open(sealed, context))


def _held(product: Product) -> Iterator[tuple[str, str]]:
    """Yield every sealed secret of a product with its context."""
    for row in (product, *product.epochs):
        for place in SEALED:
            if isinstance(row, place.model):
                yield getattr(row, place.column), place.context(row)


def _profile_epoch(epoch: ProductEpoch, keyring: Keyring) -> ProfileEpoch:
    return ProfileEpoch(
        number=epoch.number,
        application_secret=application_secret(epoch, keyring),
        typed_key_public=typed_key_private(epoch, keyring).public_key().public_bytes_raw(),
        license_file_public=license_file_private(epoch, keyring).public_key().public_bytes_raw(),
        retired=epoch.retired_at is not None,
    )


def _new_epoch(code: str, number: int, keyring: Keyring, now: datetime) -> ProductEpoch:
    def sealed(secret: bytes, purpose: str) -> str:
        return keyring.seal(secret, _secret_context(code, number, purpose))

    return ProductEpoch(
        number=number,
        application_secret=sealed(os.urandom(APPLICATION_SECRET_BYTES), "application secret"),
        typed_key_private=sealed(Ed25519PrivateKey.generate().private_bytes_raw(), "typed key"),
        license_file_private=sealed(Ed25519PrivateKey.generate().private_bytes_raw(), "license file"),
        created_at=now,
    )


def _epoch_context(epoch: ProductEpoch, purpose: str) -> str:
    return _secret_context(epoch.product.code, epoch.number, purpose)


SEALED = (
    Place(Product, "fingerprint_key", lambda row: _fingerprint_context(row.code)),
    Place(ProductEpoch, "application_secret", lambda row: _epoch_context(row, "application secret")),
    Place(ProductEpoch, "typed_key_private", lambda row: _epoch_context(row, "typed key")),
    Place(ProductEpoch, "license_file_private", lambda row: _epoch_context(row, "license file")),
)


def _secret_context(code: str, number: int, purpose: str) -> str:
    return f"product {code} epoch {number} {purpose}"


def _fingerprint_context(code: str) -> str:
    return f"product {code} fingerprint key"


def _check_new(code: str, name: str, key_style: str, machine_source: str) -> None:
    if not _CODE.fullmatch(code):
        raise Malformed(
            "Use a code of up to 40 letters, digits, and dashes that doesn’t start or end with a dash, "
            "like demo-cad.",
            code="malformed_product_code",
        )
    if not name.strip() or len(name.strip()) > _NAME_LENGTH or not name.isprintable():
        raise Malformed(
            "Use a name of 1 to {most} printable characters, like Demo CAD.",
            code="malformed_product_name",
            most=_NAME_LENGTH,
        )
    if key_style not in list(Style):
        raise Malformed("Choose the key style: short or signed.", code="malformed_key_style")
    if machine_source not in list(MachineSource):
        raise Malformed("Choose the machine source: os or host.", code="malformed_machine_source")


def _new_features(names: Sequence[str]) -> list[str]:
    if len(names) > MAX_FEATURES:
        raise Malformed(
            "A product can have up to {most} features.", code="too_many_features", most=MAX_FEATURES
        )
    for name in names:
        if not _FEATURE.fullmatch(name):
            raise Malformed(
                "Use a feature name of up to 32 letters, digits, dots, dashes, and underscores, like export.",
                code="malformed_feature",
            )
    if len({name.lower() for name in names}) < len(names):
        raise Malformed("Enter each feature only once.", code="malformed_feature")
    return list(names)
