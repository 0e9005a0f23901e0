import uuid

import django.db.models.functions.datetime
from django.db import migrations, models

from ecouvillon.trust.isolation.protection import share


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("given_name", models.TextField(default="")),
                ("family_name", models.TextField(default="")),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "db_table": "person",
            },
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("person", models.UUIDField()),
                ("number", models.SmallIntegerField()),
                ("credential_id", models.BinaryField()),
                ("credential", models.BinaryField()),
                ("sign_count", models.BigIntegerField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "last_used_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "db_table": "passkey",
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("key_hash", models.BinaryField()),
                ("person", models.UUIDField()),
                ("pharmacy", models.UUIDField(null=True)),
                ("performer", models.UUIDField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "seen_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "verified_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("locked_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "session",
            },
        ),
        migrations.CreateModel(
            name="SpentChallenge",
            fields=[
                ("challenge", models.BinaryField(primary_key=True, serialize=False)),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "db_table": "spent_challenge",
            },
        ),
        share("person", web="SELECT", operator="SELECT, INSERT"),
        share("passkey", web="SELECT, INSERT, UPDATE (sign_count, last_used_at)"),
        share(
            "session",
            web="SELECT, INSERT, DELETE,"
            " UPDATE (pharmacy, performer, seen_at, verified_at, locked_at)",
            worker="SELECT, DELETE",
        ),
        share("spent_challenge", web="SELECT, INSERT", worker="SELECT, DELETE"),
        migrations.RunSQL(
            [
                "ALTER TABLE passkey ADD FOREIGN KEY (person) REFERENCES person (id)",
                "ALTER TABLE session ADD FOREIGN KEY (person) REFERENCES person (id)",
                "CREATE UNIQUE INDEX passkey_credential ON passkey (credential_id)",
                # Ends the race of two first passkeys: an invitation makes number 1 or nothing.
                "CREATE UNIQUE INDEX passkey_of_person ON passkey (person, number)",
                "CREATE UNIQUE INDEX session_key ON session (key_hash)",
            ],
            migrations.RunSQL.noop,
        ),
    ]
