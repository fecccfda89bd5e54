"""Scores in the terminal: a summary, the top of the list, and one child explained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from features.definition import Label, Language
from serving.batch.manifest import ScoreManifest
from serving.batch.standing import standings
from serving.cases import PURPOSE, Case, due_words, level_note
from serving.explain_case import ExplainedCase
from serving.likely import ASK, BRING, LIKELY_WORDS, TOO_FEW_LABELS, in_one_line, likely_line, listed
from serving.listing import Listing, Part, after_duties

SIMULATED = Label("模拟数据：没有任何真实的儿童或家庭", "Simulated data: no real child or family")
SHOWN_EACH_WAY = 2
DUTY = Label("应办走访", "visit due")

_SUMMARY = (
    ("children", Label("儿童", "children")),
    ("households", Label("家庭", "households")),
    ("scored", Label("已评分", "scored")),
    ("refused", Label("拒绝评分", "refused")),
    ("suspended", Label("评分暂停", "suspended")),
    ("no_score", Label("不评分", "no score")),
    ("duties", Label("应办走访", "visits due")),
    ("overdue", Label("其中逾期", "of them overdue")),
)


def print_summary(manifest: ScoreManifest, out: Path, console: Console) -> None:
    """Say what was scored, where it lies, and what it warns of."""
    if manifest.simulated:
        console.print(Text(_pair(SIMULATED), style="reverse"))
    counts = manifest.counts()
    console.print("  ".join(f"{_pair(words)}: {counts[name]:,}" for name, words in _SUMMARY), highlight=False)
    console.print(f"截止 as of {manifest.as_of}   模型 release {manifest.model_id}", highlight=False)
    for words, number in standings(manifest.counties):
        console.print(f"{_pair(words)}: {number:,}", highlight=False)
    for alarm in manifest.alarms:
        places = f" ({alarm.places})" if alarm.counties else ""
        console.print(Text(f"注意 warning: {_pair(alarm.words)}{places}", style="bold"))
    for one in manifest.missing:
        console.print(Text(f"未评分 not scored {one.county}: {one.what}", style="bold red"), soft_wrap=True)
        console.print(Text(f"  下一步 next: {one.hint}"), soft_wrap=True)
    console.print(Text(str(out)))


def print_top(listing: Listing, manifest: ScoreManifest, console: Console) -> None:
    """Show the first households: place, duty or band, official level and the main reasons, Chinese above English."""
    parts = (
        (Label("应办走访", "Visits due"), listing.duties),
        (after_duties(manifest), listing.by_score),
    )
    for title, part in parts:
        if part.households:
            console.print(_table(title, part, manifest))
    console.print(_lines([*_to_bring(listing), *_too_few(listing), PURPOSE]))


def _table(title: Label, part: Part, manifest: ScoreManifest) -> Table:
    table = Table(
        title=_pair(title),
        caption=f"其后还有 {part.more:,} 户  {part.more:,} more households follow",
        title_justify="left",
        caption_justify="left",
        show_lines=True,
        expand=True,
    )
    table.add_column("名次\nplace", justify="right")
    what = Label("家庭、儿童、次序、官方等级", "household, child, visit due or band, official level")
    table.add_column(f"{what.zh}\n{what.en}", ratio=1, overflow="fold")
    table.add_column("主要理由\nmain reasons", ratio=1, overflow="fold")
    for household in part.households:
        case = household.case
        others = f" (+{household.others})" if household.others else ""
        who = Text(f"{case.household_id} / {case.child_id}{others}\n", style="bold")
        table.add_row(str(household.place), who + _lines(_verdict(case, manifest)), _reasons(case))
    return table


def print_case(explained: ExplainedCase, languages: Sequence[Language], console: Console) -> None:
    """Explain one child in one or both languages."""
    for language in languages:
        console.print(Group(*_explained(explained, language)))


def _explained(explained: ExplainedCase, language: Language) -> Iterator[RenderableType]:
    case = explained.case
    if explained.simulated:
        yield Text(SIMULATED.text(language), style="reverse")
    yield _line(Label("儿童", "child"), f"{case.child_id}   ({case.household_id}, {case.region_code})", language)
    yield _line(Label("截止日期", "as of"), str(explained.as_of), language)
    yield from _duty(explained, language)
    yield _line(Label("官方等级", "official level"), level_note(case.level).text(language), language)
    yield from _band(explained, language)
    yield from _sides(case, language)
    yield from _domains(explained, language)
    if case.not_known:
        names = _joined([words.text(language) for words in case.not_known], language)
        yield _line(Label("台账中不详", "not known"), names, language)
    yield _line(Label("距最近记录天数", "days since the last record"), str(case.data_age_days), language)
    yield Text(PURPOSE.text(language) + "\n", style="italic")


def _duty(explained: ExplainedCase, language: Language) -> Iterator[Text]:
    duty = explained.case.duty
    if duty is None:
        return
    due = due_words(duty.due_on, duty.overdue_days, explained.as_of)
    yield _line(DUTY, _joined([duty.rules[0][0].text(language), due.text(language)], language), language)
    for rule, day in duty.rules[1:]:
        yield _line(Label("另有", "also"), _joined([rule.text(language), str(day)], language), language)


def _band(explained: ExplainedCase, language: Language) -> Iterator[Text]:
    words = explained.case.band_words
    if words is None:
        yield from (Text(why.text(language)) for why in [explained.case.no_score] if why is not None)
        return
    yield _line(Label("次序", "band"), words.text(language), language)
    chance = Label("现在走访记录到新需要的可能性", "chance that a visit now records a new need")
    yield _line(chance, f"{explained.row['probability']:.0%}", language)


def _sides(case: Case, language: Language) -> Iterator[Text]:
    raised, lowered = Label("提高评分", "raised the score"), Label("降低评分", "lowered the score")
    for head, mark, sentences in ((raised, "▲", case.raising), (lowered, "▽", case.lowering)):
        if sentences:
            yield _line(head, "", language)
            yield from (Text(f"  {mark} {words.text(language)}") for words in sentences)


def _domains(explained: ExplainedCase, language: Language) -> Iterator[Text]:
    """In which domains a need is likely, with what to ask and to bring, and which cannot be estimated."""
    likely = explained.case.likely
    if likely is not None:
        yield _line(LIKELY_WORDS, likely_line(likely).text(language), language)
    for one in likely or ():
        for head, phrases in ((ASK, one.ask), (BRING, one.bring)):
            if not phrases:
                continue
            words = _after(Label(f"{one.name.zh}，{head.zh}", f"{one.name.en}, {head.en}"), in_one_line(phrases))
            yield Text(f"  {words.text(language)}")
    if explained.not_estimable:
        yield _line(TOO_FEW_LABELS, listed(explained.not_estimable).text(language), language)


def _to_bring(listing: Listing) -> list[Label]:
    return [_after(one.name, _after(BRING, in_one_line(one.bring))) for one in listing.likely if one.bring]


def _too_few(listing: Listing) -> list[Label]:
    return [_after(TOO_FEW_LABELS, listed(listing.not_estimable))] if listing.not_estimable else []


def _line(head: Label, text: str, language: Language) -> Text:
    return Text.assemble((head.text(language) + ("：" if language == "zh" else ": "), "bold"), text)


def _joined(parts: Sequence[str], language: Language) -> str:
    return ("；" if language == "zh" else "; ").join(parts)


def _verdict(case: Case, manifest: ScoreManifest) -> list[Label]:
    """Duty and day, or band; then the official level, which is another thing."""
    if case.duty is not None:
        due = due_words(case.duty.due_on, case.duty.overdue_days, manifest.as_of)
        verdict = [_after(DUTY, case.duty.rules[0][0]), due]
    else:
        verdict = [] if case.band_words is None else [_after(Label("次序", "band"), case.band_words)]
    likely = [_after(LIKELY_WORDS, likely_line(case.likely))] if case.likely else []
    return [*verdict, *likely, _after(Label("官方等级", "official level"), level_note(case.level))]


def _reasons(case: Case) -> Text:
    """The main reasons each way; ``mopai explain`` shows all. A child that was not scored has none."""
    if case.no_score is not None:
        return _lines([case.no_score])
    raised = [Label(f"▲{words.zh}", f"  {words.en}") for words in case.raising[:SHOWN_EACH_WAY]]
    lowered = [Label(f"▽{words.zh}", f"  {words.en}") for words in case.lowering[:SHOWN_EACH_WAY]]
    return _lines(raised + lowered)


def _after(head: Label, words: Label) -> Label:
    return Label(f"{head.zh}：{words.zh}", f"{head.en}: {words.en}")


def _lines(labels: Sequence[Label]) -> Text:
    text = Text()
    for place, words in enumerate(labels):
        text.append("\n" if place else "").append(words.zh).append("\n").append(words.en, style="dim")
    return text


def _pair(words: Label) -> str:
    return f"{words.zh} {words.en}"
