"""An account in every state, the same on each portal, and one that nobody has."""

from __future__ import annotations

KNOWN = "connue@essai-exemple.example"
SHARED = "partagee@essai-exemple.example"
PENDING = "attente@essai-exemple.example"
DISABLED = "fermee@essai-exemple.example"
TODAY = "du.jour@essai-exemple.example"
UNKNOWN = "inconnue@essai-exemple.example"
LOGINS = ("partage.un", "partage.deux")
CUSTOMER_NUMBER = "100777"
ACCOUNTS = (
    (KNOWN, "connue", "active", "", ""),
    (SHARED, LOGINS[0], "active", "", ""),
    (SHARED, LOGINS[1], "active", "", ""),
    (PENDING, "attente", "pending", "", ""),
    (DISABLED, "fermee", "disabled", "{region}", CUSTOMER_NUMBER),
    (TODAY, "du.jour", "active", "{region}", ""),
)
REGION = {"resah": "bretagne", "woundwo": "ouest"}
