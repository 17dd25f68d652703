// Traces and leases want one clock (EX_GDT_5040): ours against the database's and against those of the ANS (pure).
import { attention, bon, faute, type Constatation } from './controle.js';

const attentionMs = 5_000;
const fauteMs = 60_000;
/** An HTTP date is to the second, and an answer takes its time. */
const httpAttentionMs = 30_000;

/** `chezEux`: read at `ici`, our time. */
export function jugerHorloge(
  nom: string,
  chezEux: Date,
  ici: Date,
  genre: 'base' | 'http',
): Constatation {
  const ecartMs = ici.getTime() - chezEux.getTime();
  const absolu = Math.abs(ecartMs);
  const limite = genre === 'base' ? attentionMs : httpAttentionMs;
  if (absolu <= limite) return bon(`à l’heure de ${nom}`);
  const texte = `${dire(absolu)} ${ecartMs > 0 ? 'd’avance' : 'de retard'} sur ${nom}`;
  const remede =
    'Synchronisez l’horloge : « timedatectl set-ntp true » (ou chrony), ici et là-bas.';
  return absolu > fauteMs ? faute(texte, remede) : attention(texte, remede);
}

function dire(ms: number): string {
  const secondes = Math.round(ms / 1_000);
  return secondes < 120 ? `${secondes} s` : `${Math.round(secondes / 60)} min`;
}
