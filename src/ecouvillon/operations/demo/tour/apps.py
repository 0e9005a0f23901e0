from django.apps import AppConfig


class TourConfig(AppConfig):
    name = "ecouvillon.operations.demo.tour"
    label = "tour"
