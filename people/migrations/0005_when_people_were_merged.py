"""When a person was merged into another: what they decide afterwards is the word of both."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0004_ways_in")]

    operations = [
        migrations.AddField("person", "merged_at", models.DateTimeField(blank=True, null=True)),
    ]
