"""What a credential file for Google may ask for. google-auth does as the file says, so it is read here first.

Such a file names the hosts that receive tokens, and where the identity of the caller comes from: a file, a URL, AWS or
a command. Google says that it must be validated before a library loads it (cloud.google.com/docs/authentication/
external/externally-sourced-credentials, read 2026-11). These rules hold for every file, whoever wrote it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sharedbox_cli.auth.connection import GOOGLE_HOSTS
from sharedbox_cli.core.endpoints import endpoint_problem, parsed_url, trusted_hosts

_UNIVERSE = "googleapis.com"
_URLS: Mapping[str, tuple[str, ...]] = {
    "service_account": ("token_uri",),
    "authorized_user": ("token_uri",),
    "external_account": ("token_url", "token_info_url", "service_account_impersonation_url"),
    "external_account_authorized_user": ("token_url", "token_info_url", "revoke_url"),
    "impersonated_service_account": ("service_account_impersonation_url",),
}
"""The types of file that can be used, with the keys of each that name a URL."""
_METADATA = frozenset({"169.254.169.254", "[fd00:ec2::254]", "metadata.google.internal"})
"""The metadata services of AWS, Azure and Google Cloud. They answer the machine itself alone, over http."""
_ISSUERS = ("ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI", "IDENTITY_ENDPOINT")
"""Variables of a pipeline or a machine with the URL that issues its identity token."""
_AWS_URLS = ("region_url", "url", "imdsv2_session_token_url")
_AWS_STS = re.compile(
    r"https://sts(?:\.(?:\{region\}|[a-z0-9-]+))?\.amazonaws\.com/?\?Action=GetCallerIdentity&Version=2011-06-15"
)
_EXECUTABLES = "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES"
_SYSTEM_FOLDERS = ("/proc/", "/sys/", "/dev/")
_MEMORY_FOLDER = "/dev/shm/"  # noqa: S108 - ordinary files, in memory


def credential_file_problem(info: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """Return why a credential file cannot be used, or nothing. Raises UsageError for SHAREDBOX_TRUSTED_HOSTS."""
    return next(_problems(info, environment), "")


def _problems(info: Mapping[str, Any], environment: Mapping[str, str]) -> Iterator[str]:
    kind = info.get("type")
    urls = _URLS.get(kind) if isinstance(kind, str) else None
    if urls is None:
        yield f"The types that can be used are: {', '.join(sorted(_URLS))}."
        return
    if info.get("universe_domain", _UNIVERSE) != _UNIVERSE:
        yield f"It is for another Google universe. Only {_UNIVERSE} allows a service account to act on behalf of users."
    named = trusted_hosts(environment)
    for key in urls:
        value = info.get(key)
        if value is None:
            continue
        if not isinstance(value, str):
            yield f"`{key}` must be a text."
        elif problem := endpoint_problem(value, GOOGLE_HOSTS, named, may_have_path=True):
            yield f"`{key}`: {problem}"
    if kind == "external_account":
        yield from _source_problems(info.get("credential_source"), environment)
    if kind == "impersonated_service_account":
        nested = info.get("source_credentials")
        if not isinstance(nested, Mapping) or nested.get("type") == kind:
            yield "`source_credentials` must be the credentials of the caller."
        else:
            yield from (f"`source_credentials`: {problem}" for problem in _problems(nested, environment))


def _source_problems(source: object, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield why the identity of the caller may not come from where an `external_account` says."""
    if not isinstance(source, Mapping):
        yield "`credential_source` must be a mapping."
        return
    kinds = sorted({"file", "url", "executable", "environment_id"} & source.keys())
    if "environment_id" in kinds:
        yield from _aws_problems(source)
        kinds.remove("environment_id")
        if kinds != ["url"] and kinds:
            yield "`credential_source` must name one source."
        return
    if "certificate" in source or len(kinds) != 1:
        yield "`credential_source` must name one source: `file`, `url`, `executable` or AWS (`environment_id`)."
        return
    value = source[kinds[0]]
    if kinds == ["executable"]:
        if environment.get(_EXECUTABLES) != "1":
            yield f"`credential_source.executable` runs a command. Only {_EXECUTABLES}=1 allows that."
        output = value.get("output_file") if isinstance(value, Mapping) else None
        if output is not None:
            yield from _path_problems("credential_source.executable.output_file", output)
    elif kinds == ["file"]:
        yield from _path_problems("credential_source.file", value)
    elif problem := _issuer_problem(value, environment):
        yield f"`credential_source.url`: {problem}"


def _path_problems(key: str, value: object) -> Iterator[str]:
    if not isinstance(value, str) or not value:
        yield f"`{key}` must be the name of a file."
    elif _is_of_the_system(Path(value)):
        yield f"`{key}`: {value} is not an ordinary file. Files below /proc, /sys and /dev may hold other secrets."


def _is_of_the_system(path: Path) -> bool:
    """Return whether a path leads into /proc, /sys or /dev: by its name, through a link, or by another mount."""
    if any(_is_below_system(name) for name in (os.path.abspath(path), os.path.realpath(path))):  # noqa: PTH100
        return True
    try:
        device = path.stat().st_dev
        return any(device == Path(folder).stat().st_dev for folder in ("/proc", "/sys"))
    except (OSError, ValueError):
        return False  # it cannot be read, so google-auth reports it


def _is_below_system(name: str) -> bool:
    plain = "/" + name.lstrip("/")  # POSIX keeps two leading slashes
    return not plain.startswith(_MEMORY_FOLDER) and f"{plain}/".startswith(_SYSTEM_FOLDERS)


def _issuer_problem(value: object, environment: Mapping[str, str]) -> str:
    """Return why a URL cannot issue the identity of the caller, or nothing."""
    url = parsed_url(value) if isinstance(value, str) else None
    if url is None:
        return "The value is not a URL that can be used."
    if url.is_loopback or (url.host in _METADATA and url.port in (None, 80, 443)):
        return ""
    if url.scheme != "https":
        return "The value must be https://HOST."
    issuers = {issuer.host for name in _ISSUERS if (issuer := parsed_url(environment.get(name, "")))}
    if url.host in issuers | trusted_hosts(environment):
        return ""
    return (
        f"{url.host} is neither this machine, nor a metadata service, nor the issuer of this pipeline "
        f"({', '.join(_ISSUERS)})."
    )


def _aws_problems(source: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(source["environment_id"], str) or not re.fullmatch(r"aws[0-9]{1,3}", source["environment_id"]):
        yield "`credential_source.environment_id` must be aws1."
    for key in _AWS_URLS:
        value = source.get(key)
        url = parsed_url(value) if isinstance(value, str) else None
        if value is not None and (url is None or not (url.is_loopback or url.host in _METADATA)):
            yield f"`credential_source.{key}` must be the metadata service of AWS, http://169.254.169.254."
    value = source.get("regional_cred_verification_url")
    if not isinstance(value, str) or not _AWS_STS.fullmatch(value):
        yield (
            "`credential_source.regional_cred_verification_url` must be "
            "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15."
        )
