"""The words of the cautions, in both languages."""

from __future__ import annotations

from datetime import date

from features.definition import Label


def no_random_arm(never: float) -> Label:
    """No household was drawn by lot."""
    return Label(
        f"名单没有随机名额：框内 {never:.0%} 的儿童没有任何入选机会，对他们只有上下限，不能估计。请保留随机名额。",
        f"The lists hold no random places: {never:.0%} of the children on the frames had no chance of being drawn. "
        "Of them only bounds are known, no estimate. Reserve random places on the lists.",
    )


def routine_disagrees(odds_ratio: float) -> Label:
    """Routine visits find needs at another rate than random places."""
    return Label(
        f"日常走访与随机名额说法不一：在记录相似的家庭中，日常走访发现新需要的比值是随机名额的 {odds_ratio:.2f} 倍。"
        "未记录的因素可能同时影响走访与需要；凡用日常走访标签的指标都要谨慎。",
        "Routine visits and random places disagree: among households alike on record, the odds that a routine visit "
        f"finds a new need are {odds_ratio:.2f} times those of a random place. Something unrecorded may drive both who "
        "is visited and need; take every figure made of routine labels with care.",
    )


def answers_follow_rank(ranking: Label, difference: float) -> Label:
    """Who was looked at follows a ranking."""
    return Label(
        f"谁被看到与排序有关：入选儿童中，“{ranking.zh}”上半部分被看到的比例与下半部分相差 {difference:+.0%}。"
        "“层内随机应答”的假设值得怀疑，请以上下限为准。",
        f"Who was looked at follows a ranking: of the drawn, the upper half by '{ranking.en}' was looked at "
        f"{difference:+.0%} against the lower. Response at random within strata is in doubt; go by the bounds.",
    )


def nested_visitors(villages: float) -> Label:
    """Village and visitor cannot be told apart."""
    return Label(
        f"{villages:.0%} 的村几乎只有一名走访人：村与走访人无法区分，村与村之间的差别可能只是走访人的习惯；"
        "估计说的是“走访会记录什么”，不是“实际有什么”。",
        f"In {villages:.0%} of villages nearly all visits are one person's: village and visitor cannot be told apart. "
        "Differences between villages may be habits of visitors; estimates say what a visit would record, not what "
        "is there.",
    )


def frame_changed(day: date, step: float) -> Label:
    """The share of the frame that is certain to be listed jumped."""
    return Label(
        f"{day} 的名单中必访儿童的比例变化了 {step:+.0%}：走访或评级规则可能变了，跨越此日的合并是两种做法的平均。",
        f"On the list of {day} the share of children certain to be listed changed by {step:+.0%}: rules of visiting or "
        "levels may have changed, and what is pooled across that day averages two practices.",
    )


def frame_incomplete(missing: float) -> Label:
    """Households that the frame counts are missing."""
    return Label(
        f"名单框计入的家庭中有 {missing:.0%} 没有可用的行：框不完整，入选概率不再可信。",
        f"{missing:.0%} of the households that the frames count have no row that can be used: the frames are not "
        "whole, and the logged chances no longer say whom the drawn stand for.",
    )
