"""Which login kept elsewhere lets people in: the adapter, and WeChat's official account."""

from config.settings.environment import ENVIRONMENT

WECHAT_APP_ID = ENVIRONMENT.wechat_app_id
WECHAT_APP_SECRET = ENVIRONMENT.wechat_app_secret
WECHAT_SCOPE = ENVIRONMENT.wechat_scope
WECHAT_OPEN_URL = ENVIRONMENT.wechat_open_url
WECHAT_API_URL = ENVIRONMENT.wechat_api_url
WECHAT_ADAPTER = ENVIRONMENT.wechat_adapter or (
    "people.sign_in_adapters.wechat.OfficialAccount" if WECHAT_APP_ID and WECHAT_APP_SECRET else ""
)
