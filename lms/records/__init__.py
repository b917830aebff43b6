"""An office's view of the record store `xapi`: pages, exports and keys."""
