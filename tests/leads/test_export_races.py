"""Withdrawals that race a build, with two connections to a real server."""

import threading

import pytest
from django.db import connection

from leads.models import ExportState
from leads.services import export_progress
from leads.services.export_building import build_export
from leads.services.export_folder import folder, path_of
from leads.services.export_progress import Progress
from leads.services.exports import file_to_send, request_export
from leads.services.membership import refresh_lists
from outbox.services import run_due_effects
from people.roles import Role
from people.services.consent import withdraw_consent
from tests.factories.leads import heat, list_of, prospect, staff, topic_named, warm

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
PATIENCE_S = 60


@pytest.mark.parametrize("columns", [["email"], ["email", "reason"]], ids=["copied", "told"])
def test_a_withdrawal_while_the_rows_are_read_is_in_no_file(
    columns, settings, tmp_path, monkeypatch
):
    settings.DATA_DIR = tmp_path
    implants = topic_named("Implants")
    lead_list = list_of("warm", heat(implants, 1.0))
    people = [prospect(one, marketing=True, email=f"{one}@example.org") for one in ("ada", "ben")]
    for person in people:
        warm(person, implants, heat=2.0)
    refresh_lists()
    export = request_export(
        user=staff(Role.MARKETING),
        lead_list=lead_list,
        format="csv",
        purpose="x",
        columns=columns,
    )
    reading, withdrawn = threading.Event(), threading.Event()
    monkeypatch.setattr(export_progress, "TELL_EVERY", 1)
    note = Progress.note

    def wait_in_the_snapshot(self, rows):
        reading.set()
        assert withdrawn.wait(PATIENCE_S)
        note(self, rows)

    monkeypatch.setattr(Progress, "note", wait_in_the_snapshot)

    def build():
        try:
            build_export(public_id=export.public_id)
        finally:
            connection.close()

    worker = threading.Thread(target=build)
    worker.start()
    assert reading.wait(PATIENCE_S)
    withdraw_consent(person=people[0], purposes=["marketing"], method="withdrawal")
    withdrawn.set()
    worker.join(PATIENCE_S)
    export.refresh_from_db()
    assert (export.state, export.generation) == (ExportState.WAITING, 1)
    assert list(folder().iterdir()) == []
    run_due_effects()
    export.refresh_from_db()
    assert (export.state, export.rows) == (ExportState.READY, 1)
    assert b"ada@example.org" not in path_of(export).read_bytes()
    assert file_to_send(export=export, actor="user:1") == path_of(export)
