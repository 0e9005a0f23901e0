from django.apps import AppConfig


class CounterConfig(AppConfig):
    name = "ecouvillon.entrances.counter"
    label = "counter"
