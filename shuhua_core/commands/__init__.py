"""The commands of ``shuhua``, a module each with a click command named ``command``; a name that begins with ``_`` is none."""
