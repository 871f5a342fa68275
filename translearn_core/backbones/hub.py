"""Models on the Hugging Face Hub: what a download would take, the download, its failures said plainly."""

import errno
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

from huggingface_hub import HfApi, constants, snapshot_download
from huggingface_hub.errors import (  # type: ignore[attr-defined]  # HTTPError: the transport's root error
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    HTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from translearn_core.backbones.download import PartialCache, RemoteFile, Report, fetch_files, is_content
from translearn_core.backbones.folders import no_config
from translearn_core.backbones.sentences import POOLING
from translearn_core.backbones.silence import silence_transformers
from translearn_core.backbones.tokenizer import has_tokenizer
from translearn_core.backbones.weights import INDEX, SINGLE, no_weights
from translearn_core.errors import BackboneError, NetworkError
from translearn_core.settings import settings

log = logging.getLogger(__name__)

WANTED = ["*.json", "*.txt", "*.model", SINGLE, "model-*-of-*.safetensors"]
"""What a backbone is made of, at the top of its repository; never code or pickles."""

BELOW = ["[!1]*/*", "1[!_]*/*", "1_[!P]*/*", "*/*/*"]
"""What is left out: all that lies in folders, but for the pooling."""
BLOB = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""How files of the Hub's cache are called: by git's digest or SHA-256."""
TIMEOUT = 15.0


def remote_size(id: str, revision: str | None = None) -> int:
    """Return the bytes that fetching a Hub model would download; 0 if it is here already.

    Raises
    ------
    BackboneError
        If the Hub has no such model, or none that can be a backbone.
    NetworkError
        If the Hub cannot be reached.
    """
    if cached(id, revision):
        return 0
    kept, (_, files) = PartialCache(id), _listing(id, revision)
    return sum(file.size - kept.bytes(file) for file in files)


def fetch(id: str, revision: str | None = None, report: Report | None = None) -> Path:
    """Download what a backbone needs of a Hub model and return its folder in the Hub's cache.

    `report` hears how many bytes of all are here, and may raise `Stopped`: what came so far stays, and the
    next call goes on from there.
    """
    commit, files = _listing(id, revision)
    with silence_transformers(), _friendly_errors(id, revision):
        fetch_files(id, commit, files, report)
        return _snapshot(id, revision, local=False)


def cached(id: str, revision: str | None = None) -> Path | None:
    """Return the folder of a Hub model fetched earlier, None if it is not here in full; asks no network.

    A file that is not what it was fetched as is deleted, so that it is fetched again.
    """
    try:
        folder = _snapshot(id, revision, local=True)
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    for path in folder.iterdir():
        blob = (
            path.resolve()
        )  # the Hub's client names it by the digest of its content, where links can be made
        if blob != path and BLOB.fullmatch(blob.name) and not is_content(blob, blob.name):
            log.warning("%s of %s is damaged: it is to be fetched again", path.name, id)
            path.unlink()
            blob.unlink()
    names = [path.name for path in folder.iterdir()]
    whole = SINGLE in names or INDEX in names
    return folder if whole and "config.json" in names and has_tokenizer(names) else None


def _snapshot(id: str, revision: str | None, *, local: bool) -> Path:
    folder = snapshot_download(
        id,
        revision=revision,
        allow_patterns=WANTED,
        ignore_patterns=BELOW,
        local_files_only=local,
    )
    return Path(folder)


def _listing(id: str, revision: str | None) -> tuple[str, list[RemoteFile]]:
    """Return a Hub model's commit and wanted files, after checking that it can be a backbone and be had."""
    if not settings().hub:
        raise BackboneError(
            f"{id} is not on this machine and fetching models is switched off here: choose the bundled "
            "model, or set TRANSLEARN_HUB=1."
        )
    with _friendly_errors(id, revision):
        api = HfApi()
        info = api.model_info(id, revision=revision, files_metadata=True, timeout=TIMEOUT)
        if info.gated:
            api.auth_check(id)
    files = [
        RemoteFile(file.rfilename, file.size or 0, (file.lfs.sha256 if file.lfs else file.blob_id) or "")
        for file in info.siblings or []
        if "/" not in file.rfilename or file.rfilename == POOLING
    ]
    names = [file.name for file in files]
    if "config.json" not in names and "adapter_config.json" in names:
        raise BackboneError(f"{id} is an adapter (LoRA), not a whole model: give the model it was made for.")
    if "config.json" not in names:
        raise no_config(id, names)
    if SINGLE not in names and INDEX not in names:
        raise no_weights(id, names)
    if not has_tokenizer(names):
        raise BackboneError(f"{id} has no tokenizer: choose a text model that ships tokenizer.json.")
    wanted = [file for file in files if any(fnmatch(file.name, pattern) for pattern in WANTED)]
    return info.sha or revision or constants.DEFAULT_REVISION, wanted


@contextmanager
def _friendly_errors(id: str, revision: str | None) -> Iterator[None]:
    try:
        yield
    except (
        HTTPError,
        EntryNotFoundError,
        HFValidationError,
        OSError,
        ValueError,
        KeyError,
        TypeError,
    ) as error:
        raise _explain(error, id, revision) from error


def _explain(error: BaseException, id: str, revision: str | None) -> BackboneError:
    """Say in one sentence what went wrong with the Hub and what to do."""
    if isinstance(error, LocalEntryNotFoundError) and error.__cause__ is not None:
        return _explain(error.__cause__, id, revision)
    host = constants.ENDPOINT
    match error:
        case GatedRepoError():
            return BackboneError(
                f"{id} is gated: ask for access on {host}/{id}, then set HF_TOKEN to a token of that account."
            )
        case RevisionNotFoundError():
            return BackboneError(
                f"{id} has no revision {revision!r}: give a branch, tag or commit that it has."
            )
        case RepositoryNotFoundError():
            return BackboneError(
                f"{id} is not on {host}: check the spelling (owner/name); a private model needs HF_TOKEN."
            )
        case HFValidationError():
            return BackboneError(f"{id!r} is not a Hub id: give owner/name, or the path of a folder.")
        case OfflineModeIsEnabled():
            return NetworkError(
                f"{id} cannot be fetched while HF_HUB_OFFLINE is set: unset it and start again."
            )
        case HfHubHTTPError():
            return _access_error(error, id, host)
        case OSError() if error.errno == errno.ENOSPC:
            return BackboneError(
                f"{id} does not fit on the disk of {constants.HF_HUB_CACHE}: make room there."
            )
        case OSError() if error.filename is not None:
            return BackboneError(
                f"{id} cannot be kept in {constants.HF_HUB_CACHE}: allow writing there, or set HF_HOME."
            )
        case HTTPError() | EntryNotFoundError() | OSError():
            return NetworkError(
                f"{host} cannot be reached, so {id} was not fetched: check the network and try again, "
                "or take the bundled model, which needs none."
            )
    return NetworkError(f"{host} does not answer as a model hub, so {id} was not fetched: check HF_ENDPOINT.")


def _access_error(error: HfHubHTTPError, id: str, host: str) -> BackboneError:
    status = error.response.status_code
    if status in (401, 403):
        return BackboneError(
            f"{host} refuses access to {id} (status {status}): set HF_TOKEN to a valid token."
        )
    if status == 429:
        return NetworkError(
            f"{host} has had too many requests from here: wait some minutes and fetch {id} again."
        )
    return NetworkError(f"{host} answered {id} with status {status}: try again later.")
