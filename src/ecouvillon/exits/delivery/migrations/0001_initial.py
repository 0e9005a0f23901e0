import django.db.models.functions.datetime
from django.db import migrations, models

from ecouvillon.trust.isolation.protection import definer, protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [("screening", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Link",
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
                ("token", models.BinaryField()),
                ("attempts", models.IntegerField(db_default=0)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "db_table": "link",
            },
        ),
        migrations.CreateModel(
            name="Notice",
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
                ("link", models.UUIDField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("pending", "Pending"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
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
                "db_table": "notice",
            },
        ),
        protect("link", web="SELECT, INSERT", worker="SELECT"),
        protect(
            "notice",
            # Taking back and correcting close what has not left.
            web="SELECT, INSERT, UPDATE (state, settled_at, leased_until)",
            worker="SELECT, UPDATE",
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE link ADD FOREIGN KEY (tenant, screening)"
                " REFERENCES screening (tenant, id)",
                "CREATE UNIQUE INDEX link_token ON link (token)",
                "CREATE INDEX link_screening ON link (tenant, screening)",
                "ALTER TABLE notice ADD FOREIGN KEY (tenant, screening)"
                " REFERENCES screening (tenant, id)",
                "ALTER TABLE notice ADD FOREIGN KEY (tenant, link) REFERENCES link (tenant, id)",
                "ALTER TABLE notice ADD CONSTRAINT known_state CHECK (state IN"
                " ('pending', 'sent', 'failed', 'done'))",
                # The queue: only what still has to leave is in it.
                "CREATE INDEX notice_due ON notice (next_at) WHERE state = 'pending'",
                "CREATE INDEX notice_pending ON notice (tenant, screening) WHERE state = 'pending'",
            ],
            migrations.RunSQL.noop,
        ),
        # The attempt is spent in the same statement that finds the link, and committed before the
        # code is looked at: of any number of parallel guesses at most ten are evaluated.
        definer(
            "spend_attempt(of_token bytea)",
            "TABLE (tenant uuid, id uuid)",
            """
            UPDATE link SET attempts = attempts + 1
            WHERE token = of_token AND attempts < 10
            RETURNING tenant, id
            """,
            roles=("web",),
        ),
        definer(
            "give_attempt_back(of_token bytea)",
            "TABLE (tenant uuid, id uuid)",
            """
            UPDATE link SET attempts = attempts - 1
            WHERE token = of_token AND attempts BETWEEN 1 AND 10
            RETURNING tenant, id
            """,
            roles=("web",),
        ),
        definer(
            "due_notices(most integer)",
            "TABLE (tenant uuid, id uuid)",
            """
            SELECT n.tenant, n.id FROM notice n
            WHERE n.state = 'pending' AND n.next_at <= now()
              AND (n.leased_until IS NULL OR n.leased_until < now())
            ORDER BY n.next_at LIMIT most
            """,
            roles=("worker",),
        ),
    ]
