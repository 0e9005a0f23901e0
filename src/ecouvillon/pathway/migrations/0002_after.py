import django.db.models.functions.datetime
from django.db import migrations, models

from ecouvillon.trust.isolation.protection import protect


def _key() -> models.CompositePrimaryKey:
    return models.CompositePrimaryKey(
        "tenant", "id", blank=True, editable=False, primary_key=True, serialize=False
    )


class Migration(migrations.Migration):
    dependencies = [
        ("pathway", "0001_initial"),
        ("reporting", "0001_initial"),
        ("delivery", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("pk", _key()),
                ("tenant", models.UUIDField()),
                ("id", models.UUIDField()),
                ("screening", models.UUIDField()),
                ("version", models.IntegerField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "hand_over",
            },
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                ("pk", _key()),
                ("tenant", models.UUIDField()),
                ("id", models.UUIDField()),
                ("screening", models.UUIDField()),
                ("version", models.IntegerField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("made_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "call",
            },
        ),
        protect("hand_over", append_only=True, web="SELECT, INSERT", worker="SELECT"),
        protect("call", web="SELECT, INSERT, UPDATE (made_at)"),
        migrations.RunSQL(
            [
                "ALTER TABLE hand_over ADD FOREIGN KEY (tenant, screening)"
                " REFERENCES screening (tenant, id)",
                "CREATE UNIQUE INDEX hand_over_version ON hand_over (tenant, screening, version)",
                "ALTER TABLE call ADD FOREIGN KEY (tenant, screening)"
                " REFERENCES screening (tenant, id)",
                # Corrected twice before anybody called: one call tells both.
                "CREATE UNIQUE INDEX call_open ON call (tenant, screening) WHERE made_at IS NULL",
                # Paper that leaves ends the minute: so do message and notice.
                "GRANT UPDATE (next_at) ON transmission TO ecouvillon_web",
                "GRANT UPDATE (next_at) ON notice TO ecouvillon_web",
            ],
            migrations.RunSQL.noop,
        ),
    ]
