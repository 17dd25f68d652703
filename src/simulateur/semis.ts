// The first state: what the extraction in service shows, and what the inventory knows that no extraction shows.
import { isTypeBal, type TypeBal } from '../domain/bal-operateur.js';
import type { Client } from '../db/pool.js';
import type { Progress } from '../progress.js';
import {
  listBalsCachees,
  listStructuresNommees,
  nombreDeColonnes,
  streamLignes,
  type BalCachee,
  type Semis,
} from '../store/simulateur.js';
import { listFaitsStructures, type FaitsStructure } from '../store/simulateur-structures.js';
import type { BalPortee } from './bal-portee.js';
import { formeDe } from './contact-point.js';
import type { Dialecte } from './dialecte.js';
import type { Etat } from './etat.js';
import { porteurDuRattachement, type ClePorteur } from './porteur.js';
import type { Structures } from './structures.js';

export type SemisOptions = {
  /** APP, CAB and liste rouge of the inventory. */
  readonly avecInventaire: boolean;
  readonly dialecte: Dialecte;
};

const lotDeStructures = 5_000;

export async function semer(
  client: Client,
  semis: Semis,
  options: SemisOptions,
  { etat, structures }: { readonly etat: Etat; readonly structures: Structures },
  progress: Progress,
): Promise<void> {
  progress.step({ label: 'Structures de l’annuaire simulé', total: undefined, unit: 'lignes' });
  const noms = await listStructuresNommees(client, semis);
  const faits: FaitsStructure[] = [];
  for (let at = 0; at < noms.length; at += lotDeStructures) {
    const lot = noms.slice(at, at + lotDeStructures);
    faits.push(...(await listFaitsStructures(client, lot, semis.loads)));
    progress.update(at + lot.length);
  }
  structures.semer(noms, faits);
  progress.step({ label: 'BAL de l’annuaire simulé', total: undefined, unit: 'lignes' });
  const { codage, hasEmailType } = options.dialecte.rendu;
  const forme = formeDe(codage, hasEmailType);
  let lues = 0;
  for await (const lignes of streamLignes(client, semis)) {
    for (const ligne of lignes)
      etat.semer(porteurDeLigne(ligne, structures), balDeLigne(ligne, forme));
    lues += lignes.length;
    progress.update(lues);
  }
  if (options.avecInventaire) {
    for (const bal of await listBalsCachees(client, semis))
      semerCachee(bal, forme, etat, structures);
  }
  progress.end();
}

/** A line of the extraction as `streamLignes` gives it. */
export function porteurDeLigne(ligne: readonly string[], structures: Structures): ClePorteur {
  const [typeBal = '', adresse = '', typeIdentifiantPp = '', identifiantPp = ''] = ligne;
  return porteurDuRattachement({
    adresse,
    typeBal,
    typeIdentifiantPp,
    identifiantPp,
    structure: cleDeStructure(ligne[nombreDeColonnes] ?? '', structures),
  });
}

function cleDeStructure(nom: string, structures: Structures): string {
  return nom === '' ? '' : (structures.connue(nom)?.cle ?? nom);
}

const serviceColonne = 7;

function balDeLigne(ligne: readonly string[], forme: BalPortee['forme']): BalPortee {
  const typeBal = typeDeLigne(ligne);
  const service = ligne[serviceColonne] ?? '';
  return {
    adresse: ligne[1] ?? '',
    typeBal,
    listeRouge: false,
    rang: undefined,
    description: undefined,
    // The API gives PER no service, whatever the extraction shows.
    service: service === '' || typeBal === 'PER' || typeBal === 'CAB' ? undefined : service,
    responsable: undefined,
    forme,
    isInitiale: true,
    structureNommee: undefined,
  };
}

/** The file's, else the one that its holder makes likely. */
function typeDeLigne([type = '', , , identifiantPp = '']: readonly string[]): TypeBal {
  if (isTypeBal(type)) return type;
  return identifiantPp === '' ? 'ORG' : 'PER';
}

function semerCachee(
  bal: BalCachee,
  forme: BalPortee['forme'],
  etat: Etat,
  structures: Structures,
): void {
  const { adresse, typeBal, structureId } = bal;
  const cle = porteurDuRattachement({
    adresse,
    typeBal,
    typeIdentifiantPp: bal.typeIdentifiantPp ?? '',
    identifiantPp: bal.identifiantPp ?? '',
    structure: cleDeStructure(structureId ?? '', structures),
  });
  const type = isTypeBal(typeBal) ? typeBal : 'ORG';
  const isOrganisationnelle = type === 'ORG' || type === 'APP';
  etat.semer(cle, {
    adresse,
    typeBal: type,
    listeRouge: bal.listeRouge,
    rang: bal.preferee ? 1 : undefined,
    description: type === 'PER' ? undefined : (bal.description ?? undefined),
    service: isOrganisationnelle ? (bal.service ?? undefined) : undefined,
    responsable: isOrganisationnelle ? (bal.responsable ?? undefined) : undefined,
    forme,
    isInitiale: true,
    structureNommee: structureId ?? undefined,
  });
}
