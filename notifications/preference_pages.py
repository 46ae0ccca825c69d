"""A person's own choice of mails, and the one click that stops one kind."""

from django.urls import URLPattern

urls: list[URLPattern] = []
