"""Logs: lines on standard error, without contact points, tokens or topics of persons."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.log_lines.Line",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "filters": {"without_words": {"()": "config.log_lines.WithoutWords"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "celery": {"level": "INFO"},
        "celery.app.trace": {"filters": ["without_words"]},
        "wellread": {"level": "INFO"},
        "django.server": {"level": "WARNING"},
    },
}
