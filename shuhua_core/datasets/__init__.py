"""The data that the demo, the commands and the benchmarks run on: real sets, divisions, words and the invented deployment.

Everything here is pure: it reads files of its own package and gives values. Writing them to a database is the business of
the services and of the commands that call them.
"""
