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
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const common = commonConditions(filtre, page, bind);
  const order = page.ordre === 'recentes' ? 'desc' : 'asc';
  const max = bind(page.max);
  // Each of the ways in which a trace may be about somebody has its own index: asked one by one, each stops at the first rows.
  const branches = subjectConditions(filtre, bind).map(
    (
      subject,
    ) => `(select ${columns} from trace t where ${[...common, ...subject].join(' and ') || 'true'}
      order by t.at ${order}, t.sequence ${order} limit ${max}::integer)`,
  );
  const { rows } = await db.query<TraceRow>(
    `select * from (${branches.join(' union ')}) trouvees order by at ${order}, sequence ${order} limit ${max}::integer`,
    values,
  );
  return rows.map(toTrace);
}

export async function findTrace(db: Db, sequence: number): Promise<Trace | undefined> {
  const { rows } = await db.query<TraceRow>(
    `select ${columns} from trace t where t.sequence = $1::bigint`,
    [sequence],
  );
  return rows[0] && toTrace(rows[0]);
}

const lastCharacter = '\u{10ffff}';

type Bind = (value: unknown) => string;

function commonConditions(filtre: FiltreTraces, page: PageTraces, bind: Bind): string[] {
  const { action, issue, correlation, depuis, jusqua } = filtre;
  const { apres, ordre } = page;
  const after = ordre === 'recentes' ? '<' : '>';
  return [
    ...(action === undefined ? [] : [`t.action = ${bind(action)}::text`]),
    ...(issue === undefined ? [] : [`t.issue = ${bind(issue)}::text`]),
    // A partial index serves what did not succeed.
    ...(issue === undefined || issue === 'reussite' ? [] : [`t.issue <> 'reussite'`]),
    ...(correlation === undefined ? [] : [`t.correlation = ${bind(correlation)}::text`]),
    ...(depuis === undefined ? [] : [`t.at >= ${bind(depuis)}::timestamptz`]),
    ...(jusqua === undefined ? [] : [`t.at < ${bind(jusqua)}::timestamptz`]),
    ...(apres === undefined
      ? []
      : [
          `(t.at, t.sequence) ${after} (${bind(apres.at)}::timestamptz, ${bind(apres.sequence)}::bigint)`,
        ]),
  ];
}

/** One list of conditions for each way; a trace that answers one of them is found. */
function subjectConditions({ personne, objet }: FiltreTraces, bind: Bind): string[][] {
  const about = objet === undefined ? [] : [`t.objets && ${bind(objetsPossibles(objet))}::text[]`];
  if (personne === undefined) return [about];
  const nom = personne.toLowerCase();
  return [
    [...about, `t.auteur_id = ${bind(personne)}::text`],
    [
      ...about,
      // As a range: a plan made once for all cannot turn a pattern into one.
      `lower(t.auteur_nom) collate "C" >= ${bind(nom)}::text`,
      `lower(t.auteur_nom) collate "C" < ${bind(nom + lastCharacter)}::text`,
    ],
    [...about, `t.objets && ${bind(personnesPossibles(personne))}::text[]`],
  ];
}

function objetsPossibles(objet: string): string[] {
  const genre = objet.slice(0, objet.indexOf(':'));
  if (genresObjet.some((known) => known === genre)) return [objet];
  return genresObjet.map((known) => `${known}:${objet}`);
}

/** A professional is known by his RPPS as by his IdNatPS. */
function personnesPossibles(personne: string): string[] {
  const ids = /^8\d{11}$/u.test(personne)
    ? [personne, personne.slice(1)]
    : /^\d{11}$/u.test(personne)
      ? [personne, `8${personne}`]
      : [personne];
  return ids.flatMap((id) => [`professionnel:${id}`, `compte:${id}`]);
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
