"""Words around a name that make it a place, or that forbid it. All are folded."""

from __future__ import annotations

ARTICLES = frozenset("la le les l un une".split())
PREPOSITIONS = frozenset("a au aux en dans de d du des sur vers pres chez pour depuis".split())
# Parts of names that carry no capital.
CONNECTORS = ARTICLES | PREPOSITIONS | frozenset("sous et s lez".split())

HOSPITAL = frozenset(
    """
    hopital hopitaux hospital hopitale hopitl chu chru ch chr chi chic hospitalier hospitaliere
    hospitaliers hospices clinique cliniques polyclinique ghu ght gh ghr ehpad ime ifsi samu
    maternite universite fac faculte hosto inserm cpp eps epsm ars
    """.split()
)
ADMINISTRATIVE = frozenset(
    """
    departement departements dpt dept dep dpts depts region regions commune ville villes mairie
    prefecture metropole agglomeration secteur academie antenne
    """.split()
)
DEPARTEMENT_WORDS = frozenset("departement departements dpt dept dep dpts depts".split())
LOCATIVE = frozenset(
    """
    suis sommes etes etre habite habitons habitant habitez travaille travaillons travaillant
    travaillez exerce exercons exercant reside residons vis vivons base basee bases basees situe
    situee situes situees localise localisee implante implantee installe installee domicilie
    domiciliee affecte affectee depend dependons dependant rattache rattachee rattaches rattachees
    viens venons vient bosse bossons appelle contacte ecris telephone officine cabinet laboratoire
    labo etablissement centre infirmier infirmiere medecin pharmacien pharmacienne interne
    """.split()
)
# Verbs that say where someone is; the nouns above also stand beside lower-case words.
PERSON_VERBS = frozenset(
    """
    suis sommes etes habite habitons travaille travaillons exerce exercons reside residons vis
    vivons bosse bossons est dependons depend viens venons
    """.split()
)
ODONYMS = frozenset(
    """
    rue avenue av bd boulevard place gare quai cours route impasse allee allees chemin square porte
    pont faubourg fbg passage salle batiment bat immeuble residence
    """.split()
)
CIVILITIES = frozenset(
    """
    m mr mme mlle monsieur madame mademoiselle dr docteur pr professeur maitre prenom collegue
    """.split()
)
# Answers that are also names of villages; without a capital they answer something else.
REPLIES = frozenset("aucun appelle bonne contre eu lent moyen vers viens ville villes".split())
NAMING = frozenset("nom prenom appelle nomme".split())
# What a reply to "which region?" holds beside the place; the place is the rest.
FILLERS = CONNECTORS | frozenset(
    """
    alors allo ben bonjour bonsoir c ca ce cedex cela code commune crois coucou departement dept dep
    depends depend dpt est et euh francais france habite habitons hello hopital hum ici j je m ma
    merci mes moi mon n nous numero notre on oui ok pense plait plutot postal region salut si sommes
    stp suis svp travaille travaillons ville viens vis voila vous ch chu chru donc pardon
    etablissement metropole agglo agglomeration
    """.split()
)
MONTHS = frozenset(
    """
    janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre janv fevr
    lundi mardi mercredi jeudi vendredi samedi dimanche
    """.split()
)
# Nouns that a number counts or names, before or after it.
COUNTED = frozenset(
    """
    reception message messages mail mails courriel courriels dossier dossiers fichier fichiers page
    pages erreur erreurs code onglet notification notifications version etape article annexe point
    ticket tickets essai essais fois numero ref reference client etage salle bureau poste chambre
    lot piece pieces ligne lignes choix question option alinea chapitre paragraphe decision note
    """.split()
)
UNITS = (
    frozenset(
        """
    h heure heures min mn minute minutes jour jours semaine semaines mois an ans annee annees euro
    euros eur mo go ko octets caracteres lignes pages fois essais documents fichiers messages mails
    personnes pourcent e eme er ere nd bis ter cm mm kg g ml patients dossiers comptes
    """.split()
    )
    | COUNTED
)
GREETINGS = frozenset("bonjour bonsoir salut hello coucou merci svp stp cordialement".split())
