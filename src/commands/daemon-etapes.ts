// The stages of one node: looks at what is due, starts a process for each, ends those that last too long.
import { randomUUID } from 'node:crypto';
import type { Settings } from '../config/settings.js';
import type { Pool } from '../db/pool.js';
import type { EtapeDuNoeud } from '../domain/etat-noeud.js';
import type { Logger } from '../logger.js';
import { decider, succesAttenduDepuis, type Raison, type VueEtape } from '../planification/due.js';
import { etapes, type NomEtape } from '../planification/etapes.js';
import { appelDe, programme, type Programme } from '../planification/programme.js';
import { Enfant } from '../processus/enfant.js';
import { finirPassageDe, listDerniersPassages, type Passage } from '../store/passage.js';
import { VeilleEmpechement } from './daemon-empechement.js';
import { etapesUtiles } from './daemon-utiles.js';
import type { EnVigueur } from './reglages-en-vigueur.js';

/** A stage ends itself at its limit; it is killed when it did not after this much more. */
const graceMs = 30_000;
/** After a process that could not even write its run, the next one waits; longer each time. */
const reposMinMs = 5_000;
const reposMaxMs = 300_000;

type EtapesOptions = {
  readonly noeud: string;
  readonly log: Logger;
  readonly onMetriques: (processus: string, metriques: unknown) => void;
};

type EnCours = {
  readonly enfant: Enfant;
  readonly prevuLe: Date;
  /** By `performance.now`. */
  readonly limiteMs: number;
};

type Repos = { readonly jusqueMs: number; readonly dureeMs: number };

export class EtapesDuNoeud {
  readonly #options: EtapesOptions;
  #enVigueur: EnVigueur;
  #programme: Programme;
  readonly #enCours = new Map<NomEtape, EnCours>();
  readonly #repos = new Map<NomEtape, Repos>();
  #etats: readonly EtapeDuNoeud[] = [];
  #dits = new Map<NomEtape, string>();
  readonly #veille: VeilleEmpechement;
  #estLibre = false;
  #isStopping = false;

  constructor(enVigueur: EnVigueur, options: EtapesOptions) {
    this.#options = options;
    this.#enVigueur = enVigueur;
    this.#programme = programmeDe(enVigueur.settings);
    this.#veille = new VeilleEmpechement(options.log);
  }

  get etats(): readonly EtapeDuNoeud[] {
    return this.#etats;
  }

  /** Those that run end with the settings that they began with. */
  reload(enVigueur: EnVigueur): void {
    this.#enVigueur = enVigueur;
    this.#programme = programmeDe(enVigueur.settings);
  }

  /** One look: begins what is due. */
  async look(pool: Pool, now: Date): Promise<void> {
    await this.#endLate(pool, now);
    this.#estLibre = await this.#veille.estLibre(pool, now);
    const noms = [...this.#programme.keys()];
    const found = await listDerniersPassages(pool, noms, now);
    const vues = new Map(noms.map((nom) => [nom, vueOf(found.get(nom))]));
    this.#etats = noms.map((nom) => this.#examine(nom, vues, now));
    for (const nom of noms) this.#tellEnd(nom, found.get(nom)?.dernier);
  }

  async stop(stopMs: number): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#enCours.values()].map(({ enfant }) => enfant.stop(stopMs)));
  }

  #examine(nom: NomEtape, vues: ReadonlyMap<string, Vue>, now: Date): EtapeDuNoeud {
    const vue: Vue = vues.get(nom) ?? { dernier: undefined, estPris: false };
    const { noeud } = this.#options;
    const gigueMaxMs = this.#enVigueur.settings.planification.gigueSecondes * 1_000;
    const appel = appelDe(nom, this.#programme, vues, { now, noeud, gigueMaxMs });
    const estPris = vue.estPris || this.#enCours.has(nom);
    const decision = decider({ ...vue, estPris }, appel, now);
    if (decision.kind === 'lancer' && this.#estLibre && !this.#isResting(nom)) {
      this.#begin(nom, decision.prevuLe, decision.raison);
    }
    const { dernier } = vue;
    const attendu = succesAttenduDepuis(
      { dernier, estPris },
      this.#programme.get(nom)?.horaire.avantDerniere(now),
    );
    const prochaine = decision.kind === 'attendre' ? decision.prochaine : decision.prevuLe;
    return {
      nom,
      ...(prochaine && { prochaine: prochaine.toISOString() }),
      ...(attendu && { succesAttenduDepuis: attendu.toISOString() }),
      ...(dernier?.finiLe &&
        dernier.issue && {
          dernier: {
            issue: dernier.issue,
            fin: dernier.finiLe.toISOString(),
            message: vue.message ?? '',
          },
        }),
      estEnCours: estPris || this.#enCours.has(nom),
    };
  }

  #begin(nom: NomEtape, prevuLe: Date, raison: Raison): void {
    if (this.#isStopping) return;
    const { log, noeud, onMetriques } = this.#options;
    const correlation = randomUUID();
    const { env, settings } = this.#enVigueur;
    const { planification, configPath } = settings;
    const enfant = new Enfant({
      args: [
        ...['--config', configPath, '--json', 'daemon', 'etape', nom],
        ...['--prevu', prevuLe.toISOString(), '--pour', noeud],
      ],
      env: { ...env, ANNUAIRE_SYNC_CORRELATION: correlation },
      onRapport: (rapport) => {
        if (rapport.kind === 'metriques') onMetriques(`etape-${nom}`, rapport.metriques);
      },
    });
    const dureeMs = planification.dureeMaxMinutes[nom] * 60_000;
    const limiteMs = performance.now() + dureeMs + graceMs;
    this.#enCours.set(nom, { enfant, prevuLe, limiteMs });
    log.info('etape-lancee', `${etapes[nom].titre} : ${motifs[raison]}.`, {
      etape: nom,
      prevuLe: prevuLe.toISOString(),
      correlation,
      pid: enfant.pid,
    });
    void enfant.fin.then(({ isOk, cause }) => {
      this.#enCours.delete(nom);
      if (isOk || this.#isStopping) this.#repos.delete(nom);
      else this.#rest(nom, cause);
    });
  }

  #rest(nom: NomEtape, cause: string): void {
    const before = this.#repos.get(nom)?.dureeMs ?? reposMinMs / 2;
    const dureeMs = Math.min(reposMaxMs, before * 2);
    this.#repos.set(nom, { jusqueMs: performance.now() + dureeMs, dureeMs });
    this.#options.log.warn(
      'etape-interrompue',
      `${etapes[nom].titre} : le processus s’est arrêté sans finir (${cause}) ; reprise par un nœud dans ${dureeMs / 1_000} s au plus tôt ici.`,
      { etape: nom },
    );
  }

  #isResting(nom: NomEtape): boolean {
    return (this.#repos.get(nom)?.jusqueMs ?? 0) > performance.now();
  }

  /** What does not end itself is ended: written first, so that no other node takes it up. */
  async #endLate(pool: Pool, now: Date): Promise<void> {
    for (const [nom, { enfant, prevuLe, limiteMs }] of this.#enCours) {
      if (performance.now() < limiteMs) continue;
      const { noeud, log } = this.#options;
      const minutes = this.#enVigueur.settings.planification.dureeMaxMinutes[nom];
      const message = `Arrêtée de force : elle ne répondait plus à sa limite de ${minutes} min (« planification.dureeMaxMinutes »).`;
      const run = { etape: nom, prevuLe, noeud, pid: enfant.pid };
      const fin = { issue: 'delai', code: 'DUREE_DEPASSEE', message, exitCode: undefined } as const;
      await finirPassageDe(pool, run, fin, now);
      enfant.kill();
      log.error('etape-trop-longue', `${etapes[nom].titre} : ${message}`, { etape: nom });
    }
  }

  /** Each end once, whichever node did it; what ended before this daemon began is no news. */
  #tellEnd(nom: NomEtape, dernier: Passage | undefined): void {
    const known = this.#dits.get(nom);
    const seen = dernier?.finiLe ? `${dernier.id}:${dernier.tentative}` : (known ?? '');
    this.#dits.set(nom, seen);
    if (known === undefined || known === seen || !dernier?.issue) return;
    const { issue, message = '', noeud, correlation, tentative } = dernier;
    const say = issue === 'reussite' ? this.#options.log.info : this.#options.log.warn;
    const champs = { etape: nom, issue, noeud, correlation, tentative, code: dernier.code };
    say('etape-finie', `${etapes[nom].titre} (${noeud}) : ${message}`, champs);
  }
}

const motifs: Readonly<Record<Raison, string>> = {
  prevu: 'début',
  rattrapage: 'un passage a été manqué, il est rattrapé',
  reprise: 'un passage interrompu est repris',
  reessai: 'nouvel essai après un échec',
};

function programmeDe(settings: Settings): Programme {
  return programme(settings.planification, etapesUtiles(settings));
}

type Vue = VueEtape & { readonly message?: string | undefined };

function vueOf(found: { dernier?: Passage; estPris: boolean } | undefined): Vue {
  const { dernier, estPris = false } = found ?? {};
  return { dernier, estPris, message: dernier?.message };
}
