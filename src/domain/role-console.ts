// Who may do what in the console. Ordered: each role holds those before it.

export const rolesConsole = ['lecteur', 'gestionnaire', 'approbateur'] as const;
export type RoleConsole = (typeof rolesConsole)[number];

export function isRoleConsole(text: string): text is RoleConsole {
  return rolesConsole.some((role) => role === text);
}

export function roleSuffit(role: RoleConsole, exige: RoleConsole): boolean {
  return rolesConsole.indexOf(role) >= rolesConsole.indexOf(exige);
}

/** The highest; undefined when there is none. */
export function plusHautRole(roles: readonly RoleConsole[]): RoleConsole | undefined {
  return rolesConsole.findLast((role) => roles.includes(role));
}
