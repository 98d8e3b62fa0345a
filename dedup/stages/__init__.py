"""The stages that decide in Python: pure functions, batch in, batch out.

They never import each other; `pipeline` strings them together. Every other stage is wholly
native and has no Python twin.
"""
