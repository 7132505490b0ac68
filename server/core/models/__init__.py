"""What the database keeps, as plain SQLAlchemy classes, by what they are about."""

from keyferry.server.core.models.base import Base, UtcDateTime, detached, table_of
from keyferry.server.core.models.licensing import (
    Activation,
    Batch,
    Customer,
    Ending,
    FormerActivationKey,
    License,
    LicenseStatus,
    Product,
    ProductEpoch,
    ReleaseLink,
)
from keyferry.server.core.models.records import (
    AddressesForgotten,
    Attempt,
    AuditEvent,
    AuditRepeat,
    KeptFigures,
    MailDelivery,
    MailTemplate,
    OutboxMail,
)
from keyferry.server.core.models.staff import (
    BrandPart,
    Operator,
    OperatorSession,
    RecoveryCode,
    Role,
    ServerProperty,
)

__all__ = [
    "Activation",
    "AddressesForgotten",
    "Attempt",
    "AuditEvent",
    "AuditRepeat",
    "Base",
    "Batch",
    "BrandPart",
    "Customer",
    "Ending",
    "FormerActivationKey",
    "KeptFigures",
    "License",
    "LicenseStatus",
    "MailDelivery",
    "MailTemplate",
    "Operator",
    "OperatorSession",
    "OutboxMail",
    "Product",
    "ProductEpoch",
    "RecoveryCode",
    "ReleaseLink",
    "Role",
    "ServerProperty",
    "UtcDateTime",
    "detached",
    "table_of",
]
