"""The certificate of the server, as it is on the disk."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

from gunicorn.sock import ssl_context


class Certificate:
    """A certificate and its key, which are read again when their files change.

    So whoever renews them need not restart the server. Gunicorn reads them for each connection, which takes
    longer than everything else that it does with it.
    """

    def __init__(self, config: Any) -> None:
        self._config = config
        self._files = (Path(config.certfile), Path(config.keyfile))
        self._written_at: tuple[int, ...] = ()
        self._context: ssl.SSLContext = self.context()

    def context(self) -> ssl.SSLContext:
        """Return what new connections are encrypted with; raises OSError if nothing was ever usable."""
        try:
            written_at = tuple(file.stat().st_mtime_ns for file in self._files)
            if written_at != self._written_at:
                self._context = ssl_context(self._config)
                self._written_at = written_at
        except OSError:
            # Half renewed: the certificate does not fit the key yet, or a file is being replaced.
            if not self._written_at:
                raise
        return self._context
