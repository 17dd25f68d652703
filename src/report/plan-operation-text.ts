// One operation in words: what changes, from what to what.
import type { OperationDuPlan, PublicationConnue } from '../store/plan-operation.js';

/** « RPPS 10000000018, FINESS 750000011 ». */
export function porteurEnClair(
  operation: Pick<OperationDuPlan, 'porteurKind' | 'rpps' | 'structure'>,
): string {
  if (operation.porteurKind === 'a-rechercher') return 'porteur à rechercher par l’adresse';
  const { rpps, structure } = operation;
  return [
    ...(rpps === undefined ? [] : [`RPPS ${rpps}`]),
    ...(structure === undefined ? [] : [structureEnClair(structure)]),
  ].join(', ');
}

function structureEnClair(idNatStruct: string): string {
  const noms: Record<string, string> = { 1: 'FINESS', 2: 'SIREN', 3: 'SIRET' };
  const nom = noms[idNatStruct.charAt(0)];
  return nom === undefined ? `structure ${idNatStruct}` : `${nom} ${idNatStruct.slice(1)}`;
}

/** The BAL before and after, as far as it is known; one of them may be « rien ». */
export function avantApres(operation: OperationDuPlan): { avant: string; apres: string } {
  switch (operation.kind) {
    case 'insert':
      return { avant: operation.publie ? etat(operation.publie) : 'rien', apres: voulu(operation) };
    case 'delete':
      return { avant: operation.publie ? etat(operation.publie) : 'inconnu', apres: 'rien' };
    case 'replace':
      return {
        avant: operation.champs.map((champ) => valeur(champ, operation.publie?.[champ])).join(', '),
        apres: operation.champs.map((champ) => valeur(champ, operation[champ])).join(', '),
      };
  }
}

function voulu(operation: OperationDuPlan): string {
  const { typeBal, listeRouge, rang, description, service, responsable } = operation;
  return [`${typeBal ?? ''} de ${porteurEnClair(operation)}`]
    .concat(donnees({ listeRouge, rang, description, service, responsable }))
    .join(', ');
}

function etat(publie: PublicationConnue): string {
  return [`${publie.typeBal ?? 'type inconnu'} de ${porteurPublie(publie)}`]
    .concat(donnees(publie))
    .join(', ');
}

function porteurPublie({
  porteur = '',
  identifiantPp,
  typeIdentifiantPp,
}: PublicationConnue): string {
  const [kind = '', ...ids] = porteur.split(':');
  switch (kind) {
    case 'professionnel':
      return `RPPS ${ids[0] ?? ''}`;
    case 'situation':
      return `RPPS ${ids[0] ?? ''}, ${structureEnClair(ids[1] ?? '')}`;
    case 'structure':
      return structureEnClair(ids.join(':'));
    default:
      return identifiantPp === undefined
        ? 'titulaire non identifié'
        : `titulaire ${identifiantPp} (type ${typeIdentifiantPp ?? 'vide'})`;
  }
}

type Donnees = {
  readonly listeRouge?: boolean | undefined;
  readonly rang?: number | undefined;
  readonly description?: string | undefined;
  readonly service?: string | undefined;
  readonly responsable?: string | undefined;
};

function donnees(d: Donnees): string[] {
  return [
    ...(d.listeRouge === true ? [valeur('listeRouge', true)] : []),
    ...(d.rang === undefined ? [] : [valeur('rang', d.rang)]),
    ...(d.service === undefined ? [] : [valeur('service', d.service)]),
    ...(d.description === undefined ? [] : [valeur('description', d.description)]),
    ...(d.responsable === undefined ? [] : [valeur('responsable', d.responsable)]),
  ];
}

function valeur(champ: string, contenu: string | number | boolean | undefined): string {
  if (champ === 'listeRouge') return contenu === true ? 'en liste rouge' : 'hors liste rouge';
  if (champ === 'rang') return contenu === undefined ? 'non préférée' : `rang ${String(contenu)}`;
  return contenu === undefined ? `sans ${champ}` : `${champ} « ${String(contenu)} »`;
}
