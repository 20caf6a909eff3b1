"""Paths that mean more than their content: what runs later, and what changes how one looks."""

import re
import unicodedata
from functools import lru_cache

from fleettui.git.safety import HOOK_EVENTS
from fleettui.review.signals.codes import Code
from fleettui.review.signals.generated import LOCK_FILES

Place = tuple[Code, str]
"""What a path is, and in which words."""

_CI: Place = (Code.RUNS_LATER, "continuous integration")
_DEPLOY: Place = (Code.RUNS_LATER, "deployment")
_HOOK: Place = (Code.RUNS_LATER, "git hook")
_EDITOR: Place = (Code.RUNS_LATER, "editor task or setting")
_CONTAINER: Place = (Code.RUNS_LATER, "development container")
_SHELL: Place = (Code.RUNS_LATER, "runs on entering the folder")
_START: Place = (Code.RUNS_LATER, "runs when a program starts here")
_SOURCES: Place = (Code.RUNS_LATER, "says where packages come from or what installs them")
_TOOLCHAIN: Place = (Code.RUNS_LATER, "says what the toolchain runs")
_DISCOVERY: Place = (Code.RUNS_LATER, "runs whenever tests are looked for")
_INSTALL: Place = (Code.RUNS_LATER, "runs on installation")
_OPENED: Place = (Code.RUNS_LATER, "runs on building, and in editors on opening")
_AGENT: Place = (Code.AGENT_INSTRUCTIONS, "agents obey it")
_GIT: Place = (Code.GIT_SETTINGS, "changes what git does and shows")
_BUILD: Place = (Code.BUILD_FILE, "build or task file")
_MANIFEST: Place = (Code.BUILD_FILE, "names dependencies")
_PRIVATE: Place = (
    Code.PRIVATE_FILE,
    "usually private, and usually ignored where you have your own",
)


def _names(place: Place, words: str) -> dict[str, Place]:
    return dict.fromkeys(words.split(), place)


_BY_NAME: dict[str, Place] = {
    **_names(
        _CI,
        ".gitlab-ci.yml .travis.yml appveyor.yml .appveyor.yml .drone.yml .drone.yaml"
        " .woodpecker.yml .woodpecker.yaml bitbucket-pipelines.yml cloudbuild.yaml cloudbuild.yml"
        " .cirrus.yml .cirrus.star codemagic.yaml buildspec.yml wercker.yml jenkinsfile"
        " .buildkite.yml .semaphore.yml .build.yml bitrise.yml",
    ),
    **_names(_DEPLOY, "netlify.toml vercel.json render.yaml fly.toml procfile app.json"),
    **_names(
        _HOOK,
        ".pre-commit-config.yaml .pre-commit-config.yml .pre-commit-hooks.yaml .overcommit.yml"
        " .huskyrc .huskyrc.json .huskyrc.js .lintstagedrc .lintstagedrc.json .lintstagedrc.js"
        " .simple-git-hooks.json .simple-git-hooks.js .simple-git-hooks.cjs captainhook.json",
    ),
    **_names(_EDITOR, ".exrc .nvimrc .nvim.lua .vimrc .lvimrc .dir-locals.el .dir-locals-2.el"),
    **_names(_CONTAINER, "devcontainer.json .devcontainer.json .gitpod.yml .replit"),
    **_names(_SHELL, ".envrc .mise.toml mise.toml .rtx.toml .autoenv .autoenv.zsh .lmk"),
    **_names(
        _START,
        "sitecustomize.py usercustomize.py .gdbinit .lldbinit .pdbrc .irbrc .pryrc .rprofile",
    ),
    **_names(
        _SOURCES,
        ".npmrc .yarnrc .yarnrc.yml .pnpmfile.cjs pnpmfile.js .pnpmfile.mjs bunfig.toml pip.conf"
        " pip.ini uv.toml .condarc nuget.config .gemrc",
    ),
    **_names(_DISCOVERY, "conftest.py"),
    **_names(_INSTALL, "setup.py"),
    **_names(_OPENED, "build.rs"),
    **_names(
        _AGENT,
        "claude.md claude.local.md agents.md agents.override.md gemini.md qwen.md codex.md crush.md"
        " warp.md copilot-instructions.md skill.md .cursorrules .cursorignore .windsurfrules"
        " .clinerules .roorules .roomodes .goosehints .mcp.json mcp.json opencode.json"
        " opencode.jsonc crush.json .crush.json",
    ),
    **_names(_GIT, ".gitattributes .gitmodules .lfsconfig .mailmap .gitconfig"),
    **_names(
        _BUILD,
        "makefile gnumakefile bsdmakefile justfile .justfile taskfile.yml taskfile.yaml"
        " taskfile.dist.yml noxfile.py tox.ini tox.toml pytest.ini setup.cfg rakefile gulpfile.js"
        " gruntfile.js cmakelists.txt cmakepresets.json configure configure.ac meson.build"
        " build.bazel workspace.bazel module.bazel build.xml build.sbt dockerfile containerfile"
        " vagrantfile flake.nix default.nix shell.nix rust-toolchain rust-toolchain.toml"
        " .tool-versions fabfile.py earthfile tiltfile .git-blame-ignore-revs",
    ),
    **_names(
        _MANIFEST,
        "pyproject.toml pipfile cargo.toml go.mod go.work gemfile pom.xml pnpm-workspace.yaml"
        " deno.json deno.jsonc environment.yml package.swift pubspec.yaml mix.exs",
    ),
    **_names(
        _PRIVATE,
        ".env .netrc .pypirc .htpasswd .pgpass .git-credentials id_rsa id_dsa id_ecdsa id_ed25519"
        " credentials.json service-account.json",
    ),
    **dict.fromkeys((name.decode() for name in LOCK_FILES), (Code.LOCK_FILE, "lock file")),
}

_BY_ROOT: dict[str, Place] = _names(
    _CI,
    ".github/workflows .github/actions .circleci .buildkite .woodpecker .teamcity .semaphore"
    " .azure-pipelines .azuredevops .gitlab/ci .gitea/workflows .gitea/actions .forgejo/workflows"
    " .forgejo/actions .builds .tekton .harness .drone",
) | _names(
    _AGENT,
    ".github/instructions .github/prompts .github/chatmodes .github/agents .github/skills",
)
"""By the first folder of a path, or the first two."""

_BY_FOLDER: dict[str, Place] = {
    **_names(_HOOK, ".husky .githooks githooks .git-hooks git-hooks .lefthook .lefthook-local"),
    **_names(_EDITOR, ".zed .vim .nova .fleet .sublime .run"),
    **_names(_CONTAINER, ".devcontainer"),
    **_names(_SOURCES, ".mvn .bundle"),
    **_names(
        _AGENT,
        ".claude .cursor .codex .gemini .windsurf .cline .clinerules .roo .kilocode .opencode"
        " .crush .goose .continue .amazonq .kiro .junie .augment .qwen .factory .agents .agent"
        " .trae .amp .openhands .pi",
    ),
    **_names(_PRIVATE, ".aws .ssh .gnupg"),
}
"""By a folder anywhere in a path."""

_BY_EXTENSION: dict[str, Place] = {
    **_names(_EDITOR, "code-workspace sublime-project"),
    **_names(_START, "pth"),
    **_names(_PRIVATE, "p12 pfx keystore jks ppk kdbx tfstate"),
    **_names(_BUILD, "dockerfile mk mak gradle cmake bzl targets"),
    **_names(_MANIFEST, "gemspec csproj fsproj vbproj"),
}

_PATTERNS: tuple[tuple[str, re.Pattern[str], Place], ...] = tuple(
    (hint, re.compile(pattern), place)
    for hint, pattern, place in (
        ("jenkinsfile", r"(?:^|/)jenkinsfile[.-][^/]*$", _CI),
        ("azure-pipelines", r"(?:^|/)azure-pipelines[^/]*\.ya?ml$", _CI),
        (".gitlab-ci.y", r"\.gitlab-ci\.ya?ml$", _CI),
        ("lefthook", r"(?:^|/)\.?lefthook(?:-local)?\.(?:ya?ml|toml|jsonc?)$", _HOOK),
        ("lint-staged.config.", r"(?:^|/)lint-staged\.config\.\w+$", _HOOK),
        ("hook", rf"(?:^|/)[^/]*hooks?(?:/[^/]+)?/(?:{'|'.join(HOOK_EVENTS)})(?:\.\w+)?$", _HOOK),
        (".vscode/", r"(?:^|/)\.vscode/(?:tasks|launch|settings|extensions)\.json$", _EDITOR),
        (".idea/", r"(?:^|/)\.idea/(?:runconfigurations/|workspace\.xml|externaldep)", _EDITOR),
        ("mise/", r"(?:^|/)\.?mise/(?:tasks/|config\.toml$)", _SHELL),
        (".yarn/", r"(?:^|/)\.yarn/(?:releases|plugins)/", _SOURCES),
        ("gradle/wrapper/", r"(?:^|/)gradle/wrapper/", _TOOLCHAIN),
        (".cargo/config", r"(?:^|/)\.cargo/config(?:\.toml)?$", _TOOLCHAIN),
        (".aider", r"(?:^|/)\.aider[^/]*$", _AGENT),
        (
            ".env.",
            r"(?:^|/)\.env\.(?!(?:\w+\.)?(?:example|sample|template|dist|defaults?)$)[^/]+$",
            _PRIVATE,
        ),
        ("compose", r"(?:^|/)(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml$", _BUILD),
        ("file.", r"(?:^|/)(?:dockerfile|containerfile|makefile)\.[^/]+$", _BUILD),
        (".gradle.kts", r"\.gradle\.kts$", _BUILD),
        ("gradlew", r"(?:^|/)gradlew(?:\.\w+)?$", _BUILD),
        ("mvnw", r"(?:^|/)mvnw(?:\.\w+)?$", _BUILD),
        (
            ".config.",
            r"(?:^|/)(?:webpack|vite|vitest|rollup|babel|jest|eslint|prettier|playwright|cypress"
            r"|metro|tailwind|postcss|next|nuxt|svelte|astro)\.config\.[cm]?[jt]s$",
            _BUILD,
        ),
        ("rc.", r"(?:^|/)\.(?:eslint|prettier|babel)rc\.[cm]?js$", _BUILD),
        ("requirements", r"(?:^|/)requirements(?:[^/]*|/[^/]+)\.(?:txt|in)$", _MANIFEST),
    )
)
"""Patterns, each with a word that a path must hold for it."""

_WITH_SCRIPTS = frozenset({"package.json", "composer.json"})


@lru_cache(maxsize=4096)
def folded(raw_path: bytes) -> str:
    """A path as a file system compares it that ignores case and composition."""
    text = raw_path.decode("utf-8", "surrogateescape")
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


@lru_cache(maxsize=8192)
def place(raw_path: bytes) -> Place | None:
    """What this path means; None: nothing special. Case is ignored, as some systems do."""
    path = folded(raw_path)
    *folders, name = path.split("/")
    if "node_modules" in folders:
        return None
    extension = name.rpartition(".")[2]
    return (
        _BY_NAME.get(name)
        or _by_folder(folders)
        or (_BY_EXTENSION.get(extension) if extension != name else None)
        or next(
            (what for hint, form, what in _PATTERNS if hint in path and form.search(path)), None
        )
    )


def _by_folder(folders: list[str]) -> Place | None:
    if folders and (where := _BY_ROOT.get(folders[0]) or _BY_ROOT.get("/".join(folders[:2]))):
        return where
    return next((_BY_FOLDER[folder] for folder in folders if folder in _BY_FOLDER), None)


def has_scripts(raw_path: bytes) -> bool:
    """Whether this is a JSON manifest whose `scripts` a package tool runs."""
    *folders, name = folded(raw_path).split("/")
    return name in _WITH_SCRIPTS and "node_modules" not in folders
