"""What engine and plugin say to each other: errors, requests, plans, messages.

Standard library and msgpack only, relative imports only, Python 3.9: the
plugin carries a copy of this package inside QGIS.
"""
