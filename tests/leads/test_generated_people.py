"""What the benchmark of exports generates is exported: nine of ten people, with all their columns."""

import pytest

from bench.inside_exports import make_export_people, our_build, our_file
from leads.models import LeadList
from leads.selectors.export_counts import counts_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def test_of_ten_people_nine_are_in_the_file_and_in_the_ledger():
    assert make_export_people("36") == {"rows": 36}
    assert counts_of(LeadList.objects.get(slug="bench")) == {
        "members": 40, "contactable": 36, "not_agreed": 2, "no_contact": 2,
    }  # fmt: skip
    for slug, rows in (("bench", 36), ("bench-quarter", 8)):
        for format in ("csv", "xlsx"):
            built = our_build(slug, format)
            assert (built["rows"], built["ledger"]) == (rows, rows)
            assert our_file(slug, format)["rows"] == rows
