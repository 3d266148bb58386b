"""The sub-commands of python -m tracking, one module each."""
