// What must hold before a version of a source is put in service (pure). Every breach is told; nothing has been changed yet.

export type GuardLimits = {
  /** Share of the lines in service that may be missing from the new version. */
  readonly shrinkMax: number;
  /** Share of lines, against those in service, that may be new or gone. */
  readonly changeMax: number;
  /** Share of lines that may be rejected. */
  readonly rejectMax: number;
};

export type StagedTable = {
  /** What messages call it: the file's name. */
  readonly file: string;
  readonly inServiceCount: number;
  readonly lineCount: number;
  readonly addedCount: number;
  readonly goneCount: number;
  readonly rejectedCount: number;
};

export type GuardBreach = {
  readonly code:
    'FICHIER_VIDE' | 'TROP_DE_REJETS' | 'RETRECISSEMENT' | 'CHANGEMENT_MASSIF' | 'PLUS_ANCIEN';
  /** French, with the figures. */
  readonly message: string;
  /** False for what nobody can overrule. */
  readonly isAcceptable: boolean;
};

export function checkTable(table: StagedTable, limits: GuardLimits): GuardBreach[] {
  if (table.lineCount === 0) {
    return [
      {
        code: 'FICHIER_VIDE',
        isAcceptable: false,
        message: `${table.file} ne contient aucune ligne utilisable`,
      },
    ];
  }
  const readCount = table.lineCount + table.rejectedCount;
  const shrunk = table.inServiceCount - table.lineCount;
  const changed = Math.max(table.addedCount, table.goneCount);
  return [
    ...breach(
      table.rejectedCount > readCount * limits.rejectMax,
      'TROP_DE_REJETS',
      `${table.file} : ${count(table.rejectedCount)} lignes rejetées sur ${count(readCount)} ` +
        `(${percent(table.rejectedCount, readCount)}, ${limit(limits.rejectMax)})`,
    ),
    ...breach(
      shrunk > table.inServiceCount * limits.shrinkMax,
      'RETRECISSEMENT',
      `${table.file} : ${count(table.lineCount)} lignes, contre ${count(table.inServiceCount)} en service ` +
        `(${percent(shrunk, table.inServiceCount)} de moins, ${limit(limits.shrinkMax)})`,
    ),
    ...breach(
      table.inServiceCount > 0 && changed > table.inServiceCount * limits.changeMax,
      'CHANGEMENT_MASSIF',
      `${table.file} : ${count(table.addedCount)} lignes nouvelles et ${count(table.goneCount)} disparues, ` +
        `pour ${count(table.inServiceCount)} en service (${limit(limits.changeMax)})`,
    ),
  ];
}

export function checkAge(
  source: string,
  inService: Date | undefined,
  candidate: Date | undefined,
): GuardBreach[] {
  return breach(
    inService !== undefined && candidate !== undefined && candidate < inService,
    'PLUS_ANCIEN',
    `${source} : ce fichier, généré le ${day(candidate)}, est plus ancien que celui en service, du ${day(inService)}`,
  );
}

function breach(isBroken: boolean, code: GuardBreach['code'], message: string): GuardBreach[] {
  return isBroken ? [{ code, message, isAcceptable: true }] : [];
}

function count(value: number): string {
  return value.toLocaleString('fr-FR');
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toLocaleString('fr-FR', { maximumFractionDigits: 1 })} %`;
}

function limit(share: number): string {
  return `limite ${(100 * share).toLocaleString('fr-FR', { maximumFractionDigits: 2 })} %`;
}

function day(date: Date | undefined): string {
  return (
    date?.toLocaleString('fr-FR', {
      dateStyle: 'short',
      timeStyle: 'short',
      timeZone: 'Europe/Paris',
    }) ?? ''
  );
}
