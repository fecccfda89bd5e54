"""The code lists of the default definition as small integers: what the simulator computes with.

Lower-case member names are the codes of ``features/definitions/left_behind``; the writer checks that they are.
"""

from __future__ import annotations

from enum import IntEnum


class Word(IntEnum):
    """A code list. Member values run from 0, so that they index an array of codes."""

    @classmethod
    def codes(cls) -> tuple[str, ...]:
        """The codes as the ledger writes them, in the order of the values."""
        return tuple(member.name.lower() for member in cls)


class Domain(Word):
    """The five support domains."""

    LIVING = 0
    EDUCATION = 1
    MEDICAL = 2
    REHABILITATION = 3
    GUARDIANSHIP = 4


class Sex(Word):
    """Sex of a child."""

    GIRL = 0
    BOY = 1


class Ethnicity(Word):
    """Ethnicity of a child."""

    HAN = 0
    ZHUANG = 1
    MIAO = 2
    YI = 3
    BUYI = 4
    TUJIA = 5
    DONG = 6
    HUI = 7
    OTHER = 8


class Health(Word):
    """Health as the form has it; two bits: disabled, ill."""

    HEALTHY = 0
    DISABLED = 1
    ILL = 2
    DISABLED_AND_ILL = 3


class DisabilityKind(Word):
    """Kind of disability."""

    SIGHT = 0
    HEARING = 1
    SPEECH = 2
    LIMB = 3
    INTELLECTUAL = 4
    MENTAL = 5
    MULTIPLE = 6


class Illness(Word):
    """Kind of illness."""

    CHRONIC = 0
    SEVERE = 1


class Schooling(Word):
    """Stage of schooling, in order of age; then out of school."""

    NOT_YET = 0
    KINDERGARTEN = 1
    PRIMARY = 2
    JUNIOR = 3
    SENIOR = 4
    DROPPED_OUT = 5


class Guardian(Word):
    """Who looks after the child."""

    GRANDPARENTS = 0
    RELATIVES = 1
    FRIENDS = 2
    ONE_PARENT = 3
    NONE = 4


class Guardianship(Word):
    """State of guardianship."""

    NONE = 0
    PARENT_INCAPABLE = 1
    ENTRUSTED_INSUFFICIENT = 2
    FAIR = 3
    GOOD = 4


class Parent(Word):
    """Where a parent is."""

    HOME = 0
    AWAY_IN_PROVINCE = 1
    AWAY_OTHER_PROVINCE = 2
    INCAPABLE = 3
    DECEASED = 4
    OUT_OF_CONTACT = 5


class Level(Word):
    """Official level, most urgent first."""

    RED = 0
    YELLOW = 1
    BLUE = 2
    GREEN = 3


class Support(Word):
    """Support state in a domain."""

    COVERED = 0
    ELIGIBLE_NOT_COVERED = 1
    PARTLY_COVERED = 2
    NOT_ELIGIBLE = 3


class FileStatus(Word):
    """State of a child's file."""

    ACTIVE = 0
    CLOSED_RETURNED = 1
    CLOSED_AGED_OUT = 2
    MOVED = 3
    DECEASED = 4


class Dwelling(Word):
    """State of the dwelling."""

    SOUND = 0
    POOR = 1
    DANGEROUS = 2


class Water(Word):
    """Source of water."""

    TAP = 0
    WELL = 1
    OPEN = 2


class Income(Word):
    """Main source of income."""

    REMITTANCE = 0
    FARMING = 1
    BENEFITS = 2
    RELATIVES = 3
    NONE = 4


class Aid(Word):
    """Kinds of aid received."""

    DIBAO = 0
    TEMPORARY = 1
    MEDICAL = 2
    HOUSING = 3
    OTHER = 4


class Purpose(Word):
    """Why a visit was made."""

    ROUTINE = 0
    INTERVAL = 1
    FOLLOW_UP = 2
    REPORT = 3
    LISTED = 4
    RANDOM = 5


class Status(Word):
    """State of a finding."""

    OPEN = 0
    CLOSED = 1


class Stratum(Word):
    """How a household stands in a list's frame."""

    DUTY = 0
    SCORE = 1
    RANDOM = 2
    CARRIED = 3
    BY_HAND = 4
