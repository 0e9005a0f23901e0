"""What PostgreSQL's own catalogue says of the whole migrated database: nothing may be forgotten."""

from __future__ import annotations

from django.apps import apps
from tests.installation import Rows

from ecouvillon.operations.roles import ROLES
from ecouvillon.trust.isolation.protection import SHARED_TABLES

APPLICATION = sorted(role for role in ROLES if not ROLES[role].key_store)

# Who may call what before a tenant is known. A function that isn't here fails the test.
DEFINERS = {
    "answered_messages": {"worker"},
    "api_caller": {"web"},
    "due_notices": {"worker"},
    "due_transmissions": {"worker"},
    "give_attempt_back": {"web"},
    "give_invitation_attempt_back": {"web"},
    "memberships_of": {"web"},
    "pharmacy_of_poster": {"web"},
    "spend_attempt": {"web"},
    "spend_invitation_attempt": {"web"},
    "keys_used_between": {"worker"},
    "spent_nirs": {"worker"},
}
# What such a function may return: ids, tenants, and the scopes of a token.
RETURNED = {"tenant": "uuid", "id": "uuid", "client": "uuid", "key": "uuid", "scopes": "text"}

# Policies beside `tenant` and `owner`, with the one role that each is for.
MORE_POLICIES = {
    ("ledger_entry", "auditor"),
    ("ledger_detail", "auditor"),
    ("pharmacy", "operator"),
    ("api_client", "operator"),
}

# The house's floors (docs/architecture.md), bottom first, as the folder of a model begins.
FLOORS = (
    "trust.isolation",
    "trust.limits",
    "trust.ledger",
    "trust.vault",
    "people.signin",
    "people.pharmacy",
    "screening",
    "exits.outbox",
    "exits.delivery exits.reporting",
    "exits.retention",
    "pathway",
)


def test_each_table_is_protected_or_shared_for_a_reason(catalogue: Rows) -> None:
    tables = dict(
        catalogue.execute(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'f', 'm', 'v')"
        ).fetchall()
    )
    unprotected = {table for table, is_protected in tables.items() if not is_protected}
    assert unprotected == SHARED_TABLES.keys()
    assert all(SHARED_TABLES.values())


def test_each_protected_table_has_the_policies_of_its_tenant_and_its_owner_and_no_surprise(
    catalogue: Rows, protected: list[str]
) -> None:
    policies = catalogue.execute(
        "SELECT tablename, policyname, permissive, roles, cmd, qual, with_check"
        " FROM pg_policies WHERE schemaname = 'public'"
    ).fetchall()
    for table in protected:
        (tenant,) = [row for row in policies if row[:2] == (table, "tenant")]
        assert tenant[2:] == (
            "PERMISSIVE",
            ["public"],
            "ALL",
            "(tenant = ANY (tenants()))",
            "(tenant = ANY (tenants()))",
        )
        (owner,) = [row for row in policies if row[:2] == (table, "owner")]
        assert owner[3] == ["ecouvillon_owner"]
    more = {row[:2]: row[3] for row in policies if row[1] not in ("tenant", "owner")}
    assert more == {(table, role): [f"ecouvillon_{role}"] for table, role in MORE_POLICIES}


def test_the_key_of_each_protected_table_begins_with_the_tenant(
    catalogue: Rows, protected: list[str]
) -> None:
    keys = dict(
        catalogue.execute(
            "SELECT conrelid::regclass::text, (SELECT attname FROM pg_attribute"
            "  WHERE attrelid = conrelid AND attnum = conkey[1])"
            " FROM pg_constraint WHERE contype = 'p' AND connamespace = 'public'::regnamespace"
        ).fetchall()
    )
    assert {table: keys.get(table) for table in protected} == dict.fromkeys(protected, "tenant")


def test_a_foreign_key_between_protected_tables_carries_the_tenant(
    catalogue: Rows, protected: list[str]
) -> None:
    keys = catalogue.execute(
        "SELECT conrelid::regclass::text, confrelid::regclass::text,"
        " ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k (n, i)"
        "  JOIN pg_attribute ON attrelid = conrelid AND attnum = n ORDER BY i),"
        " ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY k (n, i)"
        "  JOIN pg_attribute ON attrelid = confrelid AND attnum = n ORDER BY i)"
        " FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    ).fetchall()
    checked = [row for row in keys if row[0] in protected and row[1] in protected]
    assert len(checked) >= 4
    for table, _, columns, referenced in checked:
        pairs = list(zip(columns, referenced, strict=True))
        assert ("tenant", "tenant") in pairs, f"{table} {columns}"


def test_a_foreign_key_points_down_the_house_and_never_beside(catalogue: Rows) -> None:
    room = {
        model._meta.db_table: model.__module__.removeprefix("ecouvillon.").removesuffix(".models")
        for model in apps.get_models()
        if model.__module__.startswith("ecouvillon.")
    }
    floor = {name: number for number, rooms in enumerate(FLOORS) for name in rooms.split()}
    assert set(room.values()) <= floor.keys(), "a new room: say on which floor it is"
    keys = catalogue.execute(
        "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    ).fetchall()
    ours = [(a, b) for a, b in keys if a in room and b in room and room[a] != room[b]]
    assert ours
    wrong = [(a, b) for a, b in ours if floor[room[a]] <= floor[room[b]]]
    assert not wrong


def test_no_application_role_may_step_over_the_policies(catalogue: Rows) -> None:
    roles = catalogue.execute(
        "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,"
        " (SELECT count(*) FROM pg_auth_members WHERE member = r.oid)"
        " FROM pg_roles r WHERE rolname LIKE 'ecouvillon\\_%'"
    ).fetchall()
    assert {row[0] for row in roles} >= {f"ecouvillon_{role}" for role in ROLES}
    for name, *rights in roles:
        expected = [False] * 4 + [name == "ecouvillon_backup", 0]
        assert rights == expected, name


def test_only_the_owner_owns_what_is_in_the_database(catalogue: Rows) -> None:
    owners = catalogue.execute(
        "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace"
        " UNION SELECT DISTINCT pg_get_userbyid(proowner) FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace"
    ).fetchall()
    assert owners == [("ecouvillon_owner",)]


def test_only_the_owner_makes_tables(catalogue: Rows) -> None:
    may = {
        role
        for role in APPLICATION
        for (allowed,) in catalogue.execute(
            "SELECT has_schema_privilege(%s, 'public', 'CREATE')", [f"ecouvillon_{role}"]
        )
        if allowed
    }
    assert may == {"owner"}


def test_a_function_with_its_owners_rights_is_declared_and_only_its_roles_may_call_it(
    catalogue: Rows,
) -> None:
    functions = catalogue.execute(
        "SELECT oid, proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    ).fetchall()
    assert {name for _, name in functions} == DEFINERS.keys()
    for oid, name in functions:
        callers = {
            role
            for role in APPLICATION
            for (allowed,) in catalogue.execute(
                "SELECT has_function_privilege(%s, %s::oid, 'EXECUTE')",
                [f"ecouvillon_{role}", oid],
            )
            if allowed
        }
        assert callers - {"owner"} == DEFINERS[name], name


def test_a_function_with_its_owners_rights_returns_ids_only_and_fixes_its_search_path(
    catalogue: Rows,
) -> None:
    functions = catalogue.execute(
        "SELECT proname, proconfig, proretset,"
        " ARRAY(SELECT proargnames[i] || ' ' || format_type(proallargtypes[i], NULL)"
        "  FROM generate_subscripts(proallargtypes, 1) i WHERE proargmodes[i] = 't')"
        " FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    ).fetchall()
    allowed = {f"{name} {kind}" for name, kind in RETURNED.items()}
    for name, settings, is_set, columns in functions:
        assert settings == ["search_path=public, pg_temp"], name
        assert is_set, name
        assert columns, name
        assert set(columns) <= allowed, name
