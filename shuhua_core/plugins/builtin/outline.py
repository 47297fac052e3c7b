"""The offline outline map: needs no internet, no key and no other host; its layers are part of the front end's build."""

from collections.abc import Sequence

from shuhua_core.plugins.contracts import Basemap, Label, Layer, MapProvider
from shuhua_core.plugins.hookspecs import hookimpl


class OutlineMap:
    """The world's land without borders, and China's provinces and prefectures; a schematic map, and marked as one."""

    name = "outline"
    label = Label(zh="离线轮廓图", en="Offline outline map")

    def basemap(self) -> Basemap:
        """Three layers that the front end carries; prefectures appear when one comes closer."""
        return Basemap(
            attribution=Label(
                zh="轮廓数据：world-atlas（Natural Earth）、ECharts 4.9.0",
                en="Outlines: world-atlas (Natural Earth), ECharts 4.9.0",
            ),
            datum="wgs84",
            layers=(Layer("world-land"), Layer("china-provinces"), Layer("china-prefectures", min_zoom=6)),
            min_zoom=2,
            max_zoom=18,
            note=Label(zh="示意图", en="Schematic map"),
        )


@hookimpl
def shuhua_register_map_providers() -> Sequence[MapProvider]:
    """One outline map."""
    return (OutlineMap(),)
