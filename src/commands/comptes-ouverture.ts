// « comptes create » and « comptes reset »: what opens an account, shown once.
import { toString as qrCode } from 'qrcode';
import { lienPublic } from '../domain/lien-signe.js';
import { refuserMotDePasse } from '../domain/mot-de-passe.js';
import type { Role } from '../domain/role.js';
import { AppError, UsageError } from '../errors.js';
import { getCleDesComptes } from '../store/cle-interne.js';
import { findCompte } from '../store/compte.js';
import { showSecret } from '../web/compte/code.js';
import { Coffre } from '../web/compte/coffre.js';
import { MotsDePasse } from '../web/compte/mot-de-passe.js';
import { ouvrirCompte, type CompteOuvert } from '../web/compte/ouverture.js';
import { compteInconnu, comptePris } from './comptes-faults.js';
import { tracerCompte } from './comptes-trace.js';
import { compteJson } from './comptes-result.js';
import { authorOf, print, type CommandContext } from './context.js';
import { formatDateHeure } from '../report/layout.js';
import type { OpenProgram } from './program.js';
import { readPassword } from './saisie.js';

export type OuvertureVoulue = {
  readonly nom: string;
  /** Undefined: a known account begins anew. */
  readonly role: Role | undefined;
  readonly veutActivation: boolean;
  readonly input: NodeJS.ReadStream;
};

export async function ouvrir(
  context: CommandContext,
  open: OpenProgram,
  voulue: OuvertureVoulue,
): Promise<void> {
  const { nom, role, veutActivation, input } = voulue;
  const { settings, pool, isJson } = open;
  const isTyped = !veutActivation && !isJson && input.isTTY;
  const action = role === undefined ? 'compte.reinitialisation' : 'compte.creation';
  const moyen = isTyped ? 'mot de passe' : 'activation';
  const ouvert = await tracerCompte(
    context,
    pool,
    { action, nom, requete: { moyen, ...(role && { role }) } },
    () => ouvrirOuRefuser(context, open, voulue, isTyped),
    ({ compte }) => ({ role: compte.role }),
  );
  if (isTyped) {
    context.surroundings.out.write(await describeSecret(ouvert, settings.operateur.nom));
  } else printActivation(context, open, ouvert);
}

async function ouvrirOuRefuser(
  { surroundings }: CommandContext,
  { settings, pool }: OpenProgram,
  { nom, role, input }: OuvertureVoulue,
  isTyped: boolean,
): Promise<CompteOuvert> {
  // Said before a password is typed for nothing.
  const connu = await findCompte(pool, nom);
  if (!connu && role === undefined) throw compteInconnu(nom);
  if (connu && role !== undefined) throw comptePris(nom);
  const ouvert = await ouvrirCompte(
    pool,
    new Coffre(await getCleDesComptes(pool, settings.console.cleDesComptes)),
    {
      nom,
      role,
      empreinte: isTyped ? await typedHash(surroundings.err, input, nom) : undefined,
      activationHeures: settings.console.activationHeures,
      par: authorOf(surroundings),
    },
    surroundings.now(),
  );
  if (!ouvert) throw role === undefined ? compteInconnu(nom) : comptePris(nom);
  return ouvert;
}

async function typedHash(
  err: NodeJS.WritableStream,
  input: NodeJS.ReadStream,
  nom: string,
): Promise<string> {
  const motDePasse = await readPassword(input, err);
  const refus = refuserMotDePasse(motDePasse, nom);
  if (refus !== undefined) throw new UsageError('MOT_DE_PASSE_FAIBLE', refus);
  return new MotsDePasse().hash(motDePasse);
}

/** With the colours of a QR code, whatever those of the terminal. */
async function describeSecret(
  { compte, secret }: CompteOuvert,
  operateur: string,
): Promise<string> {
  const { uri, texte } = showSecret(secret, compte.nom, operateur);
  return (
    `Compte « ${compte.nom} » (${compte.role}) : second facteur à mettre dans une application d’authentification.\n\n` +
    `${await qrCode(uri, { type: 'terminal', small: true })}\n` +
    `  sans appareil photo, tapez : ${texte}\n\n` +
    `Il ne sera plus montré. La première connexion à la console demandera un code de cette application,\n` +
    `puis donnera les codes de secours.\n`
  );
}

function printActivation(
  context: CommandContext,
  { settings, isJson }: OpenProgram,
  { compte, codeActivation }: CompteOuvert,
): void {
  if (codeActivation === undefined || !compte.activationExpireLe) {
    throw new AppError('ACTIVATION', 'Le compte n’a pas de code d’activation : recommencez.');
  }
  const { urlPublique } = settings.web;
  const lien = urlPublique && lienPublic(urlPublique, 'console/activation', codeActivation);
  const json = { ...compteJson(compte), codeActivation, lien: lien ?? null };
  print(
    context,
    isJson,
    json,
    () =>
      `${lien ?? codeActivation}\n` +
      `  ${lien ? 'lien' : 'code à donner à la page /console/activation'} du compte « ${compte.nom} » (${compte.role}), ` +
      `à usage unique, valable jusqu’au ${formatDateHeure(compte.activationExpireLe ?? compte.creeLe)}.\n` +
      `  Il ne sera plus montré : remettez-le à cette personne seule, par un moyen sûr.`,
  );
}
