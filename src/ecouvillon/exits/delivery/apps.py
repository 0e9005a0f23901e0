from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "ecouvillon.exits.delivery"
    label = "delivery"
