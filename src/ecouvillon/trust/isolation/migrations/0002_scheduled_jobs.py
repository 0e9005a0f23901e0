from django.db import migrations

from ecouvillon.trust.isolation.protection import share


class Migration(migrations.Migration):
    """What the worker needs of procrastinate's tables, and the operator of Django's."""

    dependencies = [("isolation", "0001_tenants"), ("procrastinate", "__latest__")]
    operations = [
        # `check` tells whether migrations are missing.
        share("django_migrations", operator="SELECT"),
        *(
            share(f"procrastinate_{table}", worker="SELECT, INSERT, UPDATE, DELETE")
            for table in ("jobs", "events", "periodic_defers", "workers")
        ),
        migrations.RunSQL(
            [
                f"GRANT USAGE ON SEQUENCE procrastinate_{table}_id_seq TO ecouvillon_worker"
                for table in ("jobs", "events", "periodic_defers", "workers")
            ],
            migrations.RunSQL.noop,
        ),
    ]
