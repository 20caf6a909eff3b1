"""What models can do, and which agent gets which."""

import pytest

from fleettui.model.catalog import AgentSpec, Billing
from fleettui.model.fleet import Fleet
from fleettui.model.kind import Kind
from fleettui.routing.agents import agent_for, takes
from fleettui.routing.capabilities import (
    Capability,
    capability,
    lacks_for_agent,
    lacks_for_kind,
    too_long,
)
from fleettui.routing.facts import Served
from fleettui.routing.rung import Rung

CLAUDE = AgentSpec("claude", models=("claude-*", "gpt-oss:*"))
AIDER = AgentSpec("aider", models=("qwen2.5-coder:*",))


@pytest.mark.parametrize(
    "name, tools, edits, chat",
    [
        ("qwen2.5-coder:32b", False, True, True),
        ("deepseek-r1:32b", False, False, True),
        ("qwen3:8b", True, True, True),
        ("gpt-oss:20b", True, True, True),
        ("devstral-small-2:24b", True, True, True),
        ("nomic-embed-text:latest", False, False, False),
        ("qwen3-embedding:8b", False, False, False),
        ("never-heard-of:7b", None, None, True),
    ],
)
def test_what_is_known_by_name(
    name: str, tools: bool | None, edits: bool | None, chat: bool
) -> None:
    found = capability(name, None, {}, cloud=False)
    assert (found.tools, found.edits, found.chat) == (tools, edits, chat)


def test_a_name_is_known_better_than_its_server_knows_it_and_a_probe_best() -> None:
    served = Served("qwen2.5-coder:32b", "sha-1", context=32768, claims=("completion", "tools"))
    assert capability(served.name, served, {}, cloud=False).tools is False
    probes = {"sha-1": Capability(tools=True, context=4096)}
    found = capability(served.name, served, probes, cloud=False)
    assert (found.tools, found.edits, found.context) == (True, True, 4096)
    newer = Served("qwen2.5-coder:32b", "sha-2", context=32768)
    assert capability(served.name, newer, probes, cloud=False).tools is False


def test_what_the_server_claims_counts_where_nothing_else_is_known() -> None:
    tools = Served("x:7b", claims=("completion", "tools"))
    chat = Served("x:7b", claims=("completion",))
    vectors = Served("x:7b", claims=("embedding",))
    found = [capability("x:7b", one, {}, cloud=False) for one in (tools, chat, vectors)]
    assert [(one.tools, one.chat) for one in found] == [(True, True), (False, True), (False, False)]


@pytest.mark.parametrize("name", ["claude", "codex", "opencode", "gemini", "mini", "pi"])
def test_known_agents_need_tools_whatever_the_file_says(name: str) -> None:
    reason = lacks_for_agent(AgentSpec(name, tools=False), Capability(tools=False))
    assert reason == f"calls no tools, which {name} needs"


def test_what_is_not_known_is_not_enough() -> None:
    assert lacks_for_agent(AgentSpec("x", tools=True), Capability()) == (
        "is not known to call tools, which x needs"
    )
    assert lacks_for_agent(AgentSpec("x"), Capability()) is None


def test_who_only_chats_changes_no_files() -> None:
    chats = Capability(tools=False, edits=False)
    assert lacks_for_kind(Kind.CODE_GENERATION, chats) == (
        "only chats, and code-generation is to change files"
    )
    assert lacks_for_kind(Kind.BUG_HUNTING, chats) is None
    assert lacks_for_kind(Kind.CODE_GENERATION, Capability()) is None


def test_the_context_that_it_is_loaded_with_counts_first() -> None:
    able = Capability(context=32768)
    loaded = Served("x", loaded=True, loaded_context=4096)
    assert too_long(5000, None, able) is None
    assert too_long(40000, None, able) == "holds 32768 tokens, and the task needs 40000"
    assert too_long(5000, loaded, able) == "is loaded with 4096 tokens, and the task needs 5000"
    assert too_long(10**9, None, Capability()) is None


def test_the_first_agent_that_takes_a_model_and_can_work_with_it() -> None:
    fleet = Fleet("x", (), agents=(CLAUDE, AIDER))
    tools, text = Capability(tools=True), Capability(tools=False)
    coder = Rung("qwen2.5-coder:32b", "engine")
    assert agent_for(coder, text, fleet, None) == (AIDER, None)
    assert agent_for(Rung("gpt-oss:20b", "mini"), tools, fleet, None)[0] == CLAUDE
    assert agent_for(Rung("gpt-oss:20b", "mini"), text, fleet, None) == (
        None,
        "calls no tools, which claude needs",
    )
    assert agent_for(coder, text, fleet, "claude") == (None, "agent claude does not take it")
    assert agent_for(coder, text, fleet, "codex") == (None, "calls no tools, which codex needs")


def test_the_built_in_agent_serves_what_no_other_takes() -> None:
    own = AgentSpec("local", models=("qwen3:*",), billing=Billing.FREE)
    r1, text = Rung("deepseek-r1:32b", "engine"), Capability(tools=False)
    found, _ = agent_for(r1, text, Fleet("x", (), agents=(CLAUDE,)), None)
    assert found == AgentSpec("local")
    assert agent_for(r1, text, Fleet("x", (), agents=(own,)), None) == (own, None)


@pytest.mark.parametrize(
    "glob, rung, wanted",
    [
        ("*", Rung("qwen3:8b", "mini"), True),
        ("qwen3:*", Rung("qwen3", "mini"), True),
        ("*@mini", Rung("qwen3:8b", "mini"), True),
        ("*@mini", Rung("qwen3:8b", "engine"), False),
        ("anthropic/*", Rung("anthropic/claude", "openrouter"), True),
        ("claude-*", Rung("anthropic/claude-x", "openrouter"), False),
    ],
)
def test_which_models_an_agent_takes(glob: str, rung: Rung, wanted: bool) -> None:
    assert takes(AgentSpec("x", models=(glob,)), rung) is wanted
