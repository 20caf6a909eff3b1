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

_PATTERNS: tuple[tuple[re.Pattern[str], Place], ...] = tuple(
    (re.compile(pattern), place)
    for pattern, place in (
        (
            r"^\.(?:github/(?:workflows|actions)|circleci|buildkite|woodpecker|teamcity|semaphore"
            r"|azure-pipelines|azuredevops|gitlab/ci|(?:gitea|forgejo)/(?:workflows|actions)"
            r"|builds|tekton|harness|drone)/",
            _CI,
        ),
        (
            r"(?:^|/)(?:jenkinsfile[.-][^/]*|azure-pipelines[^/]*\.ya?ml|[^/]*\.gitlab-ci\.ya?ml)$",
            _CI,
        ),
        (r"(?:^|/)(?:\.husky|\.?githooks|\.?git-hooks|\.lefthook(?:-local)?)/", _HOOK),
        (
            r"(?:^|/)(?:\.?lefthook(?:-local)?\.(?:ya?ml|toml|jsonc?)|lint-staged\.config\.\w+)$",
            _HOOK,
        ),
        (rf"(?:^|/)[^/]*hooks?(?:/[^/]+)?/(?:{'|'.join(HOOK_EVENTS)})(?:\.\w+)?$", _HOOK),
        (r"(?:^|/)\.vscode/(?:tasks|launch|settings|extensions)\.json$", _EDITOR),
        (
            r"(?:^|/)(?:\.idea/(?:runconfigurations/|workspace\.xml|externaldependencies)|\.run/)",
            _EDITOR,
        ),
        (
            r"(?:^|/)\.(?:zed|vim|nova|fleet|sublime)/|\.(?:code-workspace|sublime-project)$",
            _EDITOR,
        ),
        (r"(?:^|/)\.devcontainer/", _CONTAINER),
        (r"(?:^|/)\.?mise/(?:tasks/|config\.toml$)", _SHELL),
        (r"\.pth$", _START),
        (r"(?:^|/)\.(?:yarn/(?:releases|plugins)|mvn|bundle)/", _SOURCES),
        (r"(?:^|/)gradle/wrapper/|(?:^|/)\.cargo/config(?:\.toml)?$", _TOOLCHAIN),
        (
            r"(?:^|/)\.(?:claude|cursor|codex|gemini|windsurf|cline|clinerules|roo|kilocode|opencode"
            r"|crush|goose|continue|amazonq|kiro|junie|augment|qwen|factory|agents?|trae|amp"
            r"|openhands|pi)/|(?:^|/)\.vscode/mcp\.json$|(?:^|/)\.aider[^/]*$",
            _AGENT,
        ),
        (r"(?:^|/)\.github/(?:instructions|prompts|chatmodes|agents|skills)/", _AGENT),
        (
            r"(?:^|/)\.env\.(?!(?:\w+\.)?(?:example|sample|template|dist|defaults?)$)[^/]+$",
            _PRIVATE,
        ),
        (r"\.(?:p12|pfx|keystore|jks|ppk|kdbx|tfstate)$|(?:^|/)\.(?:aws|ssh|gnupg)/", _PRIVATE),
        (r"(?:^|/)(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml$", _BUILD),
        (r"(?:^|/)(?:dockerfile|containerfile|makefile)\.[^/]+$|\.(?:dockerfile|mk|mak)$", _BUILD),
        (r"\.(?:gradle|gradle\.kts|cmake|bzl|targets)$|(?:^|/)(?:gradlew|mvnw)(?:\.\w+)?$", _BUILD),
        (
            r"(?:^|/)(?:webpack|vite|vitest|rollup|babel|jest|eslint|prettier|playwright|cypress|metro"
            r"|tailwind|postcss|next|nuxt|svelte|astro)\.config\.[cm]?[jt]s$"
            r"|(?:^|/)\.(?:eslintrc|prettierrc|babelrc)\.[cm]?js$",
            _BUILD,
        ),
        (
            r"(?:^|/)requirements[^/]*\.(?:txt|in)$|(?:^|/)requirements/[^/]+\.(?:txt|in)$",
            _MANIFEST,
        ),
        (r"\.(?:gemspec|csproj|fsproj|vbproj)$", _MANIFEST),
    )
)
_INSTALLED = re.compile(r"(?:^|/)node_modules/")
_WITH_SCRIPTS = frozenset({"package.json", "composer.json"})


@lru_cache(maxsize=4096)
def folded(raw_path: bytes) -> str:
    """A path as a file system compares it that ignores case and composition."""
    text = raw_path.decode("utf-8", "surrogateescape")
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def place(raw_path: bytes) -> Place | None:
    """What this path means; None: nothing special. Case is ignored, as some systems do."""
    path = folded(raw_path)
    name = path.rpartition("/")[2]
    if _INSTALLED.search(path):
        return None
    if found := _BY_NAME.get(name):
        return found
    return next((where for pattern, where in _PATTERNS if pattern.search(path)), None)


def has_scripts(raw_path: bytes) -> bool:
    """Whether this is a JSON manifest whose `scripts` a package tool runs."""
    path = folded(raw_path)
    return path.rpartition("/")[2] in _WITH_SCRIPTS and not _INSTALLED.search(path)
