// The form of the `demandes:` section.
import { z } from 'zod';

export const demandesSchema = z.strictObject({
  // A month, as anywhere else that a person asks something of who holds his data.
  delaiJours: z.int().min(1).max(180).default(30),
  // A professional has a handful of BAL; more at once is a program, or a mistake.
  ouvertesMax: z.int().min(1).max(1_000).default(10),
  parJourMax: z.int().min(1).max(1_000).default(20),
  contact: z.string().trim().min(1).max(300).optional(),
  devenirMessages: z
    .strictObject({
      texte: z
        .string()
        .trim()
        .min(20)
        .max(1_000)
        .default(
          'Une fois la boîte supprimée, vous ne pourrez plus y lire ni y recevoir de message. Les messages qu’elle contient ' +
            'sont conservés par votre opérateur le temps que prévoient ses règles et la loi, mais vous n’y aurez plus accès : ' +
            'enregistrez à temps ceux dont vous avez besoin.',
        ),
      effacesApresJours: z.int().min(0).max(3_650).optional(),
    })
    .prefault({}),
});
