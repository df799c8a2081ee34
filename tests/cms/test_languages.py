"""Codes of languages."""

import pytest

from cms.languages import site_language


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("zh", "zh-hans"),
        ("zh-CN", "zh-hans"),
        ("zh_Hans", "zh-hans"),
        ("zh-hans-CN", "zh-hans"),
        ("zh-TW", None),
        ("zh-Hant", None),
        ("fr", None),
        ("", None),
    ],
)
def test_code_means_a_language_of_the_site_or_none(code, expected):
    assert site_language(code) == expected
