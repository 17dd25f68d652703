// The simulated provider's own pages: a choice of invented people where the real one has a phone or a card.
import type { Person } from './person.js';

export function signInPage(action: string, persons: readonly Person[]): string {
  const choices = persons
    .map(
      ({ id, label }) =>
        `<p><button name="personne" value="${escape(id)}">${escape(label)} — ${escape(id)}</button></p>`,
    )
    .join('\n');
  return page(
    'Fournisseur d’identité simulé',
    `<p>Tout est inventé. Qui voulez-vous être ?</p>
<form method="post" action="${escape(action)}">
${choices}
<p><button name="annuler" value="oui">Annuler</button></p>
</form>`,
  );
}

/** `form` is the provider's own, with its protection against forgery; the button is what a person presses. */
export function signOutPage(form: string): string {
  return page(
    'Se déconnecter du fournisseur simulé',
    form.replace('</form>', '<button name="logout" value="yes">Se déconnecter</button></form>'),
  );
}

export function faultPage(error: string, description: string): string {
  return page('Demande refusée', `<p>${escape(error)} : ${escape(description)}</p>`);
}

export function page(titre: string, corps: string): string {
  return `<!doctype html>
<html lang="fr">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${titre}</title></head>
<body><main><h1>${titre}</h1>
${corps}
</main></body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(
    /[&<>"']/gu,
    (char) =>
      ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[char] ?? char,
  );
}
