import django.db.models.functions.datetime
from django.db import migrations, models

from ecouvillon.trust.isolation.protection import protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [("pharmacy", "0001_initial"), ("vault", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Screening",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant",
                        "id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant", models.UUIDField()),
                ("id", models.UUIDField()),
                ("day", models.DateField()),
                ("visit", models.IntegerField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("registered", "Registered"),
                            ("sampled", "Sampled"),
                            ("resulted", "Resulted"),
                            ("cancelled", "Cancelled"),
                        ]
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "db_table": "screening",
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant",
                        "id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant", models.UUIDField()),
                ("id", models.UUIDField()),
                ("screening", models.UUIDField()),
                ("number", models.IntegerField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("original", "Original"),
                            ("correction", "Correction"),
                            ("cancellation", "Cancellation"),
                        ]
                    ),
                ),
                ("identity", models.IntegerField()),
                (
                    "recorded_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "db_table": "version",
            },
        ),
        migrations.CreateModel(
            name="VisitNumber",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant", models.UUIDField()),
                ("day", models.DateField()),
                ("last", models.IntegerField()),
            ],
            options={
                "db_table": "visit_number",
            },
        ),
        protect(
            "screening",
            web="SELECT, INSERT, UPDATE (state)",
            worker="SELECT",
        ),
        protect("version", append_only=True, web="SELECT, INSERT", worker="SELECT"),
        protect("visit_number", web="SELECT, INSERT, UPDATE"),
        migrations.RunSQL(
            [
                "ALTER TABLE screening ADD FOREIGN KEY (tenant) REFERENCES pharmacy",
                "ALTER TABLE screening ADD CONSTRAINT known_state CHECK"
                " (state IN ('registered', 'sampled', 'resulted', 'cancelled'))",
                # Two patients with one number at one counter would be one mix-up too many.
                "CREATE UNIQUE INDEX screening_visit ON screening (tenant, day, visit)",
                "ALTER TABLE version ADD FOREIGN KEY (tenant, screening)"
                " REFERENCES screening (tenant, id)",
                # Of two people who record at once, the second is refused here.
                "CREATE UNIQUE INDEX version_number ON version (tenant, screening, number)",
            ],
            migrations.RunSQL.noop,
        ),
    ]
