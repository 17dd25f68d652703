// What the standard classes have no place for: the MSSanté data of a BAL. Names are the national ones.

/**
 * Root of our own identifiers: 2.25 and a UUID as an integer (ITU-T X.667), which nobody has to assign. Attribute types are
 * under .1, object classes under .2; a number once given never means anything else.
 */
const mssArc = '2.25.218973440895049527651135185172112037696';

const ia5 =
  'EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.26';
const text =
  'EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15';
const digits =
  'EQUALITY numericStringMatch SUBSTR numericStringSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.36';

export const mssAttributeTypes: readonly string[] = [
  `( ${mssArc}.1.1 NAME 'typeBal' DESC 'PER, ORG, APP ou CAB (TRE_R257)' ${ia5} )`,
  `( ${mssArc}.1.2 NAME 'rpps' DESC 'RPPS du titulaire, 11 chiffres' ${digits} )`,
  `( ${mssArc}.1.3 NAME 'adeli' DESC 'ADELI du titulaire' ${ia5} )`,
  `( ${mssArc}.1.4 NAME 'idNatPs' DESC 'Identification nationale du titulaire (8 + RPPS)' ${ia5} )`,
  `( ${mssArc}.1.5 NAME 'finess' DESC 'FINESS de la structure' ${ia5} )`,
  `( ${mssArc}.1.6 NAME 'siret' DESC 'SIRET de la structure' ${ia5} )`,
  `( ${mssArc}.1.7 NAME 'siren' DESC 'SIREN de la structure' ${ia5} )`,
  `( ${mssArc}.1.8 NAME 'idNatStruct' DESC 'Identification nationale de la structure (1 + FINESS)' ${ia5} )`,
  `( ${mssArc}.1.9 NAME 'codeProfession' DESC 'Code de la profession (TRE_G15)' ${ia5} )`,
  `( ${mssArc}.1.10 NAME 'categorieProfession' DESC 'Categorie professionnelle (C, M, E)' ${ia5} )`,
  `( ${mssArc}.1.11 NAME 'codeSavoirFaire' DESC 'Code du savoir-faire' ${ia5} )`,
  `( ${mssArc}.1.12 NAME 'libelleSavoirFaire' DESC 'Libelle du savoir-faire' ${text} )`,
  `( ${mssArc}.1.13 NAME 'libelleProfession' DESC 'Libelle de la profession' ${text} )`,
  `( ${mssArc}.1.14 NAME 'serviceRattachement' DESC 'Service de rattachement' ${text} )`,
  `( ${mssArc}.1.15 NAME 'dematerialisation' DESC 'Zero papier accepte : O ou N' ${ia5} )`,
  `( ${mssArc}.1.16 NAME 'raisonSociale' DESC 'Raison sociale de la structure' ${text} )`,
  `( ${mssArc}.1.17 NAME 'enseigneCommerciale' DESC 'Enseigne commerciale de la structure' ${text} )`,
  `( ${mssArc}.1.18 NAME 'civiliteExercice' DESC 'Civilite du titulaire' ${text} )`,
];

/** With what organizationalRole lacks for an address book to show a BAL of a service. */
export const mssObjectClasses: readonly string[] = [
  `( ${mssArc}.2.1 NAME 'boiteLettreMss' DESC 'Boite aux lettres MSSante' SUP top AUXILIARY MAY (
    typeBal $ rpps $ adeli $ idNatPs $ finess $ siret $ siren $ idNatStruct $ codeProfession $
    categorieProfession $ codeSavoirFaire $ libelleSavoirFaire $ libelleProfession $
    serviceRattachement $ dematerialisation $ raisonSociale $ enseigneCommerciale $
    civiliteExercice $ mail $ uid $ displayName $ sn $ givenName $ title $ o $ c $ co ) )`,
];
