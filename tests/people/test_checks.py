"""A sign-in that was half set up is said when the site starts."""

import pytest

from people.checks import check_wechat

ID, SECRET = {"WECHAT_APP_ID": "wx1"}, {"WECHAT_APP_SECRET": "s"}


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({}, []),
        (ID, ["WeChat sign-in is off: WECHAT_APP_SECRET is not set."]),
        (SECRET, ["WeChat sign-in is off: WECHAT_APP_ID is not set."]),
        ({**ID, "WECHAT_ADAPTER": "clinic.Adapter"}, []),
        ({**ID, **SECRET}, []),
    ],
)
def test_wechat_with_half_of_its_settings_is_a_warning(settings, named, said):
    for name in ("WECHAT_APP_ID", "WECHAT_APP_SECRET", "WECHAT_ADAPTER"):
        setattr(settings, name, named.get(name, ""))
    assert [one.msg for one in check_wechat()] == said
