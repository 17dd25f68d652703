// typeIdentifiantPp and identifiantPp, which are read together: the shape of one tells the other.
import type { TypeBal } from '../domain/bal-operateur.js';
import { isLuhnValid, parseAdeli, parseRpps } from '../domain/identifiers.js';
import { typeIdentifiantPpNamed } from '../domain/type-identifiant.js';
import type { DemandeCreation } from './demande.js';
import { warn, warnWrongKey, refuse, type Remark } from './verdict.js';

/** TRE_G08: 8 RPPS, 0 ADELI. */
export type Titulaire = { readonly type: '8' | '0'; readonly identifiant: string };

type TitulaireReading = {
  readonly titulaire: Titulaire | undefined;
  readonly remarks: readonly Remark[];
};

export function readTitulaire(
  typeBal: TypeBal | undefined,
  { typeIdentifiantPp, identifiantPp }: DemandeCreation,
): TitulaireReading {
  const none = (...remarks: Remark[]): TitulaireReading => ({
    titulaire: undefined,
    // A holder only matters to a PER, which is refused without one, and to a CAB.
    remarks: typeBal === 'PER' ? remarks : typeBal === 'CAB' ? [cabWithoutTitulaire] : [],
  });
  const typeText = typeIdentifiantPp?.trim() ?? '';
  const identifiant = (identifiantPp ?? '').replace(/\s/gu, '').toUpperCase();
  const type = typeText === '' ? inferType(identifiant) : typeIdentifiantPpNamed(typeText);
  if (type === '10') return none(type10);
  if (identifiant === '') return none(absentTitulaire);
  switch (type) {
    case '8':
      return readRpps(identifiant) ?? none(malformed('un RPPS : 11 chiffres'));
    case '0':
      return readAdeli(identifiant) ?? none(malformed('un ADELI : 9 caractères'));
    case undefined:
      return none(
        malformed('un RPPS (11 chiffres), typeIdentifiantPp valant 8, ou un ADELI (9), valant 0'),
      );
    default:
      return none(notNational(type));
  }
}

function inferType(identifiant: string): string | undefined {
  if (identifiant.includes('@')) return '10';
  if (/^8?\d{11}$/u.test(identifiant)) return '8';
  return /^0?\d[0-9A-Z]\d{7}$/u.test(identifiant) ? '0' : undefined;
}

/** 12 digits beginning with 8: IdNat_PS. */
function readRpps(identifiant: string): TitulaireReading | undefined {
  const rpps = parseRpps(/^8\d{11}$/u.test(identifiant) ? identifiant.slice(1) : identifiant);
  if (rpps === undefined) return undefined;
  return {
    titulaire: { type: '8', identifiant: rpps },
    remarks: isLuhnValid(rpps) ? [] : [warnWrongKey(`du RPPS ${rpps}`)],
  };
}

function readAdeli(identifiant: string): TitulaireReading | undefined {
  const adeli = parseAdeli(identifiant.length === 10 ? identifiant.slice(1) : identifiant);
  return adeli && { titulaire: { type: '0', identifiant: adeli }, remarks: [] };
}

const type10 = refuse(
  'PER_TYPE_10',
  'Une BAL PER de type 10 (titulaire désigné par la seule adresse de sa BAL) ne peut plus être créée : identifiez le professionnel par son RPPS.',
);

const absentTitulaire = refuse(
  'TITULAIRE_ABSENT',
  'Une BAL PER doit désigner son titulaire : donnez son RPPS dans identifiantPp.',
);

const cabWithoutTitulaire = warn(
  'TITULAIRE_ABSENT',
  'Sans le RPPS de son titulaire, une BAL CAB ne pourra pas être publiée.',
);

function notNational(type: string): Remark {
  return refuse(
    'TITULAIRE_NON_NATIONAL',
    `Le type d’identifiant ${type} est propre à une structure : une BAL PER demande un RPPS (type 8), à défaut un ADELI (type 0).`,
  );
}

function malformed(expected: string): Remark {
  return refuse(
    'IDENTIFIANT_MAL_FORME',
    `L’identifiant du titulaire est mal formé ; attendu : ${expected}.`,
  );
}
