"""The files of published courses in the file store: each content once, under its own hash, and listings that name them.

    files/<2 digits>/<SHA-256>      the bytes of one file, whichever packages have it
    listings/<2 digits>/<SHA-256>   the files of one activity or of a whole package: name → hash and size
    packages/<SHA-256>/<name>       files of versions that were published before files were stored once; they are still played from there

    swept/<day>/files/…             what nothing referred to when it was set aside (`lms.workshop.sweeping`); it comes back if it is needed

A listing is stored after its files, and a version after its listings, so nothing names what is missing. A listing is found by the hash of
what it lists (`courses.package.tree_digest`): it never changes, and one process reads it once.

A reader that has the hash from a row brings a listing back if it is set aside. For an `anonymous` reader, whose hash is from an address, it
is not there: such a request would otherwise keep it without limit, and ask the file store about each day. A page with a frame calls `keep`.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from datetime import date, timedelta
from functools import cached_property, partial
from pathlib import Path
from threading import Lock

import msgspec

from courses.byte_count import Report, to_nobody
from courses.package import Package, tree_digest
from lms.storage import Storage

AT_ONCE = 8  # files that are stored at the same time, because a bucket's answers take long
FILES, LISTINGS, ASIDE = "files", "listings", "swept"  # folders of the file store
FRESH = timedelta(days=1)  # what was stored within it is not stored again
LARGE = 8 * 2**20  # bytes; a larger file is sent in pieces of this size, so that its progress is known
LOOK_S = 0.5  # between two reports
NAMES_KEPT = 100_000  # in the listings that a process keeps in memory: about 40 MB


class StoredFile(msgspec.Struct, frozen=True, array_like=True):
    """One file: the hash of its bytes, and how many they are."""

    sha256: str
    bytes: int

    @property
    def object_name(self) -> str:
        """Its name in the file store."""
        return f"{FILES}/{self.sha256[:2]}/{self.sha256}"


class Listing(msgspec.Struct, frozen=True, dict=True):
    """The files of an activity or a package by name."""

    files: dict[str, StoredFile]

    @cached_property
    def sha256(self) -> str:
        """The hash by which addresses name it."""
        return tree_digest({name: one.sha256 for name, one in self.files.items()})


# -- Storing


def listing_of(package: Package) -> Listing:
    """Return the files of a whole package."""
    return Listing({name: StoredFile(package.hashes[name], size_of(content)) for name, content in package.files.items()})


def listings_of(package: Package) -> Mapping[str, Listing]:
    """Return the files of each activity of a package; units of one package share one listing."""
    whole = listing_of(package).files
    different = {id(names): names for names in package.activity_files.values()}
    listings = {same: Listing({name: whole[name] for name in sorted(names)}) for same, names in different.items()}
    return {key: listings[id(names)] for key, names in package.activity_files.items()}


def contents_of(package: Package) -> dict[str, int]:
    """Return what a package takes in the file store: the size of each content by its hash, with the uploaded file itself."""
    found = {one.sha256: one.bytes for one in listing_of(package).files.values()}
    return found | ({package.source.sha256: package.source.bytes} if package.source else {})


def size_of(content: bytes | Path) -> int:
    """Return a content's size in bytes."""
    return content.stat().st_size if isinstance(content, Path) else len(content)


def store(storage: Storage, package: Package, progress: Report = to_nobody) -> None:
    """Store what is missing of a package's files, then its listings, that of the whole package last.

    Two publishers of the same file write the same bytes under the same name, each at once, so neither disturbs the other. A file that
    has been there for more than a day is written once more, so that it is not set aside before something refers to it. `progress`
    is called in this thread, at least twice a second: how many bytes are sent, of how many.
    """
    whole = listing_of(package)
    stored = storage.has_fresh(_listing_name(whole.sha256), len(msgspec.json.encode(whole)), FRESH)
    wanted = {} if stored else {package.hashes[name]: content for name, content in package.files.items()}
    if package.source is not None:
        wanted.setdefault(package.source.sha256, package.source.path)
    _put_all(storage, wanted, progress)
    for listing in {id(one): one for one in (*listings_of(package).values(), whole)}.values():
        put_listing(storage, listing)


def _put_all(storage: Storage, wanted: Mapping[str, bytes | Path], progress: Report) -> None:
    """Store contents, several at once. If one fails, or the progress ends the work, those that have not begun are left out."""
    sent = SentBytes()
    total = sum(map(size_of, wanted.values()))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            going = {pool.submit(put, storage, sha256, content, sent.add) for sha256, content in wanted.items()}
            while going:
                done, going = wait(going, LOOK_S, FIRST_EXCEPTION)
                for one in done:
                    one.result()
                progress(min(sent.bytes, total), total)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


class SentBytes:
    """Counts the bytes that several threads send together."""

    def __init__(self) -> None:
        self.bytes, self._lock = 0, Lock()

    def add(self, size: int) -> None:
        """Count one more piece."""
        with self._lock:
            self.bytes += size


def _uncounted(_size: int) -> None:
    """Count nothing."""


def put(storage: Storage, sha256: str, content: bytes | Path, sent: Callable[[int], None] = _uncounted) -> StoredFile:
    """Store a content under the hash of its bytes, unless it was stored just before; `sent` gets the size of each piece."""
    file = StoredFile(sha256, size_of(content))
    if storage.has_fresh(file.object_name, file.bytes, FRESH):
        sent(file.bytes)
    elif isinstance(content, Path) and file.bytes > LARGE:
        storage.put_pieces(file.object_name, _pieces(content, sent))
    else:
        storage.put(file.object_name, content)
        sent(file.bytes)
    return file


def _pieces(path: Path, sent: Callable[[int], None]) -> Iterator[bytes]:
    """Yield a file in pieces, and count each when the next one is wanted."""
    with path.open("rb") as file:
        while piece := file.read(LARGE):
            yield piece
            sent(len(piece))


def put_listing(storage: Storage, listing: Listing) -> str:
    """Store a listing whose files are stored, unless it was stored just before; return the hash by which it is found."""
    sha256, content = listing.sha256, msgspec.json.encode(listing)
    if not storage.has_fresh(_listing_name(sha256), len(content), FRESH):
        storage.put(_listing_name(sha256), content)
    return sha256


# -- Setting aside


def set_aside_as(name: str, day: date) -> str:
    """Return the name of an object that nothing refers to, set aside on a day."""
    return f"{ASIDE}/{day.isoformat()}/{name}"


def name_before(aside: str) -> tuple[str, str]:
    """Return the day on which an object was set aside, and its name before."""
    _folder, day, name = aside.split("/", 2)
    return day, name


def bring_back(storage: Storage, name: str) -> bool:
    """Give an object that was set aside its name back; return whether it was there."""
    return any(storage.move(aside, name) for aside in storage.named_below(ASIDE, name))


def bring_back_of(storage: Storage, sha256: str, name: str) -> bool:
    """Give a file of a listing its name back, if the listing itself is not set aside; return whether the file was there."""
    return storage.size(_listing_name(sha256)) is not None and bring_back(storage, name)


def keep(storage: Storage, sha256: str) -> None:
    """Bring a listing back before the address of its frame is given out, because a frame, an anonymous reader, may not do so."""
    name = _listing_name(sha256)
    if storage.size(name) is None and storage.size(f"packages/{sha256}.stored") is None:  # the latter is a package of the old layout
        bring_back(storage, name)


# -- Finding


def find(storage: Storage, sha256: str, path: str, *, anonymous: bool = False) -> tuple[str, int] | None:
    """Return the object's name and size of one file of an activity or a package, or None. `sha256` names a listing, or an old package."""
    listing = _LISTINGS.of(storage, sha256, anonymous=anonymous)
    if listing is not None:
        file = listing.files.get(path)
        return None if file is None else (file.object_name, file.bytes)
    name = f"packages/{sha256}/{path}"
    size = storage.size(name)
    return None if size is None else (name, size)


def listing_by(storage: Storage, sha256: str, *, anonymous: bool = False) -> Listing | None:
    """Return a listing by its hash, or None if there is none."""
    return _LISTINGS.of(storage, sha256, anonymous=anonymous)


def read_listing(storage: Storage, name: str) -> Listing:
    """Return a listing by its name in the file store, also of one that is set aside.

    Raises:
        FileNotFoundError: it is not there.
    """
    return _decode(storage.get(name))


def find_content(storage: Storage, sha256: str) -> tuple[str, int] | None:
    """Return the object's name and size of a content by its own hash, or None."""
    name = StoredFile(sha256, 0).object_name
    size = storage.size(name)
    if size is None and bring_back(storage, name):
        size = storage.size(name)
    return None if size is None else (name, size)


def read(storage: Storage, sha256: str, path: str, *, anonymous: bool = False) -> bytes | None:
    """Return the bytes of one such file, or None."""
    found = find(storage, sha256, path, anonymous=anonymous)
    return None if found is None else _get(storage, found[0], partial(bring_back_of, storage, sha256, found[0]))


def _get(storage: Storage, name: str, back: Callable[[], bool]) -> bytes | None:
    try:
        return storage.get(name)
    except FileNotFoundError:
        return storage.get(name) if back() else None


def _listing_name(sha256: str) -> str:
    return f"{LISTINGS}/{sha256[:2]}/{sha256}"


class _Listings:
    """The listings that were read last; None for a package of the old layout.

    A missing listing is not remembered, because it may be stored in the next moment.
    """

    def __init__(self, most: int) -> None:
        self._most, self._names = most, 0
        self._kept: OrderedDict[tuple[int, str], tuple[Storage, Listing | None]] = OrderedDict()  # the store keeps its id from reuse
        self._lock = Lock()

    def of(self, storage: Storage, sha256: str, *, anonymous: bool = False) -> Listing | None:
        """Return a listing, or None if there is none of this hash."""
        key = (id(storage), sha256)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][1]
        found = _read_listing(storage, sha256, anonymous=anonymous)
        if found is not None or storage.size(f"packages/{sha256}.stored") is not None:
            self._keep(key, storage, found)
        return found

    def _keep(self, key: tuple[int, str], storage: Storage, found: Listing | None) -> None:
        with self._lock:
            if key not in self._kept:
                self._kept[key], self._names = (storage, found), self._names + _names(found)
            while self._names > self._most and len(self._kept) > 1:
                _key, (_storage, oldest) = self._kept.popitem(last=False)
                self._names -= _names(oldest)


def _names(listing: Listing | None) -> int:
    return 1 if listing is None else 1 + len(listing.files)


def _read_listing(storage: Storage, sha256: str, *, anonymous: bool) -> Listing | None:
    name = _listing_name(sha256)
    content = _get(storage, name, lambda: not anonymous and bring_back(storage, name))
    return None if content is None else _decode(content)


def _decode(content: bytes) -> Listing:
    return msgspec.json.decode(content, type=Listing)


_LISTINGS = _Listings(NAMES_KEPT)
