"""`manage.py up`: the whole studio on one machine, and the end of all of it."""
