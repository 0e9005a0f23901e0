from django.apps import AppConfig


class PharmacyConfig(AppConfig):
    name = "ecouvillon.people.pharmacy"
    label = "pharmacy"
