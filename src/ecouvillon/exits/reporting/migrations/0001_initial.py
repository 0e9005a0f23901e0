import django.db.models.functions.datetime
from django.db import migrations, models

from ecouvillon.trust.isolation.protection import definer, protect, share


class Migration(migrations.Migration):
    initial = True

    dependencies = [("screening", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Destination",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.TextField(unique=True)),
                ("protocol", models.TextField()),
                ("url", models.TextField()),
                ("needs_nir", models.BooleanField()),
                (
                    "without_consent",
                    models.TextField(
                        choices=[("pseudonymise", "Pseudonymise"), ("withhold", "Withhold")]
                    ),
                ),
                (
                    "activated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("paused_at", models.DateTimeField(null=True)),
                ("paused_because", models.TextField(null=True)),
            ],
            options={
                "db_table": "destination",
            },
        ),
        migrations.CreateModel(
            name="Transmission",
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
                ("destination", models.UUIDField()),
                ("control_id", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("pending", "Pending"),
                            ("sent", "Sent"),
                            ("acknowledged", "Acknowledged"),
                            ("rejected", "Rejected"),
                            ("cancelled", "Cancelled"),
                            ("done", "Done"),
                        ]
                    ),
                ),
                ("attempts", models.IntegerField(db_default=0)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("next_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "transmission",
            },
        ),
        share(
            "destination", web="SELECT", worker="SELECT, UPDATE", operator="SELECT, INSERT, UPDATE"
        ),
        protect(
            "transmission",
            # Taking back and correcting cancel what has not left.
            web="SELECT, INSERT, UPDATE (state, settled_at, leased_until)",
            worker="SELECT, UPDATE",
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE transmission ADD FOREIGN KEY (tenant, screening)"
                " REFERENCES screening (tenant, id)",
                "ALTER TABLE transmission ADD FOREIGN KEY (destination) REFERENCES destination",
                "ALTER TABLE transmission ADD CONSTRAINT known_state CHECK (state IN"
                " ('pending', 'sent', 'acknowledged', 'rejected', 'cancelled', 'done'))",
                "CREATE UNIQUE INDEX transmission_version"
                " ON transmission (tenant, screening, destination, version)",
                # The queue: only what still has to leave is in it.
                "CREATE INDEX transmission_due ON transmission (destination, next_at)"
                " WHERE state IN ('pending', 'sent')",
            ],
            migrations.RunSQL.noop,
        ),
        definer(
            "due_transmissions(of_destination uuid, most integer)",
            "TABLE (tenant uuid, id uuid)",
            """
            SELECT t.tenant, t.id FROM transmission t
            WHERE t.destination = of_destination AND t.state IN ('pending', 'sent')
              AND t.next_at <= now() AND (t.leased_until IS NULL OR t.leased_until < now())
              AND EXISTS (SELECT FROM destination d
                          WHERE d.id = of_destination AND d.paused_at IS NULL)
              -- A correction waits for what it corrects. First versions, nearly all, aren't looked at.
              AND (t.version = 1 OR NOT EXISTS (
                SELECT FROM transmission earlier
                WHERE earlier.tenant = t.tenant AND earlier.screening = t.screening
                  AND earlier.destination = t.destination AND earlier.version < t.version
                  AND earlier.state IN ('pending', 'sent')
              ))
            ORDER BY t.next_at LIMIT most
            """,
            roles=("worker",),
        ),
        # A message is kept until its answer, a NIR until every destination that needs it has it.
        definer(
            "answered_messages(most integer)",
            "TABLE (tenant uuid, key uuid)",
            """
            SELECT d.tenant, d.key FROM vault_document d
            JOIN transmission t ON t.tenant = d.tenant AND t.id = d.record
            WHERE d.kind = 'message' AND t.state NOT IN ('pending', 'sent') LIMIT most
            """,
            roles=("worker",),
        ),
        definer(
            "spent_nirs(most integer)",
            "TABLE (tenant uuid, key uuid)",
            """
            SELECT d.tenant, d.key FROM vault_document d
            WHERE d.kind = 'nir' AND EXISTS (
              SELECT FROM transmission t JOIN destination n ON n.id = t.destination
              WHERE t.tenant = d.tenant AND t.screening = d.record AND n.needs_nir
            ) AND NOT EXISTS (
              SELECT FROM transmission t JOIN destination n ON n.id = t.destination
              WHERE t.tenant = d.tenant AND t.screening = d.record AND n.needs_nir
                AND t.state IN ('pending', 'sent', 'rejected')
            ) LIMIT most
            """,
            roles=("worker",),
        ),
        migrations.RunSQL(
            # Both look at few rows: what they find is deleted.
            "CREATE INDEX vault_document_passing ON vault_document (kind)"
            " WHERE kind IN ('message', 'nir')",
            migrations.RunSQL.noop,
        ),
    ]
