from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "ecouvillon.screening"
    label = "screening"
