// From any contents: no path to a PER or a CAB without RPPS, and the plan leads where it says.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { LigneBal, LigneInventaire } from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import fc from '../support/fast-check.js';
import { accepter, planifier, socle, suivre, viderPlan } from '../support/plan.js';
import { runs } from '../support/runs.js';

const adresses = ['a', 'b', 'c'].map((nom) => `${nom}@chu.mssante.fr`);
const rpps = ['10000000018', '10000000026'];
const structures = ['1750000011', '1750000029'];

const titulaire = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...rpps).map((id) => ({ rpps: id })) },
  fc.constant({ typePp: '10', pp: 'x@chu.mssante.fr' }),
  fc.constant({ typePp: '0', pp: '759999999' }),
  fc.constant({ typePp: '8', pp: '123' }),
  fc.constant({}),
);
const structure = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...structures).map((id) => ({ structure: id })) },
  { weight: 2, arbitrary: fc.constant({}) },
  fc.constant({ structure: '1?' }),
);

const publiee: fc.Arbitrary<LigneBal> = fc
  .tuple(
    fc.constantFrom(...adresses),
    fc.constantFrom('PER', 'PER', 'ORG', 'CAB'),
    titulaire,
    structure,
    fc.constantFrom(undefined, 'Nord', 'Sud'),
  )
  .map(([adresse, type, qui, ou, service]) => ({
    adresse,
    type,
    ...qui,
    ...ou,
    ...(service === undefined ? {} : { service }),
  }));

const inventoriee: fc.Arbitrary<LigneInventaire> = fc
  .tuple(
    publiee,
    fc.constantFrom('PER', 'PER', 'ORG', 'APP', 'CAB'),
    fc.constantFrom('actif', 'actif', 'actif', 'suspendu', 'ferme'),
    fc.boolean(),
    fc.boolean(),
    fc.constantFrom(undefined, 'Labo', 'Pharmacie'),
  )
  .map(([ligne, type, etat, listeRouge, preferee, description]) => ({
    ...ligne,
    type,
    etat,
    listeRouge,
    preferee,
    ...(description === undefined ? {} : { description }),
  }));

// Part of the inventory is published as it is: what differs is then one datum, not the porteur.
const jour = fc
  .record({
    inventaire: fc.array(inventoriee, { maxLength: 5 }),
    autres: fc.array(publiee, { maxLength: 3 }),
  })
  .chain(({ inventaire, autres }) =>
    fc
      .subarray(inventaire)
      .map((reprises) => ({ inventaire, bals: [...autres, ...reprises.map(commePubliee)] })),
  );

function commePubliee({
  adresse,
  type,
  rpps: id,
  typePp,
  pp,
  structure: ou,
}: LigneInventaire): LigneBal {
  return {
    adresse,
    ...(type === undefined ? {} : { type }),
    ...(id === undefined ? {} : { rpps: id }),
    ...(typePp === undefined ? {} : { typePp }),
    ...(pp === undefined ? {} : { pp }),
    ...(ou === undefined ? {} : { structure: ou }),
  };
}

/** What the Annuaire holds once everything is accepted: the truth that the last extraction would show, porteur by porteur. */
const publieApres = `
  with lignes as (
    select adresse, porteur_cle, type_bal from feed_operation where state = 'accepted' and kind <> 'delete'
      and id in (select max(id) from feed_operation where state = 'accepted' group by adresse, porteur_cle))
  select count(*)::integer as n from lignes
  where type_bal in ('PER', 'CAB') and porteur_cle !~ '^(professionnel|situation):[0-9]{11}'`;

describe('any inventory against any Annuaire', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());

  const apresLExtraction = new Date(Date.now() + 24 * 3_600_000);

  test('no publication without an RPPS, and once all is accepted nothing is left to say', async () => {
    await fc.assert(
      fc.asyncProperty(jour, jour, fc.boolean(), async (hier, aujourdhui, isPublie) => {
        await viderPlan(db.pool);
        const settings = { premierPlan: isPublie ? ('publier' as const) : ('presumer' as const) };
        await suivre(db.pool, { ...socle, ...hier }, settings);
        await suivre(db.pool, aujourdhui, settings);
        const { rows } = await db.pool.query<{ kind: string; type: string; rpps: string | null }>(
          `select kind, type_bal as type, rpps from feed_operation where kind <> 'delete'`,
        );
        for (const { type, rpps: id } of rows) {
          if (type === 'PER' || type === 'CAB') assert.match(String(id), /^\d{11}$/u);
        }
        await accepter(db.pool, apresLExtraction);
        const { rows: fautes } = await db.pool.query<{ n: number }>(publieApres);
        assert.equal(fautes[0]?.n, 0);
        await planifier(db.pool, settings, { isForced: true });
        const { rows: reste } = await db.pool.query(
          `select kind, adresse, porteur_cle, type_bal, champs, motif from feed_operation where state = 'planned'`,
        );
        assert.deepEqual(reste, []);
        await assertSuspendedUntouched(aujourdhui.inventaire);
      }),
      { numRuns: runs(15) },
    );
  });

  test('applied to what is published, the plan gives what the inventory says', async () => {
    await fc.assert(
      fc.asyncProperty(jour, async ({ inventaire, bals }) => {
        await viderPlan(db.pool);
        await suivre(db.pool, { ...socle, inventaire, bals }, { premierPlan: 'publier' });
        const { rows } = await db.pool.query<OperationCourte>(
          `select kind, adresse, porteur_cle as cle, concat_ws('/', type_bal, liste_rouge, rang, description, service) as contenu
           from feed_operation order by id`,
        );
        const obtenu = publiees(bals);
        for (const { kind, adresse, cle, contenu } of rows) {
          if (kind === 'delete') obtenu.delete(`${adresse} ${cle}`);
          else obtenu.set(`${adresse} ${cle}`, contenu);
        }
        for (const adresse of adresses) {
          const attendu = voulues(inventaire, adresse);
          if (!attendu) continue;
          const reel = [...obtenu].filter(([cle]) => cle.startsWith(`${adresse} `)).sort();
          assert.deepEqual(reel, attendu, adresse);
        }
      }),
      { numRuns: runs(40) },
    );
  });

  const assertSuspendedUntouched = async (
    inventaire: readonly LigneInventaire[],
  ): Promise<void> => {
    const ouvertes = inventaire.filter(({ etat }) => etat !== 'ferme');
    const suspendues = ouvertes
      .map(({ adresse }) => adresse)
      .filter((adresse) =>
        ouvertes.every((ligne) => ligne.adresse !== adresse || ligne.etat === 'suspendu'),
      );
    const { rows } = await db.pool.query(
      `select kind, adresse from feed_operation where adresse = any($1::text[]) and plan_id = 2 and state = 'accepted'`,
      [suspendues],
    );
    assert.deepEqual(rows, []);
  };
});

type OperationCourte = { kind: string; adresse: string; cle: string; contenu: string };

/** The porteur that the feed would be told, by a reading of the same rules that owes nothing to the SQL. */
function cleDe({ type, rpps: id, structure: ou, typePp }: LigneBal): string | undefined {
  const qui = typePp === undefined ? id : undefined;
  const structureSue = ou === undefined || ou.length === 10 ? ou : 'inconnue';
  if (type === 'CAB') return qui === undefined ? undefined : `professionnel:${qui}`;
  if (structureSue === 'inconnue') return undefined;
  if (type !== 'PER') return structureSue === undefined ? undefined : `structure:${structureSue}`;
  if (qui === undefined) return undefined;
  return structureSue === undefined ? `professionnel:${qui}` : `situation:${qui}:${structureSue}`;
}

function publiees(bals: readonly LigneBal[]): Map<string, string> {
  const parCle = new Map<string, LigneBal[]>();
  for (const ligne of bals) {
    const cle = `${ligne.adresse} ${cleDe(ligne) ?? `a-rechercher:${ligne.adresse}`}`;
    parCle.set(cle, [...(parCle.get(cle) ?? []), ligne]);
  }
  return new Map([...parCle].map(([cle, lignes]) => [cle, contenuDe(lignes, false)]));
}

/** The content of one BAL on one porteur, as the test reads it from an operation. */
function contenuDe(all: readonly Partial<LigneInventaire>[], rouge: boolean): string {
  const least = (values: readonly (string | undefined)[]): string | undefined =>
    values.filter((value) => value !== undefined).sort()[0];
  const type = least(all.map((ligne) => ligne.type)) ?? '';
  return [
    type,
    rouge ? 't' : 'f',
    all.some((ligne) => ligne.preferee) ? '1' : undefined,
    type === 'PER' ? undefined : least(all.map((ligne) => ligne.description)),
    type === 'ORG' || type === 'APP' ? least(all.map((ligne) => ligne.service)) : undefined,
  ]
    .filter((part) => part !== undefined)
    .join('/');
}

/** What is to be published of an address; undefined when the inventory itself stands in the way of saying. */
function voulues(
  inventaire: readonly LigneInventaire[],
  adresse: string,
): [string, string][] | undefined {
  const lignes = inventaire.filter((ligne) => ligne.adresse === adresse && ligne.etat !== 'ferme');
  if (lignes.some((ligne) => ligne.etat === 'suspendu' || cleDe(ligne) === undefined))
    return undefined;
  const parCle = new Map<string, LigneInventaire[]>();
  for (const ligne of lignes) {
    const cle = `${adresse} ${cleDe(ligne) ?? ''}`;
    parCle.set(cle, [...(parCle.get(cle) ?? []), ligne]);
  }
  const isAmbigu = [...parCle.values()].some((l) => new Set(l.map(({ type }) => type)).size > 1);
  if (isAmbigu) return undefined;
  const rouge = lignes.some((ligne) => ligne.listeRouge);
  return [...parCle].map(([cle, l]): [string, string] => [cle, contenuDe(l, rouge)]).sort();
}
