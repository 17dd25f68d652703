// One French sentence per finding, with the values that make it true, for a hospital administrator.
import type { Constat, Valeurs } from './constat.js';

/** Why this finding holds. Never throws: a missing value makes a vaguer sentence. */
export function expliquer(constat: Constat): string {
  return explications[constat.code](constat.valeurs, constat);
}

const explications: Record<Constat['code'], (v: Valeurs, constat: Constat) => string> = {
  PER_TYPE_10: (v) =>
    (v['sansIdentifiant'] === true
      ? 'Cette BAL PER ne désigne aucun professionnel : aucun identifiant de titulaire n’est renseigné.'
      : `Le titulaire de cette BAL PER n’est désigné que par son adresse MSSanté (type d’identifiant 10) ${cotes(v, estType10)}.`) +
    (v['creationInterdite'] === true
      ? ` Création interdite détectée : elle n’était pas dans l’inventaire avant l’import du ${date(v['vueLe'])}.`
      : ''),
  TITULAIRE_INCONNU: (v) =>
    `${titulaire(v)} est introuvable dans le fichier national des professionnels.`,
  ORPHELINE_ANNUAIRE: (v) =>
    v['fermee'] === true
      ? 'La BAL est publiée dans l’Annuaire alors que l’inventaire la dit fermée.'
      : `La BAL est publiée dans l’Annuaire${publieePour(v)} alors qu’elle est absente de l’inventaire.`,
  TITULAIRE_SANS_ACTIVITE: (v) =>
    `${titulaire(v)} est connu du fichier national, mais n’y a aucune activité.`,
  TITULAIRE_HORS_STRUCTURE: (v) =>
    `${titulaire(v)} n’a pas d’activité connue dans la structure ${structure(objet(v['structure']))}${exerceA(v)}.`,
  TITULAIRE_ADELI: (v) =>
    `Le titulaire${entreParentheses(texte(v['nom']))} est encore désigné par le numéro ADELI ${texte(v['adeli']) ?? 'non renseigné'} ; ` +
    (texte(v['rpps']) === undefined
      ? 'son RPPS n’est pas connu.'
      : `son RPPS est ${texte(v['rpps']) ?? ''}.`),
  STRUCTURE_INCONNUE: (v) =>
    `La structure de rattachement ${structure(objet(v['structure']))} est introuvable dans FINESS et dans les activités des professionnels.`,
  STRUCTURE_FERMEE: (v) =>
    `La structure de rattachement ${structure(objet(v['structure']))} est fermée${depuisFermeture(v)}.`,
  RATTACHEMENT_EJ_EG: rattachement,
  ATTRIBUTS_DIVERGENTS: (v) => `L’Annuaire et l’inventaire diffèrent : ${divergences(v)}.`,
  TYPE_DIVERGENT: (v) =>
    `La BAL est de type ${texte(operateur(v)['typeBal']) ?? 'inconnu'} dans l’inventaire, mais publiée comme ${texte(annuaire(v)['typeBal']) ?? 'inconnu'}.`,
  INACTIVE: inactive,
  NON_PUBLIEE: (v) =>
    `La BAL ${texte(operateur(v)['typeBal']) ?? ''} est active et publiable, mais absente de l’extraction de l’Annuaire.`,
  LISTE_ROUGE_PUBLIEE: () =>
    'La BAL est en liste rouge dans l’inventaire, pourtant elle est publiée dans l’Annuaire.',
  NON_CONFIRMEE: (v) =>
    `L’Annuaire a accepté ${operationDe(v)} le ${date(v['accepteeLe'])} (opération ${nombre(v['operation'])}) : plus de ${nombre(v['limiteJours'])} jours après, ${v['lueAutrementLe'] === undefined ? 'les extractions ne le montrent pas' : 'son API de lecture montre autre chose'}.`,
  ADRESSE_INVALIDE: (_v, constat) =>
    `L’adresse ${constat.adresse ?? ''} n’a pas la forme qu’accepte l’Annuaire (domaine en .mssante.fr).`,
  DOMAINE_HORS_LISTE_BLANCHE: (v, constat) =>
    `Le domaine ${constat.domaine} n’est pas dans la liste blanche en service ; il compte ${bals(v['nombreBal'])} dans l’inventaire.`,
  DOMAINE_SANS_BAL: (v, constat) =>
    `Le domaine ${constat.domaine} est déclaré, mais l’inventaire n’y compte aucune BAL` +
    (nombre(v['nombrePubliees']) > 0
      ? ` ; ${bals(v['nombrePubliees'])} y ${nombre(v['nombrePubliees']) > 1 ? 'sont publiées' : 'est publiée'}.`
      : '.'),
  DOUBLON_TITULAIRE: doublon,
  QUOTA_80: quota,
  QUOTA_90: quota,
  QUOTA_100: (v) => `${quota(v)} Elle ne peut plus ni recevoir ni émettre.`,
  TRANSFERT_INTERDIT: transfert,
};

function operationDe(v: Valeurs): string {
  if (v['listeRouge'] === true && v['genre'] === 'replace') return 'le passage en liste rouge';
  const noms: Record<string, string> = {
    insert: 'la publication de la BAL',
    replace: 'la modification de la BAL',
    delete: 'la suppression de la BAL',
  };
  return noms[texte(v['genre']) ?? ''] ?? 'une opération';
}

function rattachement(v: Valeurs): string {
  const rattachee = `La BAL est rattachée à ${structure(objet(v['structure']))}`;
  const attendue = idStructure(texte(v['attendue']));
  if (v['cas'] === 'a') {
    return `${rattachee}, une entité juridique, alors que ${titulaire(v, 'le titulaire')} n’y exerce que dans l’entité géographique ${attendue}.`;
  }
  if (v['cas'] === 'b') {
    return `${rattachee}, une entité juridique, alors que le domaine est déclaré pour son entité géographique ${attendue}.`;
  }
  const ej = texte(objet(v['structure'])['ej']) ?? 'inconnue';
  return `${rattachee}, qui dépend de l’entité juridique ${ej}, alors que le domaine est déclaré pour l’entité juridique ${attendue}.`;
}

function inactive(v: Valeurs): string {
  const { derniereAuthentification, dateCreation } = operateur(v);
  const limite = `la limite est de ${nombre(v['limiteJours'])} jours`;
  const fait =
    texte(derniereAuthentification) !== undefined
      ? `Aucune authentification depuis le ${date(derniereAuthentification)} : ${limite}.`
      : `Aucune authentification connue depuis la création de la BAL, le ${date(dateCreation)} : ${limite}.`;
  return `${fait}${suiviInactivite(objet(v['cas']))}`;
}

/** Where the hygiene cycle is; nothing before it has begun. */
function suiviInactivite(cas: Valeurs): string {
  const suites: Record<string, string> = {
    'a-prevenir': 'Le titulaire est à prévenir.',
    prevenue: `Avis écrit le ${date(cas['avisDemandeLe'])}, pas encore parti.`,
    'delai-en-cours': `Titulaire prévenu le ${date(cas['avisPartiLe'])} : suppression proposée à partir du ${date(cas['echeanceLe'])}.`,
    'a-supprimer': `Titulaire prévenu le ${date(cas['avisPartiLe'])}, délai passé : suppression proposée le ${date(cas['decideeLe'])}.`,
    conservee: `Conservée jusqu’au ${date(cas['conserveeJusqua'])} (${cas['cloture'] === 'opposition' ? 'le titulaire s’est opposé' : 'gardée par un administrateur'} le ${date(cas['closLe'])}).`,
  };
  const suite =
    cas['etat'] === 'prevenue' && cas['attente'] === 'AVIS_ECHOUE'
      ? `Aucun avis n’a pu partir depuis le ${date(cas['avisDemandeLe'])} : voir « annuaire-sync hygiene show ».`
      : suites[texte(cas['etat']) ?? ''];
  return suite === undefined ? '' : ` ${suite}`;
}

function doublon(v: Valeurs): string {
  const autres = liste(v['autresAdresses']).flatMap((adresse) => texte(adresse) ?? []);
  const total = nombre(v['nombre']) - 1;
  const reste = total > autres.length ? ` et ${total - autres.length} autres` : '';
  const ou =
    texte(v['structure']) === undefined
      ? 'sans structure de rattachement'
      : `pour la structure ${idStructure(texte(v['structure']))}`;
  return `Le titulaire (RPPS ${texte(operateur(v)['identifiantPp']) ?? 'inconnu'}) a aussi ${autres.join(', ')}${reste} ${ou}.`;
}

function quota(v: Valeurs): string {
  const { pourcent, quotaOctets } = operateur(v);
  return `La BAL occupe ${nombre(pourcent)} % de son quota de ${octets(nombre(quotaOctets))}.`;
}

function transfert(v: Valeurs): string {
  const cible = v['cibleOperateur'] ?? v['cibleAnnuaire'];
  const raison =
    cible === null || cible === undefined
      ? 'inconnue de l’inventaire et de l’Annuaire'
      : texte(objet(cible)['typeBal']) !== 'PER'
        ? `une BAL ${texte(objet(cible)['typeBal']) ?? 'sans type'}`
        : `la BAL d’un autre titulaire (${texte(objet(cible)['identifiantPp']) ?? 'non identifié'})`;
  return `La BAL transfère automatiquement vers ${texte(operateur(v)['transfertVers']) ?? 'une autre adresse'}, ${raison}.`;
}

function divergences(v: Valeurs): string {
  const [inventaire, publie] = [operateur(v), annuaire(v)];
  const parChamp: Record<string, string> = {
    titulaire: `titulaire ${personne(inventaire)} dans l’inventaire, ${personne(publie)} publié`,
    structures: `structure ${structures(inventaire)} dans l’inventaire, ${structures(publie)} publiée`,
    service: `service ${cite(inventaire['service'])} dans l’inventaire, ${cite(publie['service'])} publié`,
  };
  return liste(v['champs'])
    .flatMap((champ) => parChamp[texte(champ) ?? ''] ?? [])
    .join(' ; ');
}

function titulaire(v: Valeurs, defaut = 'Le titulaire'): string {
  const nom = texte(v['nom']);
  const rpps = texte(v['rpps']) ?? texte(operateur(v)['identifiantPp']);
  const qui = rpps === undefined ? '' : ` (RPPS ${rpps})`;
  return `${nom ?? defaut}${qui}`;
}

function exerceA(v: Valeurs): string {
  const lieux = liste(v['exerceA']).map((lieu) => structure(objet(lieu)));
  if (lieux.length === 0) return ' ; son lieu d’exercice n’est pas renseigné';
  return ` ; il exerce à ${lieux.join(', à ')}`;
}

function structure(s: Valeurs): string {
  const id = idStructure(texte(s['id']));
  const nom = texte(s['raisonSociale']);
  return nom === undefined ? id : `${nom} (${id})`;
}

/** 1750000001 is read FINESS 750000001. */
function idStructure(id: string | undefined): string {
  if (id === undefined) return 'non renseignée';
  const noms: Record<string, string> = { 1: 'FINESS', 2: 'SIREN', 3: 'SIRET' };
  const nom = noms[id.charAt(0)];
  return nom === undefined ? `d’identifiant ${id}` : `${nom} ${id.slice(1)}`;
}

function depuisFermeture(v: Valeurs): string {
  const fermeture = objet(v['structure'])['dateFermeture'];
  return texte(fermeture) === undefined ? '' : ` depuis le ${date(fermeture)}`;
}

function publieePour(v: Valeurs): string {
  const { nom, identifiantPp } = annuaire(v);
  const qui = texte(nom) ?? texte(identifiantPp);
  return qui === undefined ? '' : ` pour ${qui}`;
}

function personne(cote: Valeurs): string {
  const id = texte(cote['identifiantPp']);
  return id === undefined ? 'vide' : `${id} (type ${texte(cote['typeIdentifiantPp']) ?? 'vide'})`;
}

function structures(cote: Valeurs): string {
  const ids = liste(cote['structures']).flatMap((id) => texte(id) ?? []);
  return ids.length === 0 ? 'vide' : ids.map(idStructure).join(', ');
}

function cotes(v: Valeurs, predicat: (cote: Valeurs) => boolean): string {
  const noms = [
    predicat(operateur(v)) ? 'dans l’inventaire' : '',
    predicat(annuaire(v)) ? 'dans l’Annuaire' : '',
  ].filter((nom) => nom !== '');
  return noms.join(' et ');
}

function estType10(cote: Valeurs): boolean {
  return cote['typeBal'] === 'PER' && cote['typeIdentifiantPp'] === '10';
}

function bals(valeur: Valeurs[string] | undefined): string {
  return `${nombre(valeur)} BAL`;
}

function octets(n: number): string {
  const unites = ['octets', 'Ko', 'Mo', 'Go', 'To'];
  const rang = Math.min(unites.length - 1, Math.max(0, Math.floor(Math.log2(n || 1) / 10)));
  const valeur = n / 2 ** (10 * rang);
  return `${valeur.toLocaleString('fr-FR', { maximumFractionDigits: 1 })} ${unites[rang] ?? ''}`;
}

/** 2026-08-12, with or without a time, is read 12/08/2026. */
function date(valeur: Valeurs[string] | undefined): string {
  const [annee, mois, jour] = (texte(valeur) ?? '').slice(0, 10).split('-');
  return jour === undefined ? 'une date inconnue' : `${jour}/${mois ?? ''}/${annee ?? ''}`;
}

function cite(valeur: Valeurs[string] | undefined): string {
  const contenu = texte(valeur);
  return contenu === undefined ? 'vide' : `« ${contenu} »`;
}

function entreParentheses(contenu: string | undefined): string {
  return contenu === undefined ? '' : ` (${contenu})`;
}

const operateur = (v: Valeurs): Valeurs => objet(v['operateur']);
const annuaire = (v: Valeurs): Valeurs => objet(v['annuaire']);

function objet(valeur: Valeurs[string] | undefined): Valeurs {
  return isObjet(valeur) ? valeur : {};
}

function isObjet(valeur: Valeurs[string] | undefined): valeur is Valeurs {
  return typeof valeur === 'object' && valeur !== null && !Array.isArray(valeur);
}

function liste(valeur: Valeurs[string] | undefined): readonly Valeurs[string][] {
  return isListe(valeur) ? valeur : [];
}

function isListe(valeur: Valeurs[string] | undefined): valeur is readonly Valeurs[string][] {
  return Array.isArray(valeur);
}

function texte(valeur: Valeurs[string] | undefined): string | undefined {
  return typeof valeur === 'string' && valeur !== '' ? valeur : undefined;
}

function nombre(valeur: Valeurs[string] | undefined): number {
  return typeof valeur === 'number' ? valeur : 0;
}
