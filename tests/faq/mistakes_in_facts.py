"""Mistakes in regions, trees, facts, a portal’s own facts and demo accounts."""

from __future__ import annotations

from tests.faq.case import TREE, Case, tree

CASES = {
    # Regions
    "a region twice": Case(
        "resah/regions.yml",
        "- id: corse",
        "- id: bretagne",
        "",
        ("« bretagne » est déjà à la ligne",),
    ),
    "a code twice": Case(
        "resah/regions.yml",
        'covers: ["region:94"]',
        'covers: ["region:94", "region:53"]',
        '"region:94", "region:53"',
        ("« region:53 » est déjà couvert par « bretagne »",),
    ),
    "an unknown code": Case(
        "resah/regions.yml", "region:94", "region:95", "region:95", ("« region:95 » n’existe pas",)
    ),
    "another kind of code": Case(
        "resah/regions.yml", "region:94", "regio:94", "regio:94", ("écrivez « region:94 »",)
    ),
    "a gap": Case(
        "resah/regions.yml",
        'covers: ["region:94"]',
        'covers: ["dep:2A"]',
        "regions:",
        ("aucune région ne couvre Haute-Corse (2B)", "pays:FR"),
    ),
    "a country where none count": Case(
        "resah/regions.yml",
        '"region:94"',
        '"region:94", "pays:BE"',
        "pays:BE",
        ("countries: true",),
    ),
    "no mailbox": Case(
        "resah/regions.yml",
        "mailbox: corse@resah.example",
        "mailbox: corse.resah",
        "corse.resah",
        ("n’est pas une adresse e-mail",),
    ),
    "a bad phone": Case(
        "woundwo/regions.yml", '"01 99 00 00 01"', '"numéro vert"', "numéro vert", ("téléphone",)
    ),
    "no region": Case(
        "resah/regions.yml", "", "regions: []\n", "regions:", ("au moins une région",)
    ),
    # Questions beside the point
    "an aside without an answer": Case(
        "common/asides.yml",
        "  answer: Nos mails viennent de **{{ portal.sender }}**.\n",
        "",
        "sender:",
        ("« sender » : la clé « answer » manque",),
    ),
    "an aside at a step that is none": Case(
        "common/asides.yml",
        "about: [login/ask_address]",
        "about: [login/ask_adress]",
        "login/ask_adress",
        ("« login/ask_adress » n’est ni", "login/ask_address"),
    ),
    "a name that an aside is not given": Case(
        "resah/asides.yml",
        "C’est ici : [formulaire d’inscription]({{ links.registration }}).",
        "C’est ici : {{ address }}.",
        "{{ address }}",
        ("« form_where » : le nom « address » n’existe pas ici",),
    ),
    "a question with two answers": Case(
        "resah/asides.yml",
        "    - c'est quoi un administrateur ?",
        "    - c'est quoi l'expéditeur ?",
        "    - c'est quoi l'expéditeur ?",
        ("« c'est quoi l'expéditeur ? » est aussi sous « sender »", "about:"),
    ),
    # Trees
    "a tree without steps": tree("steps:", "step:", "tree:", "first", "steps"),
    "an unknown key of a step": tree(
        "      end: informed", "      ends: informed", "ends:", "« ends »"
    ),
    "a step that does not exist": tree(
        "          go: end", "          go: fin", "go: fin", "« fin »", "n’existe pas"
    ),
    "a first step that does not exist": tree(
        "first: ask", "first: start", "first:", "première étape"
    ),
    "a step that nobody reaches": tree(
        "    end:\n", "    lost:\n      say: A.\n      go: end\n    end:\n", "lost:", "aucun chemin"
    ),
    "no end": tree("      end: informed", "      go: ask", "    ask:", "ne mène à aucune fin"),
    "a loop": tree("      end: informed", "      go: end", "    end:", "tourne en rond"),
    "a step that says nothing": tree("      say: Première fois ?\n", "", "    ask:", "ne dit rien"),
    "an unknown end": tree("end: informed", "end: finished", "end: finished", "solved, informed"),
    "an unknown input": tree(
        "      say: Voilà.\n      end: informed",
        "      say: Q ?\n      input: name\n      go: ask\n      without: ask",
        "input: name",
        "address, contract",
    ),
    "an input that leads nowhere": tree(
        "      say: Voilà.\n      end: informed",
        "      say: Q ?\n      input: detail",
        "    end:",
        "without",
    ),
    "a check without unknown": tree(
        "      say: Voilà.\n      end: informed",
        "      check: address\n      known: ask",
        "    end:",
        "unknown",
    ),
    "a branch without a check": tree(
        "      end: informed",
        "      end: informed\n      known: ask",
        "known: ask",
        "check: address",
    ),
    "an answer without a label": tree(
        "- label: Oui\n          means", "- means", "- means", "label"
    ),
    "an unknown key of an answer": tree("means: yes", "meaning: yes", "meaning", "« meaning »"),
    "a meaning that does not exist": tree("means: yes", "means: oui", "means: oui", "means: oui"),
    "too few examples": tree(
        "means: yes",
        "means: yes\n          examples: [oui oui, voilà]",
        "examples:",
        "« Oui » : 2",
        "donnez-en 3",
    ),
    "an example of two answers": tree(
        "means: no",
        "means: no\n          examples:\n            - jamais\n            - pas du tout\n"
        "            - Jamais.",
        "- Jamais.",
        "« Jamais. » y est deux fois",
    ),
    "an example that is none": tree(
        "means: yes",
        "means: yes\n          examples: [12, oui oui, voilà]",
        "examples:",
        "« examples » demande",
    ),
    "a long label": tree(
        "label: Oui",
        "label: Oui, et même plusieurs fois depuis le début de l’année",
        "label: Oui",
        "54 caractères",
    ),
    "an empty say": tree("say: Voilà.", "say: []", "say: []", "« say »"),
    "a bad template of a step": tree(
        "say: Voilà.",
        'say: "{{ links.nothing }}"',
        "links.nothing",
        "étape « end »",
        "n’existe pas pour « resah »",
    ),
    "a template on a button": tree(
        "label: Non", 'label: "{{ portal.name }}"', 'label: "{{', "tels quels"
    ),
    "a tree that is never walked": Case(
        "resah/articles/login_problem.md",
        "",
        TREE.replace("intent: training", "intent: login_problem"),
        "tree:",
        ("jamais suivi", "login"),
    ),
    # Facts
    "a bad pattern": Case("common/facts.yml", "    - ", "    - ((", "- ((", ("motif fautif",)),
    "a pattern with a colon": Case(
        "common/facts.yml", "    - ", "    - a: ", "- a: ", ("guillemets",)
    ),
    "a pattern with accents": Case(
        "common/facts.yml", "    - ", "    - vérifié|", "vérifié", ("sans accent", "verifie")
    ),
    "a pattern with shorthand": Case(
        "common/facts.yml", "    - ", "    - vu ds|", "vu ds", ("abréviations", "vu dans")
    ),
    "a fact that nothing asks": Case(
        "common/facts.yml",
        "junk_checked:\n",
        "junk_cheked:\n",
        "junk_cheked",
        ("aucun arbre ne demande", "junk_checked"),
    ),
    "a fact that nothing tells": tree(
        "say: Première",
        "fact: first_time\n      say: Première",
        "fact:",
        "« first_time » n’est pas dans common/facts.yml",
    ),
    "a value that no answer means": Case(
        "common/facts.yml", "firefox:\n", "firefox:\n  maybe: [a]\n", "maybe", ("means: maybe",)
    ),
    "no patterns": Case(
        "common/facts.yml", "firefox:\n", "firefox:\n  maybe:\n", "maybe:", ("liste",)
    ),
    # Words of consent, and whose an address is
    "a yes that is a no": Case(
        "common/consent.yml",
        '"yes":\n',
        '"yes":\n  - surtout pas\n',
        "- surtout pas",
        ("« surtout pas »", "à la fois sous « yes » et sous « no »"),
    ),
    "a word that is a number": Case(
        "common/consent.yml", '"yes":\n', '"yes":\n  - 12\n', "- 12", ("guillemets",)
    ),
    "a yes without a word": Case(
        "common/consent.yml", '"yes":\n', '"yes":\n  - "…"\n', '- "…"', ("aucun mot",)
    ),
    "a misspelt act": Case(
        "common/consent.yml",
        "  solved:\n",
        "  solvd:\n",
        "solvd",
        ("« solvd » est inconnue", "solved"),
    ),
    "an act without its words": Case(
        "common/consent.yml", "  solved:\n", "  solvd:\n", "acts:", ("« solved » manque",)
    ),
    "no doubt": Case("common/consent.yml", "doubt:\n", "doute:\n", "doute", ("« doute »", "doubt")),
    "addresses of another kind": Case(
        "common/addresses.yml", "old_after:\n", "old_afters:\n", "old_afters", ("old_after",)
    ),
    # Facts of a portal
    "a pale colour": Case(
        "resah/portal.yml", '"#1d4e89"', '"#ffcc00"', "#ffcc00", ("se lit mal", "4.5")
    ),
    "no colour": Case("resah/portal.yml", '"#1d4e89"', "bleu", "bleu", ("pas une couleur",)),
    "a bad sender": Case(
        "resah/portal.yml",
        "sender: no-reply@resah.fr",
        "sender: resah.fr",
        "sender:",
        ("n’est pas une adresse",),
    ),
    "a bad domain": Case(
        "resah/portal.yml",
        "- chu-exemple.example",
        "- '@chu.example'",
        "@chu",
        ("n’est pas un domaine",),
    ),
    # Demo accounts
    "an unknown region of an account": Case(
        "resah/demo_accounts.csv",
        ",bretagne,",
        ",armorique,",
        "armorique",
        ("région « armorique » inconnue",),
    ),
    "a column": Case("resah/demo_accounts.csv", "email,", "mail,", "mail,", ("colonne manquante",)),
}
