"""Backup and restore: one archive that holds an installation as it was at one moment.

It holds the database, the media, the lists of erasures and withdrawals, and the generated key; not the cache, logs,
broker files and exports, which are made again or are not to outlive their day.
"""

from ops.backup.archive import BadArchive
from ops.backup.engines import CannotCopy
from ops.backup.making import Made, make_backup, planned_size
from ops.backup.restoring import Restored, check_archive, restore_backup

__all__ = [
    "BadArchive",
    "CannotCopy",
    "Made",
    "Restored",
    "check_archive",
    "make_backup",
    "planned_size",
    "restore_backup",
]
