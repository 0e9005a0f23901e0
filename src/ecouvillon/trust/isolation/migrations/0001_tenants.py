from django.db import migrations

TENANTS = """
CREATE FUNCTION tenants() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  -- nullif: once a SET LOCAL has ended, the setting is '' in that session, not NULL.
  SELECT nullif(current_setting('ecouvillon.tenants', true), '')::uuid[]
$$;
"""

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(TENANTS, migrations.RunSQL.noop),
        migrations.RunSQL(REFUSE_CHANGE, migrations.RunSQL.noop),
    ]
