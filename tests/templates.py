"""Keep what Jinja made of a template for the next application of the same process: to read it from files each time took longer."""

from types import CodeType

from jinja2.bccache import Bucket, BytecodeCache


class Kept(BytecodeCache):
    """Keeps the code of each template in this process."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was made of the same text."""
        bucket.code = self._made.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was made."""
        assert bucket.code is not None
        self._made[bucket.key, bucket.checksum] = bucket.code
