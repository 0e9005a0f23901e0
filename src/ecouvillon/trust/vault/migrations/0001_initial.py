from django.db import migrations, models

from ecouvillon.trust.isolation.protection import definer, protect


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
                ("confirmed", models.BooleanField(db_default=False)),
                ("body", models.BinaryField()),
            ],
            options={
                "db_table": "vault_document",
            },
        ),
        protect(
            "vault_document",
            web="SELECT, INSERT",
            worker="SELECT, INSERT, UPDATE (confirmed), DELETE",
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE vault_document ADD CONSTRAINT known_kind CHECK (kind IN"
                " ('identity', 'contact', 'nir', 'result', 'message', 'reason'))",
                # Two documents under one key could not be forgotten apart.
                "CREATE UNIQUE INDEX vault_document_key ON vault_document (tenant, key)",
                "CREATE INDEX vault_document_unconfirmed ON vault_document (tenant)"
                " WHERE NOT confirmed",
            ],
            migrations.RunSQL.noop,
        ),
        definer(
            "unconfirmed_documents(most integer)",
            "TABLE (tenant uuid, key uuid)",
            "SELECT tenant, key FROM vault_document WHERE NOT confirmed LIMIT most",
            roles=("worker",),
        ),
    ]
