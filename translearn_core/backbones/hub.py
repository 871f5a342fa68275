"""Hugging Face Hub models: download size, download, cache lookup and error messages."""

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
from translearn_core.backbones.folders import missing_config_error
from translearn_core.backbones.sentence_transformers_settings import POOLING
from translearn_core.backbones.silence import silence_transformers
from translearn_core.backbones.weights import INDEX, SINGLE, missing_weights_error
from translearn_core.config.settings import settings
from translearn_core.errors import BackboneError, NetworkError
from translearn_core.inputs.tokenizer_loading import has_tokenizer

log = logging.getLogger(__name__)

FILE_PATTERNS = ["*.json", "*.txt", "*.model", SINGLE, "model-*-of-*.safetensors"]
"""Files of a backbone at the top of its repository; never code or pickles."""

BELOW = ["[!1]*/*", "1[!_]*/*", "1_[!P]*/*", "*/*/*"]
"""Excluded files: all in subfolders except the pooling config."""
BLOB = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""File names in the Hub's cache: git's SHA-1 or SHA-256."""
TIMEOUT = 15.0


def remote_size(id: str, revision: str | None = None) -> int:
    """Return the bytes left to download of a Hub model; 0 if it is in the cache.

    Raises
    ------
    BackboneError
        If the Hub has no such model, or it cannot be a backbone.
    NetworkError
        If the Hub cannot be reached.
    """
    if cached(id, revision):
        return 0
    cache, (_, files) = PartialCache(id), _listing(id, revision)
    return sum(file.size - cache.bytes(file) for file in files)


def fetch(id: str, revision: str | None = None, report: Report | None = None) -> Path:
    """Download the files of a Hub model that a backbone needs and return its folder in the Hub's cache.

    `report` gets the bytes downloaded so far and may raise `Stopped`; the next call resumes.
    """
    commit, files = _listing(id, revision)
    with silence_transformers(), _explained_errors(id, revision):
        fetch_files(id, commit, files, report)
        return _snapshot(id, revision, local=False)


def cached(id: str, revision: str | None = None) -> Path | None:
    """Return the folder of a Hub model in the cache, None if it is not complete; use no network.

    Damaged files are deleted, so that they are fetched again.
    """
    try:
        folder = _snapshot(id, revision, local=True)
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    for path in folder.iterdir():
        blob = path.resolve()  # named by the digest of its content, where the system has links
        if blob != path and BLOB.fullmatch(blob.name) and not is_content(blob, blob.name):
            log.warning("%s of %s is damaged: it is to be fetched again", path.name, id)
            path.unlink()
            blob.unlink()
    names = [path.name for path in folder.iterdir()]
    complete = (SINGLE in names or INDEX in names) and "config.json" in names and has_tokenizer(names)
    return folder if complete else None


def _snapshot(id: str, revision: str | None, *, local: bool) -> Path:
    folder = snapshot_download(
        id,
        revision=revision,
        allow_patterns=FILE_PATTERNS,
        ignore_patterns=BELOW,
        local_files_only=local,
    )
    return Path(folder)


def _listing(id: str, revision: str | None) -> tuple[str, list[RemoteFile]]:
    """Return commit and files to download of a Hub model, after checking that it can be a backbone."""
    if not settings().hub:
        raise BackboneError(
            f"{id} is not on this machine and fetching models is switched off here: choose the bundled "
            "model, or set TRANSLEARN_HUB=1."
        )
    with _explained_errors(id, revision):
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
        raise missing_config_error(id, names)
    if SINGLE not in names and INDEX not in names:
        raise missing_weights_error(id, names)
    if not has_tokenizer(names):
        raise BackboneError(f"{id} has no tokenizer: choose a text model that ships tokenizer.json.")
    matching = [file for file in files if any(fnmatch(file.name, pattern) for pattern in FILE_PATTERNS)]
    return info.sha or revision or constants.DEFAULT_REVISION, matching


@contextmanager
def _explained_errors(id: str, revision: str | None) -> Iterator[None]:
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
    """Return the error in one sentence, with the fix."""
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
