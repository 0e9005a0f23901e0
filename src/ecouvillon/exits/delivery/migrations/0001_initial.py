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
        protect("link", web="SELECT, INSERT", worker="SELECT"),
        migrations.RunSQL(
            [
                "ALTER TABLE link ADD FOREIGN KEY (tenant, screening)"
                " REFERENCES screening (tenant, id)",
                "CREATE UNIQUE INDEX link_token ON link (token)",
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
    ]
