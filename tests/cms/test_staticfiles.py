"""What readers get of our scripts: the same program, without comments and white space."""

import posixpath
import re

import pytest
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.test import override_settings

from cms.staticfiles import HashedStorage, ScriptFinder, lightened, script_sources
from cms.stripping import stripped

IMPORTED = re.compile(r"""(?:from|import)\s*["'](\.[^"']+)["']""")
KEPT = [
    ("const a = 1; // one\nconst b = 2;", "const a=1;const b=2;"),
    ("/* why */ return  x", "return x"),
    (
        "const url = 'https://example.org' // not a comment inside",
        "const url='https://example.org'",
    ),
    ("const t = `a  // b\n  c`;", "const t=`a  // b\n  c`;"),
    ("x = /[/]\\/\\s*/.test(y) // a pattern", "x=/[/]\\/\\s*/.test(y)"),
    ("half = whole / 2 / 3 // twice", "half=whole/2/3"),
    ("a = b + +c", "a=b+ +c"),
    ("a = 1\nb = 2", "a=1\nb=2"),
    ("start()\n  .then(go)", "start().then(go)"),
]


@pytest.mark.parametrize(("source", "expected"), KEPT)
def test_stripping_keeps_the_program(source, expected):
    assert stripped(source).strip() == expected


def test_stripping_twice_changes_nothing_more():
    for path in script_sources().values():
        once = stripped(path.read_text(encoding="utf-8"))
        assert stripped(once) == once, path.name


@override_settings(DEBUG=True)
def test_in_development_scripts_are_served_as_written():
    assert ScriptFinder().find("js/tracker.js") == []
    assert list(ScriptFinder().list(None)) == []


@override_settings(DEBUG=False)
def test_readers_get_scripts_without_comments_and_white_space(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    source = script_sources()["js/comic.js"].read_text(encoding="utf-8")
    collected = {name: storage.path(name) for name, storage in ScriptFinder().list(None)}
    assert set(collected) == set(script_sources())
    with open(collected["js/comic.js"], encoding="utf-8") as file:
        served = file.read()
    assert served == stripped(source)
    assert len(served) < 0.8 * len(source)
    with open(collected["js/tracker.js"], encoding="utf-8") as file:
        assert file.read() == lightened(script_sources()["js/tracker.js"])
    assert ScriptFinder().find("js/unknown.js") == []


@override_settings(DEBUG=False)
def test_the_stripped_script_comes_before_the_written_one(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    finders.get_finder.cache_clear()
    assert finders.find("js/comic.js").startswith(str(tmp_path))


@override_settings(DEBUG=False)
def test_modules_import_each_other_under_names_that_change_with_their_content(tmp_path):
    storage = HashedStorage(location=tmp_path)
    names = sorted(name for name in script_sources() if name.startswith("js/room"))
    for name in names:
        stripped_text = lightened(script_sources()[name])
        storage.save(name, ContentFile(stripped_text))
    made = storage.post_process({name: (storage, name) for name in names})
    done = {old: new for old, new, _ in made if new.endswith(".js")}
    assert IMPORTED.findall(lightened(script_sources()["js/room.js"])) != []
    for name in names:
        with storage.open(done[name]) as file:
            text = file.read().decode()
        for address in IMPORTED.findall(text):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), address))
            assert target in done.values() and target not in names
            assert storage.exists(target)
