"""The unit of the benchmark: the smallest signed-in page that Django serves.

Seven stock middlewares, a session in the database, the user loaded, an empty answer: two
statements. It stands on the same PostgreSQL server, the same Django and the same gunicorn as the
product, in a database of its own. What a page of the product costs is told as a multiple of it.
"""
