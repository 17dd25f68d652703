// What a person may do in the console: each role holds those before it.

export const roles = ['lecteur', 'gestionnaire', 'approbateur'] as const;
export type Role = (typeof roles)[number];

export function isRole(text: string): text is Role {
  return roles.some((role) => role === text);
}

/** True when who holds `tenu` may do what `demande` may. */
export function contientRole(tenu: Role, demande: Role): boolean {
  return roles.indexOf(tenu) >= roles.indexOf(demande);
}
