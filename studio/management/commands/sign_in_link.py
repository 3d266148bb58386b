"""manage.py sign_in_link: a one-time address for somebody, for instance for the first operator of a new server."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from studio.accounts.links import make_link


class Command(BaseCommand):
    """Prints the path of the link, to be put behind the studio's own address."""

    help = "Print a link that signs a person in once, within ten minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the person's name")
        parser.add_argument("--make", action="store_true", help="make the account where there is none")
        parser.add_argument("--operator", action="store_true", help="let the account use the admin pages")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["name"]).first()
        if person is None:
            if not options["make"]:
                raise CommandError(f"There is no account {options['name']}; --make makes it.")
            person = User(username=options["name"])
            person.set_unusable_password()  # signs in by link until it chooses one
        if options["operator"]:
            person.is_staff = person.is_superuser = True
        person.save()
        self.stdout.write(reverse("link", args=[make_link(person)]))
