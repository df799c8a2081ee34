"""The ASGI application: site, admin and API; before Django it takes events and keeps rooms open."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_asgi_application()

from classroom.direct import DirectRoom  # noqa: E402  its models need Django to be set up
from tracking.direct import DirectIngest  # noqa: E402  the same

application = DirectIngest(DirectRoom(_django))
