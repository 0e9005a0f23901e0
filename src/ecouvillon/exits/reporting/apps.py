from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "ecouvillon.exits.reporting"
    label = "reporting"
