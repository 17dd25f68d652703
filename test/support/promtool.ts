// What the program exposed, given to Prometheus's own evaluator: which alerts would be firing if it stayed so.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasPromtool = spawnSync('promtool', ['--version'], { stdio: 'ignore' }).status === 0;

/** Where promtool is not there; the tools of the tests install it on Debian. */
export const skipWithoutPromtool = hasPromtool ? false : 'NOT TESTED: promtool is not installed';

export type Situation = {
  readonly nom: string;
  /** Texts of /metrics, before and after what happened; '': nobody answered. */
  readonly avant: string;
  readonly apres: string;
  readonly nowMs: number;
  /** Alerts that fire, and no others. */
  readonly alertes: readonly string[];
};

/** They tell of the machine that runs the test, too: unless they are what is provoked, nothing is said of them. */
const selonLaMachine = ['BoucleEnRetard', 'LdapLent'];

function ignorees(alertes: readonly string[]): string {
  return selonLaMachine.filter((alerte) => !alertes.includes(alerte)).join('|');
}

/** Minutes that the situation lasts: longer than any rule waits, or looks back. */
const lastsMinutes = 120;

/** The answer of promtool when something differs; undefined when all is as expected. */
export function evaluer(regles: string, situations: readonly Situation[]): string | undefined {
  const read = readFileSync(regles, 'utf8');
  return withFile(
    JSON.stringify({
      rule_files: [regles],
      evaluation_interval: '5m',
      tests: situations.map(({ nom, alertes, ...situation }) => ({
        name: nom,
        interval: '1m',
        input_series: seriesOf(situation, read),
        promql_expr_test: [
          {
            expr: `group by (alertname) (ALERTS{alertstate="firing",alertname!~"${ignorees(alertes)}"})`,
            eval_time: `${lastsMinutes}m`,
            exp_samples: alertes.map((nom) => ({
              labels: `{alertname="${nom}"}`,
              value: 1,
            })),
          },
        ],
      })),
    }),
    (file) => run(['test', 'rules', file]),
  );
}

/** What promtool has against these rules, or this text of /metrics. */
export function verifierRegles(regles: string): string | undefined {
  return run(['check', 'rules', regles]);
}

export function verifierExposition(text: string): string | undefined {
  return run(['check', 'metrics'], text);
}

export type Mesure = { readonly nom: string; readonly serie: string; readonly valeur: number };

export function lireExposition(text: string): {
  readonly types: ReadonlyMap<string, string>;
  readonly mesures: readonly Mesure[];
} {
  const types = new Map<string, string>();
  const mesures: Mesure[] = [];
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) (\S+)$/u.exec(line);
    if (type) types.set(type[1] ?? '', type[2] ?? '');
    const sample = /^([a-z_]+)(\{.*\})? (\S+)$/u.exec(line);
    if (sample && !line.startsWith('#')) {
      const [, nom = '', labels = '', valeur = ''] = sample;
      mesures.push({ nom, serie: nom + labels, valeur: Number(valeur) });
    }
  }
  return { types, mesures };
}

/** Gauges stay; counters go on as they did; instants are as far from the moment of evaluation as they are from now. */
function seriesOf(
  { avant, apres, nowMs }: Omit<Situation, 'nom' | 'alertes'>,
  regles: string,
): object[] {
  const before = new Map(lireExposition(avant).mesures.map(({ serie, valeur }) => [serie, valeur]));
  const { types, mesures } = lireExposition(apres);
  // What no rule looks at is not worth two hours of samples.
  const looked = mesures.filter(({ nom }) => regles.includes(nom));
  return looked.map(({ nom, serie, valeur }) => {
    const shifted = nom.endsWith('_timestamp_seconds')
      ? valeur - nowMs / 1_000 + lastsMinutes * 60
      : valeur;
    const family = nom.replace(/_(?:bucket|sum|count)$/u, '');
    const isCounter = types.get(nom) === 'counter' || types.get(family) === 'histogram';
    const was = before.get(serie) ?? 0;
    const step = isCounter ? Math.max(0, valeur >= was ? valeur - was : valeur) : 0;
    const start = isCounter ? 0 : shifted;
    const series = serie.includes('{')
      ? serie.replace('{', '{instance="essai",')
      : `${nom}{instance="essai"}`;
    return { series, values: `${plain(start)}+${plain(step)}x${lastsMinutes}` };
  });
}

/** promtool reads no exponent. */
function plain(value: number): string {
  return value.toFixed(9);
}

function withFile<T>(content: string, work: (file: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'annuaire-promtool-'));
  try {
    const file = join(folder, 'essai.yml');
    // JSON is YAML.
    writeFileSync(file, content);
    return work(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(args: readonly string[], input = ''): string | undefined {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  const said = `${stdout}${stderr}`;
  // « check metrics » says what it has against a metric, and ends well all the same.
  return status === 0 && stderr === '' ? undefined : said;
}
