// The line tables: rows that left the extractions or the inventory. What is in service is never touched.
import { chargementsAnciens, dejaRapproche, type Cible } from './cible.js';

const estSortie = (ligne: string, source: string): string =>
  `(${ligne}.gone_load_id in (${chargementsAnciens}) and ${dejaRapproche(`${ligne}.gone_load_id`, source)})`;

const sortie = (source: string): string => estSortie('t', source);

/**
 * A row of the address stays, in service or gone since: its older rows lose what they say of people and keep their dates, or the address
 * would seem to have come on the day of its last change (« depuis quand », panorama, PER_TYPE_10).
 */
const estConnue = (table: string, source: string): string => `(
  exists (select from ${table} v where v.adresse = t.adresse and v.gone_load_id is null)
  or exists (select from ${table} v where v.adresse = t.adresse and v.gone_load_id is not null
    and not ${estSortie('v', source)}))`;

/** The feed or a demande may still read in these rows whether what was asked for is done. */
const nestPlusAttendue = `not exists (select from feed_operation o
    where o.adresse = t.adresse and o.state = 'accepted' and o.accepted_at < $1::timestamptz)
  and not exists (select from demande d where d.adresse = t.adresse and d.etat = 'transmise')`;

/** The same person still holds the same BAL: « vue depuis » is about him, and tells nothing that is not in service. */
const memeTitulaire = (table: string): string => `exists (select from ${table} v
  where v.adresse = t.adresse and v.gone_load_id is null and v.identifiant_pp = t.identifiant_pp)`;

/** Null stays null: it is what tells a PER without a professional (EX_GBM_4312) from the others. */
const titulaireEfface = (table: string): string => `identifiant_pp = case
  when t.identifiant_pp is null or ${memeTitulaire(table)} then t.identifiant_pp else '*' end`;

// A hash of 0 is no line's: it says that the contents are erased.
const aAnonymiser = (table: string): string => `(t.ligne_hash <> 0
  or (t.identifiant_pp <> '*' and not ${memeTitulaire(table)}))`;

const textesAnnuaire = [
  'identification_nationale_pp',
  'service_rattachement',
  'civilite_exercice',
  'nom_exercice',
  'prenom_exercice',
  'categorie_profession',
  'libelle_categorie_profession',
  'code_profession',
  'libelle_profession',
  'code_savoir_faire',
  'libelle_savoir_faire',
  'dematerialisation',
  'raison_sociale',
  'enseigne_commerciale',
  'complement_localisation',
  'complement_distribution',
  'numero_voie',
  'complement_numero_voie',
  'type_voie',
  'libelle_voie',
  'lieu_dit',
  'ligne_acheminement',
  'code_postal',
  'departement',
  'pays',
];

const textesOperateur = [
  'service_rattachement',
  'responsable',
  'description',
  'transfert_vers',
  'derniere_authentification',
  'taille_octets',
  'quota_octets',
];

const vider = (colonnes: readonly string[]): string =>
  colonnes.map((colonne) => `${colonne} = null`).join(', ');

const lignesDe = (
  table: string,
  source: string,
  libelle: string,
  condition = sortie(source),
): Cible => ({
  nom: table,
  categorie: 'extractions',
  libelle,
  table,
  condition,
  parcours: 'pages',
  estGardee: true,
});

export const ciblesLignes: readonly Cible[] = [
  {
    ...lignesDe('bal_annuaire', 'bals', 'lignes des BAL qui ne sont plus publiées'),
    condition: `${sortie('bals')} and not ${estConnue('bal_annuaire', 'bals')} and ${nestPlusAttendue}`,
  },
  {
    ...lignesDe('bal_annuaire', 'bals', 'anciennes lignes des BAL publiées'),
    nom: 'bal_annuaire.anciennes',
    condition: `${sortie('bals')} and ${estConnue('bal_annuaire', 'bals')} and ${aAnonymiser('bal_annuaire')}
      and ${nestPlusAttendue}`,
    maj: `ligne_hash = 0, adresse_publiee = t.adresse, ${titulaireEfface('bal_annuaire')}, ${vider(textesAnnuaire)}`,
  },
  lignesDe('activite', 'professionnels', 'activités terminées'),
  lignesDe('structure_exercice', 'professionnels', 'structures d’exercice disparues'),
  lignesDe('savoir_faire', 'professionnels', 'savoir-faire retirés'),
  lignesDe('identite', 'identites', 'lignes d’identité retirées'),
  lignesDe('structure_finess', 'finess', 'lignes FINESS remplacées'),
  lignesDe('domaine_liste_blanche', 'liste-blanche', 'lignes de la liste blanche remplacées'),
  lignesDe('correspondance_adeli', 'adeli-rpps', 'correspondances ADELI retirées'),
  {
    ...lignesDe('bal_operateur', 'inventaire', 'BAL sorties de l’inventaire'),
    categorie: 'balsAbsentes',
    condition: `${sortie('inventaire')} and not ${estConnue('bal_operateur', 'inventaire')}`,
  },
  {
    ...lignesDe('bal_operateur', 'inventaire', 'anciennes lignes des BAL de l’inventaire'),
    nom: 'bal_operateur.anciennes',
    categorie: 'inventaires',
    condition: `${sortie('inventaire')} and ${estConnue('bal_operateur', 'inventaire')} and ${aAnonymiser('bal_operateur')}`,
    maj: `ligne_hash = 0, adresse_saisie = t.adresse, ${titulaireEfface('bal_operateur')}, ${vider(textesOperateur)}`,
  },
  {
    nom: 'publication_connue',
    categorie: 'balsAbsentes',
    libelle: 'publications connues de BAL que plus rien ne montre',
    table: 'publication_connue',
    // APP, CAB and the liste rouge are in no extraction: what we know of them is all that is known.
    condition: `t.type_bal in ('PER', 'ORG') and not t.liste_rouge and t.since < $1::timestamptz
      and not ${estConnue('bal_annuaire', 'bals')} and not ${estConnue('bal_operateur', 'inventaire')}
      and not exists (select from feed_operation o where o.adresse = t.adresse and (o.state = 'accepted'
        or o.state in ('planned', 'approved', 'sending', 'retry', 'held', 'dead')))`,
    parcours: 'pages',
    estGardee: true,
  },
  {
    nom: 'avis_quota',
    categorie: 'balsAbsentes',
    libelle: 'seuils de quota de BAL sorties de l’inventaire',
    table: 'avis_quota',
    // The number of the next notice is in its key: it must not begin again while older ones have theirs.
    condition: `t.change_le < $1::timestamptz
      and not exists (select from bal_operateur v where v.adresse = t.adresse and v.gone_load_id is null)
      and not exists (select from avis a where a.adresse = t.adresse)`,
    parcours: 'pages',
    estGardee: true,
  },
];
