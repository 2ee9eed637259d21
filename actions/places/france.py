"""Names in use for the régions and départements beside the official ones.

Codes are those of the INSEE. The régions before 2016 are those that the law 2015-29 of 16 January
2015 merged; each lies whole in one of the present ones.
"""

from __future__ import annotations

REGION_ALIASES: dict[str, tuple[str, ...]] = {
    "01": ("la guadeloupe", "gwada"),
    "02": ("la martinique", "martinik", "madinina"),
    "03": ("guyane francaise", "la guyane"),
    "04": ("reunion", "ile de la reunion", "ile reunion", "la reunion 974"),
    "06": ("ile de mayotte",),
    "11": (
        "idf",
        "ile france",
        "iles de france",
        "region parisienne",
        "grand paris",
        "petite couronne parisienne",
        "grande couronne parisienne",
    ),
    "24": ("centre", "cvl", "centre val loire", "val de loire", "touraine", "berry"),
    "27": ("bfc", "bourgogne", "franche comte", "bourgogne franche"),
    "28": ("haute normandie", "basse normandie", "hte normandie", "bse normandie"),
    "32": (
        "hdf",
        "haut de france",
        "nord pas de calais",
        "npdc",
        "nord pdc",
        "picardie",
        "nord pas de calais picardie",
    ),
    "44": (
        "alsace",
        "lorraine",
        "champagne ardenne",
        "champagne ardennes",
        "alca",
        "acal",
        "alsace lorraine",
        "alsace champagne ardenne lorraine",
        "alsace moselle",
        "collectivite europeenne d alsace",
        "grandest",
    ),
    "52": ("pdl", "pays de loire", "pays loire", "pays de la loire"),
    "53": ("breizh", "bzh"),
    "75": (
        "aquitaine",
        "limousin",
        "poitou charentes",
        "poitou charente",
        "poitou",
        "charentes",
        "nlle aquitaine",
        "alpc",
        "aquitaine limousin poitou charentes",
        "pays basque",
        "perigord",
        "bearn",
    ),
    "76": (
        "languedoc roussillon",
        "languedoc",
        "midi pyrenees",
        "occitanie pyrenees mediterranee",
        "lrmp",
    ),
    "84": ("aura", "ara", "auvergne", "rhone alpes", "auvergne rhones alpes", "aralpes", "savoies"),
    "93": (
        "paca",
        "region sud",
        "sud paca",
        "provence alpes",
        "provence alpes cotes d azur",
        "provence",
        "cote d azur",
        "provence cote d azur",
    ),
    "94": ("la corse", "ile de corse", "collectivite de corse", "corsica"),
    "975": ("st pierre et miquelon", "spm", "saint pierre miquelon"),
    "977": ("saint barth", "saint barts", "st barth", "ile de saint barthelemy"),
    "978": ("ile de saint martin", "saint martin antilles"),
    "986": ("wallis", "futuna", "wallis futuna", "wallis et futuna"),
    "987": ("polynesie", "tahiti"),
    "988": ("nouvelle caledonie", "nlle caledonie", "caledonie"),
}

DEPARTEMENT_ALIASES: dict[str, tuple[str, ...]] = {
    "04": ("basses alpes",),
    "06": ("alpes maritime",),
    "14": ("le calvados",),
    "17": ("charente inferieure",),
    "22": ("cotes du nord", "cote d armor", "cotes armor"),
    "2A": ("corse sud",),
    "44": ("loire inferieure",),
    "64": ("basses pyrenees", "pyrenees atlantique"),
    "69": ("grand lyon", "metropole de lyon"),
    "76": ("seine inferieure",),
    "90": ("territoire belfort",),
    "91": ("neuf un", "9 1"),
    "92": ("neuf deux", "9 2", "hauts seine"),
    "93": ("neuf trois", "9 3", "neuf cube"),
    "94": ("neuf quatre", "9 4"),
    "95": ("neuf cinq", "9 5"),
}

# A group answers with its members, so that the user is asked which one.
GROUPS: dict[tuple[str, ...], tuple[str, ...]] = {
    (
        "dom",
        "dom tom",
        "les dom",
        "drom com",
        "drom tom",
        "les drom",
        "outre mer",
        "outremer",
        "france d outre mer",
        "departements d outre mer",
    ): ("04", "02", "01", "06", "03", "988", "987"),
    ("antilles", "les antilles", "antilles francaises"): ("01", "02"),
    ("antilles guyane",): ("01", "02", "03"),
}

# The islands of the Antilles that share their name with dozens of communes do not win over them.
AMBIGUOUS_REGIONS = frozenset({"977", "978"})

# Names that French uses as words, so that a message may hold one and speak of no place.
WORDY_NAMES = frozenset(
    """
    acal alca allier alpc ara aralpes aube aude aura berry bfc centre cher creuse cvl dom drom eure
    landes lot lrmp manche nord orne pdl reunion savoies somme spm vienne
    """.split()
) | {
    "grand est", "la reunion", "outre mer", "9 1", "9 2", "9 3", "9 4", "9 5", "neuf un",
    "neuf deux", "neuf trois", "neuf quatre", "neuf cinq", "grand paris", "neuf cube",
    "bourgogne franche",
}  # fmt: skip
