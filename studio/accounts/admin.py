"""What an operator sees of people's keys: that they exist, never what they are."""

from django.contrib import admin

from studio.accounts.models import Allowance, ApiToken

admin.site.register(Allowance, list_display=("owner", "bytes", "frames", "minutes_day", "minutes_month"))


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no subscript at run time
    """Tokens can be looked at and deleted."""

    list_display = ("name", "owner", "created", "last_used")
    fields = readonly_fields = ("name", "owner", "created", "last_used")

    def has_add_permission(self, request: object) -> bool:
        return False
