import django.db.models.functions.datetime
from django.db import migrations, models

from ecouvillon.trust.isolation.protection import definer, protect, share


class Migration(migrations.Migration):
    initial = True

    dependencies = [("isolation", "0001_tenants"), ("allauth_idp_oidc", "__first__")]

    operations = [
        migrations.CreateModel(
            name="ApiClient",
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
                ("name", models.TextField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "api_client",
            },
        ),
        migrations.CreateModel(
            name="Pharmacy",
            fields=[
                ("tenant", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("finess", models.TextField()),
                ("slug", models.SlugField(unique=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "db_table": "pharmacy",
            },
        ),
        migrations.CreateModel(
            name="Kit",
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
                ("gtin", models.TextField()),
                ("device", models.TextField()),
                ("name", models.TextField()),
                ("analytes", models.TextField()),
                ("reading_from", models.IntegerField()),
                ("reading_until", models.IntegerField()),
                ("paired_by", models.UUIDField(null=True)),
                (
                    "paired_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "db_table": "kit",
            },
        ),
        protect("kit", append_only=True, web="SELECT, INSERT", operator="SELECT, INSERT"),
        protect("pharmacy", web="SELECT", worker="SELECT", operator="SELECT, INSERT"),
        protect("api_client", web="SELECT", operator="SELECT, INSERT, UPDATE (revoked_at)"),
        share("allauth_idp_oidc_client", web="SELECT", operator="SELECT, INSERT"),
        share("allauth_idp_oidc_token", web="SELECT, INSERT, DELETE"),
        migrations.RunSQL(
            [
                "ALTER TABLE kit ADD FOREIGN KEY (tenant) REFERENCES pharmacy",
                "ALTER TABLE kit ADD CONSTRAINT window_opens_before_it_closes CHECK"
                " (0 <= reading_from AND reading_from < reading_until)",
                "CREATE INDEX kit_gtin ON kit (tenant, gtin, paired_at)",
                "GRANT USAGE ON SEQUENCE allauth_idp_oidc_token_id_seq TO ecouvillon_web",
                # The operator sets up pharmacies, and lists them all.
                "CREATE POLICY operator ON pharmacy TO ecouvillon_operator"
                " USING (true) WITH CHECK (true)",
                "CREATE POLICY operator ON api_client TO ecouvillon_operator"
                " USING (true) WITH CHECK (true)",
            ],
            migrations.RunSQL.noop,
        ),
        # Who calls: found by the hash of the token, before a tenant is known. One indexed read,
        # asked at every request: a revoked client or token is refused from the next request on.
        definer(
            "api_caller(token_hash text)",
            "TABLE (tenant uuid, client uuid, scopes text)",
            """
            SELECT c.tenant, c.id, t.scopes
            FROM allauth_idp_oidc_token t
            JOIN api_client c ON c.id = t.client_id::uuid
            WHERE t.type = 'at' AND t.hash = token_hash AND t.expires_at > now()
              AND c.revoked_at IS NULL
            """,
            roles=("web",),
        ),
        migrations.RunSQL(
            "CREATE UNIQUE INDEX api_client_id ON api_client (id)", migrations.RunSQL.noop
        ),
    ]
