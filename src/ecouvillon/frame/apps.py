from django.apps import AppConfig


class FrameConfig(AppConfig):
    name = "ecouvillon.frame"
    label = "frame"
