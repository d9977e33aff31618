"""Media at addresses are copied to this machine for as long as they are read.

The process that waits for the decoder copies them.  The one that decodes reads strangers' files, so
it gets neither the network nor credentials.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from seehear.addresses import address_of, fetch
from seehear.errors import MediaError
from seehear.media.identity import content_hash
from seehear.streaming.messages import ClipJob, ClipOutcome, Piece
from seehear.streaming.worker import Decoder


def clip_messages(decoder: Decoder, job: ClipJob) -> Iterator[tuple[ClipJob, Piece | ClipOutcome]]:
    """Yield the pieces of a clip and, last, its outcome, each with the job.

    If the media lie at an address, that job has their `content`, size and hash.  A file that is
    missing or may not be read gives an outcome with a problem, not an error.

    Raises:
        UnreachableError: the address cannot be reached, which says nothing about the clip.
        SeehearError: a decoding process cannot be started at all.
    """
    try:
        with _brought(job) as here:
            told = replace(job, content=here.content)
            for message in decoder.run(here):
                yield told, message
    except MediaError as error:
        yield job, ClipOutcome(problems=[error.problem])


@contextlib.contextmanager
def _brought(job: ClipJob) -> Iterator[ClipJob]:
    """Give a job whose media lie on this machine.

    Raises:
        MediaError: there is no such file, or it may not be read.
        UnreachableError: where it lies cannot be reached.
    """
    address = None if job.source is None else address_of(job.source)
    if address is None:
        yield job
        return
    with tempfile.TemporaryDirectory(prefix="seehear-") as folder:
        path = Path(folder) / Path(address).name
        fetch([(address, path)])
        content = (path.stat().st_size, content_hash(path))
        yield replace(job, source=str(path), content=content)
