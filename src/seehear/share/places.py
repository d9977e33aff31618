"""Where models are shared: a Hugging Face repository, or a folder that fsspec reaches.

A place reads and writes files.  Nothing is run and nothing unpacked: a place hands out the bytes of
the files it is asked for.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from seehear.errors import ConfigError, MissingExtraError, SeehearError, WeightsError
from seehear.lock import owned
from seehear.names import ADDRESS

_REPO = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w./-]+))?", re.ASCII)
_CHUNK = 1 << 20


class Place(Protocol):
    """Somewhere a shared model lies."""

    @property
    def address(self) -> str:
        """How a user names it."""

    def read(self, name: str, limit: int) -> Iterator[bytes]:
        """Yield the content of a file in pieces.

        Args:
            name: of the file, below the place.
            limit: bytes that the caller expects at most; of a longer file, a place may stop after
                one byte more.  The caller counts, and refuses it.

        Raises:
            WeightsError: there is no such file, or it cannot be read.
        """

    def write(self, files: Mapping[str, bytes | Path], last: str) -> None:
        """Write all files, `last` when the others are there.

        Raises:
            WeightsError: it cannot be written.
        """


def place(address: str | Path) -> Place:
    """Return the place of an address.

    Raises:
        ConfigError: not an address, or of a kind that is not known.
    """
    match = ADDRESS.fullmatch(str(address))
    if match is None:
        raise ConfigError(
            "expected an address such as hf://owner/name or s3://bucket/folder, got"
            f" {str(address)!r}"
        )
    if match["scheme"] == "hf":
        repo = _REPO.fullmatch(match["rest"].rstrip("/"))
        if repo is None:
            raise ConfigError(
                f"expected hf://owner/name or hf://owner/name@revision, got {str(address)!r}"
            )
        return HubPlace(repo["repo"], repo["revision"])
    # an absolute path has three slashes in all
    slashes = "///" if match["scheme"] in ("file", "local") else "//"
    return FolderPlace(f"{match['scheme']}:{slashes}{match['rest'].rstrip('/')}")


@dataclass(frozen=True)
class FolderPlace:
    """A folder at an fsspec URL."""

    address: str

    def read(self, name: str, limit: int) -> Iterator[bytes]:
        """Yield the content of a file in pieces."""
        system, root = self._system()
        try:
            with system.open(f"{root}/{name}", "rb") as file:
                left = limit + 1
                while left > 0 and (piece := file.read(min(_CHUNK, left))):
                    left -= len(piece)
                    yield piece
        except FileNotFoundError:
            raise WeightsError(
                f"no {name} there", where=self.address, hint="is this a shared seehear model?"
            ) from None
        except Exception as error:  # each file system has errors of its own
            raise WeightsError(f"{name} cannot be read: {error}", where=self.address) from None

    def write(self, files: Mapping[str, bytes | Path], last: str) -> None:
        """Write all files, `last` when the others are there."""
        system, root = self._system()
        local = "file" in system.protocol
        try:
            with owned(root) if local else contextlib.nullcontext():
                system.makedirs(root, exist_ok=True)
                for name in sorted(files, key=lambda name: name == last):
                    content = files[name]
                    if "/" in name:
                        system.makedirs(f"{root}/{name.rpartition('/')[0]}", exist_ok=True)
                    if isinstance(content, bytes):
                        system.pipe_file(f"{root}/{name}", content)
                    else:
                        system.put_file(str(content), f"{root}/{name}")
        except SeehearError:
            raise
        except Exception as error:
            raise WeightsError(f"cannot be written: {error}", where=self.address) from None

    def _system(self) -> tuple[Any, str]:
        try:
            import fsspec
        except ImportError:
            raise MissingExtraError.of("fsspec", "share") from None
        try:
            system, root = fsspec.core.url_to_fs(self.address)
        except (ValueError, ImportError, OSError) as error:
            raise ConfigError(f"cannot be reached: {error}", where=self.address) from None
        return system, root


@dataclass(frozen=True)
class HubPlace:
    """A Hugging Face repository.

    Args:
        repo: owner/name.
        revision: branch, tag or commit; None: the default branch.
    """

    repo: str
    revision: str | None = None

    @property
    def address(self) -> str:
        """The address it was made from."""
        return f"hf://{self.repo}" + (f"@{self.revision}" if self.revision else "")

    def read(self, name: str, limit: int) -> Iterator[bytes]:
        """Yield the content of a file in pieces."""
        hub = _hub()
        try:
            path = hub.hf_hub_download(self.repo, name, revision=self.revision)
            with open(path, "rb") as file:
                yield from iter(lambda: file.read(_CHUNK), b"")
        except Exception as error:
            raise WeightsError(
                f"{name} cannot be fetched: {error}",
                where=self.address,
                hint="check name, revision, network and, for a private repository, your login",
            ) from None

    def write(self, files: Mapping[str, bytes | Path], last: str) -> None:
        """Write all files in one commit."""
        hub = _hub()
        try:
            api = hub.HfApi()
            api.create_repo(self.repo, exist_ok=True)
            operations = []
            for name, content in files.items():
                data = content if isinstance(content, bytes) else str(content)
                operations.append(hub.CommitOperationAdd(name, data))
            api.create_commit(
                self.repo, operations, commit_message="seehear share", revision=self.revision
            )
        except Exception as error:
            raise WeightsError(
                f"cannot be written: {error}",
                where=self.address,
                hint="check network and login (hf auth login)",
            ) from None


def _hub() -> Any:
    try:
        import huggingface_hub
    except ImportError:
        raise MissingExtraError.of("huggingface-hub", "share") from None
    return huggingface_hub
