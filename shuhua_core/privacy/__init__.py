"""Personal data: erased by rule after a time, handed out and erased on request. Stands above the rooms whose records it knows."""
