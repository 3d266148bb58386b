"""The API describes itself, to people without the internet too."""

import re

from django.contrib.staticfiles import finders
from django.test import Client


def test_the_description_lists_every_refusal_by_its_shape(db: None):
    described = Client().get("/api/openapi.json").json()

    operations = [operation for methods in described["paths"].values() for operation in methods.values()]
    assert len(operations) > 25
    assert all("default" in operation["responses"] for operation in operations)
    assert set(described["components"]["schemas"]["ErrorOut"]["properties"]) == {"code", "message"}


def test_the_documentation_page_needs_nothing_from_elsewhere(db: None):
    page = Client().get("/api/docs")

    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
    assert addresses
    assert all(address.startswith("/static/ninja/") for address in addresses), addresses
    assert all(finders.find(address.removeprefix("/static/")) for address in addresses)
