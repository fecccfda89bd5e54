"""The section on what the lists' lot says of everybody: prevalence, precision and recall at k, worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta

import polars as pl

from features.definition import Definition, Label
from training.audit.context import AuditContext
from training.audit.known import RANKING_WORDS
from training.audit.section import Section
from training.dataset import AS_OF
from training.design.assignments import CHANCE, DRAWN, listed_children
from training.design.cautions import Caution, cautions
from training.design.listed import RankedList, ranked_list, with_rankings
from training.design.pooling import Pooled
from training.design.prefectures import Place, places_of
from training.design.rules import DesignRules, load_rules
from training.design.tables import bounds, place_table, ranking_table, said, strata_table, stratum_rows
from training.evaluation import LAST_FINDING, MODEL, OVERDUE, baselines_of
from training.evidence import Evidence

KEY = "strata"
TITLE = Label("没有走访到的儿童：由名单的抽签推断", "The children nobody visited: what the lists' lot says")
_SIMPLE = {name: RANKING_WORDS[name] for name in (OVERDUE, LAST_FINDING)}


def section(context: AuditContext) -> Section:
    """Design-based estimates over the lists of the ledger, with everything that warns against them.

    Lists of all windows count for prevalence; rankings are measured on lists drawn on an as-of date that the model
    was judged on, none of whose labels it was fitted to.
    """
    rules = load_rules()
    evidence = context.evidence
    cut = context.evidence.cut
    since = cut - timedelta(days=rules.pool.days_at_most)
    rows = listed_children(context.store, context.definition, evidence.plan, cut, since)
    return design_section(rows, evidence, context.definition, rules)


def design_section(rows: pl.DataFrame, evidence: Evidence, definition: Definition, rules: DesignRules) -> Section:
    """The section made of the rows that ``listed_children`` gives."""
    if rows.is_empty():
        return _without_lists()
    scored = pl.concat(evidence.rows.values(), how="diagonal")
    names = (MODEL, *(name for name in baselines_of(scored) if name in scored.columns))
    ranked = with_rankings(rows, scored, names)
    lists = () if ranked.is_empty() else tuple(ranked_list(ranked, name, evidence.plan, rules) for name in names)
    places = places_of(rows, rules)
    warned = cautions(rows, _SIMPLE, rules)
    if not ranked.is_empty():
        by_model = cautions(ranked, {MODEL: RANKING_WORDS[MODEL]}, rules)
        warned += tuple(one for one in by_model if one.code == "answers_follow_rank")
    model = next((one for one in lists if one.name == MODEL), None)
    return Section(
        key=KEY,
        title=TITLE,
        findings=(*(one.text for one in warned), *_findings(places[0].prevalence, model, rules)),
        tables=(ranking_table(lists, rules), place_table(places), strata_table(rows, definition)),
        figures=_figures(rows, places[0].prevalence, model),
        data=_data(rows, places, lists, warned),
    )


def _without_lists() -> Section:
    finding = Label(
        "台账中没有已到期的名单框：没有走访到的儿童怎样，无法估计。",
        "The ledger holds no list whose horizon is over: of the children nobody visited nothing can be estimated.",
    )
    return Section(KEY, TITLE, (finding,), figures=_figures(pl.DataFrame(), None, None))


def _figures(rows: pl.DataFrame, prevalence: Pooled | None, model: RankedList | None) -> Mapping[str, float | None]:
    by_lot = rows.is_empty() or rows.filter(pl.col(DRAWN) & (pl.col(CHANCE) > 0) & (pl.col(CHANCE) < 1)).is_empty()
    figures: dict[str, float | None] = {"random_arm": 0.0 if by_lot else 1.0}
    quantities = {
        "prevalence": prevalence,
        "precision_at_k": model and model.precision,
        "recall_at_k": model and model.recall,
        "found_per_places": model and model.found,
    }
    for name, one in quantities.items():
        bounds = one.estimate.bounded_interval if one else None
        figures |= {
            name: one.value if one else None,
            f"{name}_lower": one.lower if one else None,
            f"{name}_upper": one.upper if one else None,
            f"{name}_least": bounds[0] if bounds else None,
            f"{name}_most": bounds[1] if bounds else None,
            f"{name}_null_share": one.estimate.null_share if one else None,
        }
    return figures


def _findings(prevalence: Pooled | None, model: RankedList | None, rules: DesignRules) -> tuple[Label, ...]:
    places = rules.value.places
    whole = _sentence(
        prevalence, Label("框内儿童中有新需要的比例", "the share of the children on the frames with a new need")
    )
    if model is None:
        missing = Label(
            "评判模型的日期没有名单：前 k 位的准确率与召回率无法由抽签推断。",
            "No list was drawn on a date the model was judged on: precision and recall at k cannot be inferred from "
            "the lot.",
        )
        return (whole, missing)
    return (
        whole,
        _sentence(
            model.precision,
            Label("模型前 k 位中有新需要的比例", "the share of the model's first k places with a new need"),
        ),
        _sentence(
            model.recall,
            Label("全部新需要中排在模型前 k 位的比例", "the share of all new needs that stand in the model's first k"),
        ),
        _sentence(
            model.found,
            Label(
                f"按模型次序每 {places} 个家庭名额找到的有新需要的儿童数",
                f"the number of children with a new need that {places} household places find in the model's order",
            ),
            share=False,
        ),
    )


def _sentence(one: Pooled | None, what: Label, *, share: bool = True) -> Label:
    """A finding: the estimate and its assumption, or that there is none; the bounds either way."""
    value, ends = said(one, share=share), bounds(one, share=share)
    if one is None or one.value is None:
        return Label(
            f"{what.zh}无法估计；不作任何假设的上下限：{ends.zh}。",
            f"Not estimable: {what.en}. Bounds without any assumption: {ends.en}.",
        )
    return Label(
        f"{what.zh}：{value.zh}，假设层内是否被看到与需要无关；不作任何假设的上下限：{ends.zh}。",
        f"{value.en}: {what.en}, if who was seen within a stratum has nothing to do with need. Bounds without any "
        f"assumption: {ends.en}.",
    )


def _data(
    rows: pl.DataFrame, places: tuple[Place, ...], lists: tuple[RankedList, ...], warned: tuple[Caution, ...]
) -> Mapping[str, object]:
    return {
        "lists": sorted({str(day) for day in rows[AS_OF].unique()}),
        "strata": stratum_rows(rows).to_dicts(),
        "places": [{"place": one.code, "prevalence": _told(one.prevalence)} for one in places],
        "rankings": [
            {
                "ranking": one.name,
                "precision_at_k": _told(one.precision),
                "recall_at_k": _told(one.recall),
                "found_per_places": _told(one.found),
                "recorded": asdict(one.recorded)
                | {"null_share": one.recorded.null_share, "lower": one.recorded.lower, "upper": one.recorded.upper},
            }
            for one in lists
        ],
        "cautions": [{"code": one.code, **dict(one.figures)} for one in warned],
    }


def _told(one: Pooled | None) -> Mapping[str, object] | None:
    """What may be told of an estimate: bounds always, the figure only when it is estimable."""
    if one is None:
        return None
    made = one.estimate
    return {
        "value": one.value,
        "lower": one.lower,
        "upper": one.upper,
        "bounds": made.bounded,
        "bounds_interval": made.bounded_interval,
        "null_share": made.null_share,
        "known": made.known,
        "drawn": made.drawn,
        "frame": made.frame,
        "lists": one.lists,
        "since": str(one.since),
        "until": str(one.until),
    }
