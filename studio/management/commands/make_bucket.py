"""manage.py make_bucket: the bucket that settings name, where the store has none yet."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studio.library.bucket import BucketStore
from studio.library.store import store


class Command(BaseCommand):
    """Makes the bucket; does nothing where it is there or where files are kept in the data folder."""

    help = "Make the bucket of STUDIO_S3_BUCKET where it is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        files = store()
        if not isinstance(files, BucketStore):
            self.stdout.write("Files are kept in the data folder; there is no bucket to make.")
            return
        try:
            known = [bucket["Name"] for bucket in files.client.list_buckets()["Buckets"]]
            if files.bucket not in known:
                files.client.create_bucket(Bucket=files.bucket)
        except (ClientError, BotoCoreError) as fault:
            raise CommandError(f"The store at {settings.STUDIO_S3_ENDPOINT} does not do it: {fault}") from fault
        self.stdout.write(f"The bucket {files.bucket} is there.")
