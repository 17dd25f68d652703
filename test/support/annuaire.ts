// Fills the line tables as the loaders do (presence intervals, list of changes), from a few legible lines.
import { createHash } from 'node:crypto';
import type { Pool } from '../../src/db/pool.js';
import { transaction } from '../../src/db/transaction.js';
import type { Db } from '../../src/db/pool.js';
import type { LoadSource } from '../../src/domain/source.js';
import { emptyTables } from './empty-tables.js';

export type LigneBal = {
  adresse: string;
  type?: string;
  /** RPPS: type 8. */
  rpps?: string;
  typePp?: string;
  pp?: string;
  /** idNatStruct, e.g. 1750000001. */
  structure?: string;
  service?: string;
  nom?: string;
  prenom?: string;
  /** Other columns of bal_annuaire; the same names on every line. */
  colonnes?: Readonly<Record<string, string | null>>;
};

export type LigneInventaire = Omit<LigneBal, 'nom' | 'prenom' | 'colonnes'> & {
  etat?: 'actif' | 'suspendu' | 'ferme';
  listeRouge?: boolean;
  preferee?: boolean;
  description?: string;
  responsable?: string;
  dateCreation?: string;
  authentification?: string;
  tailleOctets?: number;
  quotaOctets?: number;
  transfertVers?: string;
};

export type Lieu = {
  site?: string;
  ej?: string;
  siret?: string;
  siren?: string;
  technique?: string;
  ancien?: string;
  raisonSociale?: string;
};

export type LigneActivite = Lieu & {
  rpps: string;
  nom?: string;
  prenom?: string;
  mode?: string;
  genre?: string;
};

export type LigneFiness = {
  finess: string;
  nature: 'EJ' | 'EG';
  ej?: string;
  siret?: string;
  siren?: string;
  raisonSociale?: string;
  fermeture?: string;
  isClosed?: boolean;
};

export type Etat = {
  bals?: readonly LigneBal[];
  inventaire?: readonly LigneInventaire[];
  activites?: readonly LigneActivite[];
  savoirFaire?: readonly { rpps: string }[];
  identites?: readonly LigneActivite[];
  finess?: readonly LigneFiness[];
  listeBlanche?: readonly { domaine: string; operateur?: string }[];
  adeli?: readonly { adeli: string; rpps: string }[];
};

type Row = Record<string, string | number | boolean | null>;
type Cle = readonly [kind: string, cle: string];
type Contenu = { readonly table: string; readonly rows: readonly Row[]; cles: (row: Row) => Cle[] };

/**
 * Puts each source named in `etat` in service, one load each, in the order of the keys given: a line that was not
 * there is opened, one that is missing is closed, and what changed is listed unless the load is the first.
 */
export async function load(pool: Pool, etat: Etat): Promise<void> {
  const sources = new Set(Object.keys(etat).map(sourceOf));
  for (const source of sources) {
    await transaction(pool, (db) => loadSource(db, source, contenus(source, etat)));
  }
}

const sourceOf = (cle: string): LoadSource => {
  const sources: Record<string, LoadSource> = {
    bals: 'bals',
    inventaire: 'inventaire',
    activites: 'professionnels',
    savoirFaire: 'professionnels',
    identites: 'identites',
    finess: 'finess',
    listeBlanche: 'liste-blanche',
    adeli: 'adeli-rpps',
  };
  const source = sources[cle];
  if (!source) throw new Error(`unknown key ${cle}`);
  return source;
};

async function loadSource(db: Db, source: LoadSource, contenu: readonly Contenu[]): Promise<void> {
  const { rows: previous } = await db.query<{ id: number }>(
    `select id from source_load where source = $1::text limit 1`,
    [source],
  );
  const isFull = previous.length === 0;
  const { rows } = await db.query<{ id: number }>(
    `insert into source_load (source, version, origin, size_bytes, line_count, added_count, gone_count,
       is_full, genere_le, inventaire_source)
     values ($1::text, 'v', 'test', 1, 1, 0, 0, $2::boolean, now(),
       case when $1::text = 'inventaire' then 'fichier' end) returning id`,
    [source, isFull],
  );
  const loadId = rows[0]?.id ?? 0;
  let moved = 0;
  for (const { table, rows: lines, cles } of contenu) {
    const changed = await replaceLines(db, loadId, table, lines);
    moved += changed.length;
    if (!isFull) await insertChanges(db, loadId, changed.flatMap(cles));
  }
  await db.query(`update source_load set added_count = $2::integer where id = $1::integer`, [
    loadId,
    moved,
  ]);
}

/** The rows opened and closed. */
async function replaceLines(
  db: Db,
  loadId: number,
  table: string,
  lines: readonly Row[],
): Promise<Row[]> {
  const wanted = new Map(lines.map((row) => [hashOf(row), row]));
  const { rows: kept } = await db.query<{ hash: string; ligne: Row }>(
    `select ligne_hash::text as hash, to_jsonb(t) as ligne from ${table} t where gone_load_id is null`,
  );
  const gone = kept.filter(({ hash }) => !wanted.has(hash));
  const present = new Set(kept.map(({ hash }) => hash));
  const added = [...wanted].filter(([hash]) => !present.has(hash));
  await db.query(
    `update ${table} set gone_load_id = $1::integer where gone_load_id is null
     and ligne_hash = any($2::bigint[])`,
    [loadId, gone.map(({ hash }) => hash)],
  );
  const columns = Object.keys(lines[0] ?? {});
  if (added.length > 0) {
    await db.query(
      `insert into ${table} (ligne_hash, first_load_id, ${columns.join(', ')})
       select r.ligne_hash, $1::integer, ${columns.map((column) => `r.${column}`).join(', ')}
       from jsonb_populate_recordset(null::${table}, $2::jsonb) r`,
      [loadId, JSON.stringify(added.map(([hash, row]) => ({ ...row, ligne_hash: hash })))],
    );
  }
  if (table === 'bal_operateur' && lines.length > 0) await updateVolatile(db, [...wanted]);
  return [...gone.map(({ ligne }) => ligne), ...added.map(([, row]) => row)];
}

const volatile = ['transfert_vers', 'derniere_authentification', 'taille_octets', 'quota_octets'];

/** The last four columns of the inventory move in place and make no history. */
async function updateVolatile(db: Db, lines: readonly (readonly [string, Row])[]): Promise<void> {
  await db.query(
    `update bal_operateur b set ${volatile.map((column) => `${column} = r.${column}`).join(', ')}
     from jsonb_populate_recordset(null::bal_operateur, $1::jsonb) r
     where b.gone_load_id is null and b.ligne_hash = r.ligne_hash`,
    [JSON.stringify(lines.map(([hash, row]) => ({ ...row, ligne_hash: hash })))],
  );
}

async function insertChanges(db: Db, loadId: number, cles: readonly Cle[]): Promise<void> {
  await db.query(
    `insert into source_change (load_id, kind, cle)
     select $1::integer, kind, cle from unnest($2::text[], $3::text[]) c (kind, cle)
     where cle is not null on conflict do nothing`,
    [loadId, cles.map(([kind]) => kind), cles.map(([, cle]) => cle)],
  );
}

function hashOf(row: Row): string {
  const stable = Object.entries(row).filter(([column]) => !volatile.includes(column));
  const digest = createHash('sha256').update(JSON.stringify(stable)).digest();
  return digest.readBigInt64LE(0).toString();
}

function contenus(source: LoadSource, etat: Etat): Contenu[] {
  const adresse = (row: Row): Cle[] => [['adresse', String(row['adresse'])]];
  const titulaire = (row: Row): Cle[] => [['titulaire', String(row['identifiant_pp'])]];
  switch (source) {
    case 'bals':
      return [{ table: 'bal_annuaire', rows: (etat.bals ?? []).map(rowBal), cles: adresse }];
    case 'inventaire':
      return [
        { table: 'bal_operateur', rows: (etat.inventaire ?? []).map(rowInventaire), cles: adresse },
      ];
    case 'professionnels':
      return [
        {
          table: 'structure_exercice',
          rows: distinctRows(
            (etat.activites ?? []).map(rowLieu).filter((row) => row !== undefined),
          ),
          cles: structureCles,
        },
        { table: 'activite', rows: (etat.activites ?? []).map(rowActivite), cles: titulaire },
        {
          table: 'savoir_faire',
          rows: (etat.savoirFaire ?? []).map(({ rpps }) => ({
            type_identifiant_pp: '8',
            identifiant_pp: rpps,
          })),
          cles: titulaire,
        },
      ];
    case 'identites':
      return [
        { table: 'identite', rows: (etat.identites ?? []).map(rowIdentite), cles: titulaire },
      ];
    case 'finess':
      return [
        {
          table: 'structure_finess',
          rows: (etat.finess ?? []).map(rowFiness),
          cles: (row) => [['structure', String(row['finess'])]],
        },
      ];
    case 'liste-blanche':
      return [
        {
          table: 'domaine_liste_blanche',
          rows: (etat.listeBlanche ?? []).map(({ domaine, operateur = 'O' }) => ({
            domaine,
            dn_certificat: `CN=${operateur}`,
          })),
          cles: (row) => [['domaine', String(row['domaine'])]],
        },
      ];
    case 'adeli-rpps':
      return [
        {
          table: 'correspondance_adeli',
          rows: (etat.adeli ?? []).map(({ adeli, rpps }) => ({ adeli, rpps })),
          cles: (row) => [['titulaire', String(row['adeli'])]],
        },
      ];
  }
}

function rowBal(ligne: LigneBal): Row {
  return {
    adresse_publiee: ligne.adresse,
    ...rowCommune(ligne),
    nom_exercice: ligne.nom ?? null,
    prenom_exercice: ligne.prenom ?? null,
    ...ligne.colonnes,
  };
}

function rowCommune(ligne: LigneBal | LigneInventaire): Row {
  return {
    adresse: ligne.adresse.toLowerCase(),
    domaine: ligne.adresse.toLowerCase().split('@')[1] ?? '',
    type_bal: ligne.type ?? 'PER',
    type_identifiant_pp: ligne.typePp ?? (ligne.rpps === undefined ? null : '8'),
    identifiant_pp: ligne.pp ?? ligne.rpps ?? null,
    type_identifiant_structure: ligne.structure?.slice(0, 1) ?? null,
    identification_structure: ligne.structure?.slice(1) ?? null,
    service_rattachement: ligne.service ?? null,
  };
}

function rowInventaire(ligne: LigneInventaire): Row {
  return {
    source_inventaire: 'fichier',
    adresse_saisie: ligne.adresse,
    ...rowCommune(ligne),
    etat: ligne.etat ?? 'actif',
    liste_rouge: ligne.listeRouge ?? false,
    preferee: ligne.preferee ?? false,
    description: ligne.description ?? null,
    responsable: ligne.responsable ?? null,
    date_creation: ligne.dateCreation ?? null,
    transfert_vers: ligne.transfertVers ?? null,
    derniere_authentification: ligne.authentification ?? null,
    taille_octets: ligne.tailleOctets ?? null,
    quota_octets: ligne.quotaOctets ?? null,
  };
}

function rowLieu(lieu: Lieu): Row | undefined {
  if (!Object.entries(lieu).some(([cle, valeur]) => cle in lieuColumns && Boolean(valeur))) {
    return undefined;
  }
  return {
    siret: lieu.siret ?? null,
    siren: lieu.siren ?? null,
    finess_site: lieu.site ?? null,
    finess_ej: lieu.ej ?? null,
    identifiant_technique: lieu.technique ?? null,
    ancien_identifiant: lieu.ancien ?? null,
    raison_sociale: lieu.raisonSociale ?? null,
  };
}

const lieuColumns: Record<keyof Lieu, true> = {
  site: true,
  ej: true,
  siret: true,
  siren: true,
  technique: true,
  ancien: true,
  raisonSociale: true,
};

function distinctRows(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [hashOf(row), row])).values()];
}

function structureCles(row: Row): Cle[] {
  return ['finess_site', 'finess_ej', 'siret', 'identifiant_technique'].flatMap((column) => {
    const cle = row[column];
    return typeof cle === 'string' ? [['structure', cle] as const] : [];
  });
}

function rowActivite(ligne: LigneActivite): Row {
  const lieu = rowLieu(ligne);
  return {
    structure_hash: lieu ? hashOf(lieu) : null,
    ...rowExercice(ligne),
  };
}

function rowExercice(ligne: LigneActivite): Row {
  return {
    type_identifiant_pp: '8',
    identifiant_pp: ligne.rpps,
    nom_exercice: ligne.nom ?? null,
    prenom_exercice: ligne.prenom ?? null,
    code_mode_exercice: ligne.mode ?? null,
    code_genre_activite: ligne.genre ?? null,
  };
}

function rowIdentite(ligne: LigneActivite): Row {
  return {
    ...rowExercice(ligne),
    siret: ligne.siret ?? null,
    siren: ligne.siren ?? null,
    finess_site: ligne.site ?? null,
    finess_ej: ligne.ej ?? null,
    identifiant_technique: ligne.technique ?? null,
    raison_sociale: ligne.raisonSociale ?? null,
    ancien_identifiant: ligne.ancien ?? null,
  };
}

function rowFiness(ligne: LigneFiness): Row {
  return {
    finess: ligne.finess,
    nature: ligne.nature,
    finess_ej: ligne.ej ?? (ligne.nature === 'EJ' ? ligne.finess : null),
    siret: ligne.siret ?? null,
    siren: ligne.siren ?? null,
    raison_sociale: ligne.raisonSociale ?? null,
    date_fermeture: ligne.fermeture ?? null,
    is_closed: ligne.isClosed ?? false,
  };
}

/** Forgets everything, the constats too. */
export async function vider(pool: Pool): Promise<void> {
  await emptyTables(pool, [
    'bal_annuaire',
    'bal_operateur',
    'activite',
    'structure_exercice',
    'savoir_faire',
    'identite',
    'structure_finess',
    'domaine_liste_blanche',
    'correspondance_adeli',
    'source_load',
    'source_run',
    'source_change',
    'source_reject',
    'constat',
    'reconcile_run',
    'mesure_jour',
    'mesure_hygiene',
    'domaine_ressemblant',
    'ressemblance_recherche',
  ]);
}
