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
                    "identity_check",
                    models.TextField(
                        choices=[
                            ("identity_card", "Identity Card"),
                            ("passport", "Passport"),
                            ("residence_permit", "Residence Permit"),
                            ("none", "None"),
                        ],
                        null=True,
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
            name="KitUse",
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
                ("kit", models.UUIDField()),
                ("gtin", models.TextField()),
                ("device", models.TextField()),
                ("name", models.TextField()),
                ("analytes", models.TextField()),
                ("lot", models.TextField()),
                ("expiry", models.DateField()),
                ("reading_from", models.IntegerField()),
                ("reading_until", models.IntegerField()),
                ("sampled_by", models.UUIDField()),
                (
                    "started_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("failed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "kit_use",
            },
        ),
        migrations.CreateModel(
            name="TakeBack",
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
                ("version", models.IntegerField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "take_back",
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
                ("result", models.IntegerField()),
                (
                    "recorded_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("leaves_at", models.DateTimeField()),
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
            web="SELECT, INSERT, UPDATE (state, identity_check)",
            worker="SELECT",
        ),
        protect("version", append_only=True, web="SELECT, INSERT", worker="SELECT"),
        protect("kit_use", web="SELECT, INSERT, UPDATE (failed_at)", worker="SELECT"),
        protect("take_back", append_only=True, web="SELECT, INSERT", worker="SELECT"),
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
                "ALTER TABLE kit_use ADD FOREIGN KEY (tenant, screening)"
                " REFERENCES screening (tenant, id)",
                "ALTER TABLE kit_use ADD FOREIGN KEY (tenant, kit) REFERENCES kit (tenant, id)",
                "ALTER TABLE kit_use ADD CONSTRAINT window_opens_before_it_closes CHECK"
                " (0 <= reading_from AND reading_from < reading_until)",
                # Two clocks of one screening would be read for each other.
                "CREATE UNIQUE INDEX kit_use_number ON kit_use (tenant, screening, number)",
                # The box that is open: the latest kit of the pharmacy.
                "CREATE INDEX kit_use_started ON kit_use (tenant, started_at)",
                "ALTER TABLE take_back ADD FOREIGN KEY (tenant, screening, version)"
                " REFERENCES version (tenant, screening, number)",
                "CREATE UNIQUE INDEX take_back_once ON take_back (tenant, screening, version)",
            ],
            migrations.RunSQL.noop,
        ),
    ]
