"""Kinds that the archives tell apart: lists that each deployment keeps for itself."""

from __future__ import annotations

from shuhua_core.kernel.choices import CodeList

CUSTOMER_KINDS = CodeList("customer_kinds")
PROJECT_KINDS = CodeList("project_kinds")
EQUIPMENT_TYPES = CodeList("equipment_types")
