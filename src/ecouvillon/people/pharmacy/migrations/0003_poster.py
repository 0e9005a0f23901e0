from django.db import migrations

from ecouvillon.trust.isolation.protection import definer


class Migration(migrations.Migration):
    dependencies = [("pharmacy", "0002_staff")]

    operations = [
        # A patient has scanned a poster and belongs to no tenant: the address says which.
        definer(
            "pharmacy_of_poster(of_slug text)",
            "TABLE (tenant uuid)",
            "SELECT tenant FROM pharmacy WHERE slug = of_slug",
            roles=("web",),
        ),
    ]
