"""Where a library of parts lies: a local folder, or any address that fsspec reaches.

Files are written whole or not at all.  Credentials come from the environment, as the package of the
address's file system reads them; an address that contains credentials is refused.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from seehear.addresses import check, line_of, system_of
from seehear.errors import DataError, SeehearError
from seehear.files import atomic_path, refused
from seehear.library.index import sql_path
from seehear.library.scan import FOLDER

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Store(Protocol):
    """A place of files, with names such as `clips/a.parquet`."""

    @property
    def address(self) -> str:
        """How a user names it."""

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder, sorted; none if there is no folder."""

    def read(self, name: str) -> bytes:
        """Return the content of a file.

        Raises:
            FileNotFoundError: there is none.
        """

    def write(self, name: str, content: bytes) -> None:
        """Write a file."""

    def take(self, file: Path, name: str) -> None:
        """Put a local file in place."""

    def remove(self, name: str) -> None:
        """Remove a file; a missing file is not an error."""

    def attach(self, db: "DuckDBPyConnection") -> None:
        """Let DuckDB read here."""

    def sql(self, name: str) -> str:
        """Return a file's name for DuckDB's readers."""

    def scratch(self) -> contextlib.AbstractContextManager[Path]:
        """Yield a local scratch folder for files that are to be put here."""


class LocalStore:
    """A folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def address(self) -> str:
        """How a user names it."""
        return str(self.folder)

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder, sorted."""
        try:
            found = os.listdir(self.folder / folder)
        except FileNotFoundError:
            return []
        return sorted(name for name in found if name[0] != ".")

    def read(self, name: str) -> bytes:
        """Return the content of a file."""
        return (self.folder / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """Write a file."""
        with atomic_path(self.folder / name, wanted=len(content)) as part:
            part.write_bytes(content)

    def take(self, file: Path, name: str) -> None:
        """Put a local file in place."""
        target = self.folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, target)
        except OSError as error:
            raise refused(error, target) from error

    def remove(self, name: str) -> None:
        """Remove a file; a missing file is not an error."""
        (self.folder / name).unlink(missing_ok=True)

    def attach(self, db: "DuckDBPyConnection") -> None:
        """Do nothing: DuckDB reads local files anyway."""

    def sql(self, name: str) -> str:
        """Return what DuckDB's readers call a file."""
        return sql_path(self.folder / name)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Yield a local scratch folder for files that are to be put here."""
        beside = self.folder / FOLDER
        try:
            beside.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=beside, prefix="part-") as folder:
                yield Path(folder)
        except OSError as error:
            raise refused(error, beside) from error


class RemoteStore:
    """A folder at an address that fsspec reaches.

    Raises:
        ConfigError: an unknown kind of address, or one that contains credentials.
        MissingExtraError: the package of that file system is not installed.
    """

    def __init__(self, address: str) -> None:
        check(address)
        self.address = address
        self._system, self._root = system_of(address)

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Turn any error of the file system into one of ours, of one line."""
        try:
            yield
        except (SeehearError, FileNotFoundError):
            raise
        except Exception as error:  # each file system has errors of its own
            hint = "check the network and the credentials, then run the same command again"
            told = f"{what}: it {line_of(error)}"
            raise DataError(told, where=self.address, hint=hint) from error

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder, sorted."""
        with self._told("cannot be listed"), contextlib.suppress(FileNotFoundError):
            self._system.invalidate_cache()
            found = self._system.ls(f"{self._root}/{folder}", detail=False)
            return sorted(filter(None, (str(name).rsplit("/", 1)[-1] for name in found)))
        return []

    def read(self, name: str) -> bytes:
        """Return the content of a file."""
        with self._told(f"{name} cannot be read"):
            return bytes(self._system.cat_file(f"{self._root}/{name}"))

    def write(self, name: str, content: bytes) -> None:
        """Write a file."""
        with self._told(f"{name} cannot be written"):
            self._folder(name)
            self._system.pipe_file(f"{self._root}/{name}", content)

    def take(self, file: Path, name: str) -> None:
        """Put a local file in place."""
        with self._told(f"{name} cannot be written"):
            self._folder(name)
            self._system.put_file(str(file), f"{self._root}/{name}")

    def _folder(self, name: str) -> None:
        self._system.makedirs(f"{self._root}/{name}".rpartition("/")[0], exist_ok=True)

    def remove(self, name: str) -> None:
        """Remove a file; a missing file is not an error."""
        with self._told(f"{name} cannot be removed"), contextlib.suppress(FileNotFoundError):
            self._system.rm_file(f"{self._root}/{name}")

    def attach(self, db: "DuckDBPyConnection") -> None:
        """Let DuckDB read here."""
        protocol: Any = self._system.protocol
        names = {protocol} if isinstance(protocol, str) else set(protocol)
        if not names & set(db.list_filesystems()):
            db.register_filesystem(self._system)

    def sql(self, name: str) -> str:
        """Return what DuckDB's readers call a file."""
        return sql_path(Path(self._system.unstrip_protocol(f"{self._root}/{name}"))).replace(
            ":/", "://", 1
        )

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Yield a local scratch folder for files that are to be put here."""
        with tempfile.TemporaryDirectory(prefix="seehear-") as folder:
            yield Path(folder)
