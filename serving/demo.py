"""The demonstration: the real commands, one after another, on a simulated province."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from features.cli.console import HOME_VARIABLE, UserError
from features.definition import Label
from serving.demo_server import start, stop

COUNTIES = 6
SEED = 20161110
TOP = 8

Done = TypeVar("Done")
_MARKER = "demo.json"
_PEOPLE = (
    ("演示人员甲 Demonstration person A", "演示：模型负责人 demonstration: model owner"),
    ("演示人员乙 Demonstration person B", "演示：儿童工作负责人 demonstration: child welfare lead"),
)
_ASSESSMENT = "demonstration-impact-assessment.md"
# The whole audit takes longer than a demonstration may.
_AUDITED = ("--only", "known", "--only", "groups", "--only", "cold_start", "--stands")
_NOT_AN_ASSESSMENT = (
    "演示文件，不是影响评估。真实使用前须按个人信息保护法第五十五条做影响评估。\n"
    "A stand-in for the demonstration, not an impact assessment. Real use needs one first (PIPL 55).\n"
)
_TITLES = {
    "simulate": Label(
        "模拟一个省的台账：模拟数据，不涉及任何真实儿童",
        "Simulate the ledgers of a province: simulated data, no real child",
    ),
    "import": Label(
        "导入除最后一县外的台账：逐行检查，合格入账", "Import all counties but the last: every row is checked"
    ),
    "train": Label("训练：按时间前推检验，登记为候选模型", "Train, validate forward in time, register as a challenger"),
    "audit": Label("审计：模型增加了什么、对谁", "Audit: what the model adds, and for whom"),
    "refused": Label(
        "尝试启用：没有批准和影响评估，应被拒绝",
        "Try to promote it: refused, nobody approved and no impact was assessed",
    ),
    "sign": Label(
        "两名演示人员签名批准，登记演示用影响评估",
        "Two demonstration people sign; a stand-in impact assessment is recorded",
    ),
    "promote": Label("启用：条件全部满足", "Promote: every criterion is met"),
    "newcomer": Label("导入训练从未见过的县", "Import the county that training never saw"),
    "check": Label(
        "检查模型是否适合这个新县：名单之前先看", "Check, before any list, whether the release is fit for that county"
    ),
    "score": Label(
        "给新县排序：应办走访在前，其余按评分，附理由",
        "Rank that county: visits due first, then by score, with reasons",
    ),
    "explain": Label("解释一名儿童：数字与批量结果相同", "Explain one child: the same numbers as in the ranking"),
    "names": Label(
        "给这个县的儿童起虚构的姓名，放进加密的身份表",
        "Make up names for that county's children, into the encrypted table",
    ),
    "review": Label(
        "建立审核应用：账号、本月名单、几次走访、一条待答复的不同看法",
        "Set up the review application: accounts, this month's list, some visits, an override that waits",
    ),
}


@dataclass(slots=True)
class Demonstration:
    """A run of the demonstration in a folder of its own. ``steps`` says what was done and how long it took."""

    folder: Path
    children: int
    quiet: bool
    today: date
    steps: list[dict[str, Any]] = field(default_factory=list)
    announced: int = 0

    def run(self) -> dict[str, Any]:
        """Do all steps; returns the folders, the model and the seconds of each step.

        Raises:
            UserError: a step fails (named), or the folder holds something else.
        """
        self._prepare()
        self._say(f"$ export {HOME_VARIABLE}={_shown(self.folder)}")
        sent, later = self.folder / "sent", self.folder / "sent-later"
        size = ("--children", str(self.children), "--counties", str(COUNTIES), "--seed", str(SEED))
        # Until the end of last month, so that what follows is the list of this one.
        until = self.today.replace(day=1) - timedelta(days=1)
        self._step("simulate", "simulate", *size, "--end", str(until), "--out", sent)
        counties, as_of = _simulated(sent)
        self._move(sent / counties[-1], later / counties[-1])
        self._step("import", "ledger", "import", sent)
        self._step("train", "train", "--ledger", self.folder / "ledger", "--plan", "demo")
        model = self._trained()
        self._step("audit", "audit", "--model", model, *_AUDITED)
        promote = ("models", "promote", model, "--criteria", "demo")
        self._step("refused", *promote, refused=True)
        self._sign(model)
        self._step("promote", *promote)
        self._step("newcomer", "ledger", "import", later)
        return {"simulated": True, "home": str(self.folder), "model_id": model} | self._score(counties[-1], as_of)

    def _score(self, county: str, as_of: str) -> dict[str, Any]:
        scores, page = self.folder / "scores", self.folder / "page.html"
        shown = ("--out", scores, "--top", str(TOP), "--page", page)
        self._step("check", "region", "check", "--region", county, "--as-of", as_of)
        self._step("score", "score", "--region", county, "--as-of", as_of, *shown)
        child = _first_by_score(scores)
        self._step("explain", "explain", "--child", child, "--as-of", as_of)
        office = self._office(scores, county)
        self._say(f"\n网页 page:   {_shown(page)}\n评分 scores: {_shown(scores)}")
        made = {"county": county, "as_of": as_of, "scores": str(scores), "page": str(page), "child": child}
        return {**made, **office, "steps": self.steps}

    def _office(self, scores: Path, county: str) -> dict[str, Any]:
        """The review application as people would find it in the middle of a month."""
        from serving.demo_people import name_people
        from serving.demo_review import PASSWORD, first_township, people_the_office

        self._announce("names")
        named = self._timed("names", lambda: name_people(self.folder, self.folder / "ledger", county))
        self._say(f"{named} 名儿童 children")
        township, period = first_township(scores, county), f"{self.today:%Y-%m}"
        self._announce("review")
        self._run("review", "init")
        self._run("review", "load-list", "--place", township, "--period", period, "--scores", scores)
        told = self._timed("work", lambda: people_the_office(self.folder, scores, township, datetime.now(UTC)))
        self._say(
            f"走访 visits {told.visits}，报告任务 report tasks {told.tasks}，待答复的不同看法 overrides waiting "
            f"{told.overrides_waiting}，待审更正 corrections waiting {told.corrections_waiting}"
        )
        return {"township": township, "period": period, "password": PASSWORD, "office": asdict(told)}

    def serve(self) -> dict[str, Any]:
        """Start the service on what the demonstration made and say where it is, with the key to sign in."""
        scores = self.folder / "scores"
        self._say(f"\n$ mopai serve --home {_shown(self.folder)} --scores {_shown(scores)} &")
        served = start(self.folder, scores)
        self._say(f"评分服务 scoring service: {served.address}   密钥 key: {served.key}")
        self._say(f"\n审核应用 review application: {served.review}")
        self._say_accounts()
        self._say("\n仅供演示，停止运行 For demonstration only; end it with:  mopai demo --stop")
        return {"review": served.review, "address": served.address, "key": served.key, "pid": served.pid}

    def _say_accounts(self) -> None:
        """Who can sign in, and with what: for this demonstration alone."""
        from serving.demo_review import ACCOUNTS, PASSWORD

        self._say("以下账号仅供演示，数据全是模拟的 These accounts are for demonstration only, all data are simulated:")
        self._say(f"  {'账号 name':<12}  {'密码 password':<24}  角色 role")
        for account in ACCOUNTS:
            self._say(f"  {account.name:<14}  {PASSWORD:<26}  {account.does.zh} · {account.does.en}")

    def _prepare(self) -> None:
        """An empty folder; only one that an earlier demonstration made is cleared, and its server ended."""
        stop(self.folder)
        if self.folder.exists() and any(self.folder.iterdir()) and not (self.folder / _MARKER).is_file():
            raise UserError(
                f"{self.folder}: is there and was not made by a demonstration", "give --home another folder"
            )
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / _MARKER).write_text(json.dumps({"children": self.children}), encoding="utf-8")

    def _sign(self, model: str) -> None:
        """What two people do in real life, each on a machine of their own."""
        self._announce("sign")
        assessment = self.folder / _ASSESSMENT
        assessment.write_text(_NOT_AN_ASSESSMENT, encoding="utf-8")
        for name, _ in _PEOPLE:
            self._run("models", "key", "--name", name)
        self._run("models", "impact", model, "--file", assessment, "--name", _PEOPLE[0][0])
        for name, role in _PEOPLE:
            self._run("models", "approve", model, "--name", name, "--role", role)

    def _step(self, step: str, *arguments: str | Path, refused: bool = False) -> None:
        self._announce(step)
        self._run(*arguments, refused=refused)

    def _announce(self, step: str) -> None:
        self.announced += 1
        title = _TITLES[step]
        self._say(f"\n[{self._number()}] {title.zh}\n      {title.en}")

    def _number(self) -> str:
        return f"{self.announced}/{len(_TITLES)}"

    def _run(self, *arguments: str | Path, refused: bool = False) -> None:
        command = shlex.join(["mopai", *(_shown(part) if isinstance(part, Path) else part for part in arguments)])
        self._say(f"$ {command}")
        began = time.monotonic()
        done = self._call([str(part) for part in arguments], quiet=self.quiet)
        if (done.returncode != 0) is not refused:
            sys.stderr.write(done.stderr or "")
            raise UserError(
                f"step {self._number()} ended with exit code {done.returncode}: {command}", "see what it said above"
            )
        self.steps.append({"command": command, "seconds": round(time.monotonic() - began, 1)})

    def _timed(self, name: str, work: Callable[[], Done]) -> Done:
        """Do something that is no command of its own."""
        began = time.monotonic()
        done = work()
        self.steps.append({"command": f"({name})", "seconds": round(time.monotonic() - began, 1)})
        return done

    def _call(self, arguments: Sequence[str], *, quiet: bool) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "features.cli.app", *arguments],
            env={**os.environ, HOME_VARIABLE: str(self.folder), "MLFLOW_DISABLE_TELEMETRY": "true"},
            capture_output=quiet,
            text=True,
            check=False,
        )

    def _trained(self) -> str:
        done = self._call(["models", "list", "--json"], quiet=True)
        models = json.loads(done.stdout)["models"]
        return str(models[0]["model_id"])

    def _move(self, source: Path, target: Path) -> None:
        self._say(f"$ mkdir -p {_shown(target.parent)} && mv {_shown(source)} {_shown(target)}")
        target.parent.mkdir()
        source.replace(target)

    def _say(self, text: str) -> None:
        if not self.quiet:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()


def run_demo(folder: Path, children: int, today: date, *, quiet: bool = False, serve: bool = False) -> dict[str, Any]:
    """Run the demonstration in ``folder`` (cleared if an earlier one made it) with so many simulated children.

    With ``serve`` it ends with a server in the background, and the answer holds its address, key and process.
    """
    demonstration = Demonstration(folder, children, quiet, today)
    shown = demonstration.run()
    return shown | demonstration.serve() if serve else shown


def _simulated(sent: Path) -> tuple[tuple[str, ...], str]:
    """The simulated counties and the day the simulation ends."""
    raw = json.loads((sent / "simulation.json").read_text(encoding="utf-8"))
    return tuple(sorted(raw["counties"])), str(raw["plan"]["end"])


def _first_by_score(scores: Path) -> str:
    """The child that the score, not a duty, brought to the front."""
    import polars as pl

    from serving.batch.folder import ScoreFolder

    folder = ScoreFolder.open(scores)
    first = folder.manifest.counts()["duty_households"] + 1
    return str(folder.between(first, first).filter(pl.col("household_driver"))["child_id"][0])


def _shown(path: Path) -> str:
    """A path as a person would type it here."""
    absolute = path.absolute()
    here = Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(absolute)
