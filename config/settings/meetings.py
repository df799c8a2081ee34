"""Meetings on the clinic's own BigBlueButton, which a class may have beside its slides."""

from config.settings.environment import ENVIRONMENT

BIGBLUEBUTTON_URL = ENVIRONMENT.bigbluebutton_url
BIGBLUEBUTTON_SECRET = ENVIRONMENT.bigbluebutton_secret
# What guests said in a room goes so many days after its replay.
ROOM_WORDS_DAYS = ENVIRONMENT.room_words_days
