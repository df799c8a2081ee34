"""Writes docs/openapi.json, the committed contract of the API, from the code that serves it.

python -m ops.openapi            # after a change of the API that is meant
"""

import json
import os
from pathlib import Path

CONTRACT = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def contract_text() -> str:
    """Return the contract as it is committed: sorted, so that a difference is a change."""
    from config.api import api

    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    CONTRACT.write_text(contract_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
