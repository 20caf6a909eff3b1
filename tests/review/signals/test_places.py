"""Which paths mean something."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.review.signals import generated
from fleettui.review.signals.places import has_scripts, place

RUNS_LATER = """
.github/workflows/ci.yml .github/actions/setup/action.yml .gitlab-ci.yml ci/deploy.gitlab-ci.yml
.circleci/config.yml Jenkinsfile Jenkinsfile.release azure-pipelines.yml .azure-pipelines/build.yml
.buildkite/pipeline.yml .woodpecker.yml .woodpecker/test.yml .travis.yml appveyor.yml .drone.yml
bitbucket-pipelines.yml .forgejo/workflows/a.yml .gitea/workflows/a.yml netlify.toml Procfile
.husky/pre-commit .githooks/pre-push lefthook.yml .lefthook.toml .pre-commit-config.yaml
scripts/git-hooks/post-checkout tools/hooks/pre-commit.sh .lintstagedrc.json
.vscode/tasks.json .vscode/settings.json web/.vscode/launch.json .idea/runConfigurations/App.xml
app.code-workspace .devcontainer/devcontainer.json .nvim.lua .exrc .zed/tasks.json
.envrc sub/.envrc mise.toml .mise.toml
.npmrc .yarnrc .yarnrc.yml .yarn/plugins/x.cjs .yarn/releases/yarn.cjs pip.conf bunfig.toml
.pnpmfile.cjs .mvn/jvm.config .cargo/config.toml gradle/wrapper/gradle-wrapper.properties
conftest.py tests/conftest.py setup.py build.rs crates/x/build.rs
sitecustomize.py evil.pth .gdbinit
.GitHub/Workflows/CI.YML
"""
AGENT = """
CLAUDE.md AGENTS.md docs/agents.md GEMINI.md .claude/settings.json .claude/commands/x.md
.cursor/rules/a.mdc .cursorrules .windsurfrules .clinerules .mcp.json .vscode/mcp.json
.github/copilot-instructions.md .github/instructions/a.instructions.md .aider.conf.yml .aiderignore
opencode.json .codex/config.toml .gemini/settings.json .roo/rules.md .kiro/steering/x.md
skills/x/SKILL.md
"""
GIT = ".gitattributes src/.gitattributes .gitmodules .lfsconfig .mailmap"
PRIVATE = ".env .env.local app/.env.production id_rsa .netrc .aws/credentials release.keystore"
BUILD = """
Makefile rules.mk justfile Taskfile.yml noxfile.py tox.ini build.gradle settings.gradle.kts
Dockerfile docker/Dockerfile.web docker-compose.yml compose.prod.yaml CMakeLists.txt setup.cfg
pyproject.toml Cargo.toml go.mod requirements-dev.txt requirements/test.in vite.config.ts
.eslintrc.js gradlew x.csproj
"""
LOCKS = "uv.lock package-lock.json web/yarn.lock Cargo.lock go.sum poetry.lock pnpm-lock.yaml"
NOTHING = """
README.md src/app.py src/hooks/useThing.ts tests/test_app.py docs/claude.md.txt .env.example
.env.sample .env.local.example docs/workflows/ci.yml vendor/x/.github/workflows/ci.yml
node_modules/x/.npmrc src/agents/base.py pipeline.py lib/hooks.py src/pre-commit.py environment.py
.github/ISSUE_TEMPLATE.md data/a.json locks.py
"""


@pytest.mark.parametrize(
    "paths, code",
    [
        (RUNS_LATER, "runs-later"),
        (AGENT, "agent-instructions"),
        (GIT, "git-settings"),
        (PRIVATE, "private-file"),
        (BUILD, "build-file"),
        (LOCKS, "lock-file"),
        (NOTHING, None),
    ],
)
def test_paths_are_known_by_what_they_do(paths: str, code: str | None) -> None:
    found = {path: place(path.encode()) for path in paths.split()}
    assert {path: where and str(where[0]) for path, where in found.items()} == dict.fromkeys(
        paths.split(), code
    )


def test_a_composed_and_a_decomposed_name_are_the_same() -> None:
    assert place(b".ENVRC") == place(b".envrc")
    assert has_scripts(b"web/Package.json")
    assert not has_scripts(b"node_modules/x/package.json")


@pytest.mark.parametrize(
    "path, why",
    [
        ("uv.lock", "lock file"),
        ("web/package-lock.json", "lock file"),
        ("Cargo.lock", "lock file"),
        ("vendor/github.com/x/y.go", "vendored"),
        ("static/jquery.min.js", "minified"),
        ("dist/app.css.map", "source map"),
        ("src/__snapshots__/a.test.js.snap", "snapshot"),
        ("api/service_pb2.py", "generated"),
        ("api/service.pb.go", "generated"),
        ("lib/model.g.dart", "generated"),
        ("src/vendor.py", None),
        ("src/generator.py", None),
        ("locked.py", None),
        ("package.json", None),
    ],
)
def test_generated_files_are_known_by_their_path(path: str, why: str | None) -> None:
    assert generated(path.encode()) == why


@given(st.binary(max_size=80))
def test_any_path_is_judged(path: bytes) -> None:
    where = place(path)
    assert where is None or where[1]
    assert generated(path) in {
        None, "lock file", "vendored", "minified", "source map", "snapshot", "generated"
    }  # fmt: skip
