// What a right line must respect beyond itself: the domains of its source, and the other lines.
import { domaineOf, type BalOperateur } from '../domain/bal-operateur.js';
import { gardienDesDomaines, type SourceInventaire } from '../domain/source-inventaire.js';
import { Attachments, type LineConflict } from './attachments.js';
import { shortenValue, type InventaireFault, type InventaireReport } from './faults.js';

export class ControleLignes {
  readonly #report: InventaireReport;
  readonly #refuser: (domaine: string) => string | undefined;
  readonly #mot: 'ligne' | 'entrée';
  readonly #attachments = new Attachments();

  /** `mot`: what the source calls a line. */
  constructor(report: InventaireReport, source: SourceInventaire, mot: 'ligne' | 'entrée') {
    this.#report = report;
    this.#refuser = gardienDesDomaines(source);
    this.#mot = mot;
  }

  /** False when the line was rejected; the report says why. `place`: what tells it better than its number. */
  accept(bal: BalOperateur, line: number, place?: string): boolean {
    const reason = this.#refuser(domaineOf(bal.adresse));
    const fault = { line, place, column: 'adresse', value: shortenValue(bal.adresseSaisie) };
    if (reason !== undefined) {
      this.#reject(bal, { ...fault, code: 'DOMAINE_AUTRE_SOURCE', expected: reason });
      return false;
    }
    const conflict = this.#attachments.add(bal, line);
    if (!conflict) return true;
    if (conflict.kind === 'repeated') this.#report.duplicateLineCount++;
    this.#reject(bal, { ...fault, ...explainConflict(conflict, this.#mot) });
    return false;
  }

  #reject(bal: BalOperateur, fault: Omit<InventaireFault, 'isFatal'>): void {
    this.#report.rejectLine(bal.adresse);
    this.#report.addFault({ ...fault, isFatal: false });
  }
}

function explainConflict(
  { kind, firstLine }: LineConflict,
  mot: 'ligne' | 'entrée',
): Pick<InventaireFault, 'code' | 'expected'> {
  const premiere = mot === 'ligne' ? `la ligne ${firstLine}` : `l’entrée n° ${firstLine}`;
  return kind === 'repeated'
    ? {
        code: 'RATTACHEMENT_REPETE',
        expected: `une seule ${mot} par adresse et par structure : même adresse et même structure qu’à ${premiere}`,
      }
    : {
        code: 'ADRESSE_DIVERGENTE',
        expected: `les mêmes typeBal, titulaire et listeRouge qu’à ${premiere}, qui porte la même adresse`,
      };
}
