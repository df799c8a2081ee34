"""Notes who made a version of the rules, and how far profiles have been recomputed under it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def mark_as_recomputed(apps, schema_editor):
    """What stands was computed under the versions there are."""
    versions = apps.get_model("tracking", "RuleVersion").objects
    versions.update(recomputed_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0002_rule_version_1"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="ruleversion",
            name="made_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ruleversion",
            name="recomputed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="ruleversion",
            name="recomputed_upto",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.RunPython(mark_as_recomputed, migrations.RunPython.noop),
    ]
