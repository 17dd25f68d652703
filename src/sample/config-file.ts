// Settings for the sample; paths are relative to the file.
import type { Domaine } from './country.js';
import {
  adeliFile,
  fileNames,
  inventaireCompletFile,
  inventaireFile,
  listeBlancheFile,
  signataireFile,
} from './file-names.js';
import { finess } from './identifiers.js';
import { operateurNom } from './liste-blanche-file.js';
import type { World } from './world.js';

/** `complet`: every domain of the country is the opérateur's. */
export function configYaml(world: World, kind: 'operateur' | 'complet'): string {
  const { country, planted } = world;
  const names = fileNames(country);
  const ours = country.domaines.filter((one) => kind === 'complet' || one.isOperateur);
  const declared = planted.domaines.filter((one) => one.isDeclared);
  const domaines = [
    ...ours.map((one) => domaineYaml(one)),
    ...declared.map((one) => `    - ${one.nom}`),
  ];
  return `# Réglages du jeu d'essai (données inventées, échelle ${country.scale}, jour ${country.day}).
dataDir: ./var
operateur:
  nom: ${kind === 'complet' ? 'Pays entier (essai de charge)' : operateurNom}
  domaines:
${domaines.join('\n')}
sources:
  bals:
    from: ./${names.bals}
  professionnels:
    from: ./${names.professionnels}
  identites:
    from: ./${names.identites}
  finess:
    from: ./${names.finess}
  liste-blanche:
    from: ./${listeBlancheFile}
    signataires:
      - ./${signataireFile}
  adeli-rpps:
    from: ./${adeliFile}
inventaire:
  fichier: ./${kind === 'complet' ? inventaireCompletFile : inventaireFile}
# L'API de l'ANS n'est pas ouverte : ceci vise le simulateur (« annuaire-sync simulate feed »).
alimentation:
  url: http://127.0.0.1:8482
  cleApi: cle-de-simulation
# Les pages : « annuaire-sync web ». Pro Santé Connect est simulé lui aussi (« annuaire-sync simulate psc »).
web:
  urlPublique: http://127.0.0.1:8480
professionnels:
  psc:
    emetteur: http://127.0.0.1:8483/auth/realms/esante-wallet
    clientId: essai
    secret: secret-d-essai-sans-valeur-reelle
${country.scale === 'demo' ? planificationYaml : ''}`;
}

/** The files of a sample never change: an extraction that the simulator published later is newer than they are. */
const planificationYaml = `# Ce que le démon fait seul ; les fichiers d'essai ne changent pas, il n'y a rien à extraire.
planification:
  etapes:
    extract: false
`;

function domaineYaml({ nom, declaration }: Domaine): string {
  const structure = declaredFiness(declaration);
  return structure === undefined
    ? `    - ${nom}`
    : `    - nom: ${nom}\n      structure: '1${structure}'`;
}

function declaredFiness(declaration: Domaine['declaration']): string | undefined {
  switch (declaration.kind) {
    case 'aucune':
      return undefined;
    case 'ej':
      return finess(declaration.ej, 0);
    case 'eg':
      return finess(declaration.ej, declaration.eg);
  }
}
