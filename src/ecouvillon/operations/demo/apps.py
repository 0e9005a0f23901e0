from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "ecouvillon.operations.demo"
    label = "demo"
