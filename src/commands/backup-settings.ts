// The settings that a backup takes along, and which secrets it then holds.
import { readFile, stat } from 'node:fs/promises';
import { basename, sep } from 'node:path';
import type { Settings } from '../config/settings.js';
import type { FichierReglages } from '../sauvegarde/sauvegarder.js';

/** `secrets`: French, for the manifest and the result. */
export async function collectReglages(
  settings: Settings,
  isWanted: boolean,
): Promise<{ readonly fichiers: readonly FichierReglages[]; readonly secrets: readonly string[] }> {
  if (!isWanted) return { fichiers: [], secrets: ofTheBase };
  const chemins = [settings.configPath, ...settings.chemins].filter(
    (chemin) => chemin !== settings.dataDir && !chemin.startsWith(settings.dataDir + sep),
  );
  const fichiers: FichierReglages[] = [];
  for (const origine of new Set(chemins)) {
    const facts = await stat(origine).catch(() => undefined);
    if (facts?.isFile() !== true || facts.size > fichierOctetsMax) continue;
    if (fichiers.length === fichiersMax) break;
    const rang = String(fichiers.length + 1).padStart(2, '0');
    const nom = `reglages/${rang}-${basename(origine)}`;
    fichiers.push({ nom, origine, contenu: await readFile(origine) });
  }
  return {
    fichiers,
    secrets: [
      ...ofTheBase,
      'Le fichier de réglages, avec les clés privées, mots de passe et jetons qu’il contient ou nomme (ceux des variables d’environnement n’y sont pas).',
    ],
  };
}

const ofTheBase = [
  'Les données personnelles de la base : inventaire, constats, demandes, journal des actions, adresses des titulaires.',
  'Les empreintes des mots de passe et des clés d’API, et les seconds facteurs (TOTP) des comptes de la console.',
];

// A certificate, a key, a settings file.
const fichierOctetsMax = 1_048_576;
const fichiersMax = 200;
