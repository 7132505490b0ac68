"""Mail on its way to the mail server."""
