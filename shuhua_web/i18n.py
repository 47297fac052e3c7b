"""Texts of the web layer.

``_`` marks a text for translation in the domain ``shuhua_web``; see ``shuhua_core.kernel.i18n``.
"""

from shuhua_core.kernel.i18n import string_factory

DOMAIN = "shuhua_web"

_ = string_factory(DOMAIN)
