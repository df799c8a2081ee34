"""What every test of a room begins with."""

import pytest

from classroom.room_state import forget_states


@pytest.fixture(autouse=True)
def no_states_of_other_tests():
    """Each test has a database of its own, and rooms of other tests may have had the same numbers."""
    forget_states()
