import django.db.models.functions.datetime
from django.db import migrations, models

from ecouvillon.trust.isolation.protection import definer, protect, share


class Migration(migrations.Migration):
    initial = True

    dependencies = [("isolation", "0001_tenants")]

    operations = [
        migrations.CreateModel(
            name="VaultDocument",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant",
                        "record",
                        "kind",
                        "version",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant", models.UUIDField()),
                ("record", models.UUIDField()),
                ("kind", models.TextField()),
                ("version", models.IntegerField()),
                ("key", models.UUIDField()),
                (
                    "sealed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("body", models.BinaryField()),
            ],
            options={
                "db_table": "vault_document",
            },
        ),
        protect(
            "vault_document",
            web="SELECT, INSERT",
            worker="SELECT, INSERT, DELETE",
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE vault_document ADD CONSTRAINT known_kind CHECK (kind IN"
                " ('identity', 'contact', 'nir', 'result', 'message', 'reason'))",
                # Two documents under one key could not be forgotten apart.
                "CREATE UNIQUE INDEX vault_document_key ON vault_document (tenant, key)",
                # Only ranges of time are asked for: the smallest index that serves them.
                "CREATE INDEX vault_document_sealed ON vault_document USING brin (sealed_at)",
            ],
            migrations.RunSQL.noop,
        ),
        definer(
            "keys_used_between(after timestamptz, until timestamptz)",
            "TABLE (tenant uuid, key uuid)",
            "SELECT tenant, key FROM vault_document WHERE sealed_at > after AND sealed_at <= until",
            roles=("worker",),
        ),
        migrations.CreateModel(
            name="KeyConfirmation",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("until", models.DateTimeField()),
            ],
            options={"db_table": "key_confirmation"},
        ),
        share("key_confirmation", worker="SELECT, INSERT, UPDATE"),
    ]
