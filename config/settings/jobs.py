"""Background work: Celery on files beside the database, or on Redis where REDIS_URL names one."""

from celery.schedules import crontab

from config.settings.environment import ENVIRONMENT

CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 60 * 60
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BEAT_SCHEDULE_FILENAME = str(ENVIRONMENT.data_dir / "beat-schedule")

if ENVIRONMENT.redis_url:
    CELERY_BROKER_URL = ENVIRONMENT.redis_url
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5}
else:
    _folder = ENVIRONMENT.data_dir / "broker"
    for _name in ("queue", "processed", "control"):
        (_folder / _name).mkdir(parents=True, exist_ok=True)
    # Files have no host, but without one kombu warns at every message that it takes this one.
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT = "config.broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_folder / "queue"),
        "data_folder_out": str(_folder / "queue"),
        "processed_folder": str(_folder / "processed"),
        "control_folder": str(_folder / "control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }

CELERY_BEAT_SCHEDULE = {
    "sweep effects": {"task": "outbox.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "fold events": {"task": "tracking.fold", "schedule": 3.0, "options": {"expires": 3}},
    "refresh lists": {"task": "leads.refresh", "schedule": 5.0, "options": {"expires": 5}},
    "publish what is scheduled": {
        "task": "cms.publish_scheduled",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "notice consents that ran out": {
        "task": "cms.note_lapsed_consents",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "publish what has waited": {
        "task": "cms.end_waits",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "clear what has expired": {
        "task": "leads.expire_exports",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "clear what webhooks were told": {
        "task": "leads.clear_webhook_log",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "clear reports nobody took in": {
        "task": "classroom.clear_uploads",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "clear tables of people nobody took in": {
        "task": "leads.clear_tables",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "ask guests nobody asked": {
        "task": "classroom.invite_missed",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "clear what was told by hand": {
        "task": "classroom.clear_tellings",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "retain no longer than promised": {
        "task": "tracking.retain",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "learn what goes together": {
        "task": "tracking.refresh_co_interest",
        "schedule": crontab(hour="3", minute="20"),
        "options": {"expires": 3600},
    },
}
