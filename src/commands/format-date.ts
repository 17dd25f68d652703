// Dates as an administrator reads them.

export function formatDate(date: Date): string {
  return date.toLocaleString('fr-FR', {
    dateStyle: 'short',
    timeStyle: 'short',
    timeZone: 'Europe/Paris',
  });
}
