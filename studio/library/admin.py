"""Clips and uploads as an operator sees them."""

from django.contrib import admin

from studio.library.models import Upload, Video


@admin.register(Video)
class VideoAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no subscript at run time
    """Clips: who owns them, how large they are, what went wrong."""

    list_display = ("title", "owner", "state", "error_code", "byte_size", "frame_count", "created", "deleted_at")
    list_filter = ("state", "form", "error_code")
    search_fields = ("id", "title", "owner__username")
    readonly_fields = tuple(field.name for field in Video._meta.fields if field.name != "title")

    def has_add_permission(self, request: object) -> bool:
        return False


@admin.register(Upload)
class UploadAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no subscript at run time
    """Files on their way in."""

    list_display = ("name", "owner", "length", "created", "touched", "video")
    readonly_fields = tuple(field.name for field in Upload._meta.fields)

    def has_add_permission(self, request: object) -> bool:
        return False
