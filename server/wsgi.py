"""Entry for any WSGI server: `server.wsgi:app`."""

from server.app import create_app

app = create_app()
