"""WSGI entry for servers that bring their own workers: `gunicorn --workers 1 --threads 32 app.wsgi:application`.

It opens the installation and keeps the log going, like `truyxuat serve`. `%2F` in a path survives where the server passes RAW_URI.
"""

from __future__ import annotations

import atexit

from app import create_app
from app.api.fast import FastRedirects, in_front
from app.api.opening import open_installation
from app.work.background import Background

application = create_app()
_on = application.extensions["truyxuat"]
open_installation(_on)
application.wsgi_app = in_front(application.wsgi_app, FastRedirects(_on))  # type: ignore[method-assign]  # Flask's documented place for it
_background = Background(_on)
_background.start()
atexit.register(_on.close)
atexit.register(_background.stop)
