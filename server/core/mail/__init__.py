"""Mail to customers: what it says, and the outbox in which it waits."""

from pathlib import Path

from keyferry.server.core.catalogs import languages

WORDS = Path(__file__).parent / "words"
LANGUAGES = languages(WORDS)
