"""What every map provider must do."""

import re
from urllib.parse import urlsplit

import pytest

from shuhua_core.plugins.contracts import Basemap, MapProvider
from shuhua_core.plugins.verify import problems


class MapProviderConformance:
    """Give ``provider``."""

    @pytest.fixture
    def provider(self) -> MapProvider:
        """The provider to test."""
        raise NotImplementedError("give a fixture named provider")

    def test_it_satisfies_the_contract(self, provider: MapProvider) -> None:
        """Name, label and method are as the contract says."""
        assert problems("map_provider", provider) == []

    def test_it_gives_the_same_base_map_each_time(self, provider: MapProvider) -> None:
        """A Basemap, and an equal one when asked again."""
        basemap = provider.basemap()
        assert isinstance(basemap, Basemap)
        assert provider.basemap() == basemap

    def test_the_page_may_load_what_it_needs(self, provider: MapProvider) -> None:
        """Every host of tiles and scripts is among its CSP origins, or the browser would refuse it."""
        basemap = provider.basemap()
        for address in _addresses(basemap):
            assert any(_allows(origin, address) for origin in basemap.csp_origins), address

    def test_it_says_which_map_it_is(self, provider: MapProvider) -> None:
        """A map from a host carries its 审图号; one without says in its note what it is."""
        basemap = provider.basemap()
        assert basemap.approval_number or basemap.note


def _addresses(basemap: Basemap) -> list[str]:
    tiles = basemap.tiles or ""
    servers = [tiles.replace("{s}", one) for one in basemap.subdomains] if "{s}" in tiles else [tiles]
    return [address for address in (*servers, *(script.address for script in basemap.scripts)) if address]


def _allows(origin: str, address: str) -> bool:
    wanted, given = urlsplit(origin), urlsplit(address)
    if wanted.hostname and wanted.hostname.startswith("*."):
        host = re.fullmatch(r"[^/]+" + re.escape(wanted.hostname[1:]), given.hostname or "") is not None
    else:
        host = wanted.hostname == given.hostname
    return host and wanted.port == given.port
