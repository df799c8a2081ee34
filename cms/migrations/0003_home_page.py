"""Turns the page Wagtail welcomes with into our home page, so that `/` answers from the start."""

from django.conf import settings
from django.db import migrations


def welcome_at_home(apps, schema_editor):
    """Give the default site's root the type HomePage; a root that is one already stays."""
    site = apps.get_model("wagtailcore", "Site").objects.filter(is_default_site=True).first()
    if site is None:
        return
    content_types = apps.get_model("contenttypes", "ContentType")
    content_type, _ = content_types.objects.get_or_create(app_label="cms", model="homepage")
    page = apps.get_model("wagtailcore", "Page").objects.get(pk=site.root_page_id)
    home_pages = apps.get_model("cms", "HomePage")
    if page.content_type_id == content_type.pk or page.numchild:
        return
    home = home_pages(page_ptr_id=page.pk)
    for field in page._meta.concrete_fields:
        setattr(home, field.attname, getattr(page, field.attname))
    home.title = home.draft_title = settings.WAGTAIL_SITE_NAME
    home.content_type_id = content_type.pk
    home.save()


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0002_longer_topic_names"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(welcome_at_home, migrations.RunPython.noop)]
