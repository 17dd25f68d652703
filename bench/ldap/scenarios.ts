// What is measured, and the ratio to slapd that each scenario aims at.
import { kinds } from './kinds.js';
import type { RequestFile, RequestFiles } from './requests.js';

export type Scenario = {
  readonly group: string;
  readonly label: string;
  readonly requests: RequestFile;
  readonly connections: number;
  readonly depth: number;
  readonly isDial: boolean;
  readonly isTls: boolean;
  /** Throughput of ours over slapd's, at least. */
  readonly ratioMin: number;
  /** The 99th percentile of ours over slapd's, at most. */
  readonly p99RatioMax: number | undefined;
};

type Shape = Partial<Scenario> & Pick<Scenario, 'group' | 'label' | 'requests' | 'ratioMin'>;

const connectionCounts = [1, 8, 64] as const;
const mixRatioMin = { 1: 2.5, 8: 3.5, 64: 3.5 } as const;
const p99RatioMaxAt64 = 0.4;

export function listScenarios({ byKind, mix }: RequestFiles): Scenario[] {
  const mixed = { label: 'mélange', requests: mix };
  const mails = { label: 'mail exact', requests: byKind.get('mail') ?? mix };
  return [
    ...connectionCounts.map((connections) =>
      scenario({
        ...{ group: 'Mélange', ...mixed, connections, ratioMin: mixRatioMin[connections] },
        p99RatioMax: connections === 64 ? p99RatioMaxAt64 : undefined,
      }),
    ),
    ...kinds.flatMap(({ name, label, ratioMin }) =>
      atEach({ group: 'Par requête', label, ratioMin, requests: byKind.get(name) ?? mix }),
    ),
    ...atEach({
      group: 'À la file (8 requêtes en vol par connexion)',
      ...mixed,
      ratioMin: 1.1,
    }).map((shape) => ({ ...shape, depth: 8 })),
    ...[mixed, mails].flatMap((what) =>
      atEach({
        ...{ group: 'Une connexion par recherche', ...what, isDial: true, ratioMin: 1 },
      }),
    ),
    ...atEach({ group: 'TLS', ...mixed, isTls: true, ratioMin: 1.5 }),
    scenario({
      ...{ group: 'TLS, une connexion par recherche', ...mixed, connections: 8 },
      ...{ isTls: true, isDial: true, ratioMin: 1 },
    }),
  ];
}

function atEach(shape: Shape): Scenario[] {
  return connectionCounts.map((connections) => scenario({ ...shape, connections }));
}

function scenario(shape: Shape): Scenario {
  const plain = { connections: 1, depth: 1, isDial: false, isTls: false, p99RatioMax: undefined };
  return { ...plain, ...shape };
}
