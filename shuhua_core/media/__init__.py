"""Media: pictures that belong to records. Type is judged by content, and what is shown has been drawn anew."""
