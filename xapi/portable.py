"""Try what a client sends against a record store that is thrown away afterwards. Part of the record store's public interface."""

from xapi.views.portable import PortableStore

__all__ = ["PortableStore"]
