"""The words of a list, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from features.definition import Label

TITLE_POOL = Label("本月走访名单", "Visits of the month")
TITLE_DIRECTOR = Label("儿童主任走访名单", "A director's visits")
SIMULATED = Label("模拟数据：没有任何真实的儿童或家庭", "Simulated data: no real child or family")
RECORDED = Label(
    "全部名单框和入选概率已先记入台账，然后才显示本名单。",
    "The whole frame with every household's chance was recorded in the ledger before this list was shown.",
)
PURPOSE = Label(
    "名单只安排走访先后，不决定任何家庭的待遇。应办走访始终在前；可以人工加入、移出，理由会留存。",
    "A list only orders visits and decides nothing about a family. Visits that are due always come first; people may "
    "add and take off, and the reason is kept.",
)
OWN_RATING = Label(
    "本单不显示评分、等次和理由：先由走访人自己判断。",
    "Scores, bands and reasons are not shown here: the visitor's own judgement comes first.",
)

KIND_WORDS: Mapping[str, Label] = {
    "duty": Label("应办走访", "visit due"),
    "carried": Label("上期结转", "carried over"),
    "finding": Label("未结发现跟进", "open finding to follow up"),
    "score": Label("按评分", "by score"),
    "due": Label("按日期和等级", "by due day and level"),
    "random": Label("抽签", "by lot"),
}
BY_HAND = Label("人工加入", "added by hand")
TAKEN_OFF = Label("人工移出", "taken off by hand")
NEW = Label("新增", "new")
WAITS = Label("自 {day} 起等待", "waiting since {day}")
OVERDUE = Label("{day}，逾期 {days} 天", "{day}, {days} days overdue")
OTHERS = Label("（另有 {count} 名）", " (+{count})")

# Why a child has no score; ``no_model`` needs no word on each row.
STATUS_WORDS: Mapping[str, Label] = {
    "refused": Label("拒绝评分", "model refused"),
    "suspended": Label("评分暂停", "scores suspended"),
    "no_score": Label("不评分：超出模型适用范围", "no score: outside what the model knows"),
    "not_scored": Label("评分后新知", "known after scoring"),
}

COLUMNS: Mapping[str, Label] = {
    "turn": Label("序", "no."),
    "household": Label("家庭", "household"),
    "child": Label("儿童", "child"),
    "village": Label("村", "village"),
    "why": Label("缘由", "why"),
    "due": Label("期限", "due"),
    "last": Label("上次走访", "last visit"),
    "level": Label("官方等级", "official level"),
    "marks": Label("备注标记", "marks"),
    "done": Label("已走访", "visited"),
    "not_met": Label("未见到", "not met"),
    "postponed": Label("推迟", "postponed"),
    "remarks": Label("记录", "remarks"),
}
TICKS = ("done", "not_met", "postponed", "remarks")

FACTS: Mapping[str, Label] = {
    "list": Label("名单编号", "List"),
    "place": Label("地区", "Place"),
    "period": Label("期间", "Period"),
    "as_of": Label("截止日期", "As of"),
    "newest": Label("数据更新", "Newest record"),
    "model": Label("模型", "Model"),
    "policy": Label("规则", "Policy"),
    "capacity": Label("可走访户数", "Room for visits"),
    "listed": Label("本单户数", "Households listed"),
    "frame": Label("名单框户数", "Households in the frame"),
    "lot": Label("抽签户数和概率", "By lot, and the chance"),
}
NO_MODEL = Label("不用模型：按期限、等级和抽签", "none: by due day, level and lot")
DAYS_BEFORE = Label("{day}（截止前 {days} 天）", "{day} ({days} days before)")
NO_LOT = Label("没有抽签：名单以外的需要将无法估计", "no random arm: needs that the list misses cannot be estimated")

OVERLOAD = Label(
    "超负荷：应办走访 {duties} 户，多于可走访的 {visits} 户。应办走访一户不减，请督导员调配人手。",
    "Overloaded: {duties} households with a visit due, room for {visits}. None is dropped; the supervisor has to find "
    "more hands.",
)
VILLAGE_OVER = Label(
    "{village} 有 {visits} 户，多于一名儿童主任的 {room} 户",
    "{village} has {visits} visits, more than one director's {room}",
)
LEFT_OUT = Label("不在名单框内", "Not in the frame")
LEFT_REFUSED = Label("拒绝评分且无应办走访", "model refused and no visit due")
LEFT_UNKNOWN = Label("已不在本县台账", "no longer in this county's ledger")
EQUAL_USED = Label(
    "按“{group}”作等召回调整（审计切点，总户数不变）",
    "ordered for equal recall by {group} (cut-offs of the audit; the number of places is unchanged)",
)
EQUAL_NOT: Mapping[str, Label] = {
    "no_cutoffs": Label("没有审计切点", "no cut-offs were found"),
    "other_model": Label("切点属于另一模型", "the cut-offs are another model's"),
    "refused": Label("审计拒绝了切点", "the audit refused the cut-offs"),
    "too_old": Label("切点不适用于此日期", "the cut-offs are not for this day"),
    "no_groups": Label("台账没有此分组", "the ledger has no such groups"),
    "no_scores": Label("没有评分", "there are no scores"),
}
EQUAL_WHY = Label("等召回开关已开，但未使用：{why}", "equal recall is switched on and was not used: {why}")

VILLAGES = Label("按村归并", "Grouped by village")
VILLAGE_COLUMNS: Mapping[str, Label] = {
    "village": Label("村", "village"),
    "visits": Label("户", "visits"),
    "duties": Label("应办", "due"),
    "moved": Label("平均提前位次", "places earlier, on average"),
    "cost": Label("绕行", "detour"),
}
DETOUR = Label("绕行", "a detour")
DETOUR_FINDS = Label(
    "绕行：比顺路各村的下一户预计多发现 {given_up} 项需要",
    "a detour: {given_up} more needs expected than at the next households on the way",
)
GROUPED = Label(
    "同村一次走完；“提前位次”为负，表示因归并而后移。",
    "Each village is done in one go; where the number is negative, the grouping makes the village wait.",
)
PREVIEW = Label(
    "预览：只有数目，未记入台账，不显示任何家庭。", "Preview: counts alone. Nothing is recorded, nobody is named."
)
