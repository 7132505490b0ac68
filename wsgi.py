"""The WSGI application `wsgi:app`: the environment decides, see server/config.py."""

from keyferry.server import create_app

app = create_app()
