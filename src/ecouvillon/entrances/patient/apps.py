from django.apps import AppConfig


class PatientConfig(AppConfig):
    name = "ecouvillon.entrances.patient"
    label = "patient"
