from django.apps import AppConfig


class PathwayConfig(AppConfig):
    name = "ecouvillon.pathway"
    label = "pathway"
