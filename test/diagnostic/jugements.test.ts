// What `doctor` says of what it saw: each limit, each sentence's state and remedy.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lireUnite } from '../../src/commands/doctor-systemd.js';
import { jugerBase } from '../../src/diagnostic/base.js';
import { executer, type Constatation } from '../../src/diagnostic/controle.js';
import {
  jugerJournal,
  jugerSauvegarde,
  jugerSignataires,
  jugerSources,
  jugerSystemd,
} from '../../src/diagnostic/exploitation.js';
import { jugerHorloge } from '../../src/diagnostic/horloge.js';
import {
  jugerDescripteurs,
  jugerDossier,
  jugerMemoire,
  jugerNode,
  jugerSecrets,
  type FaitsMachine,
} from '../../src/diagnostic/machine.js';
import type { FaitsBase } from '../../src/store/diagnostic.js';
import { tempFolder } from '../support/extraction-files.js';

const gib = 1024 ** 3;
const now = new Date('2026-11-23T08:00:00Z');
const jours = (n: number): Date => new Date(now.getTime() - n * 86_400_000);

const machine: FaitsMachine = {
  node: 'v20.20.2',
  nodeVoulu: '>=20.15',
  memoireTotale: 8 * gib,
  fichiersMax: 65_536,
  fuseau: 'Europe/Paris',
};
const dossier = {
  chemin: '/srv',
  libres: 50 * gib,
  inodesLibres: 1_000_000,
  echecEcriture: undefined,
  estOuvertATous: false,
};
const migrations = [
  { number: 1, name: '0001_socle.sql' },
  { number: 2, name: '0002_suite.sql' },
];
const base: FaitsBase = {
  version: '16.4',
  numero: 160_004,
  encodage: 'UTF8',
  collation: 'C',
  estReplica: false,
  estLectureSeule: false,
  retardSecondes: undefined,
  horloge: now,
  octets: 6 * gib,
  connexionsMax: 100,
  connexions: 10,
  compte: 'annuaire',
  peutCreer: true,
  peutTemporaire: true,
  tablesInterdites: [],
  tablesGonflees: [],
  migrations,
};
const attentes = { migrations, connexionsVoulues: 24, estLecteur: false };
const sur = (change: Partial<FaitsBase>, attendu = {}): Constatation[] =>
  jugerBase({ ...base, ...change }, { ...attentes, ...attendu });

/** State of the worst, and what it says with its remedy. */
const cas: readonly (readonly [nom: string, readonly Constatation[], RegExp])[] = [
  ['a sound Node.js', jugerNode(machine), /^bon /u],
  [
    'an old Node.js',
    jugerNode({ ...machine, node: 'v20.9.0' }),
    /^faute .*Installez Node\.js 20\.15/u,
  ],
  ['a newer Node.js', jugerNode({ ...machine, node: 'v22.1.0' }), /^bon /u],
  ['little memory', jugerMemoire({ ...machine, memoireTotale: gib }), /^faute .*2 Gio au moins/u],
  [
    'enough memory for a start',
    jugerMemoire({ ...machine, memoireTotale: 3 * gib }),
    /^attention /u,
  ],
  [
    'few descriptors',
    jugerDescripteurs({ ...machine, fichiersMax: 512 }, 2_000),
    /^faute .*LimitNOFILE=4096/u,
  ],
  [
    'fewer descriptors than connections',
    jugerDescripteurs({ ...machine, fichiersMax: 5_000 }, 9_000),
    /^attention .*10 ?024/u,
  ],
  [
    'a system that does not tell',
    jugerDescripteurs({ ...machine, fichiersMax: undefined }, 9),
    /^$/u,
  ],
  ['a sound folder', jugerDossier(dossier), /^bon /u],
  ['a disk nearly full', jugerDossier({ ...dossier, libres: 2 * gib }), /^faute .*libérez/u],
  ['a disk for a small park', jugerDossier({ ...dossier, libres: 10 * gib }), /^attention /u],
  ['no inode', jugerDossier({ ...dossier, inodesLibres: 12 }), /^faute .*inodes/u],
  [
    'a folder of everybody',
    jugerDossier({ ...dossier, estOuvertATous: true }),
    /^attention .*chmod o-w/u,
  ],
  ['a closed folder', jugerDossier({ ...dossier, echecEcriture: 'EACCES' }), /^faute .*chown/u],
  ['secrets well kept', jugerSecrets([{ reglage: 'a', chemin: '/a', mode: 0o100640 }]), /^bon /u],
  [
    'a secret of everybody',
    jugerSecrets([{ reglage: 'alimentation.cleApi', chemin: '/a', mode: 0o100644 }]),
    /^attention .*cleApi.*chmod 640/u,
  ],
  ['a sound base', sur({}), /^bon /u],
  ['PostgreSQL 13', sur({ version: '13.2', numero: 130_002 }), /^faute .*PostgreSQL 14/u],
  ['LATIN1', sur({ encodage: 'LATIN1' }), /^faute .*encoding 'UTF8'/u],
  ['no table yet', sur({ migrations: undefined }), /^attention .*extract/u],
  ['an older schema', sur({ migrations: migrations.slice(0, 1) }), /^attention .*sauvegardez/u],
  [
    'an older schema, of a reader',
    sur({ migrations: migrations.slice(0, 1) }, { estLecteur: true }),
    /^faute .*nœud qui écrit/u,
  ],
  [
    'a newer schema',
    sur({ migrations: [...migrations, { number: 3, name: '0003_x.sql' }] }),
    /^faute .*plus récent/u,
  ],
  [
    'another schema',
    sur({ migrations: [{ number: 1, name: '0001_autre.sql' }] }),
    /^faute .*database\.url/u,
  ],
  ['no right to create', sur({ peutCreer: false }), /^faute .*grant create on schema/u],
  ['no right to temporary tables', sur({ peutTemporaire: false }), /^faute .*grant temporary/u],
  ['tables of somebody else', sur({ tablesInterdites: ['trace'] }), /^faute .*trace/u],
  ['connections used up', sur({ connexions: 99 }), /^faute .*max_connections/u],
  ['fewer connections than pools', sur({ connexions: 90 }), /^attention .*poolMax/u],
  ['a replica far behind', sur({ estReplica: true, retardSecondes: 900 }), /^attention .*900 s/u],
  ['a replica', sur({ estReplica: true, retardSecondes: 2 }), /^bon /u],
  ['dead rows', sur({ tablesGonflees: ['constat'] }), /^attention .*autovacuum/u],
  ['the same clock', [jugerHorloge('la base', now, now, 'base')], /^bon /u],
  [
    'a clock 10 s ahead',
    [jugerHorloge('la base', now, new Date(now.getTime() + 10_000), 'base')],
    /^attention 10 s d’avance/u,
  ],
  [
    'a clock an hour late',
    [jugerHorloge('la base', now, new Date(now.getTime() - 3_600_000), 'base')],
    /^faute 60 min de retard.*timedatectl/u,
  ],
  [
    'an HTTP date 10 s away',
    [jugerHorloge('x', now, new Date(now.getTime() + 10_000), 'http')],
    /^bon /u,
  ],
  ['a trail never verified', jugerJournal(undefined, now), /^attention .*audit verify/u],
  [
    'a trail verified long ago',
    jugerJournal({ at: jours(50), issue: 'reussite' }, now),
    /^attention .*50 jours/u,
  ],
  [
    'a trail that no week verified',
    jugerJournal({ at: jours(9), issue: 'reussite' }, now),
    /^attention .*9 jours.*planification/u,
  ],
  ['a trail verified last week', jugerJournal({ at: jours(7), issue: 'reussite' }, now), /^bon /u],
  ['a trail that was altered', jugerJournal({ at: jours(1), issue: 'refus' }, now), /^faute /u],
  ['a trail verified yesterday', jugerJournal({ at: jours(1), issue: 'reussite' }, now), /^bon /u],
  ['never saved', jugerSauvegarde(undefined, now), /^attention .*annuaire-sync backup/u],
  ['saved last week', jugerSauvegarde(jours(7), now), /^attention .*7 jours/u],
  ['saved this night', jugerSauvegarde(jours(0), now), /^bon /u],
  ['no signer', jugerSignataires(true, 0), /^attention .*signataires/u],
  ['a signature that is not asked for', jugerSignataires(false, 1), /^attention .*exigee/u],
  ['a signer', jugerSignataires(true, 1), /^bon /u],
  ['a machine without systemd', jugerSystemd(undefined), /^$/u],
  ['no unit of that name', jugerSystemd('LoadState=not-found\nType=\n'), /^$/u],
  [
    'a unit of Type=simple',
    jugerSystemd('Type=simple\nLoadState=loaded\nWatchdogUSec=0\n'),
    /^attention .*Type=notify/u,
  ],
  [
    'a unit without a watchdog',
    jugerSystemd('Type=notify\nLoadState=loaded\nWatchdogUSec=0\n'),
    /^attention .*WatchdogSec/u,
  ],
  ['a unit as ours', jugerSystemd('Type=notify\nLoadState=loaded\nWatchdogUSec=2min\n'), /^bon /u],
  [
    'nothing loaded',
    jugerSources(
      [{ nom: 'bals', libelle: 'BAL', estInventaire: false, date: undefined, echec: undefined }],
      false,
    ),
    /^attention jamais chargées : bals .*extract/u,
  ],
  [
    'no inventory',
    jugerSources(
      [
        {
          nom: 'inventaire:fichier',
          libelle: 'Inventaire',
          estInventaire: true,
          date: undefined,
          echec: undefined,
        },
      ],
      false,
    ),
    /^attention .*inventory import/u,
  ],
  [
    'not reconciled',
    jugerSources(
      [{ nom: 'bals', libelle: 'BAL', estInventaire: false, date: now, echec: undefined }],
      false,
    ),
    /^attention .*reconcile/u,
  ],
  [
    'a failure',
    jugerSources(
      [{ nom: 'bals', libelle: 'BAL', estInventaire: false, date: now, echec: 'HTTP 500' }],
      true,
    ),
    /^attention .*HTTP 500/u,
  ],
];
const rang = { faute: 0, attention: 1, bon: 2 } as const;
for (const [nom, constatations, attendu] of cas) {
  test(nom, () => {
    const [pire] = constatations.toSorted((x, y) => rang[x.etat] - rang[y.etat]);
    const texte = pire ? `${pire.etat} ${pire.texte} ${pire.remede}`.trimEnd() : '';
    assert.match(pire ? `${texte} ` : '', attendu);
  });
}

test('one check that throws, and one that never answers, keep nobody waiting', async () => {
  const commun = { rubrique: 'Réseau', nom: 'x' } as const;
  const bons = [{ etat: 'bon', texte: 'là', remede: '' }] as const;
  const resultats = await executer(
    [
      { ...commun, code: 'jette', verifier: () => Promise.reject(new Error('ECONNREFUSED.')) },
      { ...commun, code: 'muet', verifier: () => new Promise(() => undefined) },
      { ...commun, code: 'bon', verifier: () => Promise.resolve(bons) },
    ],
    { delaiMs: 20, signal: new AbortController().signal },
  );
  assert.deepEqual(
    resultats.map(({ code, constatations: [une] }) => [code, une?.etat, une?.texte]),
    [
      ['jette', 'faute', 'ECONNREFUSED'],
      ['muet', 'faute', 'pas de réponse en 0.02 s'],
      ['bon', 'bon', 'là'],
    ],
  );
});

test('what systemd knows of our unit is asked of it, wherever doctor was typed', async () => {
  const folder = tempFolder();
  const script = `#!/bin/sh\necho LoadState=loaded; echo Type=notify; echo "WatchdogUSec=$*"\n`;
  writeFileSync(join(folder, 'systemctl'), script, { mode: 0o755 });
  // As in a terminal that « systemd --user » started.
  const told = await lireUnite({ PATH: `${folder}:/usr/bin:/bin`, INVOCATION_ID: 'a' });
  assert.match(told ?? '', /^WatchdogUSec=show annuaire-sync -p LoadState,Type,WatchdogUSec$/mu);
  assert.deepEqual(
    jugerSystemd(told).map(({ etat }) => etat),
    ['bon'],
  );
  assert.equal(await lireUnite({ PATH: '/nowhere' }), undefined);
});
