"""For any WSGI server: `gunicorn wsgi:app`."""

from app import create_app
from app.boot import settle

app = create_app()
settle()
