// The curves of the first page, and the countdown of type 10: from the measures of each day.
import type { Base, Chiffre } from '../../../domain/chiffre-hygiene.js';
import { parisDay } from '../../../domain/paris-time.js';
import type { Db } from '../../../db/pool.js';
import { joursAvant } from '../../../report/hygiene/modele.js';
import { tracer, type Trace } from '../../../report/hygiene/trace.js';
import { listJours, type JourMesure } from '../../../store/mesure-lecture.js';
import { listTotaux, listTotauxDomaine, type TotalJour } from '../../../store/mesure-total.js';

type Nom = Chiffre | Base;

export type CourbePage = {
  readonly id: string;
  readonly titre: string;
  readonly description: string;
  readonly series: readonly string[];
  readonly trace: Trace;
};

export type Decompte = {
  readonly restants: number;
  /** Against about seven days before; null when nothing was measured then. */
  readonly ecart: number | null;
};

export type Mesures = { readonly courbes: readonly CourbePage[]; readonly type10: Decompte | null };

const joursMontres = 60;

/** In the order of the findings. */
const groupes: readonly { readonly titre: string; readonly chiffres: readonly Chiffre[] }[] = [
  { titre: 'À bloquer (type 10)', chiffres: ['type_10'] },
  { titre: 'Orphelines', chiffres: ['orphelines'] },
  { titre: 'Périmées ou divergentes', chiffres: ['perimees'] },
  {
    titre: 'Alimentation',
    chiffres: ['non_publiees', 'liste_rouge_publiees', 'operations_non_confirmees'],
  },
  {
    titre: 'Hygiène',
    chiffres: ['quota_80', 'quota_90', 'quota_100', 'doublons', 'transferts_interdits'],
  },
  { titre: 'Domaines', chiffres: ['domaines_hors_liste_blanche', 'domaines_sans_bal'] },
];

/** They change with a measure: what was drawn of it is kept, of the domains last asked for. */
export class MesuresLues {
  readonly #lues = new Map<string, Mesures>();

  async lire(db: Db, domaine: string | undefined, now: Date): Promise<Mesures> {
    const depuis = joursAvant(parisDay(now), joursMontres);
    const jours = await listJours(db, depuis);
    const derniere = jours.at(-1);
    if (!derniere) return { courbes: [], type10: null };
    const cle = [depuis, jours.length, derniere.runId, domaine ?? ''].join(' ');
    const mesures = this.#lues.get(cle) ?? (await lireMesures(db, domaine, depuis, jours));
    this.#lues.delete(cle);
    this.#lues.set(cle, mesures);
    for (const ancienne of [...this.#lues.keys()].slice(0, -luesMax)) this.#lues.delete(ancienne);
    return mesures;
  }
}

/** A tenth of a megabyte each. */
const luesMax = 20;

async function lireMesures(
  db: Db,
  domaine: string | undefined,
  depuis: string,
  jours: readonly JourMesure[],
): Promise<Mesures> {
  const voulus: readonly Nom[] = ['publiees', ...groupes.flatMap(({ chiffres }) => chiffres)];
  const totaux =
    domaine === undefined
      ? await listTotaux(db, depuis, voulus)
      : await listTotauxDomaine(db, depuis, voulus, domaine);
  // Of a domain that was never seen, « none left » would be said in vain.
  if (domaine !== undefined && totaux.length === 0) return { courbes: [], type10: null };
  const lecture = new Lecture(totaux, jours);
  return { courbes: tracerTout(lecture), type10: decompte(lecture) };
}

/** The values of a figure, day by day. */
class Lecture {
  readonly #totaux = new Map<string, TotalJour>();
  readonly #inconnus: ReadonlyMap<string, ReadonlySet<string>>;
  readonly jours: readonly string[];

  constructor(
    totaux: readonly TotalJour[],
    jours: readonly { readonly jour: string; readonly nonEvalues: readonly Chiffre[] }[],
  ) {
    for (const total of totaux) this.#totaux.set(`${total.jour} ${total.chiffre}`, total);
    this.#inconnus = new Map(jours.map(({ jour, nonEvalues }) => [jour, new Set(nonEvalues)]));
    this.jours = jours.map(({ jour }) => jour);
  }

  /** Undefined where the figure was not looked at. */
  un(nom: Nom, jour: string, quoi: 'valeur' | 'hausse' | 'baisse' = 'valeur'): number | undefined {
    if (this.#inconnus.get(jour)?.has(nom) !== false) return undefined;
    return this.#totaux.get(`${jour} ${nom}`)?.[quoi] ?? 0;
  }

  serie(noms: readonly Nom[], quoi?: 'valeur' | 'hausse' | 'baisse'): (number | undefined)[] {
    return this.jours.map((jour) => {
      const connus = noms.flatMap((nom) => this.un(nom, jour, quoi) ?? []);
      return connus.length === 0 ? undefined : connus.reduce((sum, n) => sum + n, 0);
    });
  }
}

function tracerTout(lecture: Lecture): CourbePage[] {
  const { jours } = lecture;
  const faire = (
    id: string,
    titre: string,
    description: string,
    series: readonly { readonly nom: string; readonly valeurs: (number | undefined)[] }[],
  ): CourbePage => ({
    id,
    titre,
    description,
    series: series.map(({ nom }) => nom),
    trace: tracer({ id, titre, description, jours, series }),
  });
  return [
    faire('publiees', 'BAL publiées', 'Nombre de vos BAL dans l’extraction, jour par jour.', [
      { nom: 'BAL publiées', valeurs: lecture.serie(['publiees']) },
    ]),
    faire(
      'mouvements',
      'BAL apparues et disparues par jour',
      'Différence avec la mesure précédente, domaine par domaine et type par type.',
      [
        { nom: 'apparues', valeurs: lecture.serie(['publiees'], 'hausse') },
        { nom: 'disparues', valeurs: lecture.serie(['publiees'], 'baisse') },
      ],
    ),
    ...groupes.map(({ titre, chiffres }, rang) =>
      faire(
        `groupe-${rang}`,
        titre,
        `Nombre de ${rang === 5 ? 'domaines' : 'BAL'} concernés, jour par jour.`,
        [{ nom: titre, valeurs: lecture.serie(chiffres) }],
      ),
    ),
  ];
}

function decompte(lecture: Lecture): Decompte | null {
  const dernier = lecture.jours.at(-1);
  const restants = dernier === undefined ? undefined : lecture.un('type_10', dernier);
  if (dernier === undefined || restants === undefined) return null;
  const semaine = joursAvant(dernier, 7);
  const avant = lecture.jours.findLast((jour) => jour <= semaine);
  const alors = avant === undefined ? undefined : lecture.un('type_10', avant);
  return { restants, ecart: alors === undefined ? null : restants - alors };
}
