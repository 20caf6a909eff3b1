"""How long a routing decision takes, and what importing the router costs."""

import importlib.util
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial

from bench import figures
from fleettui.model.catalog import AgentSpec, ModelSpec
from fleettui.model.fleet import Fleet
from fleettui.model.kind import Category, Kind
from fleettui.model.machine import Machine, Platform, Role
from fleettui.model.ollama import InstalledModel, LoadedModel, Ollama
from fleettui.model.policy import Routing, RoutingRule
from fleettui.model.reading import Source, SourceState
from fleettui.model.route import Ask, Classified
from fleettui.model.system import System
from fleettui.model.view import FleetView, MachineView, SourceView
from fleettui.routing.catalogue import Catalogue
from fleettui.routing.conditions import Conditions
from fleettui.routing.decide import decide
from fleettui.routing.observe import facts_of

MACHINES, MODELS = 50, 100
DECISIONS = 1000
IMPORTS = 15

_FAMILIES = ("qwen2.5-coder", "deepseek-r1", "gpt-oss", "qwen3", "llama3.3")
_TEXT = "Retry failed webhooks with back-off, give up after an hour, and log the next try. " * 5


def run() -> None:
    """Print the figures."""
    figures.title(f"A decision on {MACHINES} machines, without a model")
    for name, fleet, said in _cases():
        _decisions(name, _question(fleet, said))
    _litellm()
    figures.title("Before a decision")
    fleet = _fleet(each=MODELS, written=False)
    facts = facts_of(_view(fleet))
    figures.line("facts of 5,000 models, once a reading", _times(lambda: facts_of(_view(fleet)), 9))
    figures.line(
        "catalogue of 5,000 models, once a reading",
        _times(lambda: Catalogue(fleet, facts).placed("local", "qwen3:8b"), 9),
    )
    _imports()


def _imports() -> None:
    """In new interpreters that find compiled files, as an installed program does."""
    figures.title("Importing the router in a new interpreter")
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        codes = ("import fleettui.routing.decide", "import dataclasses, datetime, re", "pass")
        whole, stdlib, bare = figures.in_turn(
            IMPORTS, *(partial(_python, code, env) for code in codes)
        )
    figures.line("with the interpreter", whole)
    figures.line("the import alone", [a - b for a, b in zip(whole, bare, strict=True)])
    figures.line(
        "of it dataclasses, datetime and re", [a - b for a, b in zip(stdlib, bare, strict=True)]
    )


def _python(code: str, env: dict[str, str]) -> float:
    return figures.seconds_of([sys.executable, "-c", code], env=env)


def _cases() -> Iterator[tuple[str, Fleet, Classified]]:
    sure = Classified(Kind.CODE_GENERATION, 0.9)
    share = 1 / len(Kind)
    unsure = Classified(
        Kind.ARCHITECTURAL_DECISION, share, ranked=tuple((kind, share) for kind in Kind)
    )
    yield "12 written rungs, 50 rules, 100 models", _fleet(each=2, written=True), sure
    yield "the same, kind not sure", _fleet(each=2, written=True), unsure
    yield "shipped table, 100 models", _fleet(each=2, written=False), sure
    yield "shipped table, 5,000 models", _fleet(each=MODELS, written=False), sure
    yield "the same, kind not sure", _fleet(each=MODELS, written=False), unsure


def _question(fleet: Fleet, said: Classified) -> Callable[[], object]:
    now = Conditions(facts_of(_view(fleet)), today=date(2026, 1, 1))
    catalogue = Catalogue(fleet, now.facts)
    return lambda: decide(Ask(_TEXT), fleet, now, said, catalogue=catalogue)


def _decisions(name: str, decision: Callable[[], object]) -> None:
    times = sorted(_times(decision, DECISIONS))
    p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
    print(f"  {name:<46} p50 {p50 * 1000:6.2f} ms   p99 {p99 * 1000:6.2f} ms", flush=True)


def _times(call: Callable[[], object], runs: int) -> list[float]:
    call()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return times


def _litellm() -> None:
    """LiteLLM's choice of a deployment for one call, where it is installed."""
    if importlib.util.find_spec("litellm") is None:
        print("  LiteLLM is not installed: pip install litellm, and run this again")
        return
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    router_class = importlib.import_module("litellm").Router
    names = [f"{family}-{at}" for at in range(MODELS // 5) for family in _FAMILIES]
    deployments = [
        {
            "model_name": name,
            "litellm_params": {"model": f"ollama/{name}", "api_base": f"http://m{at}:11434"},
        }
        for name in names
        for at in range(MACHINES)
    ]
    router = router_class(model_list=deployments)
    messages = [{"role": "user", "content": _TEXT}]
    _decisions(
        "LiteLLM's choice of one deployment of 50",
        lambda: router.get_available_deployment(model=names[0], messages=messages),
    )


def _fleet(*, each: int, written: bool) -> Fleet:
    """`each` models a machine, of a hundred; `written`: with ladders and rules of its own."""
    names = [f"{family}:{at}b" for at in range(1, MODELS // 5 + 1) for family in _FAMILIES]
    machines = tuple(
        Machine(
            f"m{at}",
            roles=(Role.EXECUTION, Role.INFERENCE),
            ssh=(f"m{at}",) if at else (),
            ollama=("ssh",),
            platform=Platform.LINUX,
            models=tuple(names[(at * each + i) % MODELS] for i in range(each)),
            max_agents=4,
        )
        for at in range(MACHINES)
    )
    paid = tuple(
        ModelSpec(f"{tier}@cloud", tier, {"input": usd, "output": 5 * usd})
        for tier, usd in (("haiku", 1.0), ("sonnet", 3.0), ("opus", 5.0))
    )
    own = [f"{machines[at].models[0]}@m{at}" for at in range(10)]
    ladder = (*own, "sonnet@cloud", "opus@cloud")
    rules = tuple(RoutingRule(rf"(?i)\bword{at}\b", kind="lint-style") for at in range(50))
    routing = Routing({one.value: ladder for one in Category}, rules=rules)
    return Fleet(
        "bench",
        machines,
        models=paid,
        agents=(AgentSpec("aider", ("aider",)), AgentSpec("claude", ("claude",), tools=True)),
        routing=routing if written else Routing(),
    )


def _view(fleet: Fleet) -> FleetView:
    """Every fifth machine is away, and one model is loaded on each."""
    return FleetView(
        "bench",
        "desk",
        datetime(2026, 1, 1, tzinfo=UTC),
        tuple(_seen(one, away=at % 5 == 0) for at, one in enumerate(fleet.machines)),
    )


def _seen(machine: Machine, *, away: bool) -> MachineView:
    state = SourceState.DOWN if away else SourceState.OK
    source = SourceView(state, age_s=1.0, reason="no route to host" if away else None)
    installed = tuple(InstalledModel(name, size=10**9) for name in machine.models)
    return MachineView(
        machine,
        state,
        {Source.SYSTEM: source, Source.OLLAMA: source},
        system=System(Platform.LINUX, memory_total=64 * 10**9, memory_available=32 * 10**9),
        ollama=Ollama(loaded=(LoadedModel(machine.models[0]),), installed=installed),
        worktrees=(),
    )
