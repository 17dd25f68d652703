// How the kinds of identifiers are written down by people and programs: the ANS's codes, and the words that stand for them.

/** TRE_G08 code from the code or a label; 2, 9 and 30 are deprecated or foreign to the directory (JDV_J77). */
export function typeIdentifiantPpNamed(text: string): string | undefined {
  const name = squeeze(text);
  return codesPp.has(name) ? name : labelsPp.get(name);
}

/** TRE_G07 code from the code or a label; 5 and 6 are deprecated but still tell EJ from EG. */
export function typeIdentifiantStructureNamed(text: string): string | undefined {
  const name = squeeze(text);
  return codesStructure.has(name) ? name : labelsStructure.get(name);
}

/** Small letters and digits only. */
function squeeze(text: string): string {
  return text
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]/gu, '');
}

const codesPp = new Set(['0', '1', '3', '4', '5', '6', '8', '10']);

const labelsPp = new Map([
  ['adeli', '0'],
  ['idcabinetadelinregistre', '1'],
  ['finessnregistre', '3'],
  ['finess', '3'],
  ['sirennregistre', '4'],
  ['siren', '4'],
  ['siretnregistre', '5'],
  ['siret', '5'],
  ['idcabinetrppsnregistre', '6'],
  ['rpps', '8'],
  ['adressemssante', '10'],
  ['mssante', '10'],
]);

const codesStructure = new Set(['0', '1', '2', '3', '4', '5', '6', '40']);

const labelsStructure = new Map([
  ['idcabinetadeli', '0'],
  ['adelirang', '0'],
  ['finess', '1'],
  ['siren', '2'],
  ['siret', '3'],
  ['idcabinetrpps', '4'],
  ['rppsrang', '4'],
  ['finessej', '5'],
  ['ej', '5'],
  ['finesseg', '6'],
  ['finesset', '6'],
  ['eg', '6'],
  ['identifiantnationaldestructure', '40'],
  ['idnatstruct', '40'],
]);
