import django.db.models.functions.datetime
from django.db import migrations, models

from ecouvillon.trust.isolation.protection import protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [("screening", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Request",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant", models.UUIDField()),
                ("key", models.BinaryField()),
                ("fingerprint", models.BinaryField()),
                ("external_id", models.BinaryField(null=True)),
                ("screening", models.UUIDField()),
                ("not_kept", models.TextField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "db_table": "request",
            },
        ),
        protect("request", web="SELECT, INSERT"),
        migrations.RunSQL(
            [
                "ALTER TABLE request ADD FOREIGN KEY (tenant, screening)"
                " REFERENCES screening (tenant, id)",
            ],
            migrations.RunSQL.noop,
        ),
    ]
