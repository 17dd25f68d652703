// What an IdNatStruct says by itself (docs/constats.md, « Structure : FINESS G ou J »).

export type GenreStructure = 'finess' | 'siret' | 'siren' | 'cabinet' | 'autre';

export type StructureLue = {
  /** IdNatStruct: `1` + FINESS, `3` + SIRET… */
  readonly id: string;
  readonly genre: GenreStructure;
  /** Without its first digit. */
  readonly identifiant: string;
};

export function readIdNatStruct(id: string): StructureLue {
  return { id, genre: genreOf(id), identifiant: id.slice(1) };
}

function genreOf(id: string): GenreStructure {
  const type = id.charAt(0);
  if (type === '1' && id.length === 10) return 'finess';
  if (type === '3' && id.length === 15) return 'siret';
  if (type === '2' && id.length === 10) return 'siren';
  return (type === '0' || type === '4') && id.length > 1 ? 'cabinet' : 'autre';
}

/** 1750000001 is read FINESS 750000001. */
export function nameStructure(id: string): string {
  const { genre, identifiant } = readIdNatStruct(id);
  switch (genre) {
    case 'finess':
      return `FINESS ${identifiant}`;
    case 'siret':
      return `SIRET ${identifiant}`;
    case 'siren':
      return `SIREN ${identifiant}`;
    case 'cabinet':
    case 'autre':
      return `d’identifiant ${id}`;
  }
}
