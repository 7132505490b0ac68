"""What the database keeps, as plain SQLAlchemy classes, by what they are about."""

from server.core.models.base import Base, UtcDateTime
from server.core.models.licensing import (
    Activation,
    Customer,
    Ending,
    License,
    LicenseStatus,
    Product,
    ProductEpoch,
)
from server.core.models.records import Attempt, AuditEvent, OutboxMail
from server.core.models.staff import Operator, OperatorSession, Role, ServerProperty

__all__ = [
    "Activation",
    "Attempt",
    "AuditEvent",
    "Base",
    "Customer",
    "Ending",
    "License",
    "LicenseStatus",
    "Operator",
    "OperatorSession",
    "OutboxMail",
    "Product",
    "ProductEpoch",
    "Role",
    "ServerProperty",
    "UtcDateTime",
]
