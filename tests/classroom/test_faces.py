"""Who in a report is one human, and where it stays open."""

from classroom.faces import Face, groups_of, key_of_name, matched_by_name, people_of


def face(id: int, name: str = "", *, contact: str = "", person: int | None = None) -> Face:
    """A face; a name such as `Ann (iPhone)` is one renamed in the room."""
    shown, _, original = name.rstrip(")").partition(" (")
    if not original:
        return Face(id, contact, key_of_name(name), person_id=person)
    return Face(
        id,
        contact,
        key_of_name(name),
        shown_key=key_of_name(shown),
        original_key=key_of_name(original),
        person_id=person,
    )


def together(*faces: Face) -> list[set[int]]:
    groups: dict = {}
    for id_, leader in groups_of(faces).items():
        groups.setdefault(leader, set()).add(id_)
    return sorted(groups.values(), key=min)


def test_names_are_compared_in_one_width_case_and_spacing():
    assert key_of_name("  Ａnn   LEE ") == key_of_name("ann lee")


def test_a_contact_under_several_names_is_one():
    faces = (face(1, "Ann", contact="a@x"), face(2, "Ann (iPhone)", contact="a@x"))
    assert together(*faces) == [{1, 2}]


def test_two_contacts_of_one_name_are_two_and_the_bare_name_is_neither():
    faces = (face(1, "Ann", contact="a@x"), face(2, "Ann", contact="b@x"), face(3, "Ann"))
    assert together(*faces) == [{1}, {2}, {3}]


def test_a_bare_name_joins_the_only_contact_that_has_it():
    assert together(face(1, "Ann", contact="a@x"), face(2, "ann")) == [{1, 2}]


def test_a_renamed_face_joins_its_name_before_and_after():
    assert together(face(1, "iPhone"), face(2, "Ann (iPhone)"), face(3, "Ann")) == [{1, 2, 3}]


def test_two_renamed_from_the_same_name_stay_apart():
    """What stands in brackets may be a department or a kind of telephone."""
    faces = (face(1, "Ann (EXT)"), face(2, "Bob (EXT)"), face(3, "EXT"))
    assert together(*faces) == [{1}, {2}, {3}]
    faces = (face(1, "Ann (EXT)", contact="a@x"), face(2, "Bob (EXT)"))
    assert together(*faces) == [{1}, {2}]


def test_a_person_stands_for_all_faces_of_one_human():
    faces = (face(1, "Ann", contact="a@x", person=7), face(2, "Ann"), face(3, "Bob"))
    assert people_of(faces) == {1: 7, 2: 7}


def test_two_people_decided_for_one_human_decide_nothing_for_the_rest():
    faces = (
        face(1, "Ann", contact="a@x", person=7),
        face(2, "Ann Lee", contact="a@x", person=8),
        face(3, "Ann L", contact="a@x"),
    )
    assert people_of(faces) == {1: 7, 2: 8}


def test_a_registered_name_matches_where_it_is_unique():
    faces = (face(1, "Ann Lee"), face(2, "Bob"), face(3, "Dr. Ann (Cem)"))
    names = {10: "ann lee", 11: "bob", 12: "bob", 13: "cem"}
    assert matched_by_name(faces, names) == {1: 10, 3: 13}


def test_a_registered_name_matches_nobody_whom_two_could_be():
    faces = (face(1, "Ann", contact="a@x"), face(2, "Ann", contact="b@x"))
    assert matched_by_name(faces, {10: "ann"}) == {}


def test_a_registered_name_matches_nobody_who_is_matched_already():
    faces = (face(1, "A", contact="a@x", person=10), face(2, "Ann", contact="b@x"))
    assert matched_by_name(faces, {10: "ann"}) == {}


def test_an_empty_name_matches_nobody():
    assert matched_by_name([face(1, contact="a@x")], {10: ""}) == {}
