"""The shell's own addresses: the language of a reader, and the sheet for an outage."""

from django.urls import path
from django.views.i18n import set_language

from ecouvillon.frame import pages

app_name = "frame"
urlpatterns = [
    path("language", set_language, name="language"),
    path("paper-sheet", pages.paper_sheet, name="paper_sheet"),
]
