from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "ecouvillon.people.signin"
    label = "signin"
