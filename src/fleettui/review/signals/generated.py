"""Files whose diffs nobody reads line by line, known by their path alone."""

import re
from functools import lru_cache

LOCK_FILES = frozenset(
    {
        b"bun.lock",
        b"bun.lockb",
        b"cargo.lock",
        b"cartfile.resolved",
        b"composer.lock",
        b"deno.lock",
        b"flake.lock",
        b"gemfile.lock",
        b"go.sum",
        b"gradle.lockfile",
        b"gopkg.lock",
        b"mix.lock",
        b"module.bazel.lock",
        b"npm-shrinkwrap.json",
        b"package-lock.json",
        b"package.resolved",
        b"packages.lock.json",
        b"paket.lock",
        b"pdm.lock",
        b"pipfile.lock",
        b"pixi.lock",
        b"pnpm-lock.yaml",
        b"podfile.lock",
        b"poetry.lock",
        b"pubspec.lock",
        b"pylock.toml",
        b"rebar.lock",
        b"stack.yaml.lock",
        b"uv.lock",
        b"yarn.lock",
    }
)
"""Names in lower case."""

_VENDORED = re.compile(
    rb"(?:^|/)(?:vendor|node_modules|third_party|bower_components|\.yarn/(?:releases|plugins|cache))/"
)
_MINIFIED = re.compile(rb"\.min\.(?:js|mjs|cjs|css)$|[.-]bundle\.js$")
_SOURCE_MAP = re.compile(rb"\.(?:js|mjs|cjs|css)\.map$")
_SNAPSHOT = re.compile(rb"(?:^|/)__snapshots__/|\.(?:snap|ambr)$")
_GENERATED = re.compile(
    rb"_pb2(?:_grpc)?\.pyi?$|\.pb(?:\.gw|\.validate)?\.(?:go|cc|h|swift|dart)$|_grpc\.pb\.go$"
    rb"|\.g(?:\.dart|\.cs|\.i\.cs)$|\.(?:freezed|gr)\.dart$|\.designer\.cs$"
    rb"|(?:^|/)zz_generated[^/]*\.go$|[._]gen(?:erated)?\.(?:go|ts|tsx|js|py|rs|java|kt|swift|cs)$"
    rb"|(?:^|/)(?:__generated__|generated)/"
)
_CLASSES = (
    (_VENDORED, "vendored"),
    (_MINIFIED, "minified"),
    (_SOURCE_MAP, "source map"),
    (_SNAPSHOT, "snapshot"),
    (_GENERATED, "generated"),
)


@lru_cache(maxsize=8192)
def generated(raw_path: bytes) -> str | None:
    """Why a diff of this file is folded at first, in a word or two; None: it is read."""
    path = raw_path.lower()
    if path.rpartition(b"/")[2] in LOCK_FILES:
        return "lock file"
    return next((why for pattern, why in _CLASSES if pattern.search(path)), None)
