from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "ecouvillon.trust.ledger"
    label = "ledger"
