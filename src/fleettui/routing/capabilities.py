"""What a model can do, and what an agent or a kind of task needs it to do.

What a probe found out beats what is known of models by that name, which beats what the server
says of them: some templates promise tools that the model then writes into its text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fleettui.model.catalog import AgentSpec
from fleettui.model.kind import Kind
from fleettui.routing.facts import Served
from fleettui.routing.names import fits


@dataclass(frozen=True, slots=True)
class Capability:
    """What a model can do; None: not known. `context` is in tokens.

    `tools`: it calls tools. `edits`: it writes edits that can be applied; without, it only
    chats. `chat`: it answers at all, which models for embeddings do not.
    """

    tools: bool | None = None
    edits: bool | None = None
    chat: bool = True
    context: int | None = None


_NONE = Capability()
_CLOUD = Capability(tools=True, edits=True)
"""Hosted chat models call tools."""

_EMBEDDING = Capability(tools=False, edits=False, chat=False)
_TEXT_EDITS = Capability(tools=False, edits=True)
_CHAT_ONLY = Capability(tools=False, edits=False)
_TOOLS = Capability(tools=True, edits=True)

PRIORS = (
    (("*embed*", "bge-*", "all-minilm*", "*-reranker*"), _EMBEDDING),
    (("qwen2.5-coder*",), _TEXT_EDITS),
    (("deepseek-r1*",), _CHAT_ONLY),
    (("qwen3*", "gpt-oss*", "devstral*"), _TOOLS),
)
"""Models of which it is known, by patterns for their names; the first that fits counts."""

TOOL_AGENTS = frozenset({"claude", "codex", "opencode", "gemini", "mini", "pi"})
"""Known agents that work through tool calls, whether or not fleet.toml says so."""

EDITING = frozenset({Kind.CODE_GENERATION, Kind.TEST_GENERATION, Kind.LINT_STYLE})
"""Kinds whose outcome is a changed file, so that a model which only chats is of no use."""

ANSWER_TOKENS = 1024
"""Room that an answer needs beside the text of the task."""


def capability(
    name: str, served: Served | None, probes: Mapping[str, Capability], *, cloud: bool
) -> Capability:
    """What is known of a model; `probes` maps digests to what was found out."""
    known = next((found for globs, found in PRIORS if fits(name, *globs)), None)
    probed = probes.get(served.digest) if served and served.digest else None
    claimed = _CLOUD if cloud else _claimed(served)
    sources = [one for one in (probed, known, claimed) if one is not None]
    return Capability(
        tools=_first(one.tools for one in sources),
        edits=_first(one.edits for one in sources),
        chat=all(one.chat for one in sources),
        context=next((one.context for one in sources if one.context), None),
    )


def _claimed(served: Served | None) -> Capability:
    if served is None:
        return _NONE
    if served.claims is None:
        return Capability(context=served.context)
    return Capability(
        tools="tools" in served.claims,
        chat="completion" in served.claims or not served.claims,
        context=served.context,
    )


def _first(values: Iterable[bool | None]) -> bool | None:
    return next((value for value in values if value is not None), None)


def needs_tools(agent: AgentSpec) -> bool:
    """Whether an agent works through tool calls."""
    return agent.tools or agent.name in TOOL_AGENTS


def lacks_for_agent(agent: AgentSpec, model: Capability) -> str | None:
    """Why an agent cannot work with a model, None: it can. Not known is not enough."""
    if not model.chat:
        return "does not chat: a model for embeddings"
    if needs_tools(agent) and not model.tools:
        how = "calls no tools" if model.tools is False else "is not known to call tools"
        return f"{how}, which {agent.name} needs"
    return None


def lacks_for_kind(kind: Kind, model: Capability) -> str | None:
    """Why a model is of no use for a kind of task, None: it is."""
    if kind in EDITING and model.edits is False:
        return f"only chats, and {kind.value} is to change files"
    return None


def tokens_of(text: str) -> int:
    """How many tokens a text has at most, roughly: most have three characters or more."""
    return len(text.encode("utf-8", "replace")) // 3 + 1


def too_long(needed: int, served: Served | None, model: Capability) -> str | None:
    """Why a task does not fit into a model's context, None: it does, or that is not known.

    What it is loaded with now counts before what it could be loaded with: the server cuts off
    silently what is too long.
    """
    loaded = served.loaded_context if served and served.loaded else None
    room = loaded or model.context
    if room is None or needed <= room:
        return None
    how = "is loaded with" if loaded else "holds"
    return f"{how} {room} tokens, and the task needs {needed}"
