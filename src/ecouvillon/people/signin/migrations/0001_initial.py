import uuid

from django.db import migrations, models

from ecouvillon.trust.isolation.protection import share


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.TextField(default="")),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "db_table": "person",
            },
        ),
        share("person", web="SELECT"),
    ]
