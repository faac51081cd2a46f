"""The usual names of columns, in English and German: without case, spaces, hyphens and accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

_EXTRA = re.compile(r"\[.*?\]|\(.*?\)")
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o"})

_WORDS: Mapping[str, str] = {
    "mailbox": """
        primarysmtpaddress primarysmtp primaryaddress primaryemail primaryemailaddress primarymail primarymailaddress
        primaeresmtpadresse primaereadresse primaereemailadresse primaeremailadresse primaeremail primaeresmtp
        hauptadresse hauptemailadresse windowsemailaddress smtpaddress smtpadresse emailaddress email mail emailadresse
        emailadressen mailadresse mailaddress address adresse mailboxaddress mailboxemail mailboxemailaddress
        mailboxsmtpaddress sharedmailboxaddress sharedmailboxemail sharedmailboxemailaddress postfachadresse
        postfachemail postfachemailadresse postfachmail postfachmailadresse groupemail groupemailaddress mailbox
        mailboxes sharedmailbox sharedmailboxes mailboxidentity identity mailboxname sharedmailboxname postfach
        postfaecher postfachname freigegebenespostfach gemeinsamespostfach geteiltespostfach funktionspostfach
        gruppenpostfach sammelpostfach teampostfach mailboxid
    """,
    "display_name": """
        displayname mailboxdisplayname sharedmailboxdisplayname anzeigename postfachanzeigename bezeichnung
        postfachbezeichnung angezeigtername
    """,
    "alias": "alias mailnickname mailboxalias nickname kurzname aliasname",
    "aliases": """
        aliases emailaddresses proxyaddresses secondaryaddresses secondarysmtpaddresses secondaryemailaddresses
        additionaladdresses additionalemailaddresses otheraddresses aliasaddresses aliasemails emailaliases emailalias
        emailaliasse aliasadressen aliasadresse weitereadressen weitereemailadressen zusaetzlicheadressen
        zusatzadressen aliasse aliase nebenadressen proxyadressen
    """,
    "name": "name",
    "members": """
        user users member members mitglied mitglieder benutzer nutzer nutzerin anwender person personen people
        mitarbeiter mitarbeiterin mitarbeitende delegate delegates delegierte delegierter stellvertreter
        stellvertreterin stellvertretung stellvertretungen vertreter vertretung trustee trustees grantee grantees access
        accessusers zugriff zugriffe zugriffsberechtigte zugriffsberechtigter berechtigte berechtigter
        berechtigtebenutzer berechtigteperson berechtigtepersonen grantedto assignedusers assignedto teilnehmer
        useremail useraddress useremailaddress usersmtpaddress useremailadresse benutzeremail benutzeradresse
        benutzeremailadresse memberemail memberaddress memberemailaddress delegateemail delegateaddress mitgliedemail
        mitgliedadresse employee employees assignee assignees zugewiesenebenutzer
    """,
    "full_access": """
        fullaccess fullaccessuser fullaccessusers fullaccessmembers fullaccesspermission fullaccesspermissions
        fullaccessdelegates fullmailboxaccess readandmanage vollzugriff vollzugriffe vollerzugriff vollzugriffsrecht
        vollzugriffsrechte vollzugriffbenutzer lesenundverwalten
    """,
    "read": "read readonly readaccess readers reader lesen leser lesezugriff leserechte leserecht nurlesen",
    "send_as": """
        sendas sendasuser sendasusers sendasmembers sendaspermission sendaspermissions sendastrustee sendastrustees
        sendasdelegates sendenals sendenalsrecht sendenalsrechte sendenalsberechtigung sendals
    """,
    "send_on_behalf": """
        sendonbehalf sendonbehalfof sendonbehalfto sendonbehalfusers sendonbehalfpermission sendonbehalfpermissions
        grantsendonbehalfto grantsendonbehalf sendenimauftrag sendenimauftragvon sendenimauftragrechte imauftragsenden
        imauftrag sendenimnamen sendenimnamenvon imnamenvonsenden
    """,
    "owners": "owner owners mailboxowner mailboxowners managedby besitzer besitzerin eigentuemer eigentuemerin inhaber",
    "rights": """
        accessrights accessright rights right permission permissions permissiontype accesslevel role memberrole
        berechtigung berechtigungen recht rechte zugriffsrecht zugriffsrechte zugriffsart berechtigungsart rolle
    """,
    "kind": "trusteetype membertype usertype trusteekind mitgliedstyp mitgliedtyp benutzertyp",
    "automapping": "automapping automap automount automounting automatischezuordnung autozuordnung",
    "hidden_from_address_lists": """
        hiddenfromaddresslistsenabled hiddenfromaddresslists hiddenfromaddresslist hiddenfromgal hidefromgal
        hidefromaddresslists hidden ausgeblendet versteckt verborgen inadresslistenausblenden
        inadresslisteausblenden ausadresslistenausblenden ausadresslistenausgeblendet imadressbuchausblenden
        inadressbuchausblenden ausadressbuchausblenden imadressbuchausgeblendet ingalausblenden
    """,
    "forwarding": "forwardingsmtpaddress forwardto forwardingto weiterleitung weiterleitungan",
    "sent_items.send_as": "messagecopyforsentasenabled",
    "sent_items.send_on_behalf": "messagecopyforsendonbehalfenabled",
    "until": """
        until expires expiry expirydate expirationdate enddate validuntil accessuntil bis gueltigbis zugriffbis ablauf
        ablaufdatum enddatum befristetbis befristung
    """,
    "reason": "reason justification grund begruendung",
    "type": "recipienttypedetails mailboxtype postfachtyp postfachart",
    "deny": "deny accesscontroltype",
    "inherited": "isinherited inherited vererbt geerbt",
    "account": "userprincipalname upn benutzerprinzipalname anmeldename microsoftonlineservicesid",
    "password": "password passwort kennwort initialpassword initialpasswort initialkennwort pwd",
}
NAMES: Mapping[str, str] = {name: field for field, names in _WORDS.items() for name in names.split()}
"""The field of each name."""


@lru_cache(maxsize=1024)
def plain(name: str) -> str:
    """Return the name of a column without case, spaces, hyphens, accents and remarks in brackets."""
    text = unicodedata.normalize("NFC", _EXTRA.sub("", name) or name).lower().translate(_SPELLED)
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if letter.isascii() and letter.isalnum())
