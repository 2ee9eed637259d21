"""The words by which secrets are told from what must stay, folded: lower case, no accents."""

from __future__ import annotations


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(line.split()) for line in text.split(",") if line.strip())


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SECRETS = _phrases(
    """
    mot de passe, mots de passe, mot de pass, mots de pass, mot passe, mot de passes, mots de
    passes, motdepasse, motdepass, motsdepasse, motpasse, modepasse, modepass, mot depasse,
    motde passe, mo de passe, mo de pass, mo de pase, mot de pase, mot de pas se, mot 2 passe,
    mo 2 passe, mot 2 pass, mot2passe, mo2passe, mot2pass, mo2pass, mot de p, m de passe,
    mdepasse, m d p, mdp, mdps, mdpasse, mdpass, mpd, mtp, m2p, m2passe, mp2, pwd, pw, psw,
    pswd, pword, password, passwords, pass word, passwrd, passwd, passw, passwort, wachtwoord,
    kennwort, passphrase, pass phrase, passcode, pass code, phrase de passe, phrase secrete,
    phrase passe, phrase secret, sesame, code secret, codes secrets, secret code, mot secret,
    mots secrets, secret key, clef secrete, cle secrete, client secret, secret client, cle api,
    clef api, api key, apikey, cle d api, clef d api, cle d acces, clef d acces, cle de
    securite, cle wifi, clef wifi, cle wi fi, cle wpa, cle wep, access key, access token, auth
    token, jeton, jetons, token, tokens, jeton d acces, jeton api, token api, bearer, code
    confidentiel, codes confidentiels, code personnel, code pin, pin code, pin, puk, code puk,
    otp, code otp, totp, code 2fa, 2fa, code mfa, mfa, cvv, cvc, cvv2, cvc2, cryptogramme,
    cryptogramme visuel, code cvv, code cvc, code sms, code de verification, code verification,
    code d acces, codes d acces, code acces, code d activation, code activation, code de
    securite, code securite, code d authentification, code authentification, code authenticator,
    code de connexion, code connexion, code de confirmation, code confirmation, code de
    validation, code validation, code a usage unique, code unique, code temporaire, code
    provisoire, code de session, code session, code wifi, code du wifi, code wi fi, code badge,
    code du badge, code de badge, code d entree, code porte, code de la porte, code du portail d
    entree, code alarme, code de l alarme, code du coffre, code coffre, code parental, code de
    deverrouillage, code deverrouillage, code de recuperation, code recuperation, code de
    secours, codes de secours, code recu, code envoye, code carte, code bancaire, code de carte,
    code de la carte, code cps, code de ma carte, verification code, code a 4 chiffres, code a 5
    chiffres, code a 6 chiffres, code a 8 chiffres, code a quatre chiffres, code a six chiffres,
    code de double authentification, code double authentification, double authentification, cle
    de recuperation, clef de recuperation, code par sms, code recu par sms, code recu par mail,
    code a chiffres, code du telephone, code d entree, code de l immeuble, code du cadenas, code
    du digicode, digicode, code ouverture, security code, access code, activation code, one time
    code, one time password, reponse secrete, question secrete, reponse a la question secrete,
    contrasena, senha, palavra passe, parola d ordine, parola chiave, haslo, zugangscode, losenord,
    salasana, pincode, geheimcode, sicherheitscode, codigo secreto, codigo de acceso, parool, heslo,
    clave de acceso, jelszo, parola, lozinka, sifre, adgangskode, passord
    """
)
"""What names a secret. "Code" alone, "pass" and the like are weaker: see `WEAK`."""

TYPOS_OF = _words(
    "motdepasse motsdepasse motdepass motpasse modepasse mot2passe password passphrase"
    " phrasedepasse codesecret codeconfidentiel"
)
"""Names, without their spaces, that are recognised with one letter wrong, missing or too many."""

WEAK = _words("secret code pass passe passes psw cle clef acces")
"""Name a secret only where one stands right behind them or behind a colon."""

PAIRS = _phrases(
    """
    identifiants, identifiants de connexion, mes identifiants, codes, codes d acces,
    codes de connexion, credentials, creds, login mdp, id mdp, login mot de passe, login password,
    login pass, user pass, user password, user pwd, username password, identifiant mdp,
    identifiant mot de passe, identifiant et mot de passe, login et mot de passe, login et mdp,
    id et mdp, identifiant et mdp, user mdp, utilisateur mot de passe, utilisateur mdp, mail mdp,
    mail mot de passe, adresse mdp, email mdp, email password, email mot de passe, login pwd, id pw,
    id pass, login pw, compte mdp, log mdp, identifiants d acces, acces
    """
)
"""Announce a login and a secret, in this order."""

TRIES = _words(
    "tape tapant tapais tapez tapee taper retape retaper mets mis met mettre mettant mettais"
    " rentre rentrer rentrant rentrais entre entrer entrant saisi saisis saisie saisir saisissant"
    " ressaisi resaisi essaie essaye essayer essayant reessaie reessaye essais utilise utiliser"
    " utilisant utilisais connecte connecter connectais connectant marque ecris ecrit inscrit"
    " renseigne renseigner choisi choisis defini definis teste tester type typed typing enter"
    " entered entering tried trying try use used using put logged log connect connects remis"
    " remets remettre remettez remettez-moi compose composer valide noter note change changer"
    " changez essayez reinitialise reinitialiser utilisait utilisent utilisez tapait mettait"
    " essayait essayons choisir choisissez retente repris reprends remplace remplacer"
)
"""Said of what one types in: what stands right behind and looks like a secret is one."""

SAYS = _words(
    "s'est est etait c cest cetait serait sera is was it its it's c'est c'etait ci-dessous vaut"
    " egal egale devient soit es ist lautet lautete"
)
"""Links between the name of a secret and the secret."""

BETWEEN = _words(
    "actuel ancien bien ci-dessous celui-ci donc envoye habituel initial le la les normalement"
    " nouveau nouvelle par defaut perso personnel pourtant provisoire recu suivant suivante"
    " temporaire toujours sms mail par le mon ma notre votre j'ai que je tape mis mets met utilise"
    " suis de connexion d'acces pour ce cette jour matin a ete mon ton your my the new old current"
    " temporary mobile telephone affiche dos carte bitlocker svp definitif genere attribue fourni"
    " voici avec etre devrait doit meme exact tape saisi rentre reçu wifi application portail site"
    " compte session plateforme b2b espace acheteur resah woundwo"
)
"""May stand between the name of a secret, or its link, and the secret."""

ELSE = _words(
    "login log identifiant identifiants id user username utilisateur utilisatrice compte comptes"
    " pseudo adresse adresses mail mails e-mail email courriel mel numero numeros num no nr n"
    " client clients cliente ticket tickets dossier dossiers demande demandes marche marches"
    " contrat contrats lot lots commande commandes facture factures devis reference references ref"
    " refs oublie oubliee perdu perdue windows version versions v chrome firefox edge safari ios"
    " android macos mac iphone ipad samsung excel word outlook office poste pc ordinateur modele"
    " article articles produit produits salle batiment etage service lit chambre siret siren"
    " finess uai matricule erreur erreurs error errors fichier fichiers document documents"
    " logiciel application appli navigateur site lien url page convention incident intervention"
    " avis protocole region departement code-postal postal cp ville etablissement hopital ch chu"
    " ght ehpad imprimante serveur port ip mac adresse-ip serie sn imei tva iban ape naf gln gtin"
    " ean cip ucd acl lpp nomenclature cpv fournisseur fournisseurs accord procedure consultation"
    " bpu dce cctp ccap dossard piece mapa groupement notice norme iso nom prenom nommee appele"
    " intitule objet profil agent patient ipp ins societe entreprise rpps adeli de du d' chez via"
    " tel fax gsm livraison colis suivi bordereau reclamation sav ticket kb build maj os"
    " dell lenovo hp asus acer thinkpad latitude citrix vpn processeur ecran clavier hub switch"
    " prise rue avenue"
)
"""What follows one of these is not a secret."""

SMALL = _words(
    "est c'est le la les l' un une mon ma mes ton votre notre n n° no numero : = # - sous son sa"
    " ce cette is my the a au aux en dit et"
)
"""Stand between one of `ELSE` and what it names."""

CODES_OF = _words(
    "client postal postale postaux erreur error article produit fournisseur etablissement finess"
    " ape naf uai region departement barre barres barcode insee lpp ucd cip acl tva commande"
    " marche http https html css source promo promotion avantage remise couleur civil travail"
    " sante public penal commande dossier ticket analytique gestion service site gln ean gtin cpv"
    " siret siren iban bic swift banque guichet pays langue iso couleur comptable budget activite"
    " agence famille sous-famille nomenclature tarif lot contrat adherent retour statut reponse"
    " route rural general geographique commune rome acheteur vendeur revendeur um uf unite"
    " imprimante qr"
)
"""What makes "code …" the number of something that is no secret."""

MATTER = _words(
    "nouvelle actuelle habituelle personnelle officielle absente accepte affecte affiche"
    " allume arrange arrete autorise barre bete brule caduc casse charmante chouette commune"
    " compatible complete complique connue conserve consultable debloque deborde deconnecte"
    " depasse depose echec efface enregistre envisageable evapore explique facile faisable fausse"
    " fendue ferme fige finie garde generique gentil gratuite grave grille grise imbuvable"
    " inaccessible inadmissible incomplete inerte infernal injoignable inscrite insultante"
    " inutilisable jour juste lamentable laquelle legal limite locke malin manuel marque"
    " modifiable morte naze normal note obsolete ouverte passe penible pleine possible prete"
    " prevue produite rapide reconnue regle reporte responsable ridicule rigolo stupide supprime"
    " survenue tombe toute traite validation verouille verrouille verte demandee commun partage"
    " partagee enorme bizarre etrange dommage honteux scandaleux penible fragile fiable solide"
    " stable instable illisible ingerable irritant agacant enervant pareille unique vieille vieux"
    " neuf neuve propre sale triste nickel super genial top cool tranquille ailleurs dessus"
    " dessous dedans dehors normalement certainement surement egalement totalement franchement"
    " vraiment carrement stocke memorise note imprime perso pro professionnel personnel compromis"
    " vole pirate craque devine copie colle collee collees gras rouge vert bleu fonctionnel"
    " operationnel oublie oubliee oublies oubliees perdu perdue perdus refuse refusee refuses"
    " incorrect incorrecte incorrects invalide invalides expire expiree expires errone erronee"
    " erronnee inconnu inconnue faux mauvais mauvaise impossible toujours jamais comment pourquoi"
    " bloque bloquee bloques erreur erreurs aucun aucune aide aider aidez aidez-moi help besoin"
    " procedure rejete rejetee nouveau nouvelle ancien identique identiques merci svp stp bonjour"
    " urgent urgence rien non oui idem absent vide change changee changer changement modifier"
    " modifie creer cree creation reinitialiser reinitialise reinitialisee reinitialisation"
    " renouvellement renouveler expiration probleme problemes souci soucis bug perime desactive"
    " active activation demande demander lien mail identifiant identifiants login compte connexion"
    " provisoire temporaire recu recue quoi lequel quel quelle quels quelles ou madame monsieur"
    " bonsoir salut resah woundwo user obligatoire requis manquant demandee saisi saisie correct"
    " correcte exact ok bon bonne valide valable inchange pareil same wrong incorrectly forgotten"
    " forgot expired reset lost invalid locked rejected required missing unknown bien la ici"
    " la-dessus ca cela celui celle trop court courte long longue complexe simple faible fort"
    " visible masque cache ce que qui pas plus sans avec pour par dans sur depuis encore mais car"
    " donc alors apres avant si quand je j'ai il elle on nous vous ils c'est impossible il-y-a"
    " voir ci-joint joint piece-jointe ci-dessus idem confidentiel secret securise necessaire"
    " utile inutile introuvable indisponible illisible different differents differente termine"
    " fini envoye renvoye jamais parti arrive reset reinit nul null none vide voila attente"
    " cordialement hier demain aujourd'hui maintenant matin soir peut-etre ko hs nok clavier"
    " majuscule majuscules minuscule minuscules verr.num connu deja existe deux trois plusieurs"
    " certain certains sms telephone question info information message suivant adresse email"
    " e-mail nom prenom chiffres caracteres lettres portail site page case champ bouton rubrique"
    " onglet entree echap suppr enter windows session resolu pb pbm panne svp mince zut euh bah ben"
)
"""Says, behind a colon or "est", what is the matter rather than the secret."""

LIKELY = _words(
    "azerty qwerty azertyuiop qwertyuiop soleil doudou chocolat marseille loulou admin"
    " administrator administrateur welcome sunshine dragon princess princesse football monkey"
    " letmein iloveyou jetaime maman papa bienvenue tournesol nicolas camille caramel papillon"
    " chouchou toto test changeme chaton chocolat vacances printemps automne hiver lune etoile"
    " nuage coucou hopital secret123 master shadow hunter marguerite tortue licorne"
)
"""Plain words that many people choose."""

PRODUCTS = _words(
    "mailinblack windows7 windows8 windows10 windows11 office365 microsoft365 o365 m365 wifi"
    " iphone ipad macos ios android ie11 youtube github linkedin whatsapp onedrive sharepoint"
    " powerpoint javascript b2b b2c covid19 covid-19 mp3 mp4 utf8 utf-8 sha256 h24 7j/7 24h/24 5g"
    " 4g 3g wi-fi e-mail paypal webmail docusign chromeos playstore appstore teamviewer anydesk"
    " html5 w10 w11 win10 win11 win7 office2016 office2019 office2021 outlook2016 excel2016"
    " 1password lastpass keepass bitwarden resah woundwo resahb2b chorus-pro choruspro uniha ugap"
    " dropbox facebook wetransfer qr-code"
)

PRODUCT_HEADS = _words(
    "windows win office outlook excel word chrome firefox edge safari opera ios android macos"
    " iphone ipad galaxy pixel samsung ie java php python covid http iso norme en nf rev version v"
    " ver vers kb lot marche ticket ref reference dossier commande facture contrat avenant page"
    " etape point art article annexe fig zone region dept departement salle poste bat batiment"
    " service niveau n no num q t s d p r m l u h b a c f g x"
)
"""Letters before a number that make it a version or a number of something."""

LOGS_IN = _words(
    "connecter connecte connectes connectee connectez connectait connexion reconnecter reconnecte"
    " session sessions authentifier authentification authentifie identifiants identifier"
    " verrouille verrouillee verrouiller deverrouiller debloquer debloquez postit reinitialise"
    " reinitialiser login logger logue loguer logged signin locked log rentrer laisse sien mien"
    " acceder"
    " deconnecte deconnectee autoconnexion sesame acces intranet"
)
"""Words of logging in."""

KEYBOARD = _words(
    "majuscule majuscules minuscule minuscules clavier verr tabulation caractere caracteres azerty"
    " finit termine commence finissait post qwerty maj shift touche touches accent keyboard"
    " capslock tape taper"
)
"""Words of typing something in."""

GOODS = _words(
    "moteur moteurs store stores toile toiles pergola lame lames telecommande telecommandes article"
    " articles produit produits catalogue commande commandes panier devis facture factures"
    " marches lot lots livraison livraisons gamme gammes coloris prix tarif tarifs modele modeles"
    " reference references ref volet volets banne voilage gants carton cartons colis stock"
    " motorisation automatisme recepteur emetteur capteur fixation manivelle chassis fenetre ral"
    " materiel imprimante ecran ordinateur portable tablette logiciel version navigateur"
    " fichier document contrat avenant bordereau bon gtin norme salon evenement budget"
)
"""What is bought and sold, and its papers: what looks like a secret beside them is a model."""

MODELS = _words(
    "oximo altus sunea sunilus situo telis nina orea ilmo sonesse somfy simu orienta jet citrix"
    " forticlient teams zoom latitude optiplex thinkpad elitebook probook surface thunderbird"
    " libreoffice ubuntu debian tarif tarifs budget annexe lot marche segur"
)
"""Names that figures follow in the world of blinds and offices."""

REFUSED = _words(
    "refuse refusee refuses refusent rejete rejette rejetee incorrect invalide marche marchait"
    " passe"
    " passait fonctionne fonctionnait accepte acceptee fort solide simple expire"
)
"""Said of a secret that is tried."""

FIRMS = _words(
    "societe agence enseigne sarl sas sasu eurl sa ets etablissements magasin maison groupe cabinet"
    " compagnie entreprise marque boutique association mairie firme chez client"
)
"""Before the name of a firm, which may hold signs and figures."""
