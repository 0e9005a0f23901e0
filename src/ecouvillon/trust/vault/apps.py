from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "ecouvillon.trust.vault"
    label = "vault"
