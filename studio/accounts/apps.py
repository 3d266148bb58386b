"""The app of people and their tokens."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Names the app."""

    name = "studio.accounts"
    label = "accounts"
