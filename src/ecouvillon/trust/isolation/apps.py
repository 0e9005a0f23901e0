from django.apps import AppConfig


class IsolationConfig(AppConfig):
    name = "ecouvillon.trust.isolation"
    label = "isolation"
