// A value of a directory as the cell that an inventory would hold. What cannot be read is left as it is: the parser of the cell
// says what it expected.
import { faultCell, valueCell, type Cell } from '../values.js';
import type { FormatLdap } from './correspondance.js';

export function convertirValeur(text: string, format: FormatLdap): Cell<string> {
  switch (format) {
    case 'texte':
    case 'octets':
      return valueCell(text);
    case 'booleen':
      return readBooleen(text);
    case 'date-generalisee':
      return readDateGeneralisee(text);
    case 'filetime':
      return readFiletime(text);
    case 'Kio':
    case 'Mio':
    case 'Gio':
      return readTaille(text, format);
    case 'userAccountControl':
      return readUserAccountControl(text);
  }
}

/** RFC 4517 §3.3.3, and the ways of older servers. */
function readBooleen(text: string): Cell<string> {
  if (/^(true|vrai|yes|oui|1|on)$/i.test(text)) return valueCell('oui');
  if (/^(false|faux|no|non|0|off)$/i.test(text)) return valueCell('non');
  return faultCell('BOOLEEN_LDAP', 'TRUE ou FALSE');
}

// RFC 4517 §3.3.13: the hour is needed, minutes and seconds are not, and fractions are of the last of them.
const generalized =
  /^(\d{4})(\d{2})(\d{2})(\d{2})(?:(\d{2})(?:(\d{2}))?)?(?:[.,]\d+)?(Z|[+-]\d{2}(?:\d{2})?)$/;

function readDateGeneralisee(text: string): Cell<string> {
  const match = generalized.exec(text);
  if (!match)
    return faultCell('DATE_LDAP', 'une date généralisée (RFC 4517), par exemple 20260115093000Z');
  const [, year, month, day, hours, minutes = '00', seconds = '00', zone = 'Z'] = match;
  // Whole seconds are enough; a fraction of an hour or of a minute without them is written by nobody.
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3) || '00'}`;
  const leap = seconds === '60' ? '59' : seconds;
  return valueCell(`${year}-${month}-${day}T${hours}:${minutes}:${leap}${offset}`);
}

/** [MS-DTYP] §2.3.3: hundreds of nanoseconds since 1601; 0 and the greatest one say « never ». */
function readFiletime(text: string): Cell<string> {
  if (text === '0' || text === '9223372036854775807') return valueCell('');
  if (!/^\d{1,19}$/.test(text))
    return faultCell('FILETIME', 'un nombre de centaines de nanosecondes depuis 1601 (FILETIME)');
  const milliseconds = Number(BigInt(text) / 10_000n - 11_644_473_600_000n);
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9_999)
    return faultCell('FILETIME', 'une date vraisemblable (FILETIME)');
  return valueCell(date.toISOString());
}

const facteurs = { Kio: 1024n, Mio: 1024n ** 2n, Gio: 1024n ** 3n };

function readTaille(text: string, unit: keyof typeof facteurs): Cell<string> {
  return /^\d{1,15}$/.test(text)
    ? valueCell((BigInt(text) * facteurs[unit]).toString())
    : faultCell('TAILLE_LDAP', `un nombre entier de ${unit}`);
}

/** [MS-ADTS] §2.2.16: ACCOUNTDISABLE 0x2, LOCKOUT 0x10. */
function readUserAccountControl(text: string): Cell<string> {
  if (!/^-?\d{1,10}$/.test(text))
    return faultCell('USER_ACCOUNT_CONTROL', 'un nombre entier (userAccountControl)');
  return valueCell((Number(text) & 0x12) === 0 ? 'actif' : 'suspendu');
}
