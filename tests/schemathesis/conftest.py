"""The furnished house of the permission matrix, here too."""

from tests.permissions.conftest import house, populated  # noqa: F401 - fixtures
