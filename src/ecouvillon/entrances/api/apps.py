from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "ecouvillon.entrances.api"
    label = "api"
