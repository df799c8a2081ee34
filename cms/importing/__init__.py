"""Takes content files into the tree of pages: rows, bodies, builders of page types, bulk writing.

`run.import_content` imports a file; `builders.builds` adds a type of row from a package above.
"""
