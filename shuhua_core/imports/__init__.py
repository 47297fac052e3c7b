"""Archive records from a spreadsheet: a template, a trial that saves nothing, and the import, both done by the worker."""
