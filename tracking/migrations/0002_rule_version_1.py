"""Makes version 1 of the rules of interest, with the defaults of its model."""

from django.db import migrations


def make_first_version(apps, schema_editor):
    """Create the row once."""
    apps.get_model("tracking", "RuleVersion").objects.get_or_create(
        number=1, defaults={"note": "as shipped"}
    )


class Migration(migrations.Migration):
    dependencies = [("tracking", "0001_initial")]
    operations = [migrations.RunPython(make_first_version, migrations.RunPython.noop)]
