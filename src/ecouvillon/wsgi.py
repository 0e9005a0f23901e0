"""The web application as a server loads it."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

from ecouvillon.operations.process import end_with_parent

# A server process whose parent was killed would go on serving and hold the port.
end_with_parent()
application = get_wsgi_application()
