import django.db.models.functions.datetime
from django.db import migrations, models

from ecouvillon.trust.isolation.protection import protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [("isolation", "0001_tenants")]

    operations = [
        migrations.CreateModel(
            name="LedgerDetail",
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
                ("request", models.UUIDField()),
                ("origin", models.TextField()),
            ],
            options={
                "db_table": "ledger_detail",
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
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
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("actor_kind", models.TextField()),
                ("actor", models.UUIDField(null=True)),
                ("action", models.TextField()),
                ("record", models.UUIDField(null=True)),
                ("purpose", models.TextField(null=True)),
                ("opening", models.UUIDField(null=True)),
                ("request", models.UUIDField()),
                ("salt", models.BinaryField()),
            ],
            options={
                "db_table": "ledger_entry",
            },
        ),
        protect(
            "ledger_entry",
            append_only=True,
            web="SELECT, INSERT",
            worker="SELECT, INSERT",
            operator="INSERT",
            auditor="SELECT",
        ),
        # Details may be dropped after the retention time, by the retention job only.
        protect(
            "ledger_detail",
            append_only=True,
            web="INSERT",
            worker="INSERT",
            operator="INSERT",
            auditor="SELECT",
        ),
        # The auditor reads the log of every pharmacy, and nothing else.
        migrations.RunSQL(
            [
                "CREATE POLICY auditor ON ledger_entry FOR SELECT TO ecouvillon_auditor USING (true)",
                "CREATE POLICY auditor ON ledger_detail FOR SELECT TO ecouvillon_auditor USING (true)",
                # Random ids would scatter a primary key over the whole index; access is by record.
                "CREATE INDEX ledger_entry_record ON ledger_entry (tenant, record)",
                "ALTER TABLE ledger_entry ADD CONSTRAINT reading_names_purpose"
                " CHECK ((opening IS NULL) = (purpose IS NULL))",
            ],
            migrations.RunSQL.noop,
        ),
    ]
