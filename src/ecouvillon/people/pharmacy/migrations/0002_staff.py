import django.db.models.functions.datetime
from django.db import migrations, models

from ecouvillon.trust.isolation.protection import definer, protect


def _key() -> models.CompositePrimaryKey:
    return models.CompositePrimaryKey(
        "tenant", "id", blank=True, editable=False, primary_key=True, serialize=False
    )


class Migration(migrations.Migration):
    dependencies = [("pharmacy", "0001_initial"), ("signin", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("pk", _key()),
                ("tenant", models.UUIDField()),
                ("id", models.UUIDField()),
                ("person", models.UUIDField()),
                ("role", models.TextField()),
                ("rpps", models.TextField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("joined_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "membership",
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("pk", _key()),
                ("tenant", models.UUIDField()),
                ("id", models.UUIDField()),
                ("membership", models.UUIDField()),
                ("token", models.BinaryField()),
                ("verifier", models.TextField()),
                ("attempts", models.IntegerField(db_default=0)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "invitation",
            },
        ),
        protect(
            "membership",
            web="SELECT, UPDATE (joined_at)",
            operator="SELECT, INSERT, UPDATE (ended_at)",
        ),
        protect(
            "invitation",
            web="SELECT, UPDATE (accepted_at)",
            operator="SELECT, INSERT, UPDATE (withdrawn_at)",
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE membership ADD FOREIGN KEY (tenant) REFERENCES pharmacy (tenant)",
                "ALTER TABLE membership ADD FOREIGN KEY (person) REFERENCES person (id)",
                "ALTER TABLE membership ADD CONSTRAINT role"
                " CHECK (role IN ('owner', 'pharmacist', 'preparer'))",
                # A pharmacist has a number, a preparer has none (Code de la santé publique,
                # L4221-1 and L4241-1); an owner who answers for results has one.
                "ALTER TABLE membership ADD CONSTRAINT rpps CHECK (CASE role"
                " WHEN 'pharmacist' THEN rpps IS NOT NULL WHEN 'preparer' THEN rpps IS NULL"
                " ELSE true END)",
                # Two invitations at once make one membership: the second one is refused.
                "CREATE UNIQUE INDEX membership_current ON membership (tenant, person)"
                " WHERE ended_at IS NULL",
                "CREATE INDEX membership_of_person ON membership (person)",
                "ALTER TABLE invitation ADD FOREIGN KEY (tenant, membership)"
                " REFERENCES membership (tenant, id)",
                "CREATE UNIQUE INDEX invitation_token ON invitation (token)",
            ],
            migrations.RunSQL.noop,
        ),
        # As for a patient's link: the attempt is spent in the statement that finds the invitation,
        # and committed before the code is looked at.
        definer(
            "spend_invitation_attempt(of_token bytea)",
            "TABLE (tenant uuid, id uuid)",
            """
            UPDATE invitation SET attempts = attempts + 1
            WHERE token = of_token AND attempts < 10 AND accepted_at IS NULL
              AND withdrawn_at IS NULL AND created_at > now() - interval '24 hours'
            RETURNING tenant, id
            """,
            roles=("web",),
        ),
        definer(
            "give_invitation_attempt_back(of_token bytea)",
            "TABLE (tenant uuid, id uuid)",
            """
            UPDATE invitation SET attempts = attempts - 1
            WHERE token = of_token AND attempts BETWEEN 1 AND 10
            RETURNING tenant, id
            """,
            roles=("web",),
        ),
        # Where a person works, before they have chosen where they are today.
        definer(
            "memberships_of(of_person uuid)",
            "TABLE (tenant uuid, id uuid)",
            """
            SELECT m.tenant, m.id FROM membership m
            WHERE m.person = of_person AND m.joined_at IS NOT NULL AND m.ended_at IS NULL
            """,
            roles=("web",),
        ),
    ]
