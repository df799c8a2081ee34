"""How phones are reached by text: the adapter, and the gateway it posts to."""

from config.settings.environment import ENVIRONMENT

SMS_GATEWAY_URL = ENVIRONMENT.sms_gateway_url
SMS_GATEWAY_SECRET = ENVIRONMENT.sms_gateway_secret
SMS_ADAPTER = ENVIRONMENT.sms_adapter or (
    "outbox.texts.gateway.HttpGateway"
    if SMS_GATEWAY_URL
    else "outbox.texts.written.WrittenTexts"
    if ENVIRONMENT.debug
    else ""
)
