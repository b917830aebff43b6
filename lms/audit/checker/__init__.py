"""Check an audit bundle without the site: recompute every account, and compare all digests. Needs Python and nothing else.

`lms audit checker` packs this package, the core of hours and the digests into one file (`checker.pyz`).
"""
