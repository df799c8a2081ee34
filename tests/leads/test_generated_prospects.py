"""What the benchmark of lists generates is listed as its hand-written statements list it."""

import pytest

from bench.inside_lists import fill_list, list_statement, live_count, make_people, rebuild_unchanged

pytestmark = pytest.mark.django_db


def test_lists_of_generated_people_are_those_of_the_statements():
    assert make_people("400", "800")["rows"]["people_person"] == 400
    for slug in ("narrow", "broad"):
        filled = fill_list(slug)
        assert filled["changed"] == filled["members"] == list_statement(slug)["members"]
        assert rebuild_unchanged(slug)["changed"] == 0
        assert live_count(slug)["matches"] == filled["members"]
    assert filled["members"] > 0
