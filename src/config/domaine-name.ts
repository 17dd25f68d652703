import { z } from 'zod';

export const domaineName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[a-z0-9-]+(\.[a-z0-9-]+)+$/u,
    'nom de domaine attendu, par exemple chu-exemple.mssante.fr',
  );
