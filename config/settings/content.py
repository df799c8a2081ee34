"""Wagtail: names, search, images and the read API."""

from config.settings.environment import ENVIRONMENT

WAGTAIL_SITE_NAME = "Wellread"
WAGTAILADMIN_BASE_URL = ENVIRONMENT.base_url
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_FINISH_WORKFLOW_ACTION = "cms.workflow_end.publish_reviewed"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILIMAGES_IMAGE_MODEL = "cms.ClinicImage"
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.uploads.forms.PictureForm"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "cms.uploads.forms.DocumentForm"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "pptx", "odt", "txt", "csv"]
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 15 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 50_000_000
WAGTAILIMAGES_FORMAT_CONVERSIONS = {"png": "webp", "jpeg": "webp", "gif": "webp"}
WAGTAILMEDIA = {
    "MEDIA_MODEL": "cms.ClinicMedia",
    "MEDIA_FORM_BASE": "cms.uploads.media_form.MediaForm",
    "AUDIO_EXTENSIONS": ["mp3", "m4a", "ogg", "wav"],
    "VIDEO_EXTENSIONS": ["mp4", "m4v", "webm"],
}
WAGTAILAPI_LIMIT_MAX = 100
HEADLESS_PREVIEW_URL = ENVIRONMENT.headless_preview_url
WAGTAILAPI_BASE_URL = ENVIRONMENT.base_url
WAGTAILAPI_SEARCH_ENABLED = True
WAGTAILAPI_RICH_TEXT_FORMAT = "html"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
TAGGIT_CASE_INSENSITIVE = True
NINJA_PAGINATION_MAX_LIMIT = 500
