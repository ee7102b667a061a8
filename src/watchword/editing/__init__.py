"""What an editor asks of a rule file: pure functions on a text and an offset in it, without a server.

A `Document` is a text, read and checked, with the scenes beside it. `complete`, `hover`, `definition`, `rename` and
`actions` answer for one place in it. Pure Python, like `lang`.
"""
