"""Ground floor: database, actors, context, events, workflow engine. Imports no room."""
