"""Mistakes in texts: templates, sentences and links."""

from __future__ import annotations

from tests.faq.case import ARTICLE, TREE, Case

CASES = {
    # Templates
    "an open brace": Case(
        ARTICLE,
        "{{ links.webinars }}",
        "{{ links.webinars",
        "links.webinars",
        ("modèle de texte fautif",),
    ),
    "a missing endif": Case(
        "common/messages.yml",
        "{% endif %}",
        "",
        "{%",
        ("modèle de texte fautif", "login.ask_address"),
    ),
    "an unknown filter": Case(
        ARTICLE,
        "links.webinars",
        "links.webinars | bold",
        "| bold",
        ("modèle de texte fautif", "bold"),
    ),
    "an unknown link": Case(
        ARTICLE,
        "links.webinars",
        "links.webinar",
        "links.webinar",
        ("n’existe pas pour « resah »", "écrivez « webinars »"),
    ),
    "a link that only one portal lacks": Case(
        "common/articles/data_privacy.md",
        "Notre conversation",
        "[Ici]({{ links.support_form }}) Notre conversation",
        "links.support_form",
        ("n’existe pas pour « woundwo »",),
    ),
    "an unknown fact of the portal": Case(
        ARTICLE,
        "Pour une",
        "{{ portal.nom }} Pour une",
        "portal.nom",
        ("« portal.nom » n’existe pas", "prenez"),
    ),
    "a value that is none": Case(
        "woundwo/articles/training.md",
        "",
        TREE.replace("Venez aux", "Sous {{ portal.response_delay }}, venez aux"),
        "portal.response_delay",
        ("None", "{% if portal.response_delay %}"),
    ),
    "a name that the step does not give": Case(
        "common/messages.yml",
        "{{ place }}",
        "{{ adress }}",
        "{{ adress }}",
        ("« region.not_covered »", "le nom « adress » n’existe pas ici", "place"),
    ),
    "an unknown field of a region": Case(
        "resah/messages.yml",
        "login:\n",
        'region:\n  contact: "{{ region.mail }}"\nlogin:\n',
        "region.mail",
        ("« region.mail » n’existe pas", "mailbox"),
    ),
    "a template in a title": Case(
        ARTICLE, "title: ", 'title: "{{ portal.name }}" # ', "title:", ("tels quels",)
    ),
    # Sentences
    "a missing sentence": Case(
        "common/messages.yml",
        "  reset_sent:",
        "  reset_snet:",
        "login:",
        ("la phrase « login.reset_sent » manque",),
    ),
    "a missing button": Case(
        "common/messages.yml",
        "  send: Envoyer\n",
        "",
        "buttons:",
        ("la phrase « buttons.send » manque",),
    ),
    "a missing answer of small talk": Case(
        "common/messages.yml",
        "  goodbye: Au revoir",
        "  bye: Au",
        "small_talk:",
        ("small_talk.goodbye",),
    ),
    "an unused sentence": Case(
        "common/messages.yml",
        "  add_line: Ajouter",
        "  seend: a\n  add_line: Ajouter",
        "seend",
        ("rien ne dit la phrase « buttons.seend »", "retirez-la"),
    ),
    "a sentence that common does not know": Case(
        "resah/messages.yml",
        "  ask_login:",
        "  ask_lgin:",
        "ask_lgin",
        ("« login.ask_lgin » n’existe pas dans common", "écrivez « login.ask_login »"),
    ),
    "an empty sentence": Case(
        "common/messages.yml",
        "  send: Envoyer",
        "  send:",
        "  send:",
        ("« buttons.send » est vide",),
    ),
    # Links
    "an anchor": Case(
        ARTICLE,
        "{{ links.webinars }}",
        "#webinaires",
        "#webinaires",
        ("ne mène nulle part", "https://"),
    ),
    "no address": Case(
        ARTICLE, "({{ links.webinars }})", "()", "[Inscrivez-vous]()", ("écrivez son",)
    ),
    "a space": Case(
        ARTICLE, "{{ links.webinars }}", "https://a.fr/un deux", "un deux", ("espace",)
    ),
    "no host": Case(
        ARTICLE, "{{ links.webinars }}", "https:///page", "https:///page", ("mal formée",)
    ),
    "a bad mailto": Case(ARTICLE, "{{ links.webinars }}", "mailto:moi", "mailto:moi", ("e-mail",)),
    "a bad tel": Case(ARTICLE, "{{ links.webinars }}", "tel:abc", "tel:abc", ("téléphone",)),
    "a bad link in a sentence": Case(
        "resah/messages.yml",
        "({{ links.login }})",
        "(htp://a.fr)",
        "htp://a.fr",
        ("ne mène nulle part",),
    ),
    "an open bracket": Case(
        ARTICLE,
        "({{ links.webinars }})",
        "({{ links.webinars }}",
        "links.webinars }} ",
        ("parenthèse", "ajoutez"),
    ),
    "a bad link of the portal": Case(
        "resah/portal.yml",
        "https://espace-acheteur.resah.example/webin",
        "espace-acheteur.resah.example/webin",
        "webinaires",
        ("nulle part",),
    ),
}
