"""In what a position is given, and where it comes from: words that our sums depend on, each with its labels (zh, en)."""

from __future__ import annotations

from collections.abc import Mapping

DATUMS: Mapping[str, tuple[str, str]] = {
    "wgs84": ("WGS-84", "WGS-84"),
    "gcj02": ("GCJ-02", "GCJ-02"),
    "bd09": ("BD-09", "BD-09"),
}
SOURCES: Mapping[str, tuple[str, str]] = {
    "gps": ("卫星定位", "Satellite"),
    "network": ("网络定位", "Network"),
    "map": ("地图选点", "Map click"),
    "import": ("导入", "Import"),
    "address": ("地址解析", "Address"),
}
