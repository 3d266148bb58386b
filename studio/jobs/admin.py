"""Jobs as an operator sees them."""

from django.contrib import admin

from studio.jobs.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no subscript at run time
    """Read, filter, delete; states change through the queue's own rules only."""

    list_display = ("id", "kind", "queue", "state", "wanted", "attempt", "progress", "owner", "created", "ended")
    list_filter = ("queue", "kind", "state")
    search_fields = ("id", "owner__username")
    readonly_fields = tuple(field.name for field in Job._meta.fields)

    def has_add_permission(self, request: object) -> bool:
        return False
