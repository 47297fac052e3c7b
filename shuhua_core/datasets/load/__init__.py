"""Brings data sets into a deployment: the invented one and the real ones, through the services or in bulk."""
