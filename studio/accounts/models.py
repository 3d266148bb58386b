"""People's keys: one-time sign-in links and API tokens. The person is Django's own User."""

import uuid

from django.conf import settings
from django.db import models


class SignInLink(models.Model):
    """An address that signs its person in once, for ten minutes; only its hash is stored."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sign_in_links")
    sha256 = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)
    used = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"link of {self.created:%Y-%m-%d %H:%M}"


class ApiToken(models.Model):
    """A key a program sends as `Authorization: Bearer`; only its hash is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return self.name


class Allowance(models.Model):
    """What one person may use instead of what the settings give everybody; an empty field leaves it at that."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="allowance")
    bytes = models.PositiveBigIntegerField(null=True, blank=True)
    frames = models.PositiveIntegerField(null=True, blank=True)
    minutes_day = models.FloatField(null=True, blank=True)
    minutes_month = models.FloatField(null=True, blank=True)

    def __str__(self) -> str:
        return f"allowance of {self.owner}"


class SignInAttempt(models.Model):
    """A sign-in that failed; rows live for minutes."""

    name = models.CharField(max_length=150)
    address = models.CharField(max_length=64)
    created = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.name
