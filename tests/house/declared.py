"""Who may use each route, command and job, what the ledger gets of it, and whose rows it touches.

A new route, command or job is added here on purpose, with its three rules, or the test of the whole
house fails: closed by default means that nothing is open because nobody thought of it.
"""

from __future__ import annotations

from dataclasses import dataclass

# Access
ANYONE = "anyone"  # shows nothing of anybody
WRITE = "screenings:write"  # a token with this scope
STATUS = "screenings:status"
CLIENT = "client secret"  # an API client that proves who it is
LINK = "link and code"
PASSKEY = "passkey"  # a touch that proves who it is
SESSION = "session"  # a person who is signed in, whatever they may do
STAFF = "staff: owner, pharmacist, preparer"
OPERATOR = "operator"  # whoever may run commands on the machine, as this role

# Ledger
NOTHING = "nothing: no record is shown or changed"
EACH_CHANGE = "an entry for each record, committed with the change"
EACH_OPENING = "an entry for each document, committed before it is opened"
BOTH = "an entry for each document before it is opened, and for each change with it"
STATES_ONLY = "nothing: states without a patient's data"

# Tenant
NONE = "none: touches no pharmacy's rows"
OF_TOKEN = "the pharmacy of the token's client"
OF_LINK = "the pharmacy of the link"
OF_SESSION = "the pharmacy of the session"
OF_POSTER = "the pharmacy whose poster has this address"
NAMED = "the pharmacy that the operator names"
EACH_ROW = "the pharmacy of each row, which a function of the owner names"


@dataclass(frozen=True)
class Rules:
    """The three rules of one entry into the house."""

    access: str
    ledger: str
    tenant: str


OPEN = Rules(ANYONE, NOTHING, NONE)

ROUTES: dict[str, Rules] = {
    "healthz": OPEN,
    "readyz": OPEN,
    "language": OPEN,
    "paper-sheet": OPEN,
    ".well-known/openid-configuration": OPEN,
    "api/oauth/token": Rules(CLIENT, NOTHING, NONE),
    "api/oauth/revoke": Rules(CLIENT, NOTHING, NONE),
    "api/v1/screenings": Rules(WRITE, EACH_CHANGE, OF_TOKEN),
    "api/v1/screenings/batch": Rules(WRITE, EACH_CHANGE, OF_TOKEN),
    "api/v1/screenings/<uuid:screening>": Rules(STATUS, STATES_ONLY, OF_TOKEN),
    "api/v1/screenings/<uuid:screening>/results": Rules(WRITE, EACH_CHANGE, OF_TOKEN),
    "api/v1/screenings/<uuid:screening>/correction": Rules(WRITE, EACH_CHANGE, OF_TOKEN),
    "api/v1/screenings/<uuid:screening>/cancellation": Rules(WRITE, EACH_CHANGE, OF_TOKEN),
    "^api/.*$": OPEN,
    "counter/": Rules(STAFF, EACH_OPENING, OF_SESSION),
    "counter/changes": Rules(STAFF, EACH_OPENING, OF_SESSION),
    "counter/clocks": Rules(STAFF, NOTHING, OF_SESSION),
    "counter/scan": Rules(STAFF, NOTHING, OF_SESSION),
    "counter/screenings/<uuid:screening>": Rules(STAFF, NOTHING, OF_SESSION),
    "counter/walk-in": Rules(STAFF, EACH_CHANGE, OF_SESSION),
    "counter/kits/pair": Rules(STAFF, EACH_CHANGE, OF_SESSION),
    "counter/start/<uuid:screening>": Rules(STAFF, BOTH, OF_SESSION),
    "counter/amend/<uuid:screening>": Rules(STAFF, BOTH, OF_SESSION),
    "counter/read/<uuid:screening>": Rules(STAFF, BOTH, OF_SESSION),
    "counter/take-back/<uuid:screening>": Rules(STAFF, EACH_CHANGE, OF_SESSION),
    "counter/signin": Rules(PASSKEY, EACH_CHANGE, OF_SESSION),
    "counter/signin/question": OPEN,
    "counter/signout": Rules(SESSION, EACH_CHANGE, OF_SESSION),
    "counter/pharmacy": Rules(SESSION, EACH_CHANGE, OF_SESSION),
    "counter/outage": Rules(STAFF, NOTHING, OF_SESSION),
    "counter/performer": Rules(STAFF, EACH_CHANGE, OF_SESSION),
    "counter/lock": Rules(SESSION, EACH_CHANGE, OF_SESSION),
    "counter/confirm": Rules(SESSION, NOTHING, OF_SESSION),
    "counter/unlock": Rules(SESSION, EACH_CHANGE, OF_SESSION),
    "counter/unlock/question": Rules(SESSION, NOTHING, NONE),
    "counter/invitation/<str:token>": Rules(LINK, EACH_CHANGE, OF_LINK),
    "counter/print/<uuid:screening>": Rules(STAFF, EACH_CHANGE, OF_SESSION),
    "counter/paper/<uuid:screening>": Rules(STAFF, EACH_OPENING, OF_SESSION),
    "counter/to-fix": Rules(STAFF, EACH_OPENING, OF_SESSION),
    "counter/to-fix/<uuid:transmission>": Rules(STAFF, EACH_CHANGE, OF_SESSION),
    "counter/correct/<uuid:screening>": Rules(STAFF, EACH_CHANGE, OF_SESSION),
    "counter/cancel/<uuid:screening>": Rules(STAFF, EACH_CHANGE, OF_SESSION),
    "counter/swap/<uuid:screening>": Rules(STAFF, EACH_CHANGE, OF_SESSION),
    "counter/closing": Rules(STAFF, STATES_ONLY, OF_SESSION),
    "counter/telephone/<uuid:screening>": Rules(STAFF, EACH_OPENING, OF_SESSION),
    "counter/called/<uuid:call>": Rules(STAFF, EACH_CHANGE, OF_SESSION),
    "counter/slip/<uuid:screening>": Rules(STAFF, EACH_OPENING, OF_SESSION),
    "p/<slug:slug>": Rules(ANYONE, EACH_CHANGE, OF_POSTER),
    "r/<str:token>": Rules(LINK, EACH_OPENING, OF_LINK),
}

COMMANDS: dict[str, Rules] = {
    "check": Rules("owner", NOTHING, NONE),
    "bench": Rules("an installation of its own", NOTHING, NONE),
    "client revoke": Rules(OPERATOR, EACH_CHANGE, NAMED),
    "client create": Rules(OPERATOR, EACH_CHANGE, NAMED),
    "demo": Rules("an installation of its own", NOTHING, NONE),
    "destination add": Rules(OPERATOR, EACH_CHANGE, NONE),
    "destination list": Rules(OPERATOR, NOTHING, NONE),
    "destination pause": Rules(OPERATOR, EACH_CHANGE, NONE),
    "destination resume": Rules(OPERATOR, EACH_CHANGE, NONE),
    "keys serve": Rules("keys", NOTHING, NONE),
    "keys status": Rules("admin socket", NOTHING, NONE),
    "migrate": Rules("owner", NOTHING, NONE),
    "national-simulator": Rules("outside the house", NOTHING, NONE),
    "pharmacy create": Rules(OPERATOR, EACH_CHANGE, NAMED),
    "pharmacy list": Rules(OPERATOR, NOTHING, NONE),
    "serve": Rules("web", NOTHING, NONE),
    "staff end": Rules(OPERATOR, EACH_CHANGE, NAMED),
    "staff invite": Rules(OPERATOR, EACH_CHANGE, NAMED),
    "staff list": Rules(OPERATOR, NOTHING, NAMED),
    "work": Rules("worker", NOTHING, EACH_ROW),
}

JOBS: dict[str, Rules] = {
    "ecouvillon.trust.vault.jobs.confirm_keys": Rules("worker", NOTHING, EACH_ROW),
    "ecouvillon.trust.vault.jobs.sweep_keys": Rules("worker", NOTHING, NONE),
    "ecouvillon.people.signin.jobs.forget_sign_ins": Rules("worker", NOTHING, NONE),
    "ecouvillon.exits.reporting.jobs.forget_forwarded": Rules("worker", NOTHING, EACH_ROW),
}
