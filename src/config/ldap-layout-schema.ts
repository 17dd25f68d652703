// The form of `ldap.annuaire`: the tree that the mirror and the exports write.
import { z } from 'zod';
import { defaultLayout, findLayoutFaults, type Layout } from '../ldap/directory/layout.js';

const classes = z.array(z.string()).min(1).max(8);
const field = z.string().min(1).max(200);

export const layoutSchema = z.strictObject({
  baseDn: z.string().default(defaultLayout.baseDn),
  rdn: z.string().default(defaultLayout.rdn),
  sansAccents: z.boolean().default(defaultLayout.isAccentInsensitive),
  classes: z
    .strictObject({
      PER: classes.optional(),
      CAB: classes.optional(),
      ORG: classes.optional(),
      APP: classes.optional(),
    })
    .default({}),
  attributs: z.record(z.string(), z.union([field, z.array(field)])).default({}),
});

export type RawLayout = z.infer<typeof layoutSchema>;

/** What settings leave out is as in the default layout; an empty list takes an attribute away. */
export function resolveLayout(raw: RawLayout, fault: (message: string) => void): Layout {
  const given = Object.fromEntries(
    Object.entries(raw.attributs).map(([name, fields]) => [
      name,
      typeof fields === 'string' ? [fields] : fields,
    ]),
  );
  const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const kept = Object.entries(defaultLayout.attributs).filter(
    ([name]) => !Object.keys(given).some((other) => isSame(name, other)),
  );
  const order = Object.keys(defaultLayout.attributs);
  const placeOf = (name: string): number => {
    const place = order.findIndex((other) => isSame(name, other));
    return place < 0 ? order.length : place;
  };
  const layout: Layout = {
    baseDn: raw.baseDn,
    rdn: raw.rdn,
    classes: {
      PER: raw.classes.PER ?? defaultLayout.classes.PER,
      CAB: raw.classes.CAB ?? defaultLayout.classes.CAB,
      ORG: raw.classes.ORG ?? defaultLayout.classes.ORG,
      APP: raw.classes.APP ?? defaultLayout.classes.APP,
    },
    attributs: Object.fromEntries(
      [...kept, ...Object.entries(given)]
        .filter(([, fields]) => fields.length > 0)
        .sort(([a], [b]) => placeOf(a) - placeOf(b)),
    ),
    isAccentInsensitive: raw.sansAccents,
  };
  for (const message of findLayoutFaults(layout)) fault(`ldap.annuaire.${message}`);
  return layout;
}
