-- The master keys that this store has been used with: names only. A row here means that a lost
-- master file must never be replaced by a new one.
CREATE TABLE master (
    name text PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE lease (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL,
    caller text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL CHECK (expires_at > at)
);

-- `lease` and `master` are not foreign keys: checking them for each of a lease's thousand keys
-- costs more than storing them; one statement writes a lease and its keys, and nothing else does.
CREATE TABLE wrapped_key (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL,
    kind text NOT NULL,
    wrapped bytea NOT NULL CHECK (octet_length(wrapped) = 60),
    master text NOT NULL,
    lease uuid NOT NULL,
    confirmed_at timestamptz
);
CREATE INDEX wrapped_key_unconfirmed ON wrapped_key (lease) WHERE confirmed_at IS NULL;

-- The primary key ends the race of two calls with one opening id: the second one fails.
-- No foreign key to wrapped_key: that it was opened must outlive the key.
CREATE TABLE opening (
    id uuid PRIMARY KEY,
    key_id uuid NOT NULL,
    tenant uuid NOT NULL,
    kind text NOT NULL,
    purpose text NOT NULL,
    caller text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE destroyed_key (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL,
    kind text NOT NULL,
    caller text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX destroyed_key_of_caller ON destroyed_key (caller, at);

GRANT SELECT, INSERT ON master TO ecouvillon_keys;
GRANT SELECT, INSERT, DELETE ON lease TO ecouvillon_keys;
GRANT SELECT, INSERT, DELETE, UPDATE (confirmed_at) ON wrapped_key TO ecouvillon_keys;
-- Openings and destructions are evidence: the service can add to them, not rewrite them.
GRANT INSERT ON opening TO ecouvillon_keys;
GRANT SELECT, INSERT ON destroyed_key TO ecouvillon_keys;
