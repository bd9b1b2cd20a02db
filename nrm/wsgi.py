"""The web process. Refuses to start, with every reason at once, when something is missing."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nrm.settings")
application = get_wsgi_application()

from nrm.startup import refuse_to_start_badly  # noqa: E402  settings must be loaded first

refuse_to_start_badly("web")
