// Domain names of the shapes of the white list (kinds of structure, communes, shared suffixes, siblings by number), made of
// public place names: what a search of look-alikes must live with.

const communes = (
  'agen aix albi ales amiens angers angouleme annecy antibes arcachon arles arras auch aurillac auxerre avignon ' +
  'bayonne beaune beauvais belfort bergerac besancon bethune beziers blois bordeaux boulogne bourg bourges brest ' +
  'briancon brive caen cahors calais cambrai cannes carcassonne carpentras castres cayenne chalons chambery chartres ' +
  'chateauroux cherbourg cholet clermont cognac colmar compiegne creil creteil dax dieppe digne dijon dinan dole douai ' +
  'draguignan dreux dunkerque epinal evreux evry fecamp flers foix fougeres frejus gap gien grasse grenoble gueret ' +
  'guingamp hyeres issoire issoudun istres lannion laon laval lens libourne lille limoges lisieux longjumeau lorient ' +
  'lourdes luneville lyon macon mantes marmande marseille martigues mayenne meaux melun mende metz millau montauban ' +
  'montbeliard montbrison montelimar montlucon montpellier montreuil morlaix moulins mulhouse nancy nantes narbonne ' +
  'nemours nevers nice nimes niort orange orleans orthez oyonnax pamiers paris pau perigueux perpignan poissy poitiers ' +
  'pontarlier pontivy pontoise privas provins quimper redon reims remiremont rennes rethel roanne rochefort rodez ' +
  'romorantin roubaix rouen royan sable saintes salon sarrebourg sarreguemines saumur saverne sedan senlis sens sete ' +
  'soissons strasbourg tarbes thiers thionville thonon toul toulon toulouse tourcoing tours troyes tulle uzes valence ' +
  'valenciennes vannes vendome verdun versailles vesoul vichy vienne vierzon villefranche vire vitre voiron'
).split(' ');

const genres = (
  'ch chu ehpad- hopital- clinique- ght- labo- cpts- ssiad- residence- ehpad-saint- had- msp- gcs- pharmacie- ' +
  'cabinet-medical- radiologie- dialyse- centre-hospitalier- mas- clinique-saint- polyclinique- idel- saad- usld- psy- '
)
  .trim()
  .split(' ');

export function listeBlancheVraisemblable(): string[] {
  const suffixes = [
    'mssante.fr',
    'mssante.fr',
    'mssante.fr',
    'medical.mssante.fr',
    'interop.mssante.fr',
  ];
  const noms = genres.flatMap((genre, i) =>
    communes.flatMap((commune, j) => {
      const suffixe = suffixes[(i * 7 + j) % suffixes.length] ?? 'mssante.fr';
      const tiret = genre.endsWith('-') || (i + j) % 3 === 0 ? '' : '-';
      return (i * 5 + j * 3) % 16 < 15 ? [`${genre}${tiret}${commune}.${suffixe}`] : [];
    }),
  );
  const numerotes = Array.from({ length: 400 }, (_, n) => `cpts-secteur-${n + 1}.mssante.fr`);
  return [...new Set([...noms, ...numerotes])];
}
