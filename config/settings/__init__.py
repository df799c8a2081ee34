"""Django's settings, put together from one file a subject; values from outside come by config.env."""

from config.settings.base import *  # noqa: F403  settings modules are composed by star import
from config.settings.contacts import *  # noqa: F403
from config.settings.content import *  # noqa: F403
from config.settings.database import *  # noqa: F403
from config.settings.jobs import *  # noqa: F403
from config.settings.logins import *  # noqa: F403
from config.settings.logs import *  # noqa: F403
from config.settings.meetings import *  # noqa: F403
from config.settings.security import *  # noqa: F403
from config.settings.webhooks import *  # noqa: F403
