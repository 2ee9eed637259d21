"""Mistakes in how files are written, in keys, intents and topics."""

from __future__ import annotations

from tests.faq.case import ARTICLE, TREE, Case

CASES = {
    # YAML
    "a colon too many": Case(
        "resah/portal.yml", "tagline: ", "tagline: a: ", "tagline:", ("YAML", "guillemets")
    ),
    "a tab": Case(
        "resah/regions.yml", "    name: ", "\tname: ", "\tname", ("tabulation", "espaces")
    ),
    "an open quote": Case(
        "resah/portal.yml", "name: Espace", 'name: "Espace', 'name: "Espace', ("YAML",)
    ),
    "an indent": Case(
        "resah/messages.yml", "  pending:", "   pending:", "   pending:", ("YAML", "alignez")
    ),
    "an impossible date": Case(
        "resah/portal.yml", "2021-06-30", "2021-06-31", "2021-06-31", ("date", "corrigez")
    ),
    "a key twice": Case(
        "resah/portal.yml", "\nhas:", "\nname: Autre\nhas:", "name: Autre", ("déjà à la ligne",)
    ),
    "front matter": Case(ARTICLE, "title: ", "title: a: ", "title:", ("en-tête fautif", "YAML")),
    "no front matter": Case(ARTICLE, "", "Rien.\n", "Rien.", ("en-tête", "---")),
    # Keys
    "a missing key": Case(
        "resah/portal.yml", "organisation: Resah\n", "", "id: resah", ("organisation", "ajoutez")
    ),
    "a missing link": Case("resah/portal.yml", "  login:", "  log_in:", "links:", ("login",)),
    "an unknown key": Case(
        "resah/portal.yml",
        "organisation: Resah",
        "organisation: Resah\ntaglien: a",
        "taglien",
        ("taglien", "écrivez « tagline »"),
    ),
    "an unknown feature": Case(
        "resah/portal.yml",
        "  countries: false",
        "  countrys: false",
        "countrys",
        ("écrivez « countries »",),
    ),
    "a wrong kind": Case(
        "resah/portal.yml",
        "tagline: ",
        "tagline: 48 # ",
        "tagline",
        ("texte",),
    ),
    "an unknown role": Case(
        "resah/portal.yml",
        "organisation: Resah",
        "organisation: Resah\nsecond_factor: chef",
        "second_factor",
        ("« chef »", "admin, agent"),
    ),
    "yes for true": Case(
        "resah/portal.yml",
        "  countries: false",
        "  countries: no",
        "countries:",
        ("true ou false",),
    ),
    "a key of an article": Case(ARTICLE, "topic: ", "topci: ", "intent:", ("« topic » manque",)),
    "an unknown key of an article": Case(
        ARTICLE, "group: ", "gruop: x\ngroup: ", "gruop", ("écrivez « group »",)
    ),
    "a key of a region": Case(
        "resah/regions.yml",
        "    name: Bretagne\n",
        "",
        "- id: bretagne",
        ("région n° 3", "« name » manque"),
    ),
    "another folder": Case(
        "resah/portal.yml", "id: resah", "id: reseau", "id: reseau", ("id doit être « resah »",)
    ),
    # Intents and topics
    "an unknown intent": Case(
        ARTICLE,
        "intent: training",
        "intent: trainings",
        "intent:",
        ("l’intent « trainings » n’existe pas", "écrivez « training »"),
    ),
    "another file name": Case(
        ARTICLE,
        "intent: training",
        "intent: profile_update",
        "intent:",
        ("s’appelle « training.md »", "profile_update.md"),
    ),
    "an intent twice": Case(
        ARTICLE,
        "intent: training",
        "intent: structure_admin",
        "intent:",
        ("a déjà une réponse dans structure_admin.md",),
    ),
    "small talk": Case(
        ARTICLE, "intent: training", "intent: greet", "intent:", ("small_talk.greet",)
    ),
    "a long topic": Case(ARTICLE, "topic: ", f"topic: {'x' * 41} ", "topic:", ("caractères", "40")),
    "a topic twice": Case(
        ARTICLE,
        "topic: Webinaires et prise en main",
        "topic: Mes droits d’accès",
        "topic:",
        ("déjà pris (access_rights.md)",),
    ),
    "a topic of no intent": Case(
        "common/topics.yml", "training:", "trainng:", "trainng", ("écrivez « training »",)
    ),
    "an empty answer": Case(
        ARTICLE, "", TREE.replace("Venez aux formations.\n", ""), "", ("la réponse est vide",)
    ),
}
