"""What each migration adds to a table that it creates: row-level security, grants, append-only.

PostgreSQL's own rules are the control here (its manual, chapter 5.9): FORCE applies the policies to
the table's owner too, so the owner has a policy of its own, for migrations and for the few SECURITY
DEFINER functions that must find something before a tenant is known.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations import RunSQL

# What RunSQL takes in a list.
Statement = str | tuple[str, dict[str, Any] | list[Any] | tuple[Any, ...] | None]

# Tables without a tenant, each with its reason. A catalogue test refuses any other.
SHARED_TABLES = {
    "destination": "where results go is set up by the operator for the whole installation",
    "key_confirmation": "one moment in time, the worker's",
    "person": "a human may work in several pharmacies; memberships carry the tenant",
    "passkey": "public keys of persons",
    "session": "a person at a screen, before they choose the pharmacy; ids, times and a MAC",
    "spent_challenge": "random numbers that a passkey has signed",
    "django_migrations": "which migrations have run",
    "django_content_type": "Django's list of models; holds no data",
    "django_session": "sessions of people",
    "auth_group": "never used; comes with django.contrib.auth",
    "auth_group_permissions": "never used; comes with django.contrib.auth",
    "auth_permission": "never used; comes with django.contrib.auth",
    "account_emailaddress": "allauth: addresses of people who sign in",
    "account_emailconfirmation": "allauth: never used, there are no mailed links",
    "allauth_idp_oidc_client": "allauth: API clients; api_client ties each to its pharmacy",
    "allauth_idp_oidc_token": "allauth: hashes of access tokens",
    "procrastinate_jobs": "scheduled jobs; arguments are at most one opaque id",
    "procrastinate_events": "history of scheduled jobs",
    "procrastinate_periodic_defers": "when each scheduled job ran",
    "procrastinate_workers": "heartbeats of workers",
}


def protect(
    table: str, *, tenant: str = "tenant", append_only: bool = False, **grants: str
) -> RunSQL:
    """The operation that protects `table`, whose column `tenant` names the pharmacy.

    `grants` gives the privileges of each role, e.g. `web="SELECT, INSERT"`; a role that isn't
    named has none. `append_only` also refuses UPDATE, DELETE and TRUNCATE by triggers, to everybody
    but a superuser who switches triggers off.
    """
    statements: list[Statement] = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant ON {table} USING ({tenant} = ANY (tenants()))"
        f" WITH CHECK ({tenant} = ANY (tenants()))",
        f"CREATE POLICY owner ON {table} TO ecouvillon_owner USING (true) WITH CHECK (true)",
        *_grants(table, grants),
    ]
    if append_only:
        statements += [
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            f"CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        ]
    return RunSQL(statements, RunSQL.noop)


def share(table: str, **grants: str) -> RunSQL:
    """The operation that grants roles their part of a shared table (see `SHARED_TABLES`)."""
    return RunSQL(_grants(table, grants), RunSQL.noop)


def definer(signature: str, returns: str, body: str, roles: tuple[str, ...]) -> RunSQL:
    """A SECURITY DEFINER function of the owner, executable by `roles` only.

    For what must be found before a tenant is known: it returns ids and tenants, nothing else.
    `search_path` is fixed, since the caller's would decide what the body's names mean.
    """
    name = signature.split("(", 1)[0]
    types = ", ".join(
        part.split()[-1] for part in signature.split("(", 1)[1].rstrip(")").split(",") if part
    )
    return RunSQL(
        [
            f"CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE sql SECURITY DEFINER"
            f" SET search_path = public, pg_temp AS $body$ {body} $body$",
            f"REVOKE ALL ON FUNCTION {name}({types}) FROM PUBLIC",
            *(f"GRANT EXECUTE ON FUNCTION {name}({types}) TO ecouvillon_{role}" for role in roles),
        ],
        RunSQL.noop,
    )


def _grants(table: str, grants: dict[str, str]) -> list[Statement]:
    return [
        f"GRANT {privileges} ON {table} TO ecouvillon_{role}" for role, privileges in grants.items()
    ]
