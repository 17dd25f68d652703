// The audit trail as it is searched: by person, object, action, outcome and period.
import type { AuteurTrace, ContenuTrace, IssueTrace, ObjetTrace, Trace } from '../domain/trace.js';
import { genresObjet } from '../domain/trace.js';
import type { Db } from '../db/pool.js';

export type FiltreTraces = {
  /** As the author or as whom it is about: an identifier whole, or the beginning of the author's name. */
  readonly personne?: string | undefined;
  /** « bal:a@b.fr »; of an unknown kind, the identifier alone. */
  readonly objet?: string | undefined;
  readonly action?: string | undefined;
  readonly issue?: IssueTrace | undefined;
  readonly correlation?: string | undefined;
  readonly depuis?: Date | undefined;
  /** Not included. */
  readonly jusqua?: Date | undefined;
};

/** Where a page ends: the next one goes on from there. */
export type CurseurTraces = { readonly at: Date; readonly sequence: number };

export type PageTraces = {
  readonly ordre: 'recentes' | 'anciennes';
  readonly apres?: CurseurTraces | undefined;
  readonly max: number;
};

export async function listTraces(db: Db, filtre: FiltreTraces, page: PageTraces): Promise<Trace[]> {
  const { personne, objet } = filtre;
  const noms = personne === undefined ? [] : await listNomsAuteurs(db, personne);
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const order = (k: string): string => {
    const sens = page.ordre === 'recentes' ? 'desc' : 'asc';
    return `order by ${k}.at ${sens}, ${k}.sequence ${sens}`;
  };
  const max = bind(page.max);
  const common = commonConditions(filtre, page, bind);
  const who = personne === undefined ? undefined : bindPersonne(personne, noms, bind);
  const from = (source: string, k: 't' | 'o', more: readonly string[]): string =>
    `select ${columns} from ${source} where ${[...common(k), ...more].join(' and ') || 'true'}
     ${order(k)} limit ${max}::integer`;
  const perKey = (keys: string, source: string, k: 't' | 'o', more: readonly string[]): string =>
    `select f.* from unnest(${keys}::text[]) cle (cle) cross join lateral (${from(source, k, more)}) f`;
  const parObjet = 'trace_objet o join trace t on t.sequence = o.sequence';
  // Each of the ways in which a trace may be about somebody is read in the order of its own index, and stops at the first rows.
  const branches =
    objet !== undefined
      ? [
          perKey(bind(objetsPossibles(objet)), parObjet, 'o', [
            'o.objet = cle.cle',
            ...(who ? [who.condition] : []),
          ]),
        ]
      : who
        ? [
            perKey(who.ids, 'trace t', 't', ['t.auteur_id = cle.cle']),
            perKey(who.noms, 'trace t', 't', [`plier_nom(t.auteur_nom) collate "C" = cle.cle`]),
            perKey(who.objets, parObjet, 'o', ['o.objet = cle.cle']),
          ]
        : [from('trace t', 't', [])];
  const { rows } = await db.query<TraceRow>(
    `select * from (${branches.map((branch) => `(${branch})`).join(' union ')}) f
     ${order('f')} limit ${max}::integer`,
    values,
  );
  return rows.map(toTrace);
}

// A beginning of a name that more people have says too little to be somebody's.
const nomsMax = 50;

/** Names of authors, folded, that begin so: each is probed in an index where the same stands many times. */
async function listNomsAuteurs(db: Db, debut: string): Promise<string[]> {
  const nom = 'plier_nom(t.auteur_nom) collate "C"';
  const fin = 'plier_nom($1::text) || chr(1114111)';
  const { rows } = await db.query<{ nom: string }>(
    `with recursive noms (nom) as (
       (select ${nom} from trace t where ${nom} >= plier_nom($1::text) and ${nom} < ${fin} order by 1 limit 1)
       union all
       select (select ${nom} from trace t where ${nom} > noms.nom and ${nom} < ${fin} order by 1 limit 1)
       from noms where noms.nom is not null)
     select nom from noms where nom is not null limit ${nomsMax}`,
    [debut],
  );
  return rows.map((row) => row.nom);
}

type Personne = {
  readonly ids: string;
  readonly noms: string;
  readonly objets: string;
  /** The three, of a trace that was found otherwise. */
  readonly condition: string;
};

function bindPersonne(personne: string, names: readonly string[], bind: Bind): Personne {
  const ids = idsDe(personne);
  const [boundIds, noms] = [bind(ids), bind(names)];
  const objets = bind(ids.flatMap((id) => [`professionnel:${id}`, `compte:${id}`]));
  return {
    ...{ ids: boundIds, noms, objets },
    condition: `(t.auteur_id = any (${boundIds}::text[]) or plier_nom(t.auteur_nom) = any (${noms}::text[])
      or t.objets && ${objets}::text[])`,
  };
}

/** A professional is known by his RPPS as by his IdNatPS. */
function idsDe(personne: string): string[] {
  if (/^8\d{11}$/u.test(personne)) return [personne, personne.slice(1)];
  return /^\d{11}$/u.test(personne) ? [personne, `8${personne}`] : [personne];
}

export async function findTrace(db: Db, sequence: number): Promise<Trace | undefined> {
  const { rows } = await db.query<TraceRow>(
    `select ${columns} from trace t where t.sequence = $1::bigint`,
    [sequence],
  );
  return rows[0] && toTrace(rows[0]);
}

type Bind = (value: unknown) => string;

/** `k`: what is read in its order of time, the traces or the objects that they are about. */
function commonConditions(
  filtre: FiltreTraces,
  page: PageTraces,
  bind: Bind,
): (k: 't' | 'o') => string[] {
  const { action, issue, correlation, depuis, jusqua } = filtre;
  const { apres, ordre } = page;
  const after = ordre === 'recentes' ? '<' : '>';
  const ofTrace = [
    ...(action === undefined ? [] : [`t.action = ${bind(action)}::text`]),
    ...(issue === undefined ? [] : [`t.issue = ${bind(issue)}::text`]),
    // A partial index serves what did not succeed.
    ...(issue === undefined || issue === 'reussite' ? [] : [`t.issue <> 'reussite'`]),
    ...(correlation === undefined ? [] : [`t.correlation = ${bind(correlation)}::text`]),
  ];
  const times = [
    ...(depuis === undefined ? [] : [`at >= ${bind(depuis)}::timestamptz`]),
    ...(jusqua === undefined ? [] : [`at < ${bind(jusqua)}::timestamptz`]),
  ];
  const place =
    apres === undefined
      ? undefined
      : `${after} (${bind(apres.at)}::timestamptz, ${bind(apres.sequence)}::bigint)`;
  return (k) => [
    ...ofTrace,
    ...times.map((time) => `${k}.${time}`),
    ...(place === undefined ? [] : [`(${k}.at, ${k}.sequence) ${place}`]),
  ];
}

function objetsPossibles(objet: string): string[] {
  const genre = objet.slice(0, objet.indexOf(':'));
  if (genresObjet.some((known) => known === genre)) return [objet];
  return genresObjet.map((known) => `${known}:${objet}`);
}

const columns = `t.sequence::float8 as sequence, t.at, t.action, t.issue, t.auteur_genre as "auteurGenre",
  t.auteur_id as "auteurId", t.auteur_nom as "auteurNom", t.objets, t.poste_adresse as "posteAdresse",
  t.poste_agent as "posteAgent", t.requete, t.reponse, t.correlation, t.effacee_le as "effaceeLe"`;

type TraceRow = {
  readonly sequence: number;
  readonly at: Date;
  readonly action: string;
  readonly issue: IssueTrace;
  readonly auteurGenre: AuteurTrace['genre'] | null;
  readonly auteurId: string | null;
  readonly auteurNom: string | null;
  readonly objets: readonly string[];
  readonly posteAdresse: string | null;
  readonly posteAgent: string | null;
  readonly requete: string | null;
  readonly reponse: string | null;
  readonly correlation: string | null;
  readonly effaceeLe: Date | null;
};

function toTrace(row: TraceRow): Trace {
  const { sequence, at, action, issue, auteurGenre, auteurId } = row;
  const head = { sequence, at, action, issue, effaceeLe: row.effaceeLe ?? undefined };
  if (auteurGenre === null || auteurId === null) return { ...head, contenu: undefined };
  return {
    ...head,
    contenu: {
      auteur: { genre: auteurGenre, id: auteurId, nom: row.auteurNom ?? undefined },
      objets: row.objets.flatMap(parseObjet),
      poste: { adresse: row.posteAdresse ?? undefined, agent: row.posteAgent ?? undefined },
      requete: parseContenu(row.requete),
      reponse: parseContenu(row.reponse),
      correlation: row.correlation ?? undefined,
    },
  };
}

function parseObjet(text: string): ObjetTrace[] {
  const colon = text.indexOf(':');
  const genre = genresObjet.find((known) => known === text.slice(0, colon));
  return genre === undefined ? [] : [{ genre, id: text.slice(colon + 1) }];
}

/** What somebody altered may be no JSON any more: it is shown, not thrown. */
function parseContenu(text: string | null): ContenuTrace | undefined {
  if (text === null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : { valeur: value };
  } catch {
    return { illisible: text };
  }
}
